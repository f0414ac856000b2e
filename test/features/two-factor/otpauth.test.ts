import { describe, expect, test } from "bun:test";
import { AppError } from "../../../src/errors.ts";
import type { Algorithm } from "../../../src/features/two-factor/model.ts";
import { codeAt, readOtpauthUri, readSecret, secretOf } from "../../../src/features/two-factor/otpauth.ts";

/** RFC 6238, appendix B, with the keys of its erratum 2866: as long as the hash. */
const KEYS: Record<Algorithm, string> = {
  SHA1: "12345678901234567890",
  SHA256: "12345678901234567890123456789012",
  SHA512: "1234567890123456789012345678901234567890123456789012345678901234",
};
const VECTORS: [seconds: number, Record<Algorithm, string>][] = [
  [59, { SHA1: "94287082", SHA256: "46119246", SHA512: "90693936" }],
  [1111111109, { SHA1: "07081804", SHA256: "68084774", SHA512: "25091201" }],
  [1111111111, { SHA1: "14050471", SHA256: "67062674", SHA512: "99943326" }],
  [1234567890, { SHA1: "89005924", SHA256: "91819424", SHA512: "93441116" }],
  [2000000000, { SHA1: "69279037", SHA256: "90698825", SHA512: "38618901" }],
  [20000000000, { SHA1: "65353130", SHA256: "77737706", SHA512: "47863826" }],
];
const ALGORITHMS = Object.keys(KEYS) as Algorithm[];
const secretFor = (algorithm: Algorithm) => secretOf(new TextEncoder().encode(KEYS[algorithm]));

/** What somebody else's implementation says. */
function oathtool(secret: string, algorithm: Algorithm, digits: number, period: number, seconds: number): string {
  const words = [`--totp=${algorithm}`, `--digits=${digits}`, `--time-step-size=${period}s`, `--now=@${seconds}`];
  const ran = Bun.spawnSync(["oathtool", "--base32", ...words, "-"], { stdin: Buffer.from(secret) });
  return ran.stdout.toString().trim();
}

describe("codes", () => {
  test.each(ALGORITHMS)("are those of RFC 6238 for %s", (algorithm) => {
    const secret = secretFor(algorithm);
    const given = VECTORS.map(([seconds]) => codeAt(secret, { algorithm, digits: 8, period: 30 }, seconds * 1000).code);
    expect(given).toEqual(VECTORS.map(([, expected]) => expected[algorithm]));
  });

  test.skipIf(Bun.which("oathtool") === null)("are oathtool's, for every kind (needs oathtool)", () => {
    for (const algorithm of ALGORITHMS) {
      for (const digits of [6, 7, 8]) {
        for (const [period, seconds] of [15, 30, 60, 299, 300].map(
          (each, at) => [each, VECTORS[at]?.[0] ?? 0] as const,
        )) {
          const secret = secretFor(algorithm);
          const { code } = codeAt(secret, { algorithm, digits, period }, seconds * 1000 + 999);
          const kind = [algorithm, digits, period, seconds];
          expect([...kind, code]).toEqual([...kind, oathtool(secret, algorithm, digits, period, seconds)]);
        }
      }
    }
  });

  test.skipIf(Bun.which("oathtool") === null)("of secrets of every length are oathtool's (needs oathtool)", () => {
    for (let length = 5; length <= 65; length++) {
      const secret = secretOf(Uint8Array.from({ length }, (_, at) => (at * 37 + length) % 256));
      const { code } = codeAt(secret, { algorithm: "SHA1", digits: 6, period: 30 }, 59_000);
      expect([length, code]).toEqual([length, oathtool(secret, "SHA1", 6, 30, 59)]);
    }
  });

  test("come with the whole seconds that are left of them, from one reading", () => {
    const secret = secretFor("SHA1");
    const at = (timestamp: number, period = 30) => codeAt(secret, { algorithm: "SHA1", digits: 6, period }, timestamp);
    expect(at(59_000).remainingSeconds).toBe(1);
    expect(at(59_999).remainingSeconds).toBe(1);
    expect(at(60_000).remainingSeconds).toBe(30);
    expect(at(60_001).remainingSeconds).toBe(30);
    expect(at(61_000).remainingSeconds).toBe(29);
    expect(at(0, 300).remainingSeconds).toBe(300);
    for (const now of [59_000, 59_999, 60_000, 73_500]) {
      const { code, remainingSeconds } = at(now);
      expect(at(now + (remainingSeconds - 1) * 1000).code).toBe(code);
      expect(at(now + remainingSeconds * 1000).code).not.toBe(code);
    }
  });
});

const SECRET = "JBSWY3DPEHPK3PXP";

