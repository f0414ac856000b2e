import type { Command } from "commander";
import { loadConfig } from "../config.ts";
import { KEY_TEXT } from "../crypto/keyring.ts";
import { backUp, restore } from "../features/vault/backup.ts";
import { examine } from "../features/vault/doctor.ts";
import { rotateKey } from "../features/vault/rotate-key.ts";
import { StartError } from "../start.ts";
import { examples, paragraphs, print, readSecret } from "./terminal.ts";

export function addVaultCommands(program: Command): void {
  program
    .command("backup <file>")
    .summary("copy the vault into a new file")
    .description(
      paragraphs(
        "Copy the vault, as it is at this moment, into a new file that only you can read. A running server need not stop.",
        `The secrets in it stay sealed, and the key is not in it: keep a copy of the key somewhere else. An existing file is
         never overwritten. For a vault in PostgreSQL use pg_dump.`,
      ),
    )
    .addHelpText("after", examples(["kagi backup kagi-$(date +%F).db", "one a day"]))
    .action(async (file: string) => {
      const { bytes, fingerprint, recorded } = await backUp(loadConfig(), file);
      print(`Wrote ${file} (${bytes} bytes). It opens with the key ${fingerprint}, which is not in it.`);
      if (!recorded) print("Warning: the vault could not be written to, so its trail does not tell of this backup.");
    });

  program
    .command("restore <file>")
    .summary("put a backup in the vault's place")
    .description(
      paragraphs(
        `Put a backup in the vault's place. First it is checked: that it is undamaged, of a version that this Kagi knows, and
         that the key fits it. Where there is a vault already, nothing happens unless --replace is given; then the old vault is
         kept beside, as kagi.db.before-restore-<time>. Stop the server first.`,
      ),
    )
    .option("--replace", "replace the vault that is there, and keep it beside")
    .addHelpText("after", examples(["kagi restore kagi-2026-01-15.db", "into an empty KAGI_DATA_DIR"]))
    .action(async (file: string, options: { replace?: boolean }) => {
      const now = () => new Date();
      const { kept, fingerprint } = await restore(loadConfig(), file, { replace: options.replace === true, now });
      print(`Restored ${file}. It opens with the key ${fingerprint}.`);
      if (kept !== null) print(`The vault that was there is kept as ${kept}.`);
    });

  program
    .command("rotate-key")
    .summary("seal everything under a new encryption key")
    .description(
      paragraphs(
        `Seal every secret anew under another encryption key: a fresh one, or the one in KAGI_NEW_ENCRYPTION_KEY_FILE, or on
         standard input with --stdin. Stop every server first; with one running, nothing is done.`,
        `All is changed in one transaction, and the new key is on disk before it. When the key is the generated file kagi.key,
         the new one takes its place and the old one is kept as kagi.key.old-<fingerprint>; else the file to use is printed.
         Interrupted at any moment, the vault opens with one of the two keys, and the next start says which.
         Backups made before still need the old key.`,
      ),
    )
    .option("--stdin", "read the new key, 64 hex characters, from standard input")
    .addHelpText(
      "after",
      examples(
        ["kagi rotate-key", "with a fresh key"],
        ["openssl rand -hex 32 | kagi rotate-key --stdin", "with yours"],
      ),
    )
    .action(async (options: { stdin?: boolean }) => {
      const config = loadConfig();
      const rotated = await rotateKey(config, options.stdin ? await readNewKey() : config.newEncryptionKey);
      print(`Sealed ${rotated.values} values anew: key ${rotated.from} is replaced by ${rotated.to}.`);
      if (rotated.installed) print(`The new key is ${rotated.newKeyFile}. BACK IT UP NOW.`);
      else if (rotated.newKeyFile !== null) {
        print(`The new key is in ${rotated.newKeyFile}. BACK IT UP NOW, and set KAGI_ENCRYPTION_KEY_FILE to it.`);
      } else print("Set KAGI_ENCRYPTION_KEY, or its file, to the new key before the next start.");
      if (!rotated.tidied) {
        print("Warning: there was no room to rewrite the file, so parts of it may still hold what the old key opens.");
      }
      if (rotated.oldKeyFile !== null) print(`The old key is kept as ${rotated.oldKeyFile}: older backups need it.`);
    });

  program
    .command("doctor")
    .summary("check key, data, every secret and permissions")
    .description(
      paragraphs(
        `Check, without changing anything: that every setting can be used, that the key fits, that the database is sound and of
         a known version, that every secret opens (none is shown), that no link of the trail is broken, that files are for you alone, and that there is space.
         Exits with 1 when a check fails; a warning is no failure.`,
      ),
    )
    .action(async () => {
      let failed = 0;
      let warned = 0;
      for await (const { check, verdict, text } of examine()) {
        print(`${verdict === "ok" ? "ok  " : verdict.toUpperCase()}  ${check.padEnd(11)}  ${text}`);
        if (verdict === "fail") failed++;
        if (verdict === "warn") warned++;
      }
      const warnings = `${warned} ${warned === 1 ? "warning" : "warnings"}`;
      if (failed > 0) {
        print(`${failed} ${failed === 1 ? "check" : "checks"} failed${warned > 0 ? `, ${warnings}` : ""}.`);
      } else
        print(warned > 0 ? `Nothing failed, but there ${warned === 1 ? "is" : "are"} ${warnings}.` : "All is well.");
      if (failed > 0) process.exitCode = 1;
    });
}

async function readNewKey(): Promise<string> {
  const text = (await readSecret("New key: ", "The two keys differ", "no key")).trim().toLowerCase();
  if (!KEY_TEXT.test(text)) throw new StartError("The new key is malformed: it must be 64 hex characters.");
  return text;
}
