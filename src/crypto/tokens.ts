import { createHash, createHmac, hash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/**
 * Bearer tokens. A token has 256 random bits, so a plain SHA-256 is enough to store: there is no dictionary to try, and
 * looking one up by its hash tells an observer of the time nothing about the token.
 */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** A number from 0 to `limit` - 1, each as likely as another. */
export function randomBelow(limit: number): number {
  return randomInt(limit);
}

/** Lower-case hex. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** HMAC-SHA-256 (RFC 2104) in base64url, under a key that exists for this one purpose. */
export function mac(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Compares without telling by its time where two texts differ. */
export function sameText(a: string, b: string): boolean {
  const left = createHash("sha256").update(a).digest();
  const right = createHash("sha256").update(b).digest();
  return timingSafeEqual(left, right);
}

/** UUIDv7 (RFC 9562): lower case, sorts by creation. */
export function newId(): string {
  return Bun.randomUUIDv7();
}
