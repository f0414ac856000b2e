import { expect, test } from "bun:test";
import type { ListedSession } from "../../src/features/auth/model.ts";
import type { SignInFactors } from "../../src/features/sign-in-factors/model.ts";
import { type Authenticator, type Lie, PRESENT_ONLY } from "../support/authenticator.ts";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { addPasskey, codeOf, enrol, newPerson, signature, signInBy, WITH_PASSKEYS } from "../support/factors.ts";
import { onEachEngine, refused } from "../support/vault.ts";

const SIGN_IN = "/api/auth/sign-in/email";
const PASSKEY = "/api/auth/sign-in/passkey";
const invalid = refused(401, "SECOND_FACTOR_INVALID");
const wrong = refused(401, "PASSKEY_INVALID");

/** Sends a form as a browser without script does. */
const post = (by: Client, path: string, fields: Record<string, string> = {}): Promise<Answer> =>
  by.send("POST", path, { raw: new URLSearchParams(fields) });

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

onEachEngine(
  "a second factor",
  (vault) => {
    const begin = async () => {
      const person = await newPerson(vault);
      const session = await vault.signIn(person);
      return { person, session, signIn: (more = {}) => vault.stranger.post(SIGN_IN, { ...person, ...more }) };
    };

    test("is asked for once a code has switched it on, after the right password and never before", async () => {
      const { person, session, signIn } = await begin();
      const { secret } = (await session.post<{ secret: string }>("/api/auth/totp")).body;
      expect((await signIn()).status).toBe(200);
      expect(await session.post("/api/auth/totp/confirm", { code: "12345" })).toMatchObject(invalid);
      expect((await session.post("/api/auth/totp/confirm", { code: codeOf(secret) })).status).toBe(200);

      const bare = await signIn();
      expect(bare).toMatchObject(refused(401, "SECOND_FACTOR_REQUIRED", { field: "code" }));
      expect(bare.headers.getSetCookie()).toEqual([]);
      const unknown = { email: "nobody@example.com", password: person.password, code: codeOf(secret, 1) };
      const answers = [
        await vault.stranger.post(SIGN_IN, unknown),
        await signIn({ password: "x", code: codeOf(secret, 1) }),
      ];
      for (const answer of answers) expect(answer).toMatchObject(refused(401, "AUTH_INVALID_CREDENTIALS"));
      expect(answers[0]?.text).toBe(answers[1]?.text as string);
      expect((await signIn({ code: codeOf(secret, 1) })).status).toBe(200);
    });

    test("takes a code once, however many race with it, and none that is older", async () => {
      const { session, signIn } = await begin();
      const { secret } = await enrol(session);
      // That of half a minute ahead, as a phone has it whose clock is fast.
      const code = codeOf(secret, 1);
      const raced = await Promise.all(Array.from({ length: 4 }, () => signIn({ code })));
      expect(raced.filter(({ status }) => status === 200)).toHaveLength(1);
      for (const answer of raced.filter(({ status }) => status !== 200)) expect(answer).toMatchObject(invalid);
      expect(await signIn({ code: codeOf(secret) })).toMatchObject(invalid);
    });

    test("has ten recovery codes, each good once and also when raced, in whatever way it is typed", async () => {
      const { session, signIn } = await begin();
      const { recoveryCodes } = await enrol(session);
      expect(new Set(recoveryCodes).size).toBe(10);
      const [first = "", second = ""] = recoveryCodes;
      const raced = await Promise.all(Array.from({ length: 4 }, () => signIn({ code: first })));
      expect(statuses(raced)).toEqual([200, 401, 401, 401]);
      expect(
        (await signIn({ code: ` ${second.toUpperCase().replaceAll("-", " ").replaceAll("0", "O")} ` })).status,
      ).toBe(200);
      const { body } = await session.get<SignInFactors>("/api/auth/factors");
      expect(body).toEqual({ password: true, totp: true, passkeys: [], recoveryCodesLeft: 8 });
      const renewed = await session.post<{ recoveryCodes: string[] }>("/api/auth/recovery-codes");
      expect(await signIn({ code: recoveryCodes[2] })).toMatchObject(invalid);
      expect((await signIn({ code: renewed.body.recoveryCodes[0] })).status).toBe(200);
    });

    test("is no place to guess: five tries an account, the right code among them no more", async () => {
      const { session, signIn } = await begin();
      const { secret } = await enrol(session);
      const guesses = [];
      for (let tries = 0; tries < 6; tries++) guesses.push((await signIn({ code: "000-00x" })).status);
      expect(guesses).toEqual([401, 401, 401, 401, 401, 429]);
      const right = await signIn({ code: codeOf(secret, 1) });
      expect(right).toMatchObject(refused(429, "RATE_LIMITED"));
      expect(right.headers.getSetCookie()).toEqual([]);
    });

    test("is asked for on a page of its own, which nobody has without the right password", async () => {
      const { person, session } = await begin();
      const { secret } = await enrol(session);
      expect((await vault.stranger.get("/sign-in/second-factor")).headers.get("location")).toBe("/sign-in");
      const first = await post(vault.stranger, "/sign-in", { ...person, next: "/keys?search=a" });
      expect([first.status, first.headers.get("location")]).toEqual([
        303,
        "/sign-in/second-factor?next=%2Fkeys%3Fsearch%3Da",
      ]);
      const half = vault.stranger.with({ cookie: cookiesOf(first) });
      expect(half.headers.cookie).toMatch(/^kagi_pending=[\w-]{43}$/);
      // What is half done opens nothing.
      expect((await half.get("/api/auth/session")).status).toBe(401);
      expect((await half.get("/keys")).status).toBe(303);
      const token = half.headers.cookie?.split("=")[1];
      expect((await vault.stranger.with({ cookie: `kagi_session=${token}` }).get("/api/stats")).status).toBe(401);
      const page = await half.get("/sign-in/second-factor?next=https://evil.example/");
      expect(page.text).toContain(person.email);
      expect(page.text).toContain('<input type="hidden" name="next" value="/"/><div');
      const refusal = await post(half, "/sign-in/second-factor", { code: "111", next: "/keys" });
      expect([refusal.status, refusal.text.includes('id="field-code-error"')]).toEqual([401, true]);
      const done = await post(half, "/sign-in/second-factor", { code: codeOf(secret, 1), next: "/keys" });
      expect([done.status, done.headers.get("location")]).toEqual([303, "/keys"]);
      const signedIn = vault.stranger.with({ cookie: cookiesOf(done) });
      expect((await signedIn.get("/api/stats")).status).toBe(200);
      // The half is used up.
      expect((await half.get("/sign-in/second-factor")).headers.get("location")).toBe("/sign-in");
    });

    test("half done does not outlive the password, nor ten minutes", async () => {
      const { person, session } = await begin();
      const { secret, recoveryCodes } = await enrol(session);
      const half = async () =>
        vault.stranger.with({ cookie: cookiesOf(await post(vault.stranger, "/sign-in", { ...person })) });
      const late = await half();
      await vault.storage.rows("UPDATE pending_sign_ins SET expires_at = '2020-01-01T00:00:00.000Z'");
      expect((await post(late, "/sign-in/second-factor", { code: codeOf(secret, 1) })).headers.get("location")).toBe(
        "/sign-in",
      );
      const stale = await half();
      const change = {
        currentPassword: person.password,
        password: "another-willow-54-tin",
        code: recoveryCodes[0] ?? "",
      };
      expect((await post(session, "/settings/password", change)).status).toBe(303);
      expect((await post(stale, "/sign-in/second-factor", { code: codeOf(secret, 1) })).headers.get("location")).toBe(
        "/sign-in",
      );
    });

    test("half done ends with the other sessions", async () => {
      const { person, session } = await begin();
      const { secret } = await enrol(session);
      const half = async () =>
        vault.stranger.with({ cookie: cookiesOf(await post(vault.stranger, "/sign-in", { ...person })) });
      const begun = await half();
      expect((await begun.get("/sign-in/second-factor")).status).toBe(200);
      expect((await session.delete("/api/auth/sessions")).status).toBe(204);
      expect((await begun.get("/sign-in/second-factor")).headers.get("location")).toBe("/sign-in");
      const code = codeOf(secret, 1);
      const late = await post(begun, "/sign-in/second-factor", { code });
      expect(late.headers.get("location")).toBe("/sign-in");
      // The code was not spent on it, and signing in anew goes as ever.
      expect((await post(await half(), "/sign-in/second-factor", { code })).headers.get("location")).toBe("/");
      expect((await session.get("/api/stats")).status).toBe(200);
    });

    test("ends the other sessions with the first factor: they gave a password alone", async () => {
      const { session, signIn, person } = await begin();
      const other = vault.stranger.with({ cookie: cookiesOf(await signIn()) });
      const half = await post(vault.stranger, "/sign-in", { ...person });
      expect((await other.get("/api/stats")).status).toBe(200);
      await enrol(session);
      expect((await other.get("/api/stats")).status).toBe(401);
      expect(await other.post("/api/auth/recovery-codes")).toMatchObject({ status: 401 });
      expect((await session.get("/api/stats")).status).toBe(200);
      expect(half.status).toBe(303);
    });

    test("is part of a fresh proof, on the pages and in the API", async () => {
      const { person, session } = await begin();
      const { secret, recoveryCodes } = await enrol(session);
      const password = person.password;
      const bare = await post(session, "/confirm?next=/settings/export/env", { password });
      expect([bare.status, bare.text.includes('id="field-code-error"')]).toEqual([401, true]);
      expect(await session.post("/api/auth/confirm", { password })).toMatchObject(
        refused(401, "SECOND_FACTOR_REQUIRED"),
      );
      const email = { email: "moved@example.com", currentPassword: password };
      expect((await post(session, "/settings/email", email)).status).toBe(401);
      const confirmed = await session.post("/api/auth/confirm", { password, code: codeOf(secret, 1) });
      expect(confirmed.status).toBe(200);
      const going = vault.stranger.with({ cookie: cookiesOf(confirmed) });
      expect((await going.get("/settings/export/env")).status).toBe(200);
      expect((await session.get("/api/stats")).status).toBe(401);
      // What was proven just now is not asked for again, but for the proof itself.
      const renewed = await going.post("/api/auth/confirm", { password });
      expect(renewed).toMatchObject(refused(401, "SECOND_FACTOR_REQUIRED"));
      expect((await post(going, "/settings/email", { ...email, currentPassword: "not-it" })).status).toBe(401);
      const moved = await post(going, "/settings/email", email);
      expect(moved.status).toBe(303);
      const gone = vault.stranger.with({ cookie: cookiesOf(moved) });
      const { body } = await gone.get<SignInFactors>("/api/auth/factors");
      expect(body.recoveryCodesLeft).toBe(recoveryCodes.length);
    });

    test("is taken away by the operator, who is in the trail, along with every session", async () => {
      const { person, session, signIn } = await begin();
      await enrol(session);
      await addPasskey(session);
      expect(await vault.command(["user", "reset-second-factor", person.email])).toContain("Took the second factor");
      expect((await session.get("/api/stats")).status).toBe(401);
      const answer = await signIn();
      expect(answer.status).toBe(200);
      const { body } = await vault.stranger.with({ cookie: cookiesOf(answer) }).get<SignInFactors>("/api/auth/factors");
      expect(body).toEqual({ password: true, totp: false, passkeys: [], recoveryCodesLeft: 0 });
      const rows = await vault.storage.rows(
        `SELECT credential, result FROM audit_events WHERE verb = 'reset-second-factor' AND thing_name = '${person.email}'`,
      );
      expect(rows).toEqual([{ credential: "operator", result: "ok" }]);
    });

    test("leaves no secret, code or recovery code in the database, the log or a page", async () => {
      const { person, session, signIn } = await begin();
      const { secret, recoveryCodes } = await enrol(session);
      const code = codeOf(secret, 1);
      await signIn({ code });
      await signIn({ code: recoveryCodes[0] });
      const pages = await Promise.all(
        ["/settings/sign-in", "/settings/sessions", "/settings"].map((path) => session.get(path)),
      );
      const seen = [await vault.storage.dump(), vault.log, ...pages.map(({ text }) => text)].join("\n");
      for (const hidden of [
        secret,
        ...recoveryCodes,
        ...recoveryCodes.map((one) => one.replaceAll("-", "")),
        person.password,
      ]) {
        expect(seen.includes(hidden)).toBe(false);
      }
      await vault.command(["doctor"]);
    });
  },
  WITH_PASSKEYS,
);

