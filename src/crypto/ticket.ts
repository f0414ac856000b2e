import { EnvelopeError, open, seal } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";

/**
 * What somebody carries through a page and brings back: sealed, so that it can be neither read nor made up, for one
 * purpose and one user, until a time.
 */
export type Holder = Readonly<{ purpose: string; userId: string }>;

/** `data` is what JSON can hold. */
export function sealTicket(keyring: Keyring, holder: Holder, until: Date, data: unknown): string {
  return seal(keyring, placeOf(holder), JSON.stringify({ until: until.getTime(), data }));
}

/** What was sealed for that purpose. Throws EnvelopeError for somebody else's, one that is too old, and no such text. */
export function openTicket<T>(keyring: Keyring, holder: Holder, now: Date, ticket: string): T {
  const { until, data } = JSON.parse(open(keyring, placeOf(holder), ticket)) as { until: number; data: T };
  if (now.getTime() > until) throw new EnvelopeError("the ticket is too old");
  return data;
}

function placeOf({ purpose, userId }: Holder) {
  return { table: "tickets", column: purpose, id: userId };
}
