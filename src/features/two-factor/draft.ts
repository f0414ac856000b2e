import { EnvelopeError } from "../../crypto/envelope.ts";
import { openTicket, sealTicket } from "../../crypto/ticket.ts";
import { AppError } from "../../errors.ts";
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
  return sealTicket(kagi.keyring, holderOf(actor), new Date(kagi.now().getTime() + KEPT_MS), secrets);
}

/**
 * What was kept. Throws VALIDATION_ERROR for what is somebody else's, too old, sealed with an earlier key, or no such text
 * at all, because a form that went on without it would store less than was typed. `again` says what to do then.
 */
export function keptSecrets(kagi: Kagi, actor: Actor, kept: string, again: string): KeptSecrets {
  if (kept === "") return {};
  try {
    return openTicket<KeptSecrets>(kagi.keyring, holderOf(actor), kagi.now(), kept);
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    throw new AppError(
      "VALIDATION_ERROR",
      `What this form had kept can no longer be opened. ${again}. Nothing was stored`,
    );
  }
}

function holderOf({ userId }: Actor) {
  return { purpose: "two-factor form", userId };
}
