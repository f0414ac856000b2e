import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { codeOf, enrol } from "../support/factors.ts";
import { begin, begunBy, comeBack, Realm, type Somebody } from "../support/realm.ts";
import { fresh, newCategory, OWNER, onEachEngine, PATIENCE_MS, refused, type Vault } from "../support/vault.ts";

const realm = await Realm.start();
afterEach(() => {
  for (const place of Object.keys(realm.instead)) realm.instead[place] = undefined;
});
afterAll(() => realm.stop());

const HTML = { accept: "text/html,application/xhtml+xml" };

/** Somebody whom the realm knows and this vault does not. */
function somebody(more: Partial<Somebody> = {}): Somebody {
  const sub = crypto.randomUUID();
  return { sub, email: `${sub}@team.example`, email_verified: true, name: "Grace Hopper", ...more };
}

async function visit(
  client: Client,
  who: Somebody,
  lie: Parameters<Realm["code"]>[2] = {},
  query: Record<string, string> = {},
): Promise<Answer> {
  const begun = await begin(client);
  return await comeBack(client, begun, { code: realm.code(begun.location, who, lie), ...query });
}

async function enter(vault: Vault, who: Somebody): Promise<Client> {
  const answer = await visit(vault.stranger, who);
  if (answer.status !== 303) throw new Error(`not let in: ${answer.status} ${answer.text}`);
  return vault.stranger.with({ cookie: cookiesOf(answer) });
}

async function userOf(client: Client): Promise<SessionInfo["user"]> {
  return (await client.get<SessionInfo>("/api/auth/session")).body.user;
}

/** Begins what a form of ours begins; the page leads on by itself. */
async function leave(client: Client, path: string) {
  const answer = await client.send("POST", path, { raw: new URLSearchParams() });
  const location = /^0; url=(.*)$/.exec(answer.headers.get("refresh") ?? "")?.[1];
  if (answer.status !== 200 || location === undefined) throw new Error(`stayed: ${answer.status}`);
  return begunBy(answer, location);
}

/** The cookies that a session goes on under. */
function withCookiesOf(client: Client, answer: Answer): Client {
  const pairs = [client.headers.cookie ?? "", cookiesOf(answer)].flatMap((text) => text.split("; "));
  const jar = new Map(pairs.filter(Boolean).map((pair) => pair.split("=", 2) as [string, string]));
  return client.with({ cookie: [...jar].map((pair) => pair.join("=")).join("; ") });
}

async function confirmed(client: Client, password = OWNER.password): Promise<Client> {
  return withCookiesOf(client, await client.send("POST", "/confirm", { raw: new URLSearchParams({ password }) }));
}

