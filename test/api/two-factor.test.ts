import { expect, test } from "bun:test";
import type { ErrorCode } from "../../src/errors.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { Algorithm, RevealedCode, TakenRecoveryCode, TwoFactor } from "../../src/features/two-factor/model.ts";
import { codeAt } from "../../src/features/two-factor/otpauth.ts";
import type { Answer, Client } from "../support/client.ts";
import { expectNoneIn, expectNoneLeftBy, marked } from "../support/secrets.ts";
import { fresh, newTwoFactor, onEachEngine, PATIENCE_MS, refused, snapshot } from "../support/vault.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const SECRET = "JBSWY3DPEHPK3PXP";
const CODES = Array.from({ length: 10 }, (_, at) => `a1b2c-3d4e${at}`);

const reveal = (by: Client, { id }: { id: string }) => by.post<RevealedCode>(`/api/2fa/${id}/reveal`);
const take = (by: Client, { id }: { id: string }) => by.post<TakenRecoveryCode>(`/api/2fa/${id}/recovery-codes/reveal`);
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/** A marked secret that is base32. */
const markedSecret = () =>
  [...marked("secret")]
    .map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[c.charCodeAt(0) % 32])
    .join("")
    .slice(0, 32);

onEachEngine("second factors", (vault) => {
  test("come back as they were sent, and never with their secrets", async () => {
    const { user } = (await vault.owner.get<SessionInfo>("/api/auth/session")).body;
    const sent = { service: fresh("GitHub"), accountName: "ada@example.com", notes: "The team's\naccount" };
    const made = await newTwoFactor(vault.owner, { ...sent, secret: SECRET, recoveryCodes: CODES });
    expect(made).toEqual({
      ...sent,
      id: made.id,
      userId: user.id,
      algorithm: "SHA1",
      digits: 6,
      period: 30,
      hasSecret: true,
      recoveryCodesTotal: 10,
      recoveryCodesUsed: 0,
      createdAt: expect.stringMatching(TIME),
      updatedAt: made.createdAt,
    });
    expect((await vault.owner.get(`/api/2fa/${made.id}`)).body).toEqual(made);
    expect((await vault.owner.get<TwoFactor[]>("/api/2fa")).body).toContainEqual(made);
  });

  test("hold a secret, recovery codes, or both", async () => {
    const base = { accountName: "ada", service: fresh("Service") };
    const secretOnly = await newTwoFactor(vault.owner, { ...base, secret: SECRET, recoveryCodes: null });
    expect(secretOnly).toMatchObject({ hasSecret: true, recoveryCodesTotal: 0, notes: null });
    const codesOnly = await newTwoFactor(vault.owner, { ...base, secret: null, recoveryCodes: ["one", "two"] });
    expect(codesOnly).toMatchObject({ hasSecret: false, recoveryCodesTotal: 2 });
    expect(await reveal(vault.owner, codesOnly)).toMatchObject(refused(409, "TWO_FACTOR_NO_SECRET"));
    expect(await take(vault.owner, secretOnly)).toMatchObject(refused(409, "NO_RECOVERY_CODES_LEFT"));
    expect((await reveal(vault.owner, secretOnly)).status).toBe(200);
    expect((await take(vault.owner, codesOnly)).body).toMatchObject({ code: "one", remaining: 1, total: 2 });
  });

  const KINDS: [Algorithm, number, number][] = [
    ["SHA1", 6, 30],
    ["SHA256", 7, 15],
    ["SHA512", 8, 300],
    ["SHA1", 8, 60],
  ];
  test.each(KINDS)("give the code of the moment: %s, %i digits, %i s", async (algorithm, digits, period) => {
    const kind = { algorithm, digits, period };
    const made = await newTwoFactor(vault.owner, { secret: "jbsw y3dp-EHPK 3pxp==", ...kind });
    expect(made).toMatchObject(kind);
    const before = Date.now();
    const answer = await reveal(vault.owner, made);
    const after = Date.now();
    const { id, service, accountName } = made;
    const { code, remainingSeconds, ...rest } = answer.body;
    expect(rest).toEqual({ id, service, accountName } as typeof rest);
    expect(remainingSeconds).toBeInteger();
    // The code is that of a moment between the two readings, and the seconds are those until its own end.
    const ends = [before, after].map((at) => (Math.floor(at / (period * 1000)) + 1) * period * 1000);
    const fitting = ends.filter((end) => codeAt(SECRET, kind, end - 1).code === code);
    const reading = fitting.map((end) => end - remainingSeconds * 1000);
    expect(reading.some((at) => at > before - 1000 && at <= after)).toBe(true);
  });

  test("are made of a whole link, which fills what was not sent", async () => {
    const link = (names: string, more = "") =>
      `otpauth://totp/${names}?secret=${SECRET.toLowerCase()}&algorithm=sha-256&digits=8&period=60${more}`;
    const post = (body: object) => vault.owner.post<TwoFactor>("/api/2fa", body);
    const filled = await post({ secret: link("Shop #1:ada lovelace", "&issuer=Shop #1") });
    const kind = { algorithm: "SHA256", digits: 8, period: 60 };
    expect(filled).toMatchObject({ status: 201, body: { service: "Shop #1", accountName: "ada lovelace", ...kind } });
    const code = (await reveal(vault.owner, filled.body)).body.code;
    expect(code).toMatch(/^\d{8}$/);
    const sent = { service: "Mine", accountName: "me", algorithm: "SHA512", digits: 7, period: 45 };
    expect((await post({ secret: link("Shop:ada"), ...sent })).body).toMatchObject(sent);
    expect((await post({ secret: link("ada@example.com"), service: "Mine" })).body).toMatchObject({
      service: "Mine",
      accountName: "ada@example.com",
    });
    expect((await post({ secret: link("ada@example.com") })).body).toMatchObject({ service: "ada@example.com" });
  });

  test("change in what was sent alone; null clears, {} changes nothing", async () => {
    const made = await newTwoFactor(vault.owner, { notes: "old", secret: SECRET, recoveryCodes: CODES });
    const path = `/api/2fa/${made.id}`;
    expect(await vault.owner.put(path, {})).toMatchObject({ status: 200, body: made });
    const renamed = await vault.owner.put<TwoFactor>(path, { service: " Renamed ", digits: 8 });
    expect(renamed).toMatchObject({ status: 200 });
    expect(renamed.body).toEqual({
      ...made,
      service: "Renamed",
      digits: 8,
      updatedAt: expect.stringMatching(TIME),
    });
    expect((await reveal(vault.owner, made)).body.code).toHaveLength(8);
    const cleared = await vault.owner.put<TwoFactor>(path, { notes: null, secret: null });
    expect(cleared.body).toMatchObject({ notes: null, hasSecret: false, recoveryCodesTotal: 10, service: "Renamed" });
    expect(await reveal(vault.owner, made)).toMatchObject(refused(409, "TWO_FACTOR_NO_SECRET"));
    const back = await vault.owner.put<TwoFactor>(path, { secret: "GEZDGNBVGY3TQOJQ", recoveryCodes: null });
    expect(back.body).toMatchObject({ hasSecret: true, recoveryCodesTotal: 0, digits: 8 });
    expect((await vault.owner.get(path)).body).toEqual(back.body);
    const linked = await vault.owner.put<TwoFactor>(path, {
      secret: `otpauth://totp/New:eve?secret=${SECRET}`,
      accountName: "sent",
    });
    expect(linked.body).toMatchObject({ service: "New", accountName: "sent", digits: 6, period: 30 });
  });

  test("keep a secret or recovery codes, whatever is cleared", async () => {
    const nothing = refused(400, "VALIDATION_ERROR", { field: "secret" });
    const both = await newTwoFactor(vault.owner);
    expect(await vault.owner.put(`/api/2fa/${both.id}`, { secret: null, recoveryCodes: null })).toMatchObject(nothing);
    const secretOnly = await newTwoFactor(vault.owner, { secret: SECRET });
    expect(await vault.owner.put(`/api/2fa/${secretOnly.id}`, { secret: null })).toMatchObject(nothing);
    const codesOnly = await newTwoFactor(vault.owner, { recoveryCodes: ["one"] });
    expect(await vault.owner.put(`/api/2fa/${codesOnly.id}`, { recoveryCodes: null })).toMatchObject(nothing);
    expect((await vault.owner.get(`/api/2fa/${both.id}`)).body).toEqual(both);
    expect(await reveal(vault.owner, secretOnly)).toMatchObject({ status: 200 });
    expect(await take(vault.owner, codesOnly)).toMatchObject({ status: 200 });
  });

  test("take new recovery codes, of which those that stay keep their state", async () => {
    const made = await newTwoFactor(vault.owner, { recoveryCodes: ["one", "two", "three"] });
    expect((await take(vault.owner, made)).body.code).toBe("one");
    const changed = await vault.owner.put<TwoFactor>(`/api/2fa/${made.id}`, {
      recoveryCodes: [" four", "three ", "one"],
    });
    expect(changed.body).toMatchObject({ recoveryCodesTotal: 3, recoveryCodesUsed: 1 });
    expect((await take(vault.owner, made)).body).toMatchObject({ code: "four", remaining: 1, total: 3 });
    expect((await take(vault.owner, made)).body).toMatchObject({ code: "three", remaining: 0, total: 3 });
    expect(await take(vault.owner, made)).toMatchObject(refused(409, "NO_RECOVERY_CODES_LEFT"));
  });

  test("hand each recovery code out once, in order, until none is left", async () => {
    const made = await newTwoFactor(vault.owner, { recoveryCodes: CODES });
    for (const [at, code] of CODES.entries()) {
      const answer = await take(vault.owner, made);
      const expected = { id: made.id, service: made.service, code, remaining: 9 - at, total: 10 };
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toEqual(expected);
      const { recoveryCodesUsed } = (await vault.owner.get<TwoFactor>(`/api/2fa/${made.id}`)).body;
      expect(recoveryCodesUsed).toBe(at + 1);
    }
    expect(await take(vault.owner, made)).toMatchObject(refused(409, "NO_RECOVERY_CODES_LEFT"));
  });

  test("that race for ten codes get ten different ones, and the other forty none", async () => {
    const keys = await times(5, () => vault.key(["2fa:reveal"]));
    for (let round = 0; round < 3; round++) {
      const made = await newTwoFactor(vault.owner, { recoveryCodes: CODES });
      const answers = await times(50, (at) => take(keys[at % 5] ?? vault.owner, made));
      const handed = answers.filter(({ status }) => status === 200).map(({ body }) => body);
      expect(handed.map(({ code }) => code).sort()).toEqual(CODES);
      expect(handed.map(({ remaining }) => remaining).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const rest = answers.filter(({ status }) => status !== 200);
      expect(rest).toHaveLength(40);
      for (const answer of rest) expect(answer).toMatchObject(refused(409, "NO_RECOVERY_CODES_LEFT"));
      const trail = await vault.storage.rows(
        `SELECT id FROM audit_events WHERE verb = 'take-recovery-code' AND thing_id = '${made.id}'`,
      );
      expect(trail).toHaveLength(10);
    }
  });

  test("that race while the codes are changed lose none and double none", async () => {
    const made = await newTwoFactor(vault.owner, { recoveryCodes: CODES });
    const more = [...CODES, "later one", "later two"];
    const [changed, ...taken] = await Promise.all([
      vault.owner.put<TwoFactor>(`/api/2fa/${made.id}`, { recoveryCodes: more }),
      ...Array.from({ length: 10 }, () => take(vault.owner, made)),
    ]);
    expect(changed.status).toBe(200);
    const codes = taken.map(({ body }) => body.code);
    expect(new Set(codes).size).toBe(10);
    const after = (await vault.owner.get<TwoFactor>(`/api/2fa/${made.id}`)).body;
    expect(after).toMatchObject({ recoveryCodesTotal: 12, recoveryCodesUsed: 10 });
  });

  test("are listed newest first, in pages, and found by service, account and notes", async () => {
    const other = await vault.other;
    await other.delete("/api/account/data");
    for (const service of ["one", "two", "three"]) await newTwoFactor(other, { service, notes: `100% ${service}` });
    await newTwoFactor(other, { service: "Größe", accountName: "under_score" });
    const names = async (query: string) =>
      (await other.get<TwoFactor[]>(`/api/2fa${query}`)).body.map((x) => x.service);
    expect(await names("")).toEqual(["Größe", "three", "two", "one"]);
    expect(await names("?search=GRÖSSE")).toEqual([]);
    expect(await names("?search=grÖße")).toEqual(["Größe"]);
    expect(await names("?search=_")).toEqual(["Größe"]);
    expect(await names("?search=%25")).toEqual(["three", "two", "one"]);
    expect(await names("?search=ada@")).toEqual(["three", "two", "one"]);
    expect(await names("?search=100%25%20t")).toEqual(["three", "two"]);
    const first = await other.get<TwoFactor[]>("/api/2fa?limit=3");
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    expect((await other.get<TwoFactor[]>(next.slice(vault.url.length))).body.map((x) => x.service)).toEqual(["one"]);
    expect(await other.get("/api/2fa?service=x")).toMatchObject(refused(400, "VALIDATION_ERROR", { field: "service" }));
    expect((await other.get("/api/stats")).body).toMatchObject({ total2fa: 4 });
  });

  test("of somebody else are not there, and nothing of them changes", async () => {
    const other = await vault.other;
    const mine = await newTwoFactor(vault.owner);
    const before = await snapshot(vault.owner);
    const gone = refused(404, "TWO_FACTOR_NOT_FOUND", { error: "Not found" });
    for (const id of [mine.id, crypto.randomUUID(), "x", "NULL"]) {
      const path = `/api/2fa/${id}`;
      expect(await other.get(path)).toMatchObject(gone);
      expect(await other.put(path, {})).toMatchObject(gone);
      expect(await other.put(path, { notes: "mine now", recoveryCodes: ["x1"], secret: SECRET })).toMatchObject(gone);
      expect(await other.delete(path)).toMatchObject(gone);
      expect(await other.post(`${path}/reveal`)).toMatchObject(gone);
      expect(await other.post(`${path}/recovery-codes/reveal`)).toMatchObject(gone);
    }
    expect(await snapshot(vault.owner)).toEqual(before);
    expect(await vault.owner.delete(`/api/2fa/${mine.id}`)).toMatchObject({ status: 204, text: "" });
    expect(await vault.owner.delete(`/api/2fa/${mine.id}`)).toMatchObject(gone);
    expect(await vault.storage.rows(`SELECT id FROM recovery_codes WHERE two_factor_id = '${mine.id}'`)).toEqual([]);
  });

  test("that do not open are not found, stay as they are, and are logged without their content", async () => {
    const [one, two] = [await newTwoFactor(vault.owner), await newTwoFactor(vault.owner)];
    await vault.storage.rows(
      `UPDATE two_factors SET sealed_secret = (SELECT sealed_secret FROM two_factors WHERE id = '${two.id}') WHERE id = '${one.id}'`,
    );
    await vault.storage.rows(`UPDATE recovery_codes SET sealed_code = 'damaged' WHERE two_factor_id = '${one.id}'`);
    for (const answer of [await reveal(vault.owner, one), await take(vault.owner, one)]) {
      expect(answer).toMatchObject(refused(404, "TWO_FACTOR_NOT_FOUND"));
      const requestId = answer.headers.get("x-request-id");
      await vault.logged(`a sealed value does not open twoFactorId=${one.id} requestId=${requestId}`);
    }
    expect((await vault.owner.get(`/api/2fa/${one.id}`)).body).toEqual(one);
    const mended = { secret: SECRET, recoveryCodes: ["new one"] };
    expect((await vault.owner.put(`/api/2fa/${one.id}`, mended)).body).toMatchObject({ recoveryCodesTotal: 1 });
    expect((await take(vault.owner, one)).body).toMatchObject({ code: "new one", remaining: 0 });
  });

  const loggedUnreadable = ({ id }: TwoFactor, { headers }: Answer) =>
    vault.logged(`a sealed value does not open twoFactorId=${id} requestId=${headers.get("x-request-id")}`);

  test("hand out the next recovery code that opens, and leave the one that does not as it is", async () => {
    const made = await newTwoFactor(vault.owner, { recoveryCodes: ["one", "two", "three"] });
    await vault.storage.rows(
      `UPDATE recovery_codes SET sealed_code = 'damaged' WHERE two_factor_id = '${made.id}' AND position = 1`,
    );
    const first = await take(vault.owner, made);
    expect(first).toMatchObject({ status: 200, body: { code: "two", remaining: 2, total: 3 } });
    await loggedUnreadable(made, first);
    expect(await take(vault.owner, made)).toMatchObject({ status: 200, body: { code: "three", remaining: 1 } });
    expect(await take(vault.owner, made)).toMatchObject(refused(404, "TWO_FACTOR_NOT_FOUND"));
    expect((await vault.owner.get(`/api/2fa/${made.id}`)).body).toMatchObject({ recoveryCodesUsed: 2 });
    const unused = `SELECT position FROM recovery_codes WHERE two_factor_id = '${made.id}' AND used_at IS NULL`;
    expect(await vault.storage.rows<{ position: number }>(unused)).toEqual([{ position: 1 }]);
  });

  test("log the recovery code that does not open when a new set takes its place", async () => {
    const made = await newTwoFactor(vault.owner, { recoveryCodes: ["one", "two"] });
    await take(vault.owner, made);
    await vault.storage.rows(
      `UPDATE recovery_codes SET sealed_code = 'damaged' WHERE two_factor_id = '${made.id}' AND position = 2`,
    );
    const replaced = await vault.owner.put<TwoFactor>(`/api/2fa/${made.id}`, { recoveryCodes: ["one", "three"] });
    expect(replaced.body).toMatchObject({ recoveryCodesTotal: 2, recoveryCodesUsed: 1 });
    await loggedUnreadable(made, replaced);
  });

  test("are in the trail, each act with its row and none without", async () => {
    const made = await newTwoFactor(vault.owner);
    const acts: [verb: string, detail: string | null, act: () => Promise<Answer>][] = [
      ["reveal", null, () => reveal(vault.owner, made)],
      ["take-recovery-code", "recovery-code=1", () => take(vault.owner, made)],
      ["change", null, () => vault.owner.put(`/api/2fa/${made.id}`, { notes: "changed" })],
      ["delete", "recovery-codes=2", () => vault.owner.delete(`/api/2fa/${made.id}`)],
    ];
    await vault.storage.breakTrail();
    const before = await snapshot(vault.owner);
    for (const [, , act] of acts) expect(await act()).toMatchObject(refused(500, "INTERNAL_ERROR"));
    await vault.storage.mendTrail();
    expect(await snapshot(vault.owner)).toEqual(before);
    for (const [, , act] of acts) expect((await act()).status).toBeLessThan(300);
    const rows = await vault.storage.rows<{ verb: string; detail: string | null; thing_name: string }>(
      `SELECT verb, detail, thing, thing_name FROM audit_events WHERE thing_id = '${made.id}' ORDER BY id`,
    );
    const named = { thing: "two-factor", thing_name: made.service };
    expect(rows as object[]).toEqual([
      { verb: "create", detail: null, ...named },
      ...acts.map(([verb, detail]) => ({ verb, detail, ...named })),
    ]);
  });
});

type Refused = [what: string, field: string, input: object];

const NAMED = { service: "GitHub", accountName: "ada" };
const GOOD = { ...NAMED, secret: SECRET };

const ALWAYS_REFUSED: Refused[] = [
  ["an unknown member", "secrets", { ...GOOD, secrets: SECRET }],
  ["a member that only answers have", "hasSecret", { ...GOOD, hasSecret: true }],
  ["an empty service", "service", { ...GOOD, service: "" }],
  ["a service of spaces", "service", { ...GOOD, service: " \t" }],
  ["too long a service", "service", { ...GOOD, service: "x".repeat(256) }],
  ["a number for a service", "service", { ...GOOD, service: 7 }],
  ["null for a service", "service", { ...GOOD, service: null }],
  ["NUL in a service", "service", { ...GOOD, service: "a\0b" }],
  ["too long an account", "accountName", { ...GOOD, accountName: "x".repeat(256) }],
  ["an empty account", "accountName", { ...GOOD, accountName: "" }],
  ["an unknown algorithm", "algorithm", { ...GOOD, algorithm: "MD5" }],
  ["an algorithm in another spelling", "algorithm", { ...GOOD, algorithm: "sha1" }],
  ["five digits", "digits", { ...GOOD, digits: 5 }],
  ["nine digits", "digits", { ...GOOD, digits: 9 }],
  ["digits as text", "digits", { ...GOOD, digits: "6" }],
  ["a part of a digit", "digits", { ...GOOD, digits: 6.5 }],
  ["null for digits", "digits", { ...GOOD, digits: null }],
  ["a short period", "period", { ...GOOD, period: 14 }],
  ["a long period", "period", { ...GOOD, period: 301 }],
  ["a period as text", "period", { ...GOOD, period: "30" }],
  ["long notes", "notes", { ...GOOD, notes: "x".repeat(10_001) }],
  ["an empty secret", "secret", { ...NAMED, secret: "" }],
  ["a secret of dashes", "secret", { ...NAMED, secret: "-- --" }],
  ["a secret that is no base32", "secret", { ...NAMED, secret: `${SECRET}18` }],
  ["a secret that is cut", "secret", { ...NAMED, secret: `${SECRET}A` }],
  ["a short secret", "secret", { ...NAMED, secret: "MFRGG" }],
  ["a number for a secret", "secret", { ...NAMED, secret: 123456 }],
  ["an endless secret", "secret", { ...NAMED, secret: "A".repeat(4097) }],
  ["NUL in a secret", "secret", { ...NAMED, secret: `${SECRET}\0` }],
  ["a HOTP link", "secret", { ...NAMED, secret: `otpauth://hotp/A:b?secret=${SECRET}&counter=1` }],
  ["an export's link", "secret", { ...NAMED, secret: `otpauth-migration://offline?data=${SECRET}` }],
  ["a link without a secret", "secret", { ...NAMED, secret: "otpauth://totp/A:b?issuer=A" }],
  ["a link with a bad secret", "secret", { ...NAMED, secret: `otpauth://totp/A:b?secret=${SECRET}1` }],
  ["a link with bad digits", "secret", { ...NAMED, secret: `otpauth://totp/A:b?secret=${SECRET}&digits=5` }],
  ["a link with a bad period", "secret", { ...NAMED, secret: `otpauth://totp/A:b?secret=${SECRET}&period=1` }],
  ["a link with a bad algorithm", "secret", { ...NAMED, secret: `otpauth://totp/A:b?secret=${SECRET}&algorithm=MD5` }],
  ["another link", "secret", { ...NAMED, secret: `https://example.com/?secret=${SECRET}` }],
  ["no recovery codes", "recoveryCodes", { ...GOOD, recoveryCodes: [] }],
  ["101 recovery codes", "recoveryCodes", { ...GOOD, recoveryCodes: Array.from({ length: 101 }, (_, at) => `${at}`) }],
  ["recovery codes that repeat", "recoveryCodes", { ...GOOD, recoveryCodes: ["a", "b", "a"] }],
  ["recovery codes that repeat but for spaces", "recoveryCodes", { ...GOOD, recoveryCodes: ["a", " a "] }],
  ["an empty recovery code", "recoveryCodes", { ...GOOD, recoveryCodes: ["a", ""] }],
  ["a recovery code of spaces", "recoveryCodes", { ...GOOD, recoveryCodes: ["a", "  "] }],
  ["a long recovery code", "recoveryCodes", { ...GOOD, recoveryCodes: ["a", "x".repeat(256)] }],
  ["a number for a recovery code", "recoveryCodes", { ...GOOD, recoveryCodes: ["a", 7] }],
  ["text for recovery codes", "recoveryCodes", { ...GOOD, recoveryCodes: "a b" }],
  ["NUL in a recovery code", "recoveryCodes", { ...GOOD, recoveryCodes: ["a\0"] }],
];

const REFUSED_ANEW: Refused[] = [
  ["nothing", "service", {}],
  ["no service", "service", { accountName: "ada", secret: SECRET }],
  ["no account", "accountName", { service: "GitHub", secret: SECRET }],
  ["a link without names", "service", { secret: `otpauth://totp/?secret=${SECRET}` }],
  ["neither a secret nor codes", "secret", NAMED],
  ["null for both", "secret", { ...NAMED, secret: null, recoveryCodes: null }],
];

onEachEngine("bad input for second factors", (vault) => {
  const expectRefused = async (act: () => Promise<Answer>, field: string) => {
    const before = await snapshot(vault.owner);
    const answer = await act();
    expect(answer).toMatchObject(refused(400, "VALIDATION_ERROR"));
    const told = (answer.body as { field?: string }).field ?? "";
    expect(told.split(".")[0]).toBe(field);
    expectNoneIn(answer.text, [SECRET], "answer");
    expect(await snapshot(vault.owner)).toEqual(before);
  };

  test.each([...ALWAYS_REFUSED, ...REFUSED_ANEW])("is refused when one is made: %s", async (_what, field, input) => {
    await expectRefused(() => vault.owner.post("/api/2fa", input), field);
  });

  test(
    "is refused when one is changed",
    async () => {
      const { id } = await newTwoFactor(vault.owner);
      for (const [, field, input] of ALWAYS_REFUSED) {
        await expectRefused(() => vault.owner.put(`/api/2fa/${id}`, input), field);
      }
    },
    PATIENCE_MS,
  );

  const json = { "content-type": "application/json" };
  const RAW: [string, number, ErrorCode, { raw: string; headers?: Record<string, string> }][] = [
    ["no JSON", 400, "VALIDATION_ERROR", { raw: `{"secret": "${SECRET}"`, headers: json }],
    ["a list", 400, "VALIDATION_ERROR", { raw: "[]", headers: json }],
    ["null", 400, "VALIDATION_ERROR", { raw: "null", headers: json }],
    ["text", 415, "UNSUPPORTED_MEDIA_TYPE", { raw: SECRET, headers: { "content-type": "text/plain" } }],
    ["too much", 413, "PAYLOAD_TOO_LARGE", { raw: `"${"x".repeat(2 * 1024 * 1024)}"`, headers: json }],
  ];
  test.each(RAW)("is refused as a body: %s", async (_what, status, code, sent) => {
    const answer = await vault.owner.send("POST", "/api/2fa", sent);
    expect(answer).toMatchObject(refused(status, code));
    expectNoneIn(answer.text, [SECRET], "answer");
  });

  const ID = crypto.randomUUID();
  test.each([
    ["PATCH", "/api/2fa"],
    ["POST", `/api/2fa/${ID}`],
    ["GET", `/api/2fa/${ID}/reveal`],
    ["DELETE", `/api/2fa/${ID}/recovery-codes/reveal`],
  ])("is another method: %s %s", async (method, path) => {
    expect(await vault.owner.send(method, path)).toMatchObject(refused(405, "METHOD_NOT_ALLOWED"));
  });
});

onEachEngine("planted second factors", (vault) => {
  const secret = markedSecret();
  const codes = [marked("code"), marked("code")];
  const planted = [secret, secret.toLowerCase(), ...codes];

  test("are in no answer but the one that hands a recovery code out", async () => {
    const { owner } = vault;
    const uri = `otpauth://totp/ACME:ada?secret=${secret}`;
    const made = await owner.post<TwoFactor>("/api/2fa", { ...NAMED, secret, recoveryCodes: codes });
    const path = `/api/2fa/${made.body.id}`;
    const create = (input: object) => owner.post("/api/2fa", { ...NAMED, ...input });
    const limited = await vault.key(["2fa:read"]);
    const answers = [
      made,
      await create({ secret: uri }),
      await create({ secret: `${uri}&digits=5` }),
      await create({ secret: uri.replace("totp", "hotp") }),
      await create({ secret: `${secret}1` }),
      await create({ secret: `${secret}A` }),
      await create({ secret: [secret] }),
      await create({ secrets: secret }),
      await create({ secret, recoveryCodes: [...codes, ...codes] }),
      await create({ secret, recoveryCodes: [codes[0], ` ${codes[0]}`] }),
      await create({ secret, recoveryCodes: codes[0] }),
      await create({ secret, digits: secret, algorithm: codes[0] }),
      await owner.put(path, { secret, recoveryCodes: codes }),
      await owner.put(path, { secret: uri }),
      await owner.put(path, { secret: `${uri}&period=1` }),
      await owner.get(path),
      await owner.get("/api/2fa"),
      await owner.get("/api/2fa?search=ada"),
      await owner.get("/api/stats"),
      await owner.get("/api/export"),
      await owner.post(`${path}/reveal`),
      await limited.get("/api/2fa"),
      await limited.post(`${path}/reveal`),
      await limited.post(`${path}/recovery-codes/reveal`),
      await (await vault.other).post(`${path}/recovery-codes/reveal`),
    ];
    for (const answer of answers) expectNoneIn(answer.text, planted, `answer ${answer.status}`);
    expect(answers[0]?.status).toBe(201);
  });

  test("are in neither the database nor the log, before and after they are handed out", async () => {
    const made = await newTwoFactor(vault.owner, { secret, recoveryCodes: codes });
    await expectNoneLeftBy(vault, planted);
    const { code } = (await reveal(vault.owner, made)).body;
    expect((await take(vault.owner, made)).body.code).toBe(codes[0] as string);
    await vault.owner.put(`/api/2fa/${made.id}`, { recoveryCodes: ["others"], secret: null });
    await expectNoneLeftBy(vault, planted);
    const trail = await vault.storage.rows(`SELECT * FROM audit_events WHERE thing_id = '${made.id}'`);
    expectNoneIn(JSON.stringify(trail), [...planted, `"${code}"`], "trail");
  });

  test("of equal content are not seen to be the same, nor can a row's be put in another's place", async () => {
    for (const _ of [1, 2]) await newTwoFactor(vault.owner, { secret, recoveryCodes: codes });
    const rows = await vault.storage.rows<{ sealed: string }>(
      `SELECT sealed_secret AS sealed FROM two_factors WHERE sealed_secret IS NOT NULL
        UNION ALL SELECT sealed_code FROM recovery_codes`,
    );
    const parts = rows.flatMap(({ sealed }) => sealed.split(":"));
    expect(new Set(parts).size).toBe(parts.length);
    const made = await newTwoFactor(vault.owner, { recoveryCodes: ["first", "second"] });
    await vault.storage.rows(
      `UPDATE recovery_codes SET sealed_code = (
          SELECT sealed_code FROM recovery_codes WHERE two_factor_id = '${made.id}' AND position = 2)
        WHERE two_factor_id = '${made.id}' AND position = 1`,
    );
    // The one in another's place is never handed out; the one in its own is.
    expect(await take(vault.owner, made)).toMatchObject({ status: 200, body: { code: "second", remaining: 1 } });
    expect(await take(vault.owner, made)).toMatchObject(refused(404, "TWO_FACTOR_NOT_FOUND"));
  });
});
