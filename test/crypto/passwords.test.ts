import { describe, expect, test } from "bun:test";
import { hashPassword, verifyPassword } from "../../src/crypto/passwords.ts";
import { mac, randomToken, sameText, sha256 } from "../../src/crypto/tokens.ts";

describe("a password", () => {
  test("is stored as argon2id with 19 MiB and two passes, salted", async () => {
    const [first, second] = await Promise.all([hashPassword("correct horse"), hashPassword("correct horse")]);
    expect(first).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
    expect(first).not.toBe(second);
  });

  test("verifies, in whichever way its accents were typed, and nothing else does", async () => {
    const hash = await hashPassword("caf\u00e9 au lait");
    expect(await verifyPassword("cafe\u0301 au lait", hash)).toBeTrue();
    expect(await verifyPassword("cafe au lait", hash)).toBeFalse();
  });

  test("is never right for an account that has none", async () => {
    expect(await verifyPassword("no account has this password", null)).toBeFalse();
  });
});

describe("tokens", () => {
  test("have 256 bits and are never the same", () => {
    const tokens = Array.from({ length: 1000 }, randomToken);
    for (const token of tokens) expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(new Set(tokens).size).toBe(1000);
  });

  test("are compared whole", () => {
    expect(sameText("abc", "abc")).toBeTrue();
    expect(sameText("abc", "abcd")).toBeFalse();
    expect(sameText("", "a")).toBeFalse();
  });

  test("hash as FIPS 180-4 and RFC 4231 say", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(mac(new Uint8Array(20).fill(0x0b), "Hi There")).toBe("sDRMYdjbOFNcqK_OrwvxK4gdwgDJgz2nJuk3bC4yz_c");
  });
});
