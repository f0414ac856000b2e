import { Elysia, t } from "elysia";
import {
  deviceCookieName,
  readCookie,
  sessionCookie,
  sessionCookieName,
  signInCookies,
  signOutCookie,
} from "../../http/cookies.ts";
import { apiDoor, publicApiDoor } from "../../http/guards.ts";
import { forgettingHeaders } from "../../http/headers.ts";
import { answers, json, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { describeSession, signInAtOnce, signOut } from "./actions.ts";
import { Confirmation, Confirmed, ListedSession, SessionInfo, SignInInput, User } from "./model.ts";
import { confirmWithPassword } from "./proof.ts";
import { endOtherSessions, endSession, listSessions } from "./sessions.ts";

export const signInApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/auth" }).use(publicApiDoor(kagi)).post(
    "/sign-in/email",
    async ({ caller, body, request }) => {
      const device = readCookie(request, deviceCookieName(kagi.config));
      const previous = readCookie(request, sessionCookieName(kagi.config));
      const signedIn = await signInAtOnce(kagi, caller, body, { device, previous });
      return json({ user: signedIn.user }, { cookies: signInCookies(kagi.config, signedIn) });
    },
    { body: SignInInput, detail: answers(200, t.Object({ user: User }, { additionalProperties: false })) },
  );

export const sessionApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/auth" })
    .use(apiDoor(kagi))
    .post(
      "/sign-out",
      async ({ actor }) => {
        await signOut(kagi, actor);
        return noContent({ cookies: [signOutCookie(kagi.config)], headers: forgettingHeaders(kagi.config) });
      },
      { detail: answers(204) },
    )
    .get("/session", ({ actor }) => describeSession(kagi, actor), { detail: answers(200, SessionInfo) })

    .post(
      "/confirm",
      async ({ actor, body }) => {
        const { confirmedUntil, ...session } = await confirmWithPassword(kagi, actor, body.password, body.code);
        return json({ confirmedUntil }, { cookies: [sessionCookie(kagi.config, session)] });
      },
      { body: Confirmation, detail: answers(200, Confirmed) },
    )

    .get("/sessions", async ({ actor }) => json(await listSessions(kagi, actor)), {
      detail: answers(200, t.Array(ListedSession)),
    })
    .delete(
      "/sessions",
      async ({ actor }) => {
        await endOtherSessions(kagi, actor);
        return noContent();
      },
      { detail: answers(204) },
    )
    .delete(
      "/sessions/:id",
      async ({ actor, params }) => {
        await endSession(kagi, actor, params.id);
        return noContent();
      },
      { detail: answers(204) },
    );
