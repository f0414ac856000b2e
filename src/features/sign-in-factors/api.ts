import { Elysia } from "elysia";
import {
  pendingCookie,
  pendingCookieName,
  readCookie,
  sessionCookie,
  sessionCookieName,
  signInCookies,
} from "../../http/cookies.ts";
import { apiDoor, publicApiDoor } from "../../http/guards.ts";
import { relyingPartyOf } from "../../http/relying-party.ts";
import { answers, created, json, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { requireRecentProof } from "../auth/proof.ts";
import { beginTotp, confirmTotp, describeFactors, removeTotp, renewRecoveryCodes } from "./actions.ts";
import {
  AddedFactor,
  AddedPasskey,
  BegunTotp,
  Confirmed,
  CreationOptions,
  Passkey,
  PasskeyChange,
  PasskeyInput,
  PasskeyProof,
  RecoveryCodes,
  RequestOptions,
  SignedInBy,
  SignInFactors,
  TotpConfirmation,
} from "./model.ts";
import {
  addPasskey,
  askForNewPasskey,
  askToConfirm,
  askToSignIn,
  confirmWithPasskey,
  deletePasskey,
  renamePasskey,
  signInWithPasskey,
} from "./passkeys.ts";

export const passkeySignInApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/auth/sign-in" })
    .use(publicApiDoor(kagi))
    .post(
      "/passkey/options",
      async ({ caller, request }) => {
        const pending = readCookie(request, pendingCookieName(kagi.config));
        return json(await askToSignIn(kagi, caller, relyingPartyOf(kagi.config, request), pending));
      },
      { detail: answers(200, RequestOptions) },
    )
    .post(
      "/passkey",
      async ({ caller, body, request }) => {
        const pending = readCookie(request, pendingCookieName(kagi.config));
        const previous = readCookie(request, sessionCookieName(kagi.config));
        const party = relyingPartyOf(kagi.config, request);
        const signedIn = await signInWithPasskey(kagi, caller, party, body.response, { pending, previous });
        const ended = pending === null ? [] : [pendingCookie(kagi.config)];
        return json({ user: signedIn.user }, { cookies: [...signInCookies(kagi.config, signedIn), ...ended] });
      },
      { body: PasskeyProof, detail: answers(200, SignedInBy) },
    );

export const signInFactorsApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/auth" })
    .use(apiDoor(kagi))
    .get("/factors", ({ actor }) => describeFactors(kagi, actor), { detail: answers(200, SignInFactors) })

    .post(
      "/totp",
      async ({ actor }) => {
        requireRecentProof(kagi, actor);
        return created(await beginTotp(kagi, actor));
      },
      { detail: answers(201, BegunTotp) },
    )
    .post(
      "/totp/confirm",
      async ({ actor, body }) => {
        requireRecentProof(kagi, actor);
        return json({ recoveryCodes: await confirmTotp(kagi, actor, body.code) });
      },
      { body: TotpConfirmation, detail: answers(200, AddedFactor) },
    )
    .delete(
      "/totp",
      async ({ actor }) => {
        requireRecentProof(kagi, actor);
        await removeTotp(kagi, actor);
        return noContent();
      },
      { detail: answers(204) },
    )
    .post(
      "/recovery-codes",
      async ({ actor }) => {
        requireRecentProof(kagi, actor);
        return created({ recoveryCodes: await renewRecoveryCodes(kagi, actor) });
      },
      { detail: answers(201, RecoveryCodes) },
    )

    .post(
      "/passkeys/options",
      async ({ actor, request }) => {
        requireRecentProof(kagi, actor);
        return json(await askForNewPasskey(kagi, actor, relyingPartyOf(kagi.config, request)));
      },
      { detail: answers(200, CreationOptions) },
    )
    .post(
      "/passkeys",
      async ({ actor, body, request }) => {
        requireRecentProof(kagi, actor);
        return created(await addPasskey(kagi, actor, relyingPartyOf(kagi.config, request), body));
      },
      { body: PasskeyInput, detail: answers(201, AddedPasskey) },
    )
    .put("/passkeys/:id", async ({ actor, params, body }) => json(await renamePasskey(kagi, actor, params.id, body)), {
      body: PasskeyChange,
      detail: answers(200, Passkey),
    })
    .delete(
      "/passkeys/:id",
      async ({ actor, params }) => {
        requireRecentProof(kagi, actor);
        await deletePasskey(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    )

    .post(
      "/confirm/passkey/options",
      async ({ actor, request }) => json(await askToConfirm(kagi, actor, relyingPartyOf(kagi.config, request))),
      { detail: answers(200, RequestOptions) },
    )
    .post(
      "/confirm/passkey",
      async ({ actor, body, request }) => {
        const party = relyingPartyOf(kagi.config, request);
        const { confirmedUntil, ...session } = await confirmWithPasskey(kagi, actor, party, body.response);
        return json({ confirmedUntil }, { cookies: [sessionCookie(kagi.config, session)] });
      },
      { body: PasskeyProof, detail: answers(200, Confirmed) },
    );
