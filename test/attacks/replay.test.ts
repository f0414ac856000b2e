import { beforeAll, expect } from "bun:test";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { addPasskey, codeOf, enrol, newPerson, signature, WITH_PASSKEYS } from "../support/factors.ts";
import {
  fresh,
  newEnvFile,
  newKey,
  newTwoFactor,
  onEachEngine,
  PATIENCE_MS,
  refused,
  withCookies,
} from "../support/vault.ts";
import { post } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("token replay");

const SIGN_IN = "/api/auth/sign-in/email";
const NEW_PASSWORD = "violet-anchor-crumb-88";
const AT_ONCE = 20;

/** Where a dead session is tried: reading, writing, secrets and pages. */
const DOORS: [method: string, path: string][] = [
  ["GET", "/api/auth/session"],
  ["GET", "/api/export"],
  ["POST", "/api/access-keys"],
  ["POST", "/api/auth/confirm"],
  ["DELETE", "/api/account/data"],
  ["GET", "/keys"],
  ["GET", "/settings/export/env"],
  ["POST", "/settings/password"],
];

const count = (answers: readonly Answer[], status: number) =>
  answers.filter((answer) => answer.status === status).length;
const atOnce = (ask: (index: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(index)));

onOneVault("a session that has ended", (vault) => {
  let person: { email: string; password: string };
  beforeAll(async () => {
    person = await newPerson(vault);
  }, PATIENCE_MS);
  const signIn = () => vault.signIn(person);
  const idOf = async (by: Client) => (await by.get<{ session: { id: string } }>("/api/auth/session")).body.session.id;
  const past = "2020-01-01T00:00:00.000Z";

  /** Each ends a session, some from another. */
  const ENDS: [what: string, end: (here: Client, elsewhere: () => Promise<Client>) => Promise<unknown>][] = [
    ["by sign-out", (here) => post(here, "/sign-out")],
    ["by sign-out at the API", (here) => here.post("/api/auth/sign-out")],
    [
      "by its own person elsewhere",
      async (here, elsewhere) => (await elsewhere()).delete(`/api/auth/sessions/${await idOf(here)}`),
    ],
    [
      "by its own person on a page",
      async (here, elsewhere) => post(await elsewhere(), `/settings/sessions/${await idOf(here)}/end`),
    ],
    ["with all others", async (_, elsewhere) => (await elsewhere()).delete("/api/auth/sessions")],
    ["with all others on a page", async (_, elsewhere) => post(await elsewhere(), "/settings/sessions/end-others")],
    [
      "by a proof, which goes on under another token",
      (here) => here.post("/api/auth/confirm", { password: person.password }),
    ],
    ["by another sign-in in the same browser", (here) => post(here, "/sign-in", person)],
    [
      "by a new address of the account",
      async (_, elsewhere) => {
        const email = `${fresh("moved").replace(" ", "")}@example.com`;
        const answer = await post(await elsewhere(), "/settings/email", { email, currentPassword: person.password });
        expect(answer.status).toBe(303);
        person = { ...person, email };
      },
    ],
    [
      "by a new password",
      async (_, elsewhere) => {
        const answer = await post(await elsewhere(), "/settings/password", {
          currentPassword: person.password,
          password: NEW_PASSWORD,
        });
        expect(answer.status).toBe(303);
        person = { ...person, password: NEW_PASSWORD };
      },
    ],
    [
      "by the operator's new password",
      () => vault.command(["user", "reset-password", person.email], `${person.password}\n`),
    ],
    ["by the operator, with the factors", () => vault.command(["user", "reset-second-factor", person.email])],
    [
      "by age",
      async (here) => vault.storage.rows(`UPDATE sessions SET expires_at = '${past}' WHERE id = '${await idOf(here)}'`),
    ],
    [
      "by being left alone",
      async (here) =>
        vault.storage.rows(`UPDATE sessions SET last_seen_at = '${past}' WHERE id = '${await idOf(here)}'`),
    ],
    ["by the operator, who locks the account", () => vault.command(["user", "disable", person.email])],
  ];

  test("is worth nothing at any door", async (attempt) => {
    for (const [what, end] of ENDS) {
      const here = await signIn();
      expect((await here.get("/api/auth/session")).status).toBe(200);
      await end(here, signIn);
      for (const [method, path] of DOORS) {
        await attempt(`${method} ${path}, ended ${what}`, async () => {
          const answer = await here.send(method, path, method === "GET" ? {} : { raw: "" });
          if (path.startsWith("/api/")) expect(answer).toMatchObject(refused(401, "AUTH_REQUIRED"));
          else expect(answer.headers.get("location")).toStartWith("/sign-in?next=");
        });
      }
    }
  });
});

