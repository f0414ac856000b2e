import { expect } from "bun:test";
import vectors from "../crypto/vectors/ssh-keys.json";
import type { Vault } from "./vault.ts";

/** A throwaway OpenSSH key, put together here for the sake of secret scanners. */
export function sshKey() {
  const { label, body, type, fingerprint } = vectors[0] as (typeof vectors)[number];
  return { text: `${[`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`].join("\n")}\n`, type, fingerprint };
}

/** A text that is nowhere else, to be looked for where it must not be. */
export function marked(what: string): string {
  return `marked-${what}-${crypto.randomUUID()}`;
}

/** Shows that none of the secrets is in a text, in any of the spellings that a program could have given them. */
export function expectNoneIn(text: string, secrets: readonly string[], where: string): void {
  const found = secrets.flatMap((secret) => spellings(secret).filter((spelling) => text.includes(spelling)));
  expect({ where, found }).toEqual({ where, found: [] });
}

/** Shows that none of the secrets is in the database or in the log, which a restart makes whole. */
export async function expectNoneLeftBy(vault: Vault, secrets: readonly string[]): Promise<void> {
  expectNoneIn(await vault.storage.dump(), secrets, "database");
  await vault.restart();
  expectNoneIn(vault.log, secrets, "log");
}

function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [secret, encodeURIComponent(secret), bytes.toString("hex"), bytes.toString("base64url").slice(0, -2)];
}
