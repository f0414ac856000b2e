import { beforeAll, beforeEach, expect, test } from "bun:test";
import { loadConfig } from "../../../src/config.ts";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { sql } from "../../../src/db/sql.ts";
import type { ErrorCode } from "../../../src/errors.ts";
import {
  createTwoFactor,
  createTwoFactors,
  listRecoveryCodes,
  listTwoFactors,
  returnRecoveryCode,
  revealCode,
  takeRecoveryCode,
} from "../../../src/features/two-factor/actions.ts";
import { secretOf } from "../../../src/features/two-factor/otpauth.ts";
import type { Actor, Kagi } from "../../../src/kagi.ts";
import { createLog } from "../../../src/log.ts";
import { onEachDatabase } from "../../support/database.ts";

const MINUTE_MS = 60 * 1000;
const START = Date.parse("2026-01-15T10:00:00.000Z");
const NOBODY = "01936f5e-0000-7000-8000-000000000000";

/** What no client can reach: what pages do besides the API, with a clock that stands where it is put. */
onEachDatabase("second factors as pages use them", (database) => {
  let kagi: Kagi;
  let time = START;
  beforeAll(async () => {
    const now = () => new Date(time);
    kagi = {
      db: database.db,
      keyring: createKeyring("a5".repeat(32)),
      config: loadConfig({}),
      log: createLog(() => {}),
      now,
    };
    await migrate(kagi.db, now);
    for (const id of ["ada", "eve"]) {
      await kagi.db.run(sql`
        INSERT INTO users (id, email, name, created_at, updated_at) VALUES (${id}, ${id}, ${id}, ${""}, ${""})`);
    }
  });
  beforeEach(() => {
    time = START;
  });

  const who = (userId: string, sessionId = `${userId}'s`): Actor => ({
    userId,
    address: "127.0.0.1",
    requestId: "test",
    userAgent: null,
    credential: {
      kind: "session",
      sessionId,
      user: { name: userId, email: userId },
      signedInAt: "",
      confirmedAt: null,
    },
  });
  const ada = who("ada");
  const eve = who("eve");
  const threeCodes = () =>
    createTwoFactor(kagi, ada, { service: "GitHub", accountName: "ada", recoveryCodes: ["one", "two", "three"] });
  const refusal = (code: ErrorCode) => expect.objectContaining({ code });
  const failed = (work: Promise<unknown>) =>
    work.then(
      () => "nothing failed",
      (error: unknown) => error,
    );

  test("a recovery code that was taken by mistake can be put back, and is the next again", async () => {
    const { id } = await threeCodes();
    const taken = await takeRecoveryCode(kagi, ada, id);
    expect(taken).toMatchObject({ code: "one", remaining: 2, total: 3 });
    const states = await listRecoveryCodes(kagi, ada, id);
    expect(states.map(({ position, usedAt }) => [position, usedAt])).toEqual([
      [1, new Date(START).toISOString()],
      [2, null],
      [3, null],
    ]);
    expect(states[0]?.id).toBe(taken.codeId);
    expect(JSON.stringify(states)).not.toMatch(/one|two|three/);
    time += 14 * MINUTE_MS;
    expect(await returnRecoveryCode(kagi, ada, id, taken.codeId)).toMatchObject({ recoveryCodesUsed: 0 });
    expect(await takeRecoveryCode(kagi, ada, id)).toMatchObject({ code: "one", remaining: 2 });
    const verbs = await kagi.db.all<{ verb: string; detail: string }>(sql`
      SELECT verb, detail FROM audit_events WHERE thing_id = ${id} AND verb <> 'create' ORDER BY id`);
    expect(verbs).toEqual([
      { verb: "take-recovery-code", detail: "recovery-code=1" },
      { verb: "return-recovery-code", detail: "recovery-code=1" },
      { verb: "take-recovery-code", detail: "recovery-code=1" },
    ]);
  });

  test("a recovery code is not put back before those that were taken after it", async () => {
    const { id } = await threeCodes();
    const [first, second] = [await takeRecoveryCode(kagi, ada, id), await takeRecoveryCode(kagi, ada, id)];
    expect(await failed(returnRecoveryCode(kagi, ada, id, first.codeId))).toMatchObject({ code: "CONFLICT" });
    expect(await returnRecoveryCode(kagi, ada, id, second.codeId)).toMatchObject({ recoveryCodesUsed: 1 });
    expect(await returnRecoveryCode(kagi, ada, id, first.codeId)).toMatchObject({ recoveryCodesUsed: 0 });
  });

  test("a recovery code is put back by whoever took it, in a quarter of an hour, and once", async () => {
    const { id } = await threeCodes();
    const other = await threeCodes();
    const { codeId } = await takeRecoveryCode(kagi, ada, id);
    const put = (by: Actor, twoFactor = id, code = codeId) => failed(returnRecoveryCode(kagi, by, twoFactor, code));
    expect(await put(who("ada", "another session"))).toEqual(refusal("CONFLICT"));
    expect(await put({ ...ada, credential: { kind: "operator" } })).toEqual(refusal("CONFLICT"));
    expect(await put(eve)).toEqual(refusal("TWO_FACTOR_NOT_FOUND"));
    expect(await put(ada, NOBODY)).toEqual(refusal("TWO_FACTOR_NOT_FOUND"));
    expect(await put(ada, other.id)).toEqual(refusal("CONFLICT"));
    expect(await put(ada, id, NOBODY)).toEqual(refusal("CONFLICT"));
    const unused = (await listRecoveryCodes(kagi, ada, id))[1]?.id ?? "";
    expect(await put(ada, id, unused)).toEqual(refusal("CONFLICT"));
    time += 15 * MINUTE_MS;
    expect(await put(ada)).toEqual(refusal("CONFLICT"));
    time -= 1;
    expect(await put(ada)).toBe("nothing failed");
    expect(await put(ada)).toEqual(refusal("CONFLICT"));
    expect((await listRecoveryCodes(kagi, ada, id)).map(({ usedAt }) => usedAt)).toEqual([null, null, null]);
    expect(await failed(listRecoveryCodes(kagi, eve, id))).toEqual(refusal("TWO_FACTOR_NOT_FOUND"));
  });

  test("a code, what is left of it and the server's time are of one reading of the clock", async () => {
    const secret = secretOf(new TextEncoder().encode("12345678901234567890"));
    const { id } = await createTwoFactor(kagi, ada, { service: "RFC 6238", accountName: "B", secret, digits: 8 });
    time = 1_111_111_109_000;
    const given = await revealCode(kagi, ada, id);
    expect(given).toEqual({
      id,
      service: "RFC 6238",
      accountName: "B",
      code: "07081804",
      remainingSeconds: 1,
      period: 30,
      serverTime: time,
    });
    time = 1_111_111_111_000;
    expect(await revealCode(kagi, ada, id)).toMatchObject({ code: "14050471", remainingSeconds: 29 });
  });

  test("many are made in one transaction, in their order, or none", async () => {
    const account = (service: string) => ({ service, accountName: "eve", secret: "JBSWY3DPEHPK3PXP" });
    const made = await createTwoFactors(kagi, eve, ["a", "b", "c"].map(account));
    expect(made.map(({ service }) => service)).toEqual(["a", "b", "c"]);
    const bad = { ...account("bad"), secret: "no base32!" };
    expect(await failed(createTwoFactors(kagi, eve, [account("d"), bad, account("e")]))).toEqual(
      refusal("VALIDATION_ERROR"),
    );
    expect(await createTwoFactors(kagi, eve, [])).toEqual([]);
    const { items } = await listTwoFactors(kagi, eve, {});
    expect(items).toEqual([...made].reverse());
  });

  test("a list is one query, however long it is", async () => {
    let queries = 0;
    const { db } = kagi;
    const counted = new Proxy(db, {
      get: (target, name: keyof typeof db) => {
        queries++;
        const member = target[name];
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    for (let at = 0; at < 5; at++) await threeCodes();
    const { items } = await listTwoFactors({ ...kagi, db: counted }, ada, {});
    expect(items.length).toBeGreaterThanOrEqual(5);
    expect(queries).toBe(1);
  });
});