onOneVault("a key that has ended", (vault) => {
  test("is worth nothing", async (attempt) => {
    const { owner } = vault;
    const past = "2020-01-01T00:00:00.000Z";
    for (const [what, end] of [
      ["revoked", (id) => owner.delete(`/api/access-keys/${id}`)],
      ["revoked on the page", (id) => post(owner, `/settings/access-keys/${id}/revoke`)],
      ["rotated", (id) => owner.post(`/api/access-keys/${id}/rotate`, {})],
      ["expired", (id) => vault.storage.rows(`UPDATE access_keys SET expires_at = '${past}' WHERE id = '${id}'`)],
      ["gone with the vault", () => owner.delete("/api/account/data")],
    ] as [string, (id: string) => Promise<unknown>][]) {
      const { id, key } = await newKey(owner);
      const by = vault.stranger.with({ authorization: `Bearer ${key}` });
      expect((await by.get("/api/stats")).status).toBe(200);
      await end(id);
      for (const path of ["/api/stats", "/api/export", "/api/entries", "/api/audit", "/api/nothing"]) {
        await attempt(`${path} with a key that is ${what}`, async () => {
          const answer = await by.get(path);
          expect(answer.status).toBe(path === "/api/nothing" ? 404 : 401);
        });
      }
    }
  });
});

