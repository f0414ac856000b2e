import { loadConfig } from "../config.ts";
import type { Kagi } from "../kagi.ts";
import { createLog } from "../log.ts";
import { openKagi } from "../start.ts";

/** Opens the vault for one command, and closes it again. */
export async function withKagi(work: (kagi: Kagi) => Promise<void>, options = { mayCreate: false }): Promise<void> {
  const kagi = await openKagi(loadConfig(), createLog(), options);
  try {
    await work(kagi);
  } finally {
    await kagi.db.close();
  }
}
