import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Keyring } from "./keyring.ts";

/**
 * How a secret is stored.
 *
 * Promised: whoever reads the database file, a backup or a replica without the key learns that a secret exists, its
 * rough length and when it was written, and nothing else; whoever can write there cannot change a secret, nor move it to
 * another row, without the reader noticing. Not promised: an earlier value of the same row put back goes unnoticed, and
 * the operator, who holds both the key and the data, is trusted.
 *
 * AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit iv. Two seals with one iv would be fatal; with random ones
 * that is a chance of 2^-32 only after 2^32 seals under one key, far beyond what a vault of people writes. The tag has
 * its full 128 bits. The associated data is the text `table.column:row id`.
 *
 * Stored text: `iv:tag:ciphertext`, each standard base64, with no other key or version mark: 16 + 24 + n characters.
 */
export type Place = Readonly<{ table: string; column: string; id: string }>;

const CIPHER = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The sealed text cannot be opened: another key, another row, or damaged. Says nothing of the content. */
export class EnvelopeError extends Error {
  override name = "EnvelopeError";
}

export function seal(keyring: Keyring, place: Place, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyring.key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(place));
  const start = cipher.update(text, "utf8");
  const end = cipher.final();
  const ciphertext = end.length === 0 ? start : Buffer.concat([start, end]);
  return `${iv.toString("base64")}:${cipher.getAuthTag().toString("base64")}:${ciphertext.toString("base64")}`;
}

/** Throws EnvelopeError. */
export function open(keyring: Keyring, place: Place, sealed: string): string {
  const [iv = "", tag = "", ciphertext = "", ...rest] = sealed.split(":");
  const nonce = Buffer.from(iv, "base64");
  const authTag = Buffer.from(tag, "base64");
  if (rest.length > 0 || nonce.length !== IV_BYTES || authTag.length !== TAG_BYTES) {
    throw new EnvelopeError("the sealed text is malformed");
  }
  try {
    const decipher = createDecipheriv(CIPHER, keyring.key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData(place));
    decipher.setAuthTag(authTag);
    return decipher.update(ciphertext, "base64", "utf8") + decipher.final("utf8");
  } catch {
    throw new EnvelopeError("the sealed text does not open with this key in this place");
  }
}

function associatedData({ table, column, id }: Place): Buffer {
  return Buffer.from(`${table}.${column}:${id}`, "utf8");
}