onEachEngine(
  "a passkey",
  (vault) => {
    const begin = async () => {
      const person = await newPerson(vault);
      const session = await vault.signIn(person);
      return { person, session, ...(await addPasskey(session)) };
    };

    test("signs in alone, once, and makes the password alone too little", async () => {
      const { person, session, key, codes } = await begin();
      expect(codes).toHaveLength(10);
      expect(await vault.stranger.post(SIGN_IN, person)).toMatchObject(refused(401, "SECOND_FACTOR_REQUIRED"));
      expect((await vault.stranger.post(SIGN_IN, { ...person, code: codes[0] })).status).toBe(200);
      const response = await signature(vault.stranger, key);
      const raced = await Promise.all(Array.from({ length: 4 }, () => vault.stranger.post(PASSKEY, { response })));
      expect(statuses(raced)).toEqual([200, 401, 401, 401]);
      const [{ method } = { method: "" }] = (await session.get<ListedSession[]>("/api/auth/sessions")).body.filter(
        (listed) => listed.method === "passkey",
      );
      expect(method).toBe("passkey");
    });

    const LIES: [string, Lie][] = [
      ["for another origin", { origin: "https://evil.example" }],
      ["for another host", { rpId: "evil.example" }],
      ["of a challenge that nobody asked", { challenge: "bm9ib2R5IGFza2VkIHRoaXM" }],
      ["of another kind", { type: "webauthn.create" }],
      ["without knowing the person", { flags: PRESENT_ONLY }],
      ["with nobody there", { flags: 0 }],
      ["with a damaged signature", { damaged: true }],
    ];
    test.each(LIES)("is refused %s", async (_what, lie) => {
      const { key } = await begin();
      const options = (await vault.stranger.post<Parameters<Authenticator["use"]>[0]>(`${PASSKEY}/options`)).body;
      const answer = await vault.stranger.post(PASSKEY, { response: await key.use(options, lie) });
      expect(answer).toMatchObject(wrong);
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    test("is refused with a counter that has been seen, as a copy of it would have", async () => {
      const { key } = await begin();
      await signInBy(vault.stranger, key);
      const options = (await vault.stranger.post<Parameters<Authenticator["use"]>[0]>(`${PASSKEY}/options`)).body;
      expect(await vault.stranger.post(PASSKEY, { response: await key.use(options, { counter: 1 }) })).toMatchObject(
        wrong,
      );
    });

    test("proves a session's own person, and nobody else's", async () => {
      const mine = await begin();
      const theirs = await begin();
      const path = "/api/auth/confirm/passkey";
      const foreign = await signature(mine.session, theirs.key, `${path}/options`);
      expect(await mine.session.post(path, { response: foreign })).toMatchObject(wrong);
      // A question that another session was asked, and one that was asked to sign in.
      const elsewhere = await signature(theirs.session, mine.key, `${path}/options`);
      expect(await mine.session.post(path, { response: elsewhere })).toMatchObject(wrong);
      const entrance = await signature(vault.stranger, mine.key);
      expect(await mine.session.post(path, { response: entrance })).toMatchObject(wrong);
      const response = await signature(mine.session, mine.key, `${path}/options`);
      const proven = await mine.session.post(path, { response });
      expect(proven.status).toBe(200);
      expect((await vault.stranger.with({ cookie: cookiesOf(proven) }).get("/settings/export/env")).status).toBe(200);
    });

    test("that is deleted opens nothing, and the last one takes the recovery codes along", async () => {
      const { person, session, key, id } = await begin();
      const other = await addPasskey(session, "Other");
      expect(other.codes).toBeNull();
      expect((await session.delete(`/api/auth/passkeys/${id}`)).status).toBe(204);
      expect(await vault.stranger.post(PASSKEY, { response: await signature(vault.stranger, key) })).toMatchObject(
        wrong,
      );
      expect((await session.delete(`/api/auth/passkeys/${other.id}`)).status).toBe(204);
      expect((await session.get("/api/auth/factors")).body).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
      expect((await vault.stranger.post(SIGN_IN, person)).status).toBe(200);
    });

    test("is asked for without naming anybody", async () => {
      const { person } = await begin();
      const { text } = await vault.stranger.post(`${PASSKEY}/options`, {});
      expect(JSON.parse(text)).toMatchObject({ allowCredentials: [], userVerification: "required", rpId: "localhost" });
      expect(text).not.toContain(person.email);
    });
  },
  WITH_PASSKEYS,
);

onEachEngine(
  "sessions",
  (vault) => {
    test("are listed by device to their own person, and end at once", async () => {
      const person = await newPerson(vault);
      const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
      const [here, there, third] = [
        await vault.signIn(person, { "user-agent": firefox }),
        await vault.signIn(person),
        await vault.signIn(person),
      ];
      const listed = (await here.get<ListedSession[]>("/api/auth/sessions")).body;
      expect(listed).toHaveLength(3);
      expect(listed.filter(({ current }) => current)).toMatchObject([
        { device: "Firefox on Linux", address: "127.0.0.1", method: "password" },
      ]);
      const idOf = async (by: Client) =>
        (await by.get<ListedSession[]>("/api/auth/sessions")).body.find(({ current }) => current)?.id ?? "";
      const id = await idOf(there);
      expect(await vault.owner.delete(`/api/auth/sessions/${id}`)).toMatchObject(refused(404, "SESSION_NOT_FOUND"));
      expect((await there.get("/api/stats")).status).toBe(200);
      expect((await post(here, `/settings/sessions/${id}/end`)).status).toBe(303);
      expect((await there.get("/api/stats")).status).toBe(401);
      expect((await here.delete("/api/auth/sessions")).status).toBe(204);
      expect(
        await Promise.all([here, third, vault.owner].map(async (by) => (await by.get("/api/stats")).status)),
      ).toEqual([200, 401, 200]);
      const rows = await vault.storage.rows(
        "SELECT thing FROM audit_events WHERE verb = 'revoke' AND thing = 'session'",
      );
      expect(rows).toHaveLength(2);
    });

    test("are enough for the API's dangerous operations for ten minutes, then a proof is", async () => {
      const person = await newPerson(vault);
      const session = await vault.signIn(person);
      const key = await vault.key(["export:read"], session);
      expect((await session.get("/api/export")).status).toBe(200);
      await vault.storage.rows(
        "UPDATE sessions SET created_at = '2020-01-01T00:00:00.000Z' WHERE user_id IN " +
          `(SELECT id FROM users WHERE email = '${person.email}')`,
      );
      const unproven = refused(403, "FRESH_PROOF_REQUIRED");
      expect(await session.get("/api/export")).toMatchObject(unproven);
      expect(await session.delete("/api/account/data")).toMatchObject(unproven);
      expect(await session.post("/api/auth/totp")).toMatchObject(unproven);
      expect((await key.get("/api/export")).status).toBe(200);
      const confirmed = await session.post("/api/auth/confirm", { password: person.password });
      const going = vault.stranger.with({ cookie: cookiesOf(confirmed) });
      expect((await going.get("/api/export")).status).toBe(200);
      expect((await going.delete("/api/account/data")).status).toBe(204);
    });
  },
  WITH_PASSKEYS,
);
