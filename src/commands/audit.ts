import type { Command } from "commander";
import { loadConfig } from "../config.ts";
import { everyEvent, verifyTrail } from "../features/audit/verify.ts";
import { withTrail } from "../features/vault/trail.ts";
import { parseTime } from "../schema.ts";
import { examples, paragraphs, print, printPiped } from "./terminal.ts";

const FOR_ONE = "of one account alone";

export function addAuditCommands(program: Command): void {
  const audit = program
    .command("audit")
    .summary("check and export the trail of who did what")
    .description("The trail of who did what. Neither command changes anything, and a server may run meanwhile.");
  audit.addHelpText(
    "after",
    examples(
      ["kagi audit verify", "whether nothing was altered, deleted or reordered"],
      ["kagi audit export >trail.jsonl", "one event a line"],
      ["kagi audit export --since 2026-01-01", "from that day on"],
    ),
  );

  audit
    .command("verify")
    .summary("follow every chain, and name the first broken link")
    .description(
      paragraphs(
        `Follow the chain of each account, and the vault's own, from its first event to its last. Each event is linked to
         the one before it by a hash, and both ends of a chain are under a key that is not in the database.`,
        `Names the first broken link of each chain: its number, the event's id and what is wrong. Exits with 1 when one is
         broken. Keep what it prints elsewhere: it shows later whether the database was put back to an older state.`,
      ),
    )
    .option("--user <email>", FOR_ONE)
    .action(async ({ user }: { user?: string }) => {
      const broken = await withTrail(loadConfig(), user, async ({ db, keyring, only, nameOf }) => {
        let found = 0;
        for await (const { chain, head, broken } of verifyTrail(db, keyring, only)) {
          const name = nameOf(chain);
          if (broken === null && head !== null) {
            const { firstNumber, lastNumber, lastHash } = head;
            const span = lastNumber < firstNumber ? "no events" : `${firstNumber} to ${lastNumber}`;
            print(`ok    ${name}  ${span}  ${lastHash}`);
            continue;
          }
          found++;
          const at = broken?.number === null ? "" : `  at ${broken?.number}`;
          const id = broken?.id === null ? "" : `  ${broken?.id}`;
          print(`FAIL  ${name}${at}${id}  ${broken?.kind}: ${broken?.text}`);
        }
        return found;
      });
      print(broken === 0 ? "Every link holds." : `${broken} ${broken === 1 ? "chain is" : "chains are"} broken.`);
      if (broken > 0) process.exitCode = 1;
    });

  audit
    .command("export")
    .summary("write every event as a line of JSON")
    .description(
      paragraphs(
        `Write every event as a line of JSON to standard output, oldest first, chain after chain, with the hash before it
         and its own, so that any program can check it: docs/audit-trail.md says how. There are no values in it.`,
      ),
    )
    .option("--user <email>", FOR_ONE)
    .option("--since <time>", "from that time on: ISO 8601, or a day")
    .action(async ({ user, since }: { user?: string; since?: string }) => {
      const from = since === undefined ? undefined : parseTime("--since", since);
      await withTrail(loadConfig(), user, async ({ db, only }) => {
        for await (const event of everyEvent(db, { only, since: from })) await printPiped(JSON.stringify(event));
      });
    });
}