describe("secrets", () => {
  test.each([
    ["jbswy3dpehpk3pxp"],
    ["JBSW Y3DP EHPK 3PXP"],
    ["jbsw-y3dp-ehpk-3pxp"],
    [" JBSWY3DPEHPK3PXP== \n"],
    ["JBSW\u00a0Y3DP\u200b EHPK–3PXP======"],
  ])("are read as they are printed: %p", (text) => {
    expect(readSecret(text)).toBe(SECRET);
  });

  test.each([10, 16, 26, 32, 52, 64, 103])("of %p characters are taken", (length) => {
    expect(readSecret("MFRGGZDF".repeat(20).slice(0, length))).toHaveLength(length);
  });

  test.each([
    ["", "empty"],
    [" - = ", "empty"],
    ["JBSWY3D", "too short"],
    ["JBSWY3DPEHPK3PX0", "base32"],
    ["JBSWY3DPEHPK3PX1", "base32"],
    ["JBSWY3DP8HPK3PXP", "base32"],
    ["JBSWY3DP=EHPK3PXP", "base32"],
    ["JBSWY3DPEHPK3PXı", "base32"],
    ["JBSWY3DPEHPK3PXÄ", "base32"],
    ["ＪＢＳＷＹ３ＤＰ", "base32"],
    ["https://example.com/JBSWY3DP", "base32"],
    ["JBSWY3DPE", "not whole"],
    ["JBSWY3DPEHP", "not whole"],
    ["JBSWY3DPEHPK3P", "not whole"],
  ])("that are none are refused without being repeated: %p", (text, problem) => {
    expectRefusal(() => readSecret(text), problem, text);
  });
});

const DEFAULTS = { algorithm: "SHA1", digits: 6, period: 30 };
const ACME = { service: "ACME", accountName: "ada@example.com", secret: SECRET, ...DEFAULTS };

