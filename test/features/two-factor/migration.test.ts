import { describe, expect, test } from "bun:test";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { AppError } from "../../../src/errors.ts";
import { readMigration } from "../../../src/features/two-factor/migration.ts";

/** The example of https://github.com/dim13/otpauth, an independent reader. */
const PUBLISHED =
  "otpauth-migration://offline?data=CjEKCkhlbGxvId6tvu8SGEV4YW1wbGU6YWxpY2VAZ29vZ2xlLmNvbRoHRXhhbXBsZTAC";

type Account = {
  secret?: Uint8Array;
  name?: string;
  issuer?: string;
  algorithm?: number;
  digits?: number;
  type?: number;
};
type Batch = { size?: number; index?: number; id?: number };

const KEY = new TextEncoder().encode("Hello!\xde\xad");
const TOTP = 2;

function payload(accounts: Account[], { size = 1, index = 0, id = 1 }: Batch = {}): Uint8Array {
  const writer = new BinaryWriter();
  for (const { secret = KEY, name = "ada", issuer = "ACME", algorithm = 1, digits = 1, type = TOTP } of accounts) {
    const account = new BinaryWriter();
    account.tag(1, WireType.LengthDelimited).bytes(secret);
    account.tag(2, WireType.LengthDelimited).string(name);
    account.tag(3, WireType.LengthDelimited).string(issuer);
    for (const [at, value] of [algorithm, digits, type].entries()) account.tag(4 + at, WireType.Varint).int32(value);
    account.tag(7, WireType.Varint).int64(5);
    account.tag(8, WireType.LengthDelimited).string("an id that newer versions write");
    writer.tag(1, WireType.LengthDelimited).bytes(account.finish());
  }
  for (const [at, value] of [1, size, index, id].entries()) writer.tag(2 + at, WireType.Varint).int32(value);
  return writer.finish();
}

const linkOf = (bytes: Uint8Array) =>
  `otpauth-migration://offline?data=${encodeURIComponent(Buffer.from(bytes).toString("base64"))}`;
const link = (accounts: Account[], batch?: Batch) => linkOf(payload(accounts, batch));

