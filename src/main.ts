#!/usr/bin/env bun
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addAuditCommands } from "./commands/audit.ts";
import { addConfigCommand } from "./commands/config.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addServeCommands } from "./commands/serve.ts";
import { examples } from "./commands/terminal.ts";
import { addUserCommands } from "./commands/user.ts";
import { addVaultCommands } from "./commands/vault.ts";
import { ConfigError } from "./config.ts";
import { MigrationError } from "./db/migrate.ts";
import { AppError } from "./errors.ts";
import { errorCode } from "./files.ts";
import { StartError } from "./start.ts";

const FAILED = 1;
const MISUSED = 2;

// Whatever Kagi writes is for its owner alone.
process.umask(0o077);
void run();

function commands(): Command {
  const program = new Command("kagi")
    .description("Kagi (鍵): a self-hosted, encrypted vault for developers' keys.")
    .version(manifest.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "kagi: ")) })
    .showHelpAfterError("(run with --help for what there is)")
    .exitOverride()
    .addHelpText(
      "after",
      `${examples(
        ["kagi", "serve http://localhost:3000"],
        ["kagi demo", "look around in a made-up vault"],
        ["kagi config", "show every setting"],
        ["kagi user add ada@example.com", "make an account"],
        ["kagi backup kagi-$(date +%F).db", "copy the vault, also while it is served"],
      )}

Settings are environment variables; \`kagi config\` lists them. A secret is never an argument.
Exit codes: 0 done, 1 failed or refused, 2 wrongly called.`,
    );
  addServeCommands(program);
  addDemoCommand(program);
  addConfigCommand(program);
  addUserCommands(program);
  addVaultCommands(program);
  addAuditCommands(program);
  return program;
}

/** `kagi` alone serves. Not commander's default command, which would take a mistyped command for its argument. */
async function run(): Promise<void> {
  const words = process.argv.slice(2);
  try {
    await commands().parseAsync(words.length === 0 ? ["serve"] : words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : MISUSED);
    process.stderr.write(`${describe(error)}\n`);
    process.exit(FAILED);
  }
}

/** Messages of our own and of the operating system are for people; others might quote data, so only their place is told. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return "kagi: unexpected failure";
  const ours = [ConfigError, StartError, MigrationError, AppError].some((kind) => error instanceof kind);
  const system = /^(E[A-Z]+|SQLITE_[A-Z_]+)$/.test(errorCode(error) ?? "");
  if (ours || system) return `kagi: ${error.message}`;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [`kagi: unexpected failure (${error.name})`, ...frames].join("\n");
}
