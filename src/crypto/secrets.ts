import { randomBytes, randomInt } from "node:crypto";

/**
 * New secrets, from the system's random source. The byte formats carry `bytes` random bytes as they are (RFC 4648; base64url
 * without padding). `alphanumeric` takes each character by rejection (`randomInt`), so that none is likelier than another,
 * and as many of them as hold at least so many bits: 43 for 32 bytes.
 */
export type Format = "hex" | "base64" | "base64url" | "alphanumeric";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

export function randomSecret(format: Format, bytes: number): string {
  if (format !== "alphanumeric") return randomBytes(bytes).toString(format);
  const length = Math.ceil((bytes * 8) / Math.log2(ALPHABET.length));
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}
