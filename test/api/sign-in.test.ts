import { expect, test } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { type Answer, type Client, cookiesOf } from "../support/client.ts";
import { OTHER, OWNER, onEachEngine, refused, type Vault } from "../support/vault.ts";

const SIGN_IN = "/api/auth/sign-in/email";
const wrong = refused(401, "AUTH_INVALID_CREDENTIALS");
const limited = refused(429, "RATE_LIMITED", { error: "Too many attempts" });

/** Tries until the throttle answers; how many tries there were before it did. */
async function triesUntilLimited(attempt: (index: number) => Promise<Answer>): Promise<number> {
  for (let index = 0; index < 100; index += 1) {
    const answer = await attempt(index);
    if (answer.status === 429) {
      expect(answer).toMatchObject(limited);
      expect(Number(answer.headers.get("retry-after"))).toBeWithin(1, 901);
      return index;
    }
    expect(answer).toMatchObject(wrong);
  }
  throw new Error("nothing limits the tries");
}

const guess = (by: Client, email: string, headers: Record<string, string> = {}) =>
  by.post(SIGN_IN, { email, password: "not the password" }, headers);

/** A quarter of an hour passes. */
const pass = (vault: Vault) =>
  vault.storage.rows("UPDATE throttles SET window_started_at = '2020-01-01T00:00:00.000Z'");

onEachEngine("sign-in", (vault) => {
  test("answers with the person and a session that scripts cannot read", async () => {
    const answer = await vault.stranger.post(SIGN_IN, OWNER);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({ user: { id: expect.any(String), name: "ada", email: OWNER.email } });
    const [session, device] = answer.headers.getSetCookie();
    expect(session).toMatch(/^kagi_session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    expect(device).toMatch(/^kagi_device=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const signedIn = vault.stranger.with({ cookie: cookiesOf(answer) });
    expect(await signedIn.get("/api/stats")).toMatchObject({ status: 200 });
  });

  test("does not care for the case of an e-mail, nor for spaces around it", async () => {
    const answer = await vault.stranger.post(SIGN_IN, { ...OWNER, email: ` ${OWNER.email.toUpperCase()} ` });
    expect(answer.status).toBe(200);
  });

  test("says who is signed in", async () => {
    const { body } = await vault.owner.get<SessionInfo>("/api/auth/session");
    expect(body.user.email).toBe(OWNER.email);
    expect(Date.parse(body.session.expiresAt)).toBeGreaterThan(Date.now());
    expect(await vault.stranger.get("/api/auth/session")).toMatchObject(refused(401, "AUTH_REQUIRED"));
  });

  test("ends the session that the browser brought along", async () => {
    const before = await vault.signIn();
    const after = await vault.signIn(OWNER, before.headers);
    expect(after.headers.cookie).not.toBe(before.headers.cookie as string);
    expect((await before.get("/api/auth/session")).status).toBe(401);
    expect((await after.get("/api/auth/session")).status).toBe(200);
  });

  test("never takes a session that somebody else chose", async () => {
    const planted = `kagi_session=${"A".repeat(43)}`;
    const signedIn = await vault.signIn(OWNER, { cookie: planted });
    expect(signedIn.headers.cookie).not.toContain(planted);
    expect((await vault.stranger.with({ cookie: planted }).get("/api/stats")).status).toBe(401);
  });

  test("is undone by sign-out, on the server", async () => {
    const client = await vault.signIn();
    const answer = await client.post("/api/auth/sign-out");
    expect(answer).toMatchObject({ status: 204, text: "" });
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/^kagi_session=;.*Max-Age=0/)]);
    expect(await client.get("/api/auth/session")).toMatchObject(refused(401, "AUTH_REQUIRED"));
    expect((await vault.owner.get("/api/auth/session")).status).toBe(200);
  });

  test.each(["expires_at", "last_seen_at"])("runs out by %s", async (column) => {
    const client = await vault.signIn();
    const { id } = (await client.get<SessionInfo>("/api/auth/session")).body.session;
    await vault.storage.rows(`UPDATE sessions SET ${column} = '2020-01-01T00:00:00.000Z' WHERE id = '${id}'`);
    expect(await client.get("/api/auth/session")).toMatchObject(refused(401, "AUTH_REQUIRED"));
  });

  test("tells nobody whether it was the e-mail or the password", async () => {
    await vault.other;
    await vault.command(["user", "disable", OTHER.email]);
    const answers = await Promise.all([
      guess(vault.stranger, OWNER.email),
      guess(vault.stranger, "nobody@example.com"),
      vault.stranger.post(SIGN_IN, OTHER),
    ]);
    for (const answer of answers) expect(answer).toMatchObject(wrong);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
  });

  test("is refused to nobody's e-mail as soon as to somebody's", async () => {
    await pass(vault);
    const known = await triesUntilLimited(() => guess(vault.stranger, OWNER.email));
    const unknown = await triesUntilLimited(() => guess(vault.stranger, "ghost@example.com"));
    expect(unknown).toBe(known);
  });
});

