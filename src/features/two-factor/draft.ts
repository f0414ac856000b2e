import { open, type Place, seal } from "../../crypto/envelope.ts";
import type { Actor, Kagi } from "../../kagi.ts";

/**
 * Secrets on their way through a form of several steps. A page never repeats what was typed as a secret; it carries it
 * sealed instead, for the one who typed it and for an hour, so that the step that stores it still has it.
 */
export type KeptSecrets = Readonly<{
  /** A base32 secret. */
  secret?: string;
  /** Pasted recovery codes, as text. */
  recoveryText?: string;
  /** Links that an import is made of. */
  links?: readonly string[];
}>;

const KEPT_MS = 60 * 60 * 1000;

export function keepSecrets(kagi: Kagi, actor: Actor, secrets: KeptSecrets): string {
  return seal(kagi.keyring, placeOf(actor), JSON.stringify({ until: kagi.now().getTime() + KEPT_MS, secrets }));
}

/** What was kept; nothing when it is somebody else's, too old, or no such text at all. */
export function keptSecrets(kagi: Kagi, actor: Actor, kept: string): KeptSecrets {
  if (kept === "") return {};
  try {
    const { until, secrets } = JSON.parse(open(kagi.keyring, placeOf(actor), kept)) as Draft;
    return kagi.now().getTime() <= until ? secrets : {};
  } catch {
    return {};
  }
}

type Draft = { until: number; secrets: KeptSecrets };

function placeOf({ userId }: Actor): Place {
  return { table: "two_factors", column: "form", id: userId };
}
