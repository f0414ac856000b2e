import { beforeAll, expect } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { Authenticator } from "../support/authenticator.ts";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { addPasskey, codeOf, enrol, newPerson, signature, WITH_PASSKEYS } from "../support/factors.ts";
import { HERE } from "../support/requests.ts";
import { newKey, OTHER, OWNER, PATIENCE_MS } from "../support/vault.ts";
import { post } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("session fixation");

const NAMES = ["kagi_session", "kagi_device", "kagi_pending"] as const;
const RANDOM = "A".repeat(43);
const SIGN_IN = "/api/auth/sign-in/email";

/** The value of a cookie that an answer sets; "" when it sets none, or deletes it. */
const cookieOf = (answer: Answer, name: string) =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(cookiesOf(answer))?.[1] ?? "";

onOneVault(
  "a session that somebody else chose",
  (vault) => {
    let attacker: Client;
    let person: { email: string; password: string };
    let holder: { email: string; password: string };
    let key: Authenticator;
    let session: Client;
    let secret: string;
    let codes: string[];
    const nextCode = async () => {
      if (codes.length === 0) {
        codes = (await session.post<{ recoveryCodes: string[] }>("/api/auth/recovery-codes")).body.recoveryCodes;
      }
      return codes.shift() ?? "";
    };
    const whoIs = async (cookie: string) => {
      const { status, body } = await vault.stranger.get<SessionInfo>("/api/auth/session", { cookie });
      return status === 200 ? body.user.email : null;
    };
    beforeAll(async () => {
      attacker = await vault.other;
      person = await newPerson(vault);
      holder = await newPerson(vault);
      ({ key } = await addPasskey(await vault.signIn(holder)));
      session = await vault.signIn(person);
      ({ secret, recoveryCodes: codes } = await enrol(session));
    }, PATIENCE_MS);

    /** What an attacker may have put into the victim's browser before the sign-in. */
    const PLANTED: [what: string, cookie: () => Promise<string>][] = [
      ["a value of their own", async () => `kagi_session=${RANDOM}`],
      ["nothing at all", async () => "kagi_session="],
      ["one that is far too long", async () => `kagi_session=${"B".repeat(3000)}`],
      [
        "a session of their own",
        async () =>
          `kagi_session=${/kagi_session=([^;]+)/.exec((await vault.signIn(OTHER)).headers.cookie ?? "")?.[1]}`,
      ],
      [
        "a session of their own that has ended",
        async () => {
          const ended = await vault.signIn(OTHER);
          await ended.post("/api/auth/sign-out");
          return ended.headers.cookie ?? "";
        },
      ],
      ["two at once", async () => `kagi_session=${RANDOM}; kagi_session=${"C".repeat(43)}`],
      ["half a sign-in", async () => `kagi_pending=${RANDOM}; kagi_session=${RANDOM}`],
    ];

    const WAYS: [what: string, enter: (planted: string) => Promise<[answer: Answer, email: string]>][] = [
      ["the API", async (cookie) => [await vault.stranger.post(SIGN_IN, OWNER, { cookie }), OWNER.email]],
      ["the page", async (cookie) => [await post(vault.stranger, "/sign-in", OWNER, { cookie }), OWNER.email]],
      [
        "the API with a code",
        async (cookie) => [
          await vault.stranger.post(SIGN_IN, { ...person, code: await nextCode() }, { cookie }),
          person.email,
        ],
      ],
      [
        "the second step",
        async (cookie) => {
          const first = await post(vault.stranger, "/sign-in", person, { cookie });
          const pending = `kagi_pending=${cookieOf(first, "kagi_pending")}`;
          const carried = cookie.replace(/kagi_pending=[^;]*(; )?/, "");
          const answer = await post(
            vault.stranger,
            "/sign-in/second-factor",
            { code: await nextCode() },
            { cookie: `${carried}; ${pending}` },
          );
          return [answer, person.email];
        },
      ],
      [
        "a passkey",
        async (cookie) => {
          const response = await signature(vault.stranger, key);
          return [await vault.stranger.post("/api/auth/sign-in/passkey", { response }, { cookie }), holder.email];
        },
      ],
    ];

    test("is never the one that a sign-in gives", async (attempt) => {
      for (const [way, enter] of WAYS) {
        for (const [what, plant] of PLANTED) {
          await attempt(`${what}, by ${way}`, async () => {
            const planted = await plant();
            const [answer, email] = await enter(planted);
            expect([200, 303]).toContain(answer.status);
            const given = cookieOf(answer, "kagi_session");
            expect(given).toMatch(/^[\w-]{43}$/);
            expect(planted).not.toContain(given);
            expect(await whoIs(`kagi_session=${given}`)).toBe(email);
            // What was planted stands for nobody now, not even for the one who planted it.
            for (const value of planted.match(/[^=; ]{43,}/g) ?? [])
              expect(await whoIs(`kagi_session=${value}`)).toBeNull();
          });
        }
      }
    });

    test("is not made of another token, in whatever place it is put", async (attempt) => {
      const answer = await post(vault.stranger, "/sign-in", person);
      const pending = cookieOf(answer, "kagi_pending");
      const owner = await vault.signIn();
      const device = /kagi_device=([^;]+)/.exec(owner.headers.cookie ?? "")?.[1] ?? "";
      const token = /kagi_session=([^;]+)/.exec(owner.headers.cookie ?? "")?.[1] ?? "";
      const accessKey = (await newKey(vault.owner)).key;
      const tokens: Record<string, string> = {
        kagi_pending: pending,
        kagi_device: device,
        kagi_session: token,
        "an access key": accessKey,
      };
      for (const [from, value] of Object.entries(tokens)) {
        expect(value).not.toBe("");
        for (const name of [...NAMES, "__Host-kagi_session", "KAGI_SESSION", "kagi_session "]) {
          if (name === from || name.trim() === from) continue;
          await attempt(`${from} as the cookie ${name}`, async () => {
            const cookie = `${name}=${value}`;
            expect(await whoIs(cookie)).toBeNull();
            expect((await vault.stranger.get("/keys", { cookie })).status).toBe(303);
            const second = await post(
              vault.stranger,
              "/sign-in/second-factor",
              { code: codeOf(secret, 9) },
              { cookie },
            );
            expect(second.headers.get("location")).toBe("/sign-in");
          });
        }
        if (value === accessKey) continue;
        for (const text of [value, `kagi_${value}`, `session ${value}`]) {
          await attempt(`${from} as a key`, async () => {
            expect((await vault.stranger.get("/api/stats", { authorization: `Bearer ${text}` })).status).toBe(401);
          });
        }
      }
    });

    test("that was copied before a proof is worth nothing after it", async (attempt) => {
      const byPasskey = async () => {
        const by = vault.stranger.with({ ...HERE });
        const entered = await by.post("/api/auth/sign-in/passkey", { response: await signature(by, key) });
        return by.with({ cookie: cookiesOf(entered) });
      };
      const byPassword = async () => await vault.signIn();
      const byCode = async () => {
        const entered = await vault.stranger.post(SIGN_IN, { ...person, code: await nextCode() });
        return vault.stranger.with({ cookie: cookiesOf(entered) });
      };
      const PROOFS: [what: string, by: () => Promise<Client>, prove: (by: Client) => Promise<Answer>][] = [
        ["at the API", byPassword, (by) => by.post("/api/auth/confirm", { password: OWNER.password })],
        ["on the page", byPassword, (by) => post(by, "/confirm?next=/keys", { password: OWNER.password })],
        [
          "by a code",
          byCode,
          async (by) => by.post("/api/auth/confirm", { password: person.password, code: await nextCode() }),
        ],
        [
          "by a code on the page",
          byCode,
          async (by) => post(by, "/confirm", { password: person.password, code: await nextCode() }),
        ],
        [
          "by a passkey",
          byPasskey,
          async (by) =>
            by.post("/api/auth/confirm/passkey", {
              response: await signature(by, key, "/api/auth/confirm/passkey/options"),
            }),
        ],
      ];
      for (const [what, enter, prove] of PROOFS) {
        await attempt(what, async () => {
          const copied = await enter();
          const proof = await prove(copied);
          expect([200, 303]).toContain(proof.status);
          const going = copied.with({ cookie: cookiesOf(proof) });
          expect((await going.get("/settings/export/env")).status).toBe(200);
          expect((await copied.get("/api/auth/session")).status).toBe(401);
          expect((await copied.get("/settings/export/env")).headers.get("location")).toStartWith("/sign-in?");
        });
      }
    });

    test("gets no proof by another session's", async (attempt) => {
      await attempt("two sessions of one person", async () => {
        const [mine, theirs] = [await vault.signIn(), await vault.signIn()];
        expect((await mine.post("/api/auth/confirm", { password: OWNER.password })).status).toBe(200);
        expect((await theirs.get("/settings/export/env")).headers.get("location")).toStartWith("/confirm?");
      });
      await attempt("a sign-in on the page counts for none", async () => {
        const entered = await post(vault.stranger, "/sign-in", OWNER);
        const fresh = vault.stranger.with({ cookie: cookiesOf(entered) });
        for (const path of ["/settings/export/env", "/settings/sign-in/authenticator-app"])
          expect((await fresh.get(path)).headers.get("location")).toStartWith("/confirm?");
      });
      await attempt("a sign-in of a while ago makes no access key", async () => {
        const left = await vault.signIn();
        expect((await left.get("/settings/access-keys/new")).status).toBe(200);
        await vault.storage.rows(
          "UPDATE sessions SET created_at = '2026-01-15T09:00:00.000Z' WHERE id = (SELECT max(id) FROM sessions)",
        );
        expect((await left.get("/settings/access-keys/new")).headers.get("location")).toStartWith("/confirm?");
      });
      await attempt("the attacker's own", async () => {
        expect((await attacker.post("/api/auth/confirm", { password: OWNER.password })).status).toBe(401);
      });
    });
  },
  WITH_PASSKEYS,
);