onEachEngine(
  "signing in through Keycloak",
  (vault) => {
    test("leads to the realm with PKCE, state and nonce, and says so at the start", async () => {
      const answer = await vault.stranger.get("/api/auth/keycloak?next=%2Fkeys");
      expect(answer.status).toBe(303);
      const url = new URL(answer.headers.get("location") ?? "");
      expect(url.origin + url.pathname).toBe(`${realm.issuer}/auth`);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        response_type: "code",
        client_id: "kagi",
        redirect_uri: `${vault.url}/api/auth/callback/keycloak`,
        scope: "openid profile email",
        state: expect.stringMatching(/^[\w-]{43}$/),
        nonce: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge: expect.stringMatching(/^[\w-]{43}$/),
        code_challenge_method: "S256",
      });
      const [cookie = ""] = answer.headers.getSetCookie();
      expect(cookie).toMatch(/^kagi_keycloak_[0-9a-f]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
      // What the browser holds is not in the address, nor is either of them in the database.
      expect(url.search).not.toContain(cookie.split(/[=;]/)[1] as string);
      const stored = await vault.storage.dump();
      for (const name of ["state", "nonce"]) expect(stored).not.toContain(url.searchParams.get(name) as string);
      expect(vault.log).toContain(`redirectUri=${vault.url}/api/auth/callback/keycloak`);
    });

    test("gives somebody new an empty vault of their own, and the same one ever after", async () => {
      const who = somebody();
      const begun = await begin(vault.stranger, "?next=%2Fkeys%3Fsearch%3Dx");
      const answer = await comeBack(vault.stranger, begun, { code: realm.code(begun.location, who) });
      expect({ status: answer.status, to: answer.headers.get("location") }).toEqual({
        status: 303,
        to: "/keys?search=x",
      });
      const grace = vault.stranger.with({ cookie: cookiesOf(answer) });
      expect(grace.headers.cookie).not.toContain("kagi_keycloak");
      const user = await userOf(grace);
      expect(user).toMatchObject({ name: "Grace Hopper", email: who.email });
      expect((await grace.get("/api/stats")).body).toMatchObject({ totalCategories: 0, totalEntries: 0 });
      const again = await enter(vault, { ...who, email: "moved@team.example", name: "Renamed" });
      expect(await userOf(again)).toEqual(user);
      const told = await vault.storage.rows<{ verb: string; detail: string }>(
        `SELECT verb, detail FROM audit_events WHERE user_id = '${user.id}' ORDER BY id`,
      );
      expect(told.map(({ verb, detail }) => `${verb} ${detail}`)).toEqual([
        "create by=keycloak",
        "sign-in method=keycloak",
        "sign-in method=keycloak",
      ]);
    });

    test("knows people by issuer and subject: an address that an account has opens nothing", async () => {
      for (const email of [OWNER.email, OWNER.email.toUpperCase()]) {
        const answer = await visit(vault.stranger, somebody({ email }));
        expect(answer).toMatchObject(refused(403, "KEYCLOAK_REFUSED", { reason: "address_taken" }));
        expect(answer.headers.getSetCookie().join()).not.toContain("kagi_session");
      }
      const first = somebody();
      await enter(vault, first);
      expect(await visit(vault.stranger, somebody({ email: first.email }))).toMatchObject(
        refused(403, "KEYCLOAK_REFUSED", { reason: "address_taken" }),
      );
    });

    test("needs an address to make an account", async () => {
      for (const email of [undefined, "no address", "two words@example.com", 7 as never]) {
        expect(await visit(vault.stranger, somebody({ email }))).toMatchObject(
          refused(403, "KEYCLOAK_REFUSED", { reason: "address_missing" }),
        );
      }
    });

    test("makes no account for an address that nobody has verified, and tells not whether there is one", async () => {
      for (const email_verified of [false, undefined, "true", 1]) {
        for (const email of [OWNER.email, `${crypto.randomUUID()}@team.example`]) {
          const who = somebody({ email, email_verified: email_verified as never });
          expect(await visit(vault.stranger, who)).toMatchObject(
            refused(403, "KEYCLOAK_REFUSED", { reason: "address_unverified" }),
          );
          expect(await vault.storage.rows(`SELECT 1 FROM identities WHERE subject = '${who.sub}'`)).toEqual([]);
        }
      }
      const begun = await begin(vault.stranger);
      const code = realm.code(begun.location, somebody({ email_verified: false }));
      const page = await comeBack(vault.stranger.with(HTML), begun, { code });
      expect(page.text).toContain("Verify it in your account at Keycloak");
      // Whoever has an account already is known by who they are.
      const known = somebody();
      await enter(vault, known);
      await enter(vault, { ...known, email_verified: false });
    });

    test("makes one account of two first visits at once", async () => {
      const who = somebody();
      const clients = await Promise.all(Array.from({ length: 5 }, () => enter(vault, who)));
      const ids = await Promise.all(clients.map(async (client) => (await userOf(client)).id));
      expect(new Set(ids).size).toBe(1);
    });

    test("keeps a disabled account out, whose sessions are over", async () => {
      const who = somebody();
      const client = await enter(vault, who);
      await vault.command(["user", "disable", who.email as string]);
      expect((await client.get("/api/auth/session")).status).toBe(401);
      expect(await visit(vault.stranger, who)).toMatchObject(refused(403, "KEYCLOAK_REFUSED", { reason: "disabled" }));
      const page = await begin(vault.stranger);
      const shown = await comeBack(vault.stranger.with(HTML), page, { code: realm.code(page.location, who) });
      expect(shown.text).toContain("Your account here is switched off");
    });

    test("ends the session that the browser brought", async () => {
      const before = await vault.signIn();
      const after = await visit(before, somebody());
      expect(after.status).toBe(303);
      expect((await before.get("/api/auth/session")).status).toBe(401);
    });

    test("leads to no other site afterwards", async () => {
      for (const next of [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/.//evil.example",
        "javascript:x",
      ]) {
        const begun = await begin(vault.stranger, `?next=${encodeURIComponent(next)}`);
        const answer = await comeBack(vault.stranger, begun, { code: realm.code(begun.location, somebody()) });
        expect({ next, to: answer.headers.get("location") }).toEqual({ next, to: "/" });
      }
    });

    test("is begun by the person and not by another site's link, which leads to the button", async () => {
      const ELSEWHERE: Record<string, string>[] = [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "cross-site", referer: `${vault.url}/sign-in` },
        { referer: "https://evil.example/" },
        { referer: "about:blank" },
      ];
      for (const headers of ELSEWHERE) {
        const answer = await vault.stranger.with(headers).get("/api/auth/keycloak?next=%2Fkeys");
        expect({ status: answer.status, to: answer.headers.get("location") }).toEqual({
          status: 303,
          to: "/sign-in?next=%2Fkeys",
        });
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      const page = await vault.stranger.get("/sign-in?next=%2Fkeys");
      expect(page.text).toContain('href="/api/auth/keycloak?next=%2Fkeys"');
      const HERE: Record<string, string>[] = [
        { "sec-fetch-site": "same-origin" },
        { "sec-fetch-site": "none" },
        { referer: `${vault.url}/sign-in` },
        {},
      ];
      for (const headers of HERE) {
        const answer = await vault.stranger.with(headers).get("/api/auth/keycloak?next=%2Fkeys");
        expect(answer.headers.get("location")).toStartWith(`${realm.issuer}/auth?`);
      }
    });

    describe("an account with a second factor", () => {
      /** Somebody who has come through Keycloak, and set an app up. */
      const withApp = async () => {
        const who = somebody();
        const first = await enter(vault, who);
        await newCategory(first);
        const begun = await leave(first, "/confirm/keycloak?next=%2F");
        const client = withCookiesOf(first, await comeBack(first, begun, { code: realm.code(begun.location, who) }));
        const { secret, recoveryCodes } = await enrol(client);
        return { who, client, secret, recoveryCodes };
      };

      test("is asked for it after Keycloak, and keeps what Keycloak said of the session", async () => {
        const { who, client, secret, recoveryCodes } = await withApp();
        const begun = await begin(vault.stranger, "?next=%2Fkeys");
        const answer = await comeBack(vault.stranger, begun, { code: realm.code(begun.location, who) });
        expect({ status: answer.status, to: answer.headers.get("location") }).toEqual({
          status: 303,
          to: "/sign-in/second-factor?next=%2Fkeys",
        });
        const pending = vault.stranger.with({ cookie: cookiesOf(answer) });
        expect(pending.headers.cookie).not.toContain("kagi_session");
        expect((await pending.get("/api/auth/session")).status).toBe(401);
        const page = await pending.get("/sign-in/second-factor?next=%2Fkeys");
        expect(page.text).toContain(`Keycloak has led you to the account of <strong>${who.email}</strong>`);
        expect(page.text).not.toContain("The password of");
        const send = (code: string) =>
          pending.send("POST", "/sign-in/second-factor", { raw: new URLSearchParams({ code, next: "/keys" }) });
        expect((await send("000000")).status).toBe(401);
        // The code of now was used to set the app up.
        expect((await send(codeOf(secret))).status).toBe(401);
        const through = await send(codeOf(secret, 1));
        expect({ status: through.status, to: through.headers.get("location") }).toEqual({ status: 303, to: "/keys" });
        const session = withCookiesOf(vault.stranger, through);
        expect(await userOf(session)).toEqual(await userOf(client));
        const sessions = (await session.get<{ method: string; current: boolean }[]>("/api/auth/sessions")).body;
        expect(sessions.find(({ current }) => current)?.method).toBe("keycloak+totp");
        // The ID token went with it, sealed, and none of it is left behind.
        const out = await leave(session, "/sign-out");
        expect(new URL(out.location).searchParams.get("id_token_hint")).toMatch(/^eyJ/);
        expect(await vault.storage.rows("SELECT 1 FROM pending_sign_ins WHERE sealed_id_token IS NOT NULL")).toEqual(
          [],
        );

        // Keycloak's logout ends what is half way, too.
        const again = await begin(vault.stranger);
        const half = await comeBack(vault.stranger, again, { code: realm.code(again.location, who) });
        const token = await realm.logoutToken({ sub: who.sub });
        await vault.stranger.send("POST", "/api/auth/backchannel-logout/keycloak", {
          raw: new URLSearchParams({ logout_token: token }),
        });
        const late = await vault.stranger.with({ cookie: cookiesOf(half) }).send("POST", "/sign-in/second-factor", {
          raw: new URLSearchParams({ code: recoveryCodes[0] ?? "", next: "/" }),
        });
        expect(late.headers.get("location")).toBe("/sign-in");
      });

      test("confirms with Keycloak and a code of its own, not with Keycloak alone", async () => {
        const { who, client, recoveryCodes } = await withApp();
        await vault.storage.rows("UPDATE sessions SET confirmed_at = NULL");
        const path = "/confirm/keycloak?next=%2Fsettings%2Fdanger";
        const confirm = (code: string) => client.send("POST", path, { raw: new URLSearchParams({ code }) });
        expect((await client.get("/confirm?next=%2Fsettings%2Fdanger")).text).toContain('name="code"');
        const visits = async () => (await vault.storage.rows("SELECT 1 FROM keycloak_visits")).length;
        const before = await visits();
        for (const [code, said] of [
          ["", "second factor"],
          ["000000", "That code is wrong"],
        ] as const) {
          const answer = await confirm(code);
          expect({ code, refused: answer.status >= 400 && answer.status < 500 }).toEqual({ code, refused: true });
          expect(answer.headers.get("refresh")).toBeNull();
          expect(answer.text).toContain(said);
          expect(answer.text).toContain("Confirm with Keycloak");
        }
        expect(await visits()).toBe(before);
        const [used = ""] = recoveryCodes;
        const left = await confirm(used);
        const begun = begunBy(left, /^0; url=(.*)$/.exec(left.headers.get("refresh") ?? "")?.[1] ?? "");
        const done = await comeBack(client, begun, { code: realm.code(begun.location, who) });
        expect(done.headers.get("location")).toBe("/settings/danger");
        const proven = withCookiesOf(client, done);
        expect((await proven.get("/settings/danger")).text).toContain('name="word"');
        // A code works once here as well.
        const twice = await proven.send("POST", path, { raw: new URLSearchParams({ code: used }) });
        expect(twice.status).toBe(401);
        const told = await vault.storage.rows<{ detail: string }>(
          `SELECT detail FROM audit_events WHERE verb = 'confirm' AND result = 'refused' AND user_id = '${(await userOf(proven)).id}'`,
        );
        expect(told.map(({ detail }) => detail)).toEqual(Array(2).fill("why=second-factor"));
      });
    });

    test("is no proof at the API of who sits there, unlike a password", async () => {
      const path = "/api/export";
      expect((await (await vault.signIn()).get(path)).status).toBe(200);
      expect(await (await enter(vault, somebody())).get(path)).toMatchObject(refused(403, "FRESH_PROOF_REQUIRED"));
    });

    test("leaves a trace of whoever is refused", async () => {
      const trace = async (verb: string, why: string) =>
        await vault.storage.rows(
          `SELECT 1 FROM audit_events WHERE verb = '${verb}' AND result = 'refused' AND detail = 'why=${why} by=keycloak'`,
        );
      await vault.stranger.get("/api/auth/callback/keycloak?state=x&code=y");
      expect(await trace("sign-in", "state")).toHaveLength(1);
      await visit(vault.stranger, somebody(), { stranger: true });
      await visit(vault.stranger, somebody(), { stranger: true });
      // Once for an address and a while: strangers could fill the trail.
      expect(await trace("sign-in", "untrusted")).toHaveLength(1);
      await visit(vault.stranger, somebody({ email_verified: false }));
      expect(await trace("sign-in", "address_unverified")).toHaveLength(1);
      await visit(vault.stranger, somebody({ email: OWNER.email }));
      expect(await trace("sign-in", "address_taken")).not.toEqual([]);
      await vault.stranger.send("POST", "/api/auth/backchannel-logout/keycloak", {
        raw: new URLSearchParams({ logout_token: await realm.logoutToken({ sub: "x" }, { stranger: true }) }),
      });
      expect(await trace("sign-out", "untrusted")).toHaveLength(1);
      // The owner of an address sees that somebody came with it.
      expect((await vault.owner.get("/settings/activity")).text).toContain(
        "tried to come in through Keycloak with the address of this account",
      );
    });

    describe("a way to Keycloak", () => {
      const over = refused(400, "KEYCLOAK_STATE_INVALID");

      test("is good once, however many come back at once", async () => {
        const begun = await begin(vault.stranger);
        const code = realm.code(begun.location, somebody());
        const answers = await Promise.all(Array.from({ length: 8 }, () => comeBack(vault.stranger, begun, { code })));
        expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array(7).fill(400)]);
        expect(await comeBack(vault.stranger, begun, { code })).toMatchObject(over);
      });

      test("is good for the browser alone that began it", async () => {
        const theirs = await begin(vault.stranger);
        const ours = await begin(vault.stranger);
        const code = realm.code(theirs.location, somebody());
        const name = theirs.cookie.split("=")[0];
        for (const cookie of ["", ours.cookie, `${name}=${ours.cookie.split("=")[1]}`]) {
          expect(await comeBack(vault.stranger, theirs, { code }, cookie)).toMatchObject(over);
        }
        // And whoever began it is not kept from finishing.
        expect((await comeBack(vault.stranger, theirs, { code })).status).toBe(303);
      });

      test("ends after ten minutes", async () => {
        const begun = await begin(vault.stranger);
        const code = realm.code(begun.location, somebody());
        await vault.storage.rows("UPDATE keycloak_visits SET expires_at = '2020-01-01T00:00:00.000Z'");
        expect(await comeBack(vault.stranger, begun, { code })).toMatchObject(over);
      });

      test("was begun by somebody, and the page says what to do", async () => {
        for (const query of ["", "?state=", `?state=${"A".repeat(43)}&code=x`, "?code=x"]) {
          expect(await vault.stranger.get(`/api/auth/callback/keycloak${query}`)).toMatchObject(over);
        }
        const page = await vault.stranger.get("/api/auth/callback/keycloak?state=x&code=y", HTML);
        expect(page.status).toBe(400);
        expect(page.text).toContain("Begin again");
        expect(page.text).toContain('href="/sign-in"');
      });

      test("takes one code only, and not one of another way", async () => {
        const [one, other] = [await begin(vault.stranger), await begin(vault.stranger)];
        // PKCE: a code that was stolen and put into one's own way is worth nothing.
        const stolen = realm.code(one.location, somebody());
        expect(await comeBack(vault.stranger, other, { code: stolen })).toMatchObject(refused(502, "KEYCLOAK_FAILED"));
      });

      test("may bring what nobody knows", async () => {
        const more = { session_state: crypto.randomUUID(), iss: realm.issuer, kc_action_status: "x" };
        expect((await visit(vault.stranger, somebody(), {}, more)).status).toBe(303);
      });

      test("that comes back from another issuer is not believed", async () => {
        expect(await visit(vault.stranger, somebody(), {}, { iss: "https://evil.example/realms/team" })).toMatchObject(
          refused(502, "KEYCLOAK_FAILED", { reason: "untrusted" }),
        );
      });

      test("that ends in a no, or in an error, is a calm page", async () => {
        const no = await begin(vault.stranger);
        const page = await comeBack(vault.stranger.with(HTML), no, { error: "access_denied" });
        expect(page.status).toBe(403);
        expect(page.text).toContain("You said no at Keycloak");
        const broken = await begin(vault.stranger);
        const error = "<script>alert(1)</script>";
        const answer = await comeBack(vault.stranger.with(HTML), broken, { error, error_description: error });
        expect(answer.status).toBe(502);
        expect(answer.text).not.toContain("alert(1)");
        expect(vault.log).not.toContain("alert(1)");
        const named = await begin(vault.stranger);
        await comeBack(vault.stranger, named, { error: "temporarily_unavailable" });
        await vault.logged("temporarily_unavailable");
      });
    });

    describe("a Keycloak that lies", () => {
      const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const hmac = (text: string, key: string) => new Bun.CryptoHasher("sha256", key).update(text).digest("base64url");
      const hs256 = (key: () => string) => (_: string, payload: unknown) => {
        const text = `${base64({ alg: "HS256", typ: "JWT" })}.${base64(payload)}`;
        return `${text}.${hmac(text, key())}`;
      };
      const past = Math.floor(Date.now() / 1000) - 3600;
      const LIES: [string, Parameters<Realm["code"]>[2]][] = [
        ["of another issuer", { claims: { iss: "https://evil.example/realms/team" } }],
        ["of another realm", { claims: { iss: `${realm.issuer}2` } }],
        ["without an issuer", { without: ["iss"] }],
        ["for another audience", { claims: { aud: "another-client" } }],
        ["without an audience", { without: ["aud"] }],
        ["for several, and made for another", { claims: { aud: ["kagi", "other"], azp: "other" } }],
        ["for several, and made for nobody", { claims: { aud: ["kagi", "other"] }, without: ["azp"] }],
        ["with another nonce", { claims: { nonce: "A".repeat(43) } }],
        ["without a nonce", { without: ["nonce"] }],
        ["that has expired", { claims: { exp: past } }],
        ["that never expires", { without: ["exp"] }],
        ["of a time to come", { claims: { nbf: past + 7200 } }],
        ["without a subject", { without: ["sub"] }],
        ["signed by a stranger's key", { stranger: true }],
        ["signed by nobody", { token: (_, payload) => `${base64({ alg: "none", typ: "JWT" })}.${base64(payload)}.` }],
        ["signed with the client's secret", { token: hs256(() => realm.clientSecret) }],
        ["signed with the public key as a secret", { token: hs256(() => realm.publicKeyText) }],
        [
          "with another content under the signature",
          {
            token: (right, payload) => {
              const [head, , signature] = right.split(".");
              return `${head}.${base64({ ...payload, sub: "ada" })}.${signature}`;
            },
          },
        ],
        ["that is none", { token: () => "not a token" }],
        ["that is a number", { token: () => 7 as never }],
      ];
      test.each(LIES)("with an ID token %s lets nobody in", async (_what, lie) => {
        const who = somebody();
        const answer = await visit(vault.stranger, who, lie);
        expect(answer).toMatchObject(refused(502, "KEYCLOAK_FAILED"));
        expect(["untrusted", "misconfigured"]).toContain((answer.body as { reason: string }).reason);
        expect(answer.headers.getSetCookie().join()).not.toContain("kagi_session");
        expect(await vault.storage.rows(`SELECT 1 FROM users WHERE email = '${who.email}'`)).toEqual([]);
      });

      test("believes a clock that is a few seconds off", async () => {
        const now = Math.floor(Date.now() / 1000);
        expect((await visit(vault.stranger, somebody(), { claims: { iat: now + 15, nbf: now + 15 } })).status).toBe(
          303,
        );
      });

      test("changes its keys, which are known at once", async () => {
        await visit(vault.stranger, somebody());
        await realm.rotate();
        expect((await visit(vault.stranger, somebody())).status).toBe(303);
      });

      const ANSWERS: [string, () => Response, string][] = [
        ["an error of its own", () => new Response("oops", { status: 500 }), "unreachable"],
        ["a wrong secret", () => Response.json({ error: "invalid_client" }, { status: 401 }), "misconfigured"],
        ["no JSON", () => new Response("<html>"), "misconfigured"],
        ["a list", () => Response.json([]), "misconfigured"],
        ["no token", () => Response.json({ access_token: "x" }), "misconfigured"],
        ["the way elsewhere", () => Response.redirect("http://127.0.0.1:1/"), "misconfigured"],
        ["more than anybody could want", () => new Response("x".repeat(1024 * 1024 + 1)), "untrusted"],
      ];
      test.each(ANSWERS)("answers a code with %s: a page, a line, and nobody in", async (_what, answer, reason) => {
        const begun = await begin(vault.stranger);
        const code = realm.code(begun.location, somebody(), { answer });
        const page = await comeBack(vault.stranger.with(HTML), begun, { code });
        expect(page.status).toBe(502);
        expect(page.headers.get("content-type")).toContain("text/html");
        expect(page.text).toContain(page.headers.get("x-request-id") as string);
        await vault.logged(`reason=${reason}`);
        expect(page.text).not.toContain(code);
        expect(vault.log).not.toContain(code);
      });
    });

    describe("signing out", () => {
      test("leads to Keycloak with the ID token, which is kept sealed, and back to the sign-in page", async () => {
        const who = somebody();
        const client = await enter(vault, who);
        const begun = await leave(client, "/sign-out");
        const url = new URL(begun.location);
        expect(url.origin + url.pathname).toBe(`${realm.issuer}/logout`);
        expect(url.searchParams.get("post_logout_redirect_uri")).toBe(`${vault.url}/sign-in`);
        const hint = url.searchParams.get("id_token_hint") as string;
        expect(JSON.parse(Buffer.from(hint.split(".")[1] as string, "base64url").toString())).toMatchObject({
          sub: who.sub,
        });
        expect((await client.get("/api/auth/session")).status).toBe(401);
        expect(await vault.storage.dump()).not.toContain(hint.split(".")[2] as string);
        expect(vault.log).not.toContain("eyJ");
      });

      test("of a session that began with a password stays here", async () => {
        const client = await vault.signIn();
        const answer = await client.send("POST", "/sign-out", { raw: new URLSearchParams() });
        expect({ status: answer.status, to: answer.headers.get("location") }).toEqual({ status: 303, to: "/sign-in" });
      });

      test("by the API ends the session as ever", async () => {
        const client = await enter(vault, somebody());
        expect((await client.post("/api/auth/sign-out")).status).toBe(204);
        expect((await client.get("/api/auth/session")).status).toBe(401);
      });
    });

    describe("Keycloak's own word that a session is over", () => {
      const say = (token: string) =>
        vault.stranger.send("POST", "/api/auth/backchannel-logout/keycloak", {
          raw: new URLSearchParams({ logout_token: token }),
        });
      const isIn = async (client: Client) => (await client.get("/api/auth/session")).status === 200;

      test("ends the sessions that began from it at once, and no others", async () => {
        const who = somebody();
        const begun = await begin(vault.stranger);
        const elsewhere = await comeBack(vault.stranger, begun, {
          code: realm.code(begun.location, who, { claims: { sid: "another-session" } }),
        });
        const other = vault.stranger.with({ cookie: cookiesOf(elsewhere) });
        const [client, stranger] = [await enter(vault, who), await enter(vault, somebody())];
        const token = await realm.logoutToken({ sub: who.sub, sid: `sid-of-${who.sub}` });
        expect(await say(token)).toMatchObject({ status: 200, body: {} });
        expect(await Promise.all([client, other, stranger].map(isIn))).toEqual([false, true, true]);
        // By the person alone, every session of theirs.
        const again = await enter(vault, who);
        expect(await say(await realm.logoutToken({ sub: who.sub }))).toMatchObject({ status: 200 });
        expect(await Promise.all([again, other, stranger].map(isIn))).toEqual([false, false, true]);
        // By the session alone.
        const third = await enter(vault, who);
        expect(await say(await realm.logoutToken({ sid: `sid-of-${who.sub}` }))).toMatchObject({ status: 200 });
        expect(await Promise.all([third, stranger].map(isIn))).toEqual([false, true]);
        const told = await vault.storage.rows(
          "SELECT detail FROM audit_events WHERE verb = 'sign-out' AND detail LIKE '%keycloak%'",
        );
        expect(told.length).toBeGreaterThanOrEqual(3);
      });

      test("is obeyed once, however often it is said at once", async () => {
        const who = somebody();
        const client = await enter(vault, who);
        const token = await realm.logoutToken({ sub: who.sub });
        const answers = await Promise.all(Array.from({ length: 6 }, () => say(token)));
        expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(5).fill(400)]);
        const after = await enter(vault, who);
        expect(await say(token)).toMatchObject(refused(400, "VALIDATION_ERROR"));
        expect(await Promise.all([client, after].map(isIn))).toEqual([false, true]);
      });

      test("is not believed when it is not that", async () => {
        const who = somebody();
        const client = await enter(vault, who);
        const { sub } = who;
        const lies = [
          realm.logoutToken({ sub }, { stranger: true }),
          realm.logoutToken({ sub, iss: "https://evil.example" }),
          realm.logoutToken({ sub, aud: "another-client" }),
          realm.logoutToken({ sub, exp: 1_600_000_000 }),
          realm.logoutToken({ sub, nonce: "x" }),
          realm.logoutToken({ sub, events: {} }),
          realm.logoutToken({ sub, events: { "http://schemas.openid.net/event/backchannel-logout": "yes" } }),
          realm.logoutToken({ sub }, { without: ["events"] }),
          realm.logoutToken({ sub }, { without: ["jti"] }),
          realm.logoutToken({ sub }, { without: ["iat"] }),
          realm.logoutToken({ sub }, { without: ["exp"] }),
          realm.logoutToken({ sub }, { typ: "at+jwt" }),
          realm.logoutToken({ sub, exp: Math.floor(Date.now() / 1000) + 3600 }),
          realm.logoutToken({ sub, iat: Math.floor(Date.now() / 1000) - 3600 }),
          realm.logoutToken({ sub, jti: 7 as never }),
          realm.logoutToken({}),
          Promise.resolve("no token"),
          Promise.resolve(""),
        ];
        for (const lie of lies) expect(await say(await lie)).toMatchObject(refused(400, "VALIDATION_ERROR"));
        const asJson = await vault.stranger.post("/api/auth/backchannel-logout/keycloak", {
          logout_token: await realm.logoutToken({ sub }),
        });
        expect(asJson).toMatchObject(refused(415, "UNSUPPORTED_MEDIA_TYPE"));
        expect(await isIn(client)).toBe(true);
        for (const typ of ["", "JWT", "application/logout+jwt"]) {
          const session = await enter(vault, who);
          expect((await say(await realm.logoutToken({ sub }, { typ }))).status).toBe(200);
          expect(await isIn(session)).toBe(false);
        }
      });
    });

    test("strangers' logouts fill no log, and keep nobody from being signed out", async () => {
      const who = somebody();
      const client = await enter(vault, who);
      const say = (token: string) =>
        vault.stranger.send("POST", "/api/auth/backchannel-logout/keycloak", {
          raw: new URLSearchParams({ logout_token: token }),
        });
      await vault.storage.rows("DELETE FROM throttles WHERE key LIKE 'logout:%' RETURNING key");
      const lines = () => vault.log.split("logout token refused").length - 1;
      const cries = () => vault.log.split("Keycloak was of no help").length - 1;
      const [before, cried] = [lines(), cries()];
      const answers: Awaited<ReturnType<typeof say>>[] = [];
      for (let at = 0; at < 80; at += 1) answers.push(await say(`lie ${at}`));
      expect(answers.map(({ status }) => status)).toEqual([...Array(60).fill(400), ...Array(20).fill(429)]);
      expect(answers.at(-1)).toMatchObject(refused(429, "RATE_LIMITED", { error: "Too many attempts" }));
      expect(Number(answers.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
      await vault.logged("logout token refused");
      expect(lines() - before).toBeLessThanOrEqual(60);
      expect(cries()).toBe(cried);
      expect((await say(await realm.logoutToken({ sub: who.sub }))).status).toBe(200);
      expect((await client.get("/api/auth/session")).status).toBe(401);
      await vault.storage.rows("DELETE FROM throttles WHERE key LIKE 'logout:%' RETURNING key");
    });

    describe("an account that its owner links", () => {
      const owners = async () => {
        const account = { email: `${fresh("linker").replace(" ", "-")}@example.com`, password: OWNER.password };
        await vault.addUser(account);
        return { account, client: await vault.signIn(account) };
      };

      test("is opened by Keycloak from then on, and by its password still", async () => {
        const { account, client: first } = await owners();
        const bare = await first.send("POST", "/settings/keycloak/link", { raw: new URLSearchParams() });
        expect(bare.headers.get("location")).toBe("/confirm?next=%2Fsettings%2Fkeycloak%2Flink");
        const client = await confirmed(first);
        const who = somebody({ email: "quite-another@team.example" });
        const begun = await leave(client, "/settings/keycloak/link");
        const linked = await comeBack(client, begun, { code: realm.code(begun.location, who) });
        expect({ status: linked.status, to: linked.headers.get("location") }).toEqual({
          status: 303,
          to: "/settings/sign-in",
        });
        const user = await userOf(client);
        expect(await userOf(await enter(vault, who))).toEqual(user);
        expect(await userOf(await vault.signIn(account))).toEqual(user);
        const page = await client.get("/settings/sign-in");
        expect(page.text).toContain("quite-another@team.example");
        expect(page.text).toContain(`${vault.url}/api/auth/callback/keycloak`);

        // Nobody else can link the same.
        const second = await confirmed((await owners()).client);
        const taken = await leave(second, "/settings/keycloak/link");
        expect(await comeBack(second, taken, { code: realm.code(taken.location, who) })).toMatchObject(
          refused(403, "KEYCLOAK_REFUSED", { reason: "linked_elsewhere" }),
        );

        // And what is unlinked opens nothing.
        const through = await enter(vault, who);
        const [identity] = await vault.storage.rows<{ id: string }>(
          `SELECT id FROM identities WHERE subject = '${who.sub}'`,
        );
        const path = `/settings/keycloak/${identity?.id}/unlink`;
        expect((await client.get(path)).text).toContain("Unlink quite-another@team.example?");
        expect((await second.get(path)).status).toBe(404);
        expect((await second.send("POST", path, { raw: new URLSearchParams() })).status).toBe(404);
        const unproven = await vault.signIn(account);
        const asked = await unproven.send("POST", path, { raw: new URLSearchParams() });
        expect(asked.headers.get("location")).toContain("/confirm?next=");
        expect((await client.send("POST", path, { raw: new URLSearchParams() })).status).toBe(303);
        expect((await through.get("/api/auth/session")).status).toBe(401);
        expect((await client.get("/api/auth/session")).status).toBe(200);
        const later = await enter(vault, who);
        expect((await userOf(later)).id).not.toBe(user.id);
      });

      test("is linked by no other site, by no other session, and not by whoever is signed out", async () => {
        const { account, client: first } = await owners();
        const client = await confirmed(first);
        const forged = await client
          .with({ "sec-fetch-site": "cross-site" })
          .send("POST", "/settings/keycloak/link", { raw: new URLSearchParams() });
        expect(forged.status).toBe(403);
        for (const finisher of [await vault.signIn(account), await vault.signIn(), vault.stranger]) {
          const begun = await leave(client, "/settings/keycloak/link");
          const code = realm.code(begun.location, somebody());
          expect(await comeBack(finisher, begun, { code })).toMatchObject(refused(400, "KEYCLOAK_STATE_INVALID"));
        }
        const { id } = await userOf(client);
        expect(await vault.storage.rows(`SELECT 1 FROM identities WHERE user_id = '${id}'`)).toEqual([]);
      });
    });

    describe("somebody without a password", () => {
      test("proves at Keycloak who they are, asked again there, and unlinks not the only way in", async () => {
        const who = somebody();
        const client = await enter(vault, who);
        await newCategory(client);
        const page = await client.get("/confirm?next=%2Fsettings%2Fdanger");
        expect(page.text).toContain("Confirm with Keycloak");
        expect(page.text).not.toContain('type="password"');
        const path = "/confirm/keycloak?next=%2Fsettings%2Fdanger";

        const begun = await leave(client, path);
        const { searchParams } = new URL(begun.location);
        expect([searchParams.get("prompt"), searchParams.get("max_age")]).toEqual(["login", "0"]);
        const done = await comeBack(client, begun, { code: realm.code(begun.location, who) });
        expect({ status: done.status, to: done.headers.get("location") }).toEqual({
          status: 303,
          to: "/settings/danger",
        });
        const proven = withCookiesOf(client, done);
        // The session goes on under another token.
        expect((await client.get("/api/auth/session")).status).toBe(401);
        expect((await proven.get("/settings/danger")).text).toContain('name="word"');

        const [identity] = await vault.storage.rows<{ id: string }>(
          `SELECT id FROM identities WHERE subject = '${who.sub}'`,
        );
        const kept = await proven.send("POST", `/settings/keycloak/${identity?.id}/unlink`, {
          raw: new URLSearchParams(),
        });
        expect(kept.status).toBe(409);
        expect(kept.text).toContain("It is your way in");
        expect(await userOf(await enter(vault, who))).toMatchObject({ email: who.email });
      });

      test("is not believed for having signed in there long ago, nor for somebody else", async () => {
        const who = somebody();
        const client = await enter(vault, who);
        await newCategory(client);
        const old = Math.floor(Date.now() / 1000) - 120;
        const attempts: [Somebody, Parameters<Realm["code"]>[2], number][] = [
          [who, { claims: { auth_time: old } }, 502],
          [who, { without: ["auth_time"] }, 502],
          [somebody(), {}, 403],
        ];
        for (const [whom, lie, status] of attempts) {
          const begun = await leave(client, "/confirm/keycloak?next=%2F");
          const answer = await comeBack(client, begun, { code: realm.code(begun.location, whom, lie) });
          expect(answer.status).toBe(status);
        }
        expect((await client.get("/settings/danger")).text).not.toContain('name="word"');
      });
    });

    test("nothing secret has been logged", () => {
      for (const secret of [realm.clientSecret, "eyJ"]) expect(vault.log).not.toContain(secret);
    });
  },
  realm.environment(),
);

