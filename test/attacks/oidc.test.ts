import { afterAll, expect } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { type Begun, begin, begunBy, comeBack, Realm, type Somebody } from "../support/realm.ts";
import { confirmed, OTHER, OWNER, withCookies } from "../support/vault.ts";
import { post } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("code mix-up, state and nonce");

const realm = await Realm.start();
/** Another realm, whose answers are not this one's. */
const foreign = await Realm.start();
afterAll(async () => {
  await realm.stop();
  await foreign.stop();
});

const somebody = (): Somebody => {
  const sub = crypto.randomUUID();
  return { sub, email: `${sub}@team.example`, email_verified: true, name: "Grace" };
};
const base64 = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");

onOneVault(
  "a way to Keycloak",
  (vault) => {
    const userOf = async (by: Client) => {
      const { status, body } = await by.get<SessionInfo>("/api/auth/session");
      return status === 200 ? body.user.email : null;
    };
    /** Nobody is in: no session is set, and what the browser had is what it has. */
    const expectNobody = (answer: Answer) => {
      expect(answer.status).toBeOneOf([400, 403, 502, 503]);
      expect(cookiesOf(answer)).not.toMatch(/kagi_session=|kagi_pending=/);
      expect(answer.headers.get("location")).toBeNull();
    };
    const come = (begun: Begun, query: Record<string, string>, cookie = begun.cookie) =>
      comeBack(vault.stranger, begun, query, cookie);
    const raw = (query: string, cookie: string) =>
      vault.stranger.get(`/api/auth/callback/keycloak?${query}`, { cookie });

    test("is of one browser, one state and one code", async (attempt) => {
      const [mine, theirs] = [await begin(vault.stranger), await begin(vault.stranger)];
      const code = (begun: Begun) => realm.code(begun.location, somebody());
      const name = mine.cookie.split("=")[0] ?? "";
      const TRIES: [what: string, send: () => Promise<Answer>][] = [
        ["no cookie", async () => come(mine, { code: code(mine) }, "")],
        ["the cookie of another way", async () => come(mine, { code: code(mine) }, theirs.cookie)],
        [
          "another way's cookie under this one's name",
          async () => come(mine, { code: code(mine) }, `${name}=${theirs.cookie.split("=")[1]}`),
        ],
        ["an empty cookie", async () => come(mine, { code: code(mine) }, `${name}=`)],
        ["the state as the cookie", async () => come(mine, { code: code(mine) }, `${name}=${mine.state}`)],
        ["no state", async () => raw(`code=${code(mine)}`, mine.cookie)],
        ["an empty state", async () => raw(`state=&code=${code(mine)}`, mine.cookie)],
        ["a state of one's own", async () => raw(`state=${"A".repeat(43)}&code=${code(mine)}`, mine.cookie)],
        [
          "the state in other letters",
          async () => raw(`state=${mine.state.toLowerCase()}x&code=${code(mine)}`, mine.cookie),
        ],
        ["the state of another way", async () => raw(`state=${theirs.state}&code=${code(theirs)}`, mine.cookie)],
        ["the state as a nonce", async () => raw(`nonce=${mine.state}&code=${code(mine)}`, mine.cookie)],
      ];
      for (const [what, send] of TRIES) await attempt(what, async () => expectNobody(await send()));
      await attempt("the code of another way, which PKCE refuses", async () => {
        const [one, two] = [await begin(vault.stranger), await begin(vault.stranger)];
        expectNobody(await come(one, { code: code(two) }));
      });
      await attempt("a code of another realm", async () => {
        const one = await begin(vault.stranger);
        expectNobody(await come(one, { code: foreign.code(one.location, somebody()) }));
      });
      for (const no of ["", "x", "../../token", `${"A".repeat(5000)}`, "\u0000", "code\r\nEvil: 1"]) {
        await attempt(`a code that is ${JSON.stringify(no.slice(0, 12))}`, async () => {
          const one = await begin(vault.stranger);
          expectNobody(await come(one, { code: no }));
        });
      }
      await attempt("what is right is let in, after all of that", async () => {
        const answer = await come(mine, { code: code(mine) });
        expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
      });
      await attempt("and is not let in twice", async () => expectNobody(await come(mine, { code: code(mine) })));
      await attempt("nor when many come at once", async () => {
        const one = await begin(vault.stranger);
        const codes = Array.from({ length: 10 }, () => realm.code(one.location, somebody()));
        const answers = await Promise.all(codes.map((each) => come(one, { code: each })));
        expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
      });
    });

    test("is of the issuer that it went to", async (attempt) => {
      for (const iss of [
        foreign.issuer,
        `${realm.issuer}/`,
        realm.issuer.toUpperCase(),
        realm.issuer.replace("http:", "https:"),
        `${realm.issuer}.evil.example`,
        `${realm.issuer}#`,
        "",
        "null",
      ]) {
        await attempt(`iss ${iss}`, async () => {
          const begun = await begin(vault.stranger);
          expectNobody(await come(begun, { code: realm.code(begun.location, somebody()), iss }));
        });
      }
      await attempt("its own", async () => {
        const begun = await begin(vault.stranger);
        const answer = await come(begun, { code: realm.code(begun.location, somebody()), iss: realm.issuer });
        expect(answer.status).toBe(303);
      });
    });

    test("ends with a token that the realm has made for this way", async (attempt) => {
      const now = () => Math.floor(Date.now() / 1000);
      const LIES: [what: string, lie: Parameters<Realm["code"]>[2]][] = [
        ["another nonce", { claims: { nonce: "A".repeat(43) } }],
        ["no nonce", { without: ["nonce"] }],
        ["an empty nonce", { claims: { nonce: "" } }],
        ["a list of nonces", { claims: { nonce: ["x"] as unknown as string } }],
        ["another issuer", { claims: { iss: foreign.issuer } }],
        ["no issuer", { without: ["iss"] }],
        ["another audience", { claims: { aud: "account" } }],
        ["no audience", { without: ["aud"] }],
        ["many audiences, for another party", { claims: { aud: ["kagi", "other"], azp: "other" } }],
        ["another party", { claims: { azp: "other" } }],
        ["an end that has passed", { claims: { exp: now() - 3600 } }],
        ["no end", { without: ["exp"] }],
        ["a beginning to come", { claims: { iat: now() + 3600 } }],
        ["a time before which it does not count", { claims: { nbf: now() + 3600 } }],
        ["nobody", { without: ["sub"] }],
        ["an empty name", { claims: { sub: "" } }],
        ["a name that is no text", { claims: { sub: 7 as unknown as string } }],
        ["another realm's signature", { stranger: true }],
        ["no signature", { token: (_, payload) => `${base64({ alg: "none", typ: "JWT" })}.${base64(payload)}.` }],
        ["no signature, in other letters", { token: (_, payload) => `${base64({ alg: "NonE" })}.${base64(payload)}.` }],
        ["a signature cut off", { token: (right) => right.split(".").slice(0, 2).join(".") }],
        ["a signature that is damaged", { token: (right) => `${right.slice(0, -6)}AAAAAA` }],
        [
          "the public key taken for a secret",
          {
            token: (_, payload) => {
              const text = `${base64({ alg: "HS256", typ: "JWT" })}.${base64(payload)}`;
              const mac = new Bun.CryptoHasher("sha256", realm.publicKeyText).update(text).digest("base64url");
              return `${text}.${mac}`;
            },
          },
        ],
        [
          "claims that were changed after it was signed",
          {
            token: (right, payload) =>
              [right.split(".")[0], base64({ ...payload, sub: "admin" }), right.split(".")[2]].join("."),
          },
        ],
        ["a token of another realm", { token: (_, payload) => foreign.sign(payload) }],
        ["a logout token", { token: (_, payload) => realm.logoutToken({ sub: payload.sub }) }],
        ["no token", { token: () => "" }],
        ["text", { token: () => "x.y.z" }],
      ];
      for (const [what, lie] of LIES) {
        await attempt(what, async () => {
          const begun = await begin(vault.stranger);
          expectNobody(await come(begun, { code: realm.code(begun.location, somebody(), lie) }));
        });
      }
      await attempt("a token of another way, with that way's nonce", async () => {
        const [one, two] = [await begin(vault.stranger), await begin(vault.stranger)];
        const nonce = new URL(two.location).searchParams.get("nonce") ?? "";
        expectNobody(await come(one, { code: realm.code(one.location, somebody(), { claims: { nonce } }) }));
      });
    });

    test("is taken by no other session, and links no account to somebody else", async (attempt) => {
      await vault.other;
      const proven = async (who: typeof OWNER) => confirmed(await vault.signIn(who), who.password);
      const link = async (by: Client) => {
        const answer = await post(by, "/settings/keycloak/link");
        return begunBy(answer, /url=(.*)$/.exec(answer.headers.get("refresh") ?? "")?.[1] ?? "");
      };
      const [owner, other] = [await proven(OWNER), await proven(OTHER)];
      const rows = () => vault.storage.rows("SELECT user_id, subject FROM identities ORDER BY subject");
      const before = await rows();
      for (const [what, by] of [
        ["by somebody else's session", other],
        ["by nobody", vault.stranger],
        ["by another session of the same person", await proven(OWNER)],
      ] as const) {
        await attempt(`a link that was begun here is ended ${what}`, async () => {
          const begun = await link(owner);
          const answer = await comeBack(by, begun, { code: realm.code(begun.location, somebody()) });
          expectNobody(answer);
          expect(await rows()).toEqual(before);
        });
      }
      await attempt("a sign-in that was begun elsewhere links nothing to whoever is signed in", async () => {
        const begun = await begin(vault.stranger);
        const who = somebody();
        const answer = await comeBack(owner, begun, { code: realm.code(begun.location, who) }, owner.headers.cookie);
        expectNobody(answer);
        expect(await rows()).toEqual(before);
      });
      await attempt("a link without a fresh proof, and from another site", async () => {
        const unproven = await post(await vault.signIn(), "/settings/keycloak/link");
        expect(unproven.headers.get("location")).toStartWith("/confirm?");
        expect((await post(owner, "/settings/keycloak/link", {}, { "sec-fetch-site": "cross-site" })).status).toBe(403);
      });
      const who = somebody();
      await attempt("its own is linked", async () => {
        const begun = await link(owner);
        const answer = await comeBack(owner, begun, { code: realm.code(begun.location, who) });
        expect(answer.status).toBe(303);
        expect(await rows()).toHaveLength(before.length + 1);
      });
      await attempt("an identity that is somebody's is linked to nobody else", async () => {
        const begun = await link(other);
        const answer = await comeBack(other, begun, { code: realm.code(begun.location, who) });
        expect(answer.status).toBeOneOf([403, 409]);
        expect(await rows()).toHaveLength(before.length + 1);
      });
      const [linked] = await vault.storage.rows<{ id: string }>(
        `SELECT id FROM identities WHERE subject = '${who.sub}'`,
      );
      for (const method of ["GET", "POST"]) {
        await attempt(`${method} of somebody else's link`, async () => {
          const ask = (id = "") =>
            other.send(
              method,
              `/settings/keycloak/${id}/unlink`,
              method === "GET" ? {} : { raw: new URLSearchParams() },
            );
          const [answer, absent] = [await ask(linked?.id), await ask(crypto.randomUUID())];
          expect([answer.status, absent.status]).toEqual([404, 404]);
          expect(await rows()).toHaveLength(before.length + 1);
        });
      }
      await attempt("an address that an account has opens nothing", async () => {
        const begun = await begin(vault.stranger);
        const impostor = { ...somebody(), email: OWNER.email };
        expectNobody(await come(begun, { code: realm.code(begun.location, impostor) }));
      });
    });

    test("leaves a planted session worth nothing, and is begun by no other site", async (attempt) => {
      await attempt("a session that the browser brought", async () => {
        const planted = await vault.signIn(OTHER);
        const begun = await begin(planted);
        const answer = await comeBack(planted, begun, { code: realm.code(begun.location, somebody()) });
        expect(answer.status).toBe(303);
        expect(await userOf(planted)).toBeNull();
        expect(await userOf(withCookies(planted, answer))).toEndWith("@team.example");
      });
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { referer: "https://evil.example/" },
      ] as Record<string, string>[]) {
        await attempt(`begun with ${JSON.stringify(headers)}`, async () => {
          const answer = await vault.stranger.get("/api/auth/keycloak", headers);
          expect(answer.headers.get("location") ?? "").not.toContain(realm.issuer);
          expect(cookiesOf(answer)).not.toContain("kagi_keycloak");
        });
      }
    });

    test("ends sessions by no token that is not the realm's own word for it", async (attempt) => {
      const who = somebody();
      const begun = await begin(vault.stranger);
      const session = vault.stranger.with({
        cookie: cookiesOf(await come(begun, { code: realm.code(begun.location, who) })),
      });
      const send = (token: string) =>
        post(vault.stranger, "/api/auth/backchannel-logout/keycloak", { logout_token: token });
      const sub = who.sub;
      const TOKENS: [what: string, token: () => string | Promise<string>][] = [
        ["another realm's", () => foreign.logoutToken({ sub })],
        ["another key's", () => realm.logoutToken({ sub }, { stranger: true })],
        ["for another client", () => realm.logoutToken({ sub, aud: "other" })],
        ["of another issuer", () => realm.logoutToken({ sub, iss: foreign.issuer })],
        ["with a nonce", () => realm.logoutToken({ sub, nonce: "x" })],
        ["without its event", () => realm.logoutToken({ sub }, { without: ["events"] })],
        ["without an id", () => realm.logoutToken({ sub }, { without: ["jti"] })],
        ["of long ago", () => realm.logoutToken({ sub, iat: 1_000_000_000, exp: 1_000_000_100 })],
        ["about nobody", () => realm.logoutToken({})],
        [
          "an ID token",
          () => realm.sign({ iss: realm.issuer, aud: "kagi", sub, iat: 1, exp: 9_999_999_999, nonce: "x" }),
        ],
        ["unsigned", () => `${base64({ alg: "none" })}.${base64({ iss: realm.issuer, aud: "kagi", sub })}.`],
        ["none", () => ""],
      ];
      for (const [what, token] of TOKENS) {
        await attempt(`a logout token ${what}`, async () => {
          expect((await send(await token())).status).toBeOneOf([400, 415, 502]);
          expect(await userOf(session)).toBe(who.email ?? "");
        });
      }
      await attempt("the realm's own ends it, once", async () => {
        const token = await realm.logoutToken({ sub });
        expect((await send(token)).status).toBeOneOf([200, 204]);
        expect(await userOf(session)).toBeNull();
        expect((await send(token)).status).toBe(400);
      });
    });
  },
  realm.environment(),
);