onOneVault(
  "a cookie behind https",
  (vault) => {
    test("is pinned to the host, and hidden from scripts", async (attempt) => {
      const { stranger } = vault;
      const person = await newPerson(vault);
      const session = await vault.signIn(person);
      const { recoveryCodes } = await enrol(session);
      const owner = await vault.signIn();
      const first = await post(stranger, "/sign-in", person);
      const ANSWERS: [string, Answer][] = [
        ["sign-in at the API", await stranger.post(SIGN_IN, OWNER)],
        ["sign-in", await post(stranger, "/sign-in", OWNER)],
        ["half a sign-in", first],
        [
          "the second step",
          await post(
            stranger,
            "/sign-in/second-factor",
            { code: recoveryCodes[0] ?? "" },
            { cookie: cookiesOf(first) },
          ),
        ],
        ["a proof", await post(owner, "/confirm", { password: OWNER.password })],
        ["the theme", await post(stranger, "/theme", { theme: "dark" })],
        ["what was done", await post(await vault.signIn(), "/settings/name", { name: "Ada" })],
        ["what was done, taken", await vault.stranger.get("/nowhere", { cookie: "__Host-done=name-changed.0" })],
        ["sign-out", await post(await vault.signIn(), "/sign-out")],
        ["sign-out at the API", await (await vault.signIn()).post("/api/auth/sign-out")],
      ];
      for (const [what, answer] of ANSWERS) {
        const cookies = answer.headers.getSetCookie();
        await attempt(`${what} sets some`, () => expect(cookies).not.toEqual([]));
        for (const cookie of cookies) {
          await attempt(`${what}: ${cookie.split("=")[0]}`, () => {
            const [pair = "", ...attributes] = cookie.split("; ");
            expect(pair).toMatch(/^__Host-\w+=/);
            const kept = attributes.filter((attribute) => !attribute.startsWith("Max-Age="));
            expect(kept.sort()).toEqual(["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
          });
        }
      }
    });

    test("is not taken from a neighbour who can only set others", async (attempt) => {
      const { cookie = "" } = (await vault.signIn()).headers;
      const bare = cookie.replaceAll("__Host-", "");
      for (const forged of [
        bare,
        bare.toUpperCase(),
        cookie.replaceAll("__Host-", "__host-"),
        cookie.replaceAll("__Host-", "__Secure-"),
      ]) {
        await attempt(forged.split("=")[0] ?? "", async () =>
          expect((await vault.stranger.get("/api/stats", { cookie: forged })).status).toBe(401),
        );
      }
      await attempt("a theme without the prefix", async () => {
        const page = await vault.stranger.get("/sign-in", { cookie: "theme=light" });
        expect(page.text).not.toContain('data-theme="light"');
        expect((await vault.stranger.get("/sign-in", { cookie: "__Host-theme=light" })).text).toContain(
          'data-theme="light"',
        );
      });
    });

    test("is not all that a sign-out has a browser forget", async (attempt) => {
      for (const leave of [(by: Client) => by.post("/api/auth/sign-out"), (by: Client) => post(by, "/sign-out")]) {
        await attempt("sign-out", async () => {
          const answer = await leave(await vault.signIn());
          expect(answer.headers.get("clear-site-data")).toBe('"cache", "storage"');
        });
      }
    });
  },
  { KAGI_URL: "https://kagi.example.com" },
);
