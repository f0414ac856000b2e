import { once } from "../once.ts";

/**
 * Passwords are stored as argon2id (RFC 9106) in PHC text form, with OWASP's first choice for servers: 19 MiB, two
 * passes. The parameters travel in the text, so raising them later does not invalidate what is stored.
 */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

export async function hashPassword(password: string): Promise<string> {
  return await Bun.password.hash(password.normalize("NFKC"), ARGON2ID);
}

/** `hash` null stands for an account that does not exist or has no password; it takes as long and is never right. */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const stranger = await decoy();
  const right = await Bun.password.verify(password.normalize("NFKC"), hash ?? stranger);
  return right && hash !== null;
}

const decoy = once(() => hashPassword("no account has this password"));