onEachEngine(
  "a role that Keycloak must have given",
  (vault) => {
    const ours = { kagi: { roles: ["vault"] } };
    const WITH: [string, Parameters<Realm["code"]>[2]][] = [
      ["of the realm in the ID token", { claims: { realm_access: { roles: ["x", "vault"] } } }],
      ["of the client in the ID token", { claims: { resource_access: ours } }],
      ["of the realm in the access token", { access: { realm_access: { roles: ["vault"] } } }],
      ["of the client in the access token", { access: { resource_access: ours } }],
    ];
    test.each(WITH)("lets in with the role %s", async (_where, lie) => {
      expect((await visit(vault.stranger, somebody(), lie)).status).toBe(303);
    });

    test("lets in with the role in what userinfo says", async () => {
      const who = somebody();
      const userinfo = { sub: who.sub, realm_access: { roles: ["vault"] } };
      expect((await visit(vault.stranger, who, { userinfo })).status).toBe(303);
    });

    const role = { realm_access: { roles: ["vault"] } };
    const WITHOUT: [string, Parameters<Realm["code"]>[2]][] = [
      ["no role", {}],
      ["another role", { claims: { realm_access: { roles: ["vaults"] } } }],
      ["the role as text", { claims: { realm_access: { roles: "vault" } } }],
      ["another client's role", { claims: { resource_access: { other: { roles: ["vault"] } } } }],
      ["a role in somebody else's access token", { access: { ...role, sub: "somebody-else" } }],
      ["a role in another client's access token", { access: { ...role, azp: "other" } }],
      ["a role in what userinfo says of somebody else", { userinfo: { sub: "somebody-else", ...role } }],
    ];
    test.each(WITHOUT)("keeps out with %s", async (_what, lie) => {
      const who = somebody();
      expect(await visit(vault.stranger, who, lie)).toMatchObject(refused(403, "KEYCLOAK_REFUSED", { reason: "role" }));
      expect(await vault.storage.rows(`SELECT 1 FROM users WHERE email = '${who.email}'`)).toEqual([]);
    });
  },
  { ...realm.environment(), KEYCLOAK_REQUIRED_ROLE: "vault" },
);

