import { createHash, hkdfSync, randomBytes } from "node:crypto";

/**
 * The encryption key. It is 256 bits from the operator or from the system's random source, never derived from a
 * password, so it is used as it is.
 */
export type Keyring = Readonly<{
  key: Uint8Array;
  /** Eight bytes of a hash of the key, in hex: says which key this is without telling anything of it. */
  fingerprint: string;
}>;

export const KEY_TEXT = /^[0-9a-fA-F]{64}$/;

/** `text` is 64 hex characters; anything else is a TypeError that does not repeat it. */
export function createKeyring(text: string): Keyring {
  if (!KEY_TEXT.test(text)) throw new TypeError("an encryption key is 64 hex characters");
  const key = Buffer.from(text, "hex");
  const fingerprint = createHash("sha256").update("kagi key fingerprint\n").update(key).digest("hex").slice(0, 16);
  return { key, fingerprint };
}

/** A fresh key as 64 hex characters. */
export function generateKey(): string {
  return randomBytes(32).toString("hex");
}

/** A key for one other purpose (HKDF-SHA-256, RFC 5869), independent of the encryption key and of its siblings. */
export function derivedKey(keyring: Keyring, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", keyring.key, "", `kagi ${purpose}`, 32));
}
