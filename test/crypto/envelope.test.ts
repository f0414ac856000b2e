import { describe, expect, test } from "bun:test";
import { EnvelopeError, open, seal } from "../../src/crypto/envelope.ts";
import { createKeyring, derivedKey, generateKey } from "../../src/crypto/keyring.ts";
import vectors from "./vectors/envelope.json" with { type: "json" };

const keyring = createKeyring(generateKey());
const place = { table: "entries", column: "sealed_value", id: "01936f5e-6f2c-7c3a-9d51-0242ac120002" };

describe("the envelope", () => {
  test.each(["", "a", "sk-live-\u{1f511}", "line\r\nline\n", "\ufeffBOM", "x".repeat(1024 * 1024)])(
    "gives back what was sealed, byte for byte (%#)",
    (text) => expect(open(keyring, place, seal(keyring, place, text))).toBe(text),
  );

  test("is iv:tag:ciphertext in base64, with a fresh iv each time", () => {
    const sealed = Array.from({ length: 1000 }, () => seal(keyring, place, "same"));
    for (const text of sealed) expect(text).toMatch(/^[A-Za-z0-9+/]{16}:[A-Za-z0-9+/]{22}==:[A-Za-z0-9+/=]{8}$/);
    expect(new Set(sealed.map((text) => text.split(":")[0])).size).toBe(1000);
  });

  test("does not open with another key", () => {
    expect(() => open(createKeyring(generateKey()), place, seal(keyring, place, "secret"))).toThrow(EnvelopeError);
  });

  test.each([
    { ...place, table: "meta" },
    { ...place, column: "notes" },
    { ...place, id: "01936f5e-6f2c-7c3a-9d51-0242ac120003" },
  ])("does not open in another place (%#)", (other) => {
    expect(() => open(keyring, other, seal(keyring, place, "secret"))).toThrow(EnvelopeError);
  });

  test("does not open when any one bit has changed", () => {
    const parts = seal(keyring, place, "secret")
      .split(":")
      .map((part) => Buffer.from(part, "base64"));
    for (const [index, part] of parts.entries()) {
      for (let bit = 0; bit < part.length * 8; bit++) {
        const changed = parts.map((bytes) => Buffer.from(bytes));
        const bytes = changed[index] as Buffer;
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        const text = changed.map((piece) => piece.toString("base64")).join(":");
        expect(() => open(keyring, place, text)).toThrow(EnvelopeError);
      }
    }
  });

  test.each([
    "",
    ":",
    "::",
    "a:b:c",
    "AAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA==",
    "AAAAAAAAAAAAAAAA:AAAA:AAAA",
    "a:b:c:d",
  ])("refuses malformed text without saying any of it (%#)", (text) =>
    expect(() => open(keyring, place, text)).toThrow(EnvelopeError),
  );

  test.each(vectors)("opens what earlier versions sealed: $name", ({ key, place: at, sealed, text }) => {
    expect(open(createKeyring(key), at, sealed)).toBe(text);
  });
});

describe("a key", () => {
  test("is 64 hex characters and its error does not repeat it", () => {
    for (const text of ["", "abc", "g".repeat(64), "a".repeat(63), "a".repeat(65), `${"a".repeat(64)}\n`]) {
      try {
        createKeyring(text);
        throw new Error("accepted");
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        if (text.length > 3) expect((error as Error).message).not.toContain(text);
      }
    }
  });

  test("has a fingerprint that does not depend on its spelling and that no other key has", () => {
    const text = generateKey();
    expect(createKeyring(text).fingerprint).toBe(createKeyring(text.toUpperCase()).fingerprint);
    expect(createKeyring(text).fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(createKeyring(generateKey()).fingerprint).not.toBe(createKeyring(text).fingerprint);
  });

  test("gives each purpose a key of its own", () => {
    const keys = [keyring.key, derivedKey(keyring, "a"), derivedKey(keyring, "b")].map((key) =>
      Buffer.from(key).toString("hex"),
    );
    expect(new Set(keys).size).toBe(3);
  });
});