onEachEngine(
  "linking by a verified address, where the operator allows it",
  (vault) => {
    test("opens the account that has it, once, and not for an address that nobody has verified", async () => {
      const who = somebody({ email: OWNER.email.toUpperCase() });
      const taken = refused(403, "KEYCLOAK_REFUSED", { reason: "address_taken" });
      const unverified = refused(403, "KEYCLOAK_REFUSED", { reason: "address_unverified" });
      for (const claim of [false, undefined, "true"]) {
        expect(await visit(vault.stranger, { ...who, email_verified: claim as never })).toMatchObject(unverified);
      }
      expect(await userOf(await enter(vault, who))).toEqual(await userOf(vault.owner));
      // Whoever has the address after that is somebody else.
      expect(await visit(vault.stranger, somebody({ email: OWNER.email }))).toMatchObject(taken);
    });

    test("keeps a disabled account out", async () => {
      const account = { email: "gone@example.com", password: OWNER.password };
      await vault.addUser(account);
      await vault.command(["user", "disable", account.email]);
      expect(await visit(vault.stranger, somebody({ email: account.email }))).toMatchObject(
        refused(403, "KEYCLOAK_REFUSED", { reason: "disabled" }),
      );
      expect(
        await vault.storage.rows(
          "SELECT 1 FROM identities i JOIN users u ON u.id = i.user_id WHERE u.email = 'gone@example.com'",
        ),
      ).toEqual([]);
    });
  },
  { ...realm.environment(), KEYCLOAK_LINK_BY_EMAIL: "true" },
);

