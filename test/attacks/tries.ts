import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ENGINES, type Engine } from "../support/engines.ts";
import type { Environment } from "../support/program.ts";
import { PATIENCE_MS, Vault } from "../support/vault.ts";

/** Makes one try: counts it, and remembers it as one that got through when the claim throws. */
export type Attempt = (what: string, claim: () => unknown) => Promise<void>;

/** Makes all of the tries of a test before it fails, so that one weak place hides no other. */
export type Check = (run: (attempt: Attempt) => Promise<void>) => Promise<void>;

/** Counts the tries of a file of attacks, whose last line says how many there were. A test without any fails. */
export function tally(kind: string): Check {
  let tries = 0;
  let through = 0;
  afterAll(() => console.log(`attacks: ${kind} ${tries} tries, ${through} got through`));
  return async (run) => {
    const [triesBefore, gotThrough] = [tries, [] as string[]];
    await run(async (what, claim) => {
      tries += 1;
      try {
        await claim();
      } catch (error) {
        through += 1;
        gotThrough.push(`${what}: ${error instanceof Error ? error.message : error}`);
      }
    });
    expect(gotThrough).toEqual([]);
    expect(tries).toBeGreaterThan(triesBefore);
  };
}

/** Makes the `test` of a file of attacks. */
export function attacks(kind: string): (name: string, run: (attempt: Attempt) => Promise<void>) => void {
  const check = tally(kind);
  return (name, run) => test(name, () => check(run));
}

/** Attacks on one vault. It stands on the embedded engine: what no query decides is the same on the other. */
export function onOneVault(subject: string, claims: (vault: Vault) => void, environment: Environment = {}): void {
  describe(subject, () => {
    const vault = new Vault(ENGINES[0] as Engine, environment);
    beforeAll(() => vault.open(), PATIENCE_MS);
    afterAll(() => vault.close(), PATIENCE_MS);
    claims(vault);
  });
}