describe("links", () => {
  test.each([
    [
      "of the description",
      `otpauth://totp/ACME:ada@example.com?secret=${SECRET}&issuer=ACME&algorithm=SHA1&digits=6&period=30`,
    ],
    ["with escapes", `otpauth://totp/ACME%3A%20ada%40example.com?issuer=ACME&secret=${SECRET}`],
    ["in upper case", `OTPAUTH://TOTP/ACME:ada@example.com?SECRET=${SECRET}&ISSUER=ACME`],
    ["with the issuer as a parameter alone", `otpauth://totp/ada@example.com?secret=${SECRET}&issuer=ACME`],
    ["with the issuer in the label alone", `otpauth://totp/ACME:ada@example.com?secret=${SECRET}`],
    ["with the issuer in another case", `otpauth://totp/acme:ada@example.com?secret=${SECRET}&issuer=ACME`],
    ["with a secret in lower case", `otpauth://totp/ACME:ada@example.com?secret=${SECRET.toLowerCase()}`],
    ["with a secret in groups", `otpauth://totp/ACME:ada@example.com?secret=JBSW Y3DP-EHPK+3PXP`],
    ["with padding", `otpauth://totp/ACME:ada@example.com?secret=${SECRET}====&issuer=ACME`],
    ["with escaped padding", `otpauth://totp/ACME:ada@example.com?secret=${SECRET}%3D%3D&issuer=ACME`],
    ["with ampersands of HTML", `otpauth://totp/ACME:ada@example.com?secret=${SECRET}&amp;issuer=ACME&amp;digits=6`],
    [
      "with empty parameters",
      `otpauth://totp/ACME:ada@example.com?secret=${SECRET}&issuer=&algorithm=&digits=&period=`,
    ],
    [
      "with parameters of others",
      `otpauth://totp/ACME:ada@example.com?secret=${SECRET}&image=https%3A%2F%2Fx.example%2Fa.png&lock=1`,
    ],
    ["with spaces around it", `  otpauth://totp/ACME:ada@example.com?secret=${SECRET}&issuer=ACME\r\n`],
    ["with a slash at the end of its label", `otpauth://totp/ACME:%20ada@example.com?issuer=ACME&secret=${SECRET}&`],
  ])("%s are read", (_what, uri) => {
    expect(readOtpauthUri(uri)).toEqual(ACME as ReturnType<typeof readOtpauthUri>);
  });

  test.each([
    ["an unencoded #", `otpauth://totp/Shop #1:ada?secret=${SECRET}&issuer=Shop #1`, "Shop #1", "ada"],
    ["unencoded spaces", `otpauth://totp/My Company:Ada Lovelace?secret=${SECRET}`, "My Company", "Ada Lovelace"],
    ["a plus for a space", `otpauth://totp/ada?secret=${SECRET}&issuer=My+Company`, "My Company", "ada"],
    [
      "a plus in an address",
      `otpauth://totp/ACME:ada+kagi@example.com?secret=${SECRET}`,
      "ACME",
      "ada+kagi@example.com",
    ],
    ["an unencoded ?", `otpauth://totp/What? Inc:ada?secret=${SECRET}`, "What? Inc", "ada"],
    ["a broken escape", `otpauth://totp/100% Shop:ada%zz?secret=${SECRET}`, "100% Shop", "ada%zz"],
    ["other scripts", `otpauth://totp/%E9%8D%B5:ada?secret=${SECRET}&issuer=%E9%8D%B5`, "鍵", "ada"],
    ["a colon in the issuer", `otpauth://totp/Shop%3A%20EU:ada?secret=${SECRET}`, "Shop: EU", "ada"],
    ["an issuer with a port", `otpauth://totp/host:8443:ada?secret=${SECRET}&issuer=host:8443`, "host:8443", "ada"],
    ["two issuers", `otpauth://totp/Old:ada?secret=${SECRET}&issuer=New`, "New", "ada"],
    ["no issuer", `otpauth://totp/ada@example.com?secret=${SECRET}`, "ada@example.com", "ada@example.com"],
    ["no account", `otpauth://totp/?secret=${SECRET}&issuer=ACME`, "ACME", "ACME"],
    ["an issuer and no account", `otpauth://totp/ACME:?secret=${SECRET}`, "ACME", "ACME"],
    ["no label", `otpauth://totp?secret=${SECRET}&issuer=ACME`, "ACME", "ACME"],
    ["no names", `otpauth://totp/?secret=${SECRET}`, "", ""],
    ["line breaks in names", `otpauth://totp/A%0AB:a%00da?secret=${SECRET}`, "A B", "a da"],
  ])("with %s name what they mean", (_what, uri, service, accountName) => {
    expect(readOtpauthUri(uri)).toMatchObject({ service, accountName, secret: SECRET });
  });

  test.each([
    ["SHA1", "SHA1"],
    ["sha1", "SHA1"],
    ["SHA-1", "SHA1"],
    ["HmacSHA1", "SHA1"],
    ["SHA256", "SHA256"],
    ["sha-256", "SHA256"],
    ["HmacSHA256", "SHA256"],
    ["HMAC-SHA-512", "SHA512"],
    ["SHA_512", "SHA512"],
  ])("name the algorithm as %s", (written, algorithm) => {
    const uri = `otpauth://totp/ACME:ada?secret=${SECRET}&algorithm=${written}&digits=8&period=60`;
    expect(readOtpauthUri(uri) as object).toMatchObject({ algorithm, digits: 8, period: 60 });
  });

  test.each([
    [`otpauth://hotp/ACME:ada?secret=${SECRET}&counter=7`, "HOTP"],
    [`otpauth://HOTP/ACME:ada?secret=${SECRET}`, "HOTP"],
    [`otpauth://steam/ada?secret=${SECRET}`, "totp"],
    [`otpauth://totp/Steam:ada?secret=${SECRET}&encoder=steam`, "Steam"],
    [`otpauth:totp/ACME:ada?secret=${SECRET}`, "totp"],
    [`https://example.com/?secret=${SECRET}`, "otpauth://"],
    [`otpauth-migration://offline?data=${SECRET}`, "several accounts"],
    ["", "otpauth://"],
    ["otpauth://totp/ACME:ada", "without a secret"],
    ["otpauth://totp/ACME:ada?secret=&issuer=ACME", "without a secret"],
    ["otpauth://totp/ACME:ada?issuer=ACME", "without a secret"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}01`, "base32"],
    ["otpauth://totp/ACME:ada?secret=MFRGG", "too short"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&algorithm=MD5`, "algorithm"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&algorithm=SHA224`, "algorithm"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&digits=5`, "digits"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&digits=9`, "digits"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&digits=six`, "digits"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&digits=6.5`, "digits"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&period=0`, "period"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&period=14`, "period"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&period=301`, "period"],
    [`otpauth://totp/ACME:ada?secret=${SECRET}&period=-30`, "period"],
    [`otpauth://totp/ACME:${"a".repeat(256)}?secret=${SECRET}`, "255"],
  ])("that cannot be kept are refused without being repeated: %p", (uri, problem) => {
    expectRefusal(() => readOtpauthUri(uri), problem, SECRET);
  });

  test("that never end are refused at once", () => {
    const endless = `${"=".repeat(2_000_000)}x`;
    expectRefusal(() => readOtpauthUri(`otpauth://totp/A:b?secret=${endless}`), "4096", endless);
    expectRefusal(() => readSecret(endless), "4096", endless);
  });
});

function expectRefusal(read: () => unknown, problem: string, secret: string): void {
  let thrown: unknown;
  try {
    read();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(AppError);
  const { code, message, details } = thrown as AppError;
  expect({ code, details }).toEqual({ code: "VALIDATION_ERROR", details: { field: "secret" } });
  expect(message).toContain(problem);
  if (secret.length > 4) expect(message).not.toContain(secret);
}