// What is used once is decided by the database, so it is raced on both.
onEachEngine(
  "what works once",
  (vault) => {
    const begin = async () => {
      const person = await newPerson(vault);
      const session = await vault.signIn(person);
      return { person, session, ...(await enrol(session)) };
    };
    /** The tries of the account are given back, so that a code is what decides. */
    const forgive = () =>
      vault.storage.rows("DELETE FROM throttles WHERE key LIKE 'code%' OR key LIKE 'session%' RETURNING key");

    test("a code of an authenticator app, wherever it is sent and however often at once", async (attempt) => {
      const { person, session, secret } = await begin();
      const code = codeOf(secret, 1);
      await attempt("twenty sign-ins at once", async () => {
        const answers: Answer[] = [];
        // As many at a time as the throttle lets by.
        for (let batch = 0; batch < AT_ONCE / 4; batch += 1) {
          await forgive();
          const tried = Array.from({ length: 4 }, () => vault.stranger.post(SIGN_IN, { ...person, code }));
          answers.push(...(await Promise.all(tried)));
        }
        expect(count(answers, 200)).toBe(1);
        expect(count(answers, 401)).toBe(AT_ONCE - 1);
      });
      const PLACES: [string, (code: string) => Promise<Answer>][] = [
        ["a sign-in", (again) => vault.stranger.post(SIGN_IN, { ...person, code: again })],
        ["a proof", (again) => session.post("/api/auth/confirm", { password: person.password, code: again })],
        ["a proof on the page", (again) => post(session, "/confirm", { password: person.password, code: again })],
        [
          "a new password",
          (again) =>
            post(session, "/settings/password", {
              currentPassword: person.password,
              password: NEW_PASSWORD,
              code: again,
            }),
        ],
        [
          "a new address",
          (again) =>
            post(session, "/settings/email", { currentPassword: person.password, email: "x@example.com", code: again }),
        ],
        [
          "the second step",
          async (again) => {
            const first = await post(vault.stranger, "/sign-in", person);
            return post(vault.stranger, "/sign-in/second-factor", { code: again }, { cookie: cookiesOf(first) });
          },
        ],
      ];
      for (const [what, send] of PLACES) {
        for (const [which, again] of [
          ["the same", code],
          ["the same, written otherwise", `${code.slice(0, 3)} ${code.slice(3)}`],
          ["the one before", codeOf(secret, 0)],
          ["an older one", codeOf(secret, -1)],
        ] as const) {
          await attempt(`${which}, in ${what}`, async () => {
            await forgive();
            expect((await send(again)).status).toBe(401);
          });
        }
      }
    });

    test("a recovery code of the account, however many race for it", async (attempt) => {
      const { person, recoveryCodes } = await begin();
      for (const code of recoveryCodes.slice(0, 2)) {
        await attempt("raced", async () => {
          await forgive();
          const answers = await Promise.all(
            Array.from({ length: 5 }, () => vault.stranger.post(SIGN_IN, { ...person, code })),
          );
          expect(count(answers, 200)).toBe(1);
          await forgive();
          for (const again of [code, code.toUpperCase(), code.replaceAll("-", ""), ` ${code} `]) {
            expect((await vault.stranger.post(SIGN_IN, { ...person, code: again })).status).toBe(401);
          }
        });
      }
    });

    test("a recovery code in the vault is handed out once, however many ask", async (attempt) => {
      for (let round = 0; round < 5; round += 1) {
        await attempt(`round ${round + 1}`, async () => {
          const recoveryCodes = ["a1b2c", "d3e4f", "g5h6i", "j7k8l", "m9n0p"];
          const { id } = await newTwoFactor(vault.owner, { recoveryCodes });
          const by = round % 2 === 0 ? vault.owner : await vault.key(["2fa:reveal"]);
          const answers = await atOnce(() => by.post<{ code: string }>(`/api/2fa/${id}/recovery-codes/reveal`));
          const given = answers
            .filter(({ status }) => status === 200)
            .map(({ body }) => (body as { code: string }).code);
          expect(given.sort()).toEqual(recoveryCodes);
          expect(count(answers, 409)).toBe(AT_ONCE - recoveryCodes.length);
        });
      }
    });

    test("half a sign-in, and what a passkey has signed", async (attempt) => {
      const { person, session, recoveryCodes } = await begin();
      await attempt("half a sign-in, twice", async () => {
        const cookie = cookiesOf(await post(vault.stranger, "/sign-in", person));
        const finish = (code = "") => post(vault.stranger, "/sign-in/second-factor", { code }, { cookie });
        const answers = await Promise.all(recoveryCodes.slice(0, 3).map((code) => finish(code)));
        const entered = answers.filter((answer) => cookiesOf(answer).includes("kagi_session="));
        expect(entered).toHaveLength(1);
        expect((await finish(recoveryCodes[4])).headers.get("location")).toBe("/sign-in");
      });
      await attempt("more halves than there may be", async () => {
        const halves: string[] = [];
        for (let half = 0; half < 8; half += 1) halves.push(cookiesOf(await post(vault.stranger, "/sign-in", person)));
        const rows = await vault.storage.rows<{ count: number }>(
          `SELECT count(*) AS count FROM pending_sign_ins WHERE user_id = (SELECT id FROM users WHERE email = '${person.email}')`,
        );
        expect(Number(rows[0]?.count)).toBe(5);
        const [oldest = "", newest = ""] = [halves[0], halves.at(-1)];
        expect((await vault.stranger.get("/sign-in/second-factor", { cookie: oldest })).status).toBe(303);
        expect((await vault.stranger.get("/sign-in/second-factor", { cookie: newest })).status).toBe(200);
      });
      const { key } = await addPasskey(session);
      await attempt("a passkey's answer, raced", async () => {
        const response = await signature(vault.stranger, key);
        const answers = await atOnce(() => vault.stranger.post("/api/auth/sign-in/passkey", { response }));
        expect([count(answers, 200), count(answers, 401)]).toEqual([1, AT_ONCE - 1]);
      });
      const path = "/api/auth/confirm/passkey";
      await attempt("a proof's answer as a sign-in", async () => {
        const response = await signature(session, key, `${path}/options`);
        expect((await vault.stranger.post("/api/auth/sign-in/passkey", { response })).status).toBe(401);
      });
      await attempt("a sign-in's answer as a proof, which is in the trail", async () => {
        const response = await signature(vault.stranger, key);
        expect((await session.post(path, { response })).status).toBe(401);
        const rows = await vault.storage.rows(
          "SELECT result FROM audit_events WHERE verb = 'confirm' AND detail = 'why=passkey'",
        );
        expect(rows).toEqual([{ result: "refused" }]);
      });
      await attempt("a proof's answer, twice", async () => {
        const response = await signature(session, key, `${path}/options`);
        const answers = [await session.post(path, { response })];
        expect(answers[0]?.status).toBe(200);
        const going = withCookies(session, answers[0] as Answer);
        expect((await going.post(path, { response })).status).toBe(401);
      });
    });

    test("a wrong code of an app that is being set up is in the trail", async (attempt) => {
      const by = await vault.signIn(await newPerson(vault));
      await by.post("/api/auth/totp");
      await attempt("refused", async () => {
        expect((await by.post("/api/auth/totp/confirm", { code: "000000" })).status).toBe(401);
        const rows = await vault.storage.rows(
          "SELECT result, detail FROM audit_events WHERE verb = 'enable' AND thing = 'authenticator-app' AND result = 'refused'",
        );
        expect(rows).toEqual([{ result: "refused", detail: "why=code" }]);
      });
    });

    test("the place of a version that a save replaces", async (attempt) => {
      const { projectId } = await newEnvFile(vault.owner);
      const first = await vault.owner.post(`/api/envs/${projectId}/files`, { fileType: "env", content: "A=2" });
      const etag = first.headers.get("etag") ?? "";
      await attempt("raced", async () => {
        const answers = await atOnce((index) =>
          vault.owner.post(
            `/api/envs/${projectId}/files`,
            { fileType: "env", content: `A=${index + 10}` },
            { "if-match": etag },
          ),
        );
        expect([count(answers, 200), count(answers, 412)]).toEqual([1, AT_ONCE - 1]);
      });
    });
  },
  WITH_PASSKEYS,
);