onEachEngine("the throttle", (vault) => {
  test("stops an account's guesser, and the right password from there, until the window ends", async () => {
    expect(await triesUntilLimited(() => guess(vault.stranger, OWNER.email))).toBe(10);
    expect(await vault.stranger.post(SIGN_IN, OWNER)).toMatchObject(limited);
    await pass(vault);
    expect(await vault.stranger.post(SIGN_IN, OWNER)).toMatchObject({ status: 200 });
  });

  test("remembers across a restart, and a crash", async () => {
    await triesUntilLimited(() => guess(vault.stranger, OWNER.email));
    await vault.restart();
    expect(await vault.stranger.post(SIGN_IN, OWNER)).toMatchObject(limited);
    await vault.restart("kill");
    expect(await vault.stranger.post(SIGN_IN, OWNER)).toMatchObject(limited);
  });

  test("leaves the door open to a browser that knows the account", async () => {
    expect(await vault.stranger.post(SIGN_IN, OWNER)).toMatchObject(limited);
    const device = /kagi_device=[\w-]+/.exec(vault.owner.headers.cookie as string)?.[0] as string;
    const known = vault.stranger.with({ cookie: device });
    expect(await known.post(SIGN_IN, OWNER)).toMatchObject({ status: 200 });
    expect(await triesUntilLimited(() => guess(known, OWNER.email))).toBe(10);
    const forged = vault.stranger.with({ cookie: `kagi_device=${"A".repeat(43)}` });
    expect(await forged.post(SIGN_IN, OWNER)).toMatchObject(limited);
  });

  test("stops an address that tries many accounts", async () => {
    await pass(vault);
    expect(await triesUntilLimited((index) => guess(vault.stranger, `user${index}@example.com`))).toBe(30);
  });

  test("leaves the door open to a known browser behind such an address", async () => {
    const guessed = await guess(vault.stranger, "somebody@example.com");
    expect(guessed).toMatchObject(limited);
    const device = /kagi_device=[\w-]+/.exec(vault.owner.headers.cookie as string)?.[0] as string;
    expect(await vault.stranger.with({ cookie: device }).post(SIGN_IN, OWNER)).toMatchObject({ status: 200 });
    const other = await guess(vault.stranger.with({ cookie: device }), OTHER.email);
    expect(other).toMatchObject(limited);
  });

  test("does not fall to a rotating X-Forwarded-For from anybody", async () => {
    await pass(vault);
    const rotating = (index: number) => ({
      "x-forwarded-for": `198.51.100.${index}`,
      "x-real-ip": `198.51.100.${index}`,
    });
    expect(await triesUntilLimited((at) => guess(vault.stranger, `user${at}@example.com`, rotating(at)))).toBe(30);
  });

  test("lets tries that race have no more than their number", async () => {
    await pass(vault);
    const answers = await Promise.all(Array.from({ length: 25 }, () => guess(vault.stranger, "raced@example.com")));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  });

  test("gives a right password its account's tries back", async () => {
    await pass(vault);
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 5; index += 1) await guess(vault.stranger, OWNER.email);
      expect((await vault.stranger.post(SIGN_IN, OWNER)).status).toBe(200);
    }
  });
});

onEachEngine(
  "the throttle behind a trusted proxy",
  (vault) => {
    const from = (address: string) => ({ "x-forwarded-for": address });

    test("counts the client that the proxy names, whatever the client put before it", async () => {
      const forged = (index: number) => from(`203.0.113.${index}, 198.51.100.7`);
      expect(await triesUntilLimited((at) => guess(vault.stranger, `user${at}@example.com`, forged(at)))).toBe(30);
      expect((await guess(vault.stranger, "one@example.com", from("198.51.100.8"))).status).toBe(401);
    });

    test("counts a whole IPv6 network as one", async () => {
      const customer = (index: number) => from(`2001:db8:1:2::${(index + 1).toString(16)}`);
      expect(await triesUntilLimited((at) => guess(vault.stranger, `six${at}@example.com`, customer(at)))).toBe(30);
      expect((await guess(vault.stranger, "one@example.com", from("2001:db8:1:3::1"))).status).toBe(401);
    });

    test("still guards an account from a whole botnet", async () => {
      const bot = (index: number) => from(`192.0.2.${index}`);
      expect(await triesUntilLimited((at) => guess(vault.stranger, OWNER.email, bot(at)))).toBe(10);
    });
  },
  { KAGI_TRUSTED_PROXIES: "127.0.0.0/8,::1" },
);