onEachEngine(
  "sign-in with passwords, switched off",
  (vault) => {
    const byPassword = () => vault.stranger.post("/api/auth/sign-in/email", OWNER);

    test("stays open until somebody has come in through Keycloak, is closed then, and opened by the operator", async () => {
      expect((await byPassword()).status).toBe(200);
      expect((await vault.stranger.get("/sign-in")).text).toContain('type="password"');
      expect(vault.log).toContain("stays open until somebody has come in through Keycloak");

      expect((await visit(vault.stranger, somebody(), { stranger: true })).status).toBe(502);
      expect((await byPassword()).status).toBe(200);
      await enter(vault, somebody());
      const closed = refused(403, "EMAIL_PASSWORD_DISABLED");
      expect(await byPassword()).toMatchObject(closed);
      // Whether an account exists, or its password is right, makes no difference.
      expect(
        await vault.stranger.post("/api/auth/sign-in/email", { email: "no@example.com", password: "x" }),
      ).toMatchObject(closed);
      const page = await vault.stranger.get("/sign-in");
      expect(page.text).toContain("Sign in with Keycloak");
      expect(page.text).not.toContain('type="password"');
      const form = await vault.stranger.send("POST", "/sign-in", { raw: new URLSearchParams(OWNER) });
      expect(form.status).toBe(403);
      // Sessions that are open stay so.
      expect((await vault.owner.get("/api/auth/session")).status).toBe(200);

      await vault.command(["user", "reset-password", OWNER.email], `${OWNER.password}\n`);
      expect((await byPassword()).status).toBe(200);
      await enter(vault, somebody());
      expect(await byPassword()).toMatchObject(closed);
    });
  },
  { ...realm.environment(), ENABLE_EMAIL_PASSWORD: "false" },
);