describe("an export of Google Authenticator", () => {
  test("that somebody else has published is read", () => {
    expect(readMigration([PUBLISHED])).toEqual({
      accounts: [
        {
          service: "Example",
          accountName: "alice@google.com",
          secret: "JBSWY3DPEHPK3PXP",
          algorithm: "SHA1",
          digits: 6,
          period: 30,
        },
      ],
      skipped: [],
      batch: { size: 1, present: [1], missing: [] },
    });
  });

  test("gives several accounts in their order, with their parameters", () => {
    const { accounts, skipped } = readMigration([
      link([
        { issuer: "GitHub", name: "ada" },
        { issuer: "AWS", name: "AWS:root@shop", algorithm: 2, digits: 2 },
        { issuer: "", name: "Shop: ada", algorithm: 3, digits: 3 },
        { issuer: "", name: "alone", algorithm: 0, digits: 0, type: 0 },
        { issuer: "Nameless", name: "" },
      ]),
    ]);
    expect(skipped).toEqual([]);
    expect(accounts.map(({ secret: _, ...account }) => account)).toEqual([
      { service: "GitHub", accountName: "ada", algorithm: "SHA1", digits: 6, period: 30 },
      { service: "AWS", accountName: "root@shop", algorithm: "SHA256", digits: 8, period: 30 },
      { service: "Shop", accountName: "ada", algorithm: "SHA512", digits: 7, period: 30 },
      { service: "alone", accountName: "alone", algorithm: "SHA1", digits: 6, period: 30 },
      { service: "Nameless", accountName: "Nameless", algorithm: "SHA1", digits: 6, period: 30 },
    ]);
  });

  test("keeps secrets of every length as they are", () => {
    for (const length of [5, 10, 20, 32, 64]) {
      const secret = Uint8Array.from({ length }, (_, at) => 255 - at);
      const [account] = readMigration([link([{ secret }])]).accounts;
      const bits = [...(account?.secret ?? "")].map((c) =>
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0"),
      );
      const bytes = bits
        .join("")
        .match(/.{8}/g)
        ?.map((byte) => Number.parseInt(byte, 2));
      expect(bytes).toEqual([...secret]);
    }
  });

  test("skips what cannot be kept, by name and with a reason, and keeps the rest", () => {
    const { accounts, skipped } = readMigration([
      link([
        { issuer: "Bank", name: "Bank:token", type: 1 },
        { issuer: "Old", name: "md5", algorithm: 4 },
        { issuer: "Odd", name: "digits", digits: 9 },
        { issuer: "", name: "", secret: new Uint8Array() },
        { issuer: "Short", name: "ada", secret: new Uint8Array([1, 2]) },
        { issuer: "x".repeat(300), name: "ada" },
        { issuer: "Good", name: "ada" },
      ]),
    ]);
    expect(accounts.map(({ service }) => service)).toEqual(["Good"]);
    expect(skipped).toEqual([
      { name: "Bank, token", reason: expect.stringContaining("HOTP") },
      { name: "Old, md5", reason: expect.stringContaining("algorithm") },
      { name: "Odd, digits", reason: expect.stringContaining("6 to 8") },
      { name: "An account", reason: "has a secret that must not be empty" },
      { name: "Short, ada", reason: expect.stringContaining("too short") },
      { name: "x".repeat(255), reason: "has a name of more than 255 characters" },
    ]);
  });

  test("of several QR codes is put together in any order, and tells what is missing", () => {
    const parts = [0, 1, 2].map((index) => link([{ name: `account ${index}` }], { size: 3, index, id: 77 }));
    const [first = "", second = "", third = ""] = parts;
    const whole = readMigration([third, first, second, first]);
    expect(whole.accounts.map(({ accountName }) => accountName)).toEqual(["account 0", "account 1", "account 2"]);
    expect(whole.batch).toEqual({ size: 3, present: [1, 2, 3], missing: [] });
    expect(readMigration([third, first]).batch).toEqual({ size: 3, present: [1, 3], missing: [2] });
    const pasted = readMigration([` ${first}\n\n${second} ${third}\r\n`]);
    expect(pasted.accounts).toHaveLength(3);
  });

  test("is read in every spelling of its data", () => {
    const bytes = payload([{ secret: Uint8Array.from({ length: 20 }, (_, at) => 0xff - (at % 4)) }]);
    const base64 = Buffer.from(bytes).toString("base64");
    expect(base64).toMatch(/[+/]/);
    const expected = readMigration([linkOf(bytes)]);
    for (const data of [
      base64,
      base64.replaceAll("+", " "),
      base64.replaceAll("+", "-").replaceAll("/", "_"),
      base64.replace(/=+$/, ""),
    ]) {
      expect(readMigration([`OTPAUTH-MIGRATION://offline?data=${data}`])).toEqual(expected);
    }
  });

  const other = link([{ name: "b" }], { size: 2, index: 1, id: 2 });
  test.each([
    ["nothing", [], "empty"],
    ["empty texts", ["", " \n"], "empty"],
    ["another link", ["otpauth://totp/ACME:ada?secret=JBSWY3DPEHPK3PXP"], "otpauth-migration"],
    ["no data", ["otpauth-migration://offline"], "otpauth-migration"],
    ["empty data", ["otpauth-migration://offline?data="], "damaged"],
    ["no base64", ["otpauth-migration://offline?data=%21%21"], "damaged"],
    ["too much padding", [`otpauth-migration://offline?data=CjEK${"=".repeat(2_000_000)}x`], "damaged"],
    ["a broken escape", ["otpauth-migration://offline?data=%E0%A4%A"], "damaged"],
    ["a cut message", [PUBLISHED.slice(0, -20)], "damaged"],
    ["another message", ["otpauth-migration://offline?data=/////w"], "damaged"],
    ["an index out of bounds", [link([{}], { size: 2, index: 100_000 })], "damaged"],
    ["a negative size", [link([{}], { size: -1 })], "damaged"],
    ["two exports", [link([{ name: "a" }], { size: 2, id: 1 }), other], "different exports"],
    ["two sizes", [link([{ name: "a" }], { size: 3, id: 2 }), other], "different exports"],
    ["one part twice, differently", [link([{ name: "a" }], { size: 2, index: 1, id: 2 }), other], "different exports"],
    ["too many links", Array.from({ length: 101 }, (_, at) => link([{ name: `${at}` }])), "at most 100"],
    ["too many accounts", [link(Array.from({ length: 991 }, () => ({})))], "at most 990 accounts"],
  ])("is refused with a word when it is %s", (_what, links, problem) => {
    let thrown: unknown;
    try {
      readMigration(links);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AppError);
    expect(thrown as AppError).toMatchObject({ code: "VALIDATION_ERROR", details: { field: "links" } });
    expect((thrown as AppError).message).toContain(problem);
    expect((thrown as AppError).message).not.toMatch(/JBSWY|data=/);
  });
});
