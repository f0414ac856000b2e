import { Elysia, t } from "elysia";
import { deviceCookieName, readCookie, sessionCookieName, signInCookies, signOutCookie } from "../../http/cookies.ts";
import { apiDoor, publicApiDoor } from "../../http/guards.ts";
import { answers, json, noContent } from "../../http/responses.ts";
import type { Kagi } from "../../kagi.ts";
import { describeSession, signIn, signOut } from "./actions.ts";
import { SessionInfo, SignInInput, User } from "./model.ts";

export const signInApi = (kagi: Kagi) =>
  new Elysia({ prefix: "/api/auth" }).use(publicApiDoor(kagi)).post(
    "/sign-in/email",
    async ({ caller, body, request }) => {
      const device = readCookie(request, deviceCookieName(kagi.config));
      const previous = readCookie(request, sessionCookieName(kagi.config));
      const signedIn = await signIn(kagi, caller, body, device, previous);
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
        return noContent({ cookies: [signOutCookie(kagi.config)] });
      },
      { detail: answers(204) },
    )
    .get("/session", ({ actor }) => describeSession(kagi, actor), { detail: answers(200, SessionInfo) });