onEachEngine(
  "a Keycloak that is not as it should be",
  (vault) => {
    const wellKnown = ".well-known/openid-configuration";
    const ill: [string, () => Response | Promise<Response>, string, RegExp][] = [
      ["does not know the realm", () => new Response("", { status: 404 }), "misconfigured", /KEYCLOAK_REALM/],
      ["is ill", () => new Response("", { status: 503 }), "unreachable", /503/],
      ["is another server", () => new Response("<html>hello"), "misconfigured", /not with a realm's description/],
      [
        "has another name",
        () => Response.json({ ...realm.description, issuer: "https://other.example/realms/team" }),
        "misconfigured",
        /other\.example.*KEYCLOAK_URL/,
      ],
      ["names no endpoints", () => Response.json({ issuer: realm.issuer }), "misconfigured", /lacks an endpoint/],
      [
        "names an endpoint that is a script",
        () => Response.json({ ...realm.description, authorization_endpoint: "javascript:alert(1)" }),
        "misconfigured",
        /lacks an endpoint/,
      ],
      ["never answers", () => new Promise<Response>(() => {}), "timeout", /within 5 seconds/],
    ];
    // Each leaves it as unknown as before, so that the next one asks anew.
    test.each(ill)(
      "that %s: a page, a line for the operator, and the sign-in page as ever",
      async (_what, instead, reason, said) => {
        realm.instead[wellKnown] = instead;
        expect(await vault.stranger.get("/api/auth/keycloak")).toMatchObject(
          refused(502, "KEYCLOAK_FAILED", { reason }),
        );
        const page = await vault.stranger.get("/api/auth/keycloak", HTML);
        expect({ status: page.status, type: page.headers.get("content-type") }).toEqual({
          status: 502,
          type: "text/html; charset=utf-8",
        });
        await vault.logged(page.headers.get("x-request-id") as string);
        const line = vault.log.split("\n").find((text) => text.includes(page.headers.get("x-request-id") as string));
        expect(line).toMatch(said);
        expect((await vault.stranger.get("/sign-in")).status).toBe(200);
        expect(await vault.storage.rows("SELECT 1 FROM keycloak_visits")).toEqual([]);
      },
    );

    test("that is gone when somebody signs out keeps nobody in", async () => {
      const who = somebody();
      const client = await enter(vault, who);
      await vault.restart("stop");
      realm.instead[wellKnown] = () => new Response("", { status: 503 });
      const again = vault.stranger.with(client.headers);
      const out = await again.send("POST", "/sign-out", { raw: new URLSearchParams() });
      expect({ status: out.status, to: out.headers.get("location") }).toEqual({ status: 303, to: "/sign-in" });
      expect((await again.get("/api/auth/session")).status).toBe(401);
    });
  },
  realm.environment(),
);

describe("without Keycloak", () => {
  onEachEngine("nothing leads there", (vault) => {
    beforeAll(async () => {
      await vault.signIn();
    }, PATIENCE_MS);

    test("and its addresses say so", async () => {
      expect((await vault.stranger.get("/sign-in")).text).not.toContain("Keycloak");
      expect((await vault.owner.get("/settings/sign-in")).text).not.toContain("Keycloak");
      for (const path of ["/api/auth/keycloak", "/api/auth/callback/keycloak?state=x&code=y"]) {
        expect(await vault.stranger.get(path)).toMatchObject(refused(503, "KEYCLOAK_NOT_CONFIGURED"));
        expect((await vault.stranger.get(path, HTML)).text).toContain("knows no Keycloak");
      }
    });
  });
});
