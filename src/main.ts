#!/usr/bin/env bun
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { ConfigError, describeConfig, loadConfig } from "./config.ts";
import { MigrationError } from "./db/migrate.ts";
import { AppError } from "./errors.ts";
import { addUser, listUsers, resetPassword, setUserDisabled } from "./features/auth/actions.ts";
import { NewUserInput } from "./features/auth/model.ts";
import { parse } from "./http/validate.ts";
import type { Kagi } from "./kagi.ts";
import { createLog } from "./log.ts";
import { openKagi, StartError } from "./start.ts";

const program = new Command("kagi")
  .description("Kagi (鍵): a self-hosted, encrypted vault for developers' keys.")
  .version(manifest.version, "-V, --version", "print the version")
  .helpOption("-h, --help", "print help")
  .helpCommand("help [command]", "print help for a command")
  .showHelpAfterError("(run with --help for what there is)")
  .addHelpText(
    "after",
    `
Examples:
  kagi serve                               open http://localhost:3000
  kagi config                              show every setting and where it comes from
  echo "$PASSWORD" | kagi user add ada@example.com

Settings are environment variables; \`kagi config\` lists them.`,
  );

program
  .command("serve", { isDefault: true })
  .description("serve the vault until interrupted (the default)")
  .action(async () => {
    const log = createLog();
    const config = loadConfig();
    const kagi = await openKagi(config, log, { mayCreate: true });
    const { serve } = await import("./serve.ts");
    const { stop } = await serve(kagi).catch(async (error: unknown) => {
      await kagi.db.close();
      if ((error as { code?: string }).code === "EADDRINUSE") {
        throw new StartError(`Port ${config.port} is in use. Set PORT to another one.`);
      }
      throw error;
    });
    let stopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, async () => {
        if (stopping) process.exit(1);
        stopping = true;
        log.info("stopping", { signal });
        await stop();
        process.exit(0);
      });
    }
  });

program
  .command("migrate")
  .description("bring the database up to date, then stop (serve does so too)")
  .action(() => withKagi(async ({ db }) => print(`The database (${db.engine}) is up to date.`), { mayCreate: true }));

program
  .command("config")
  .description("print every setting, its value and its meaning; secrets are masked")
  .action(() => {
    const rows = describeConfig();
    const width = Math.max(...rows.map((row) => row.name.length));
    for (const row of rows) print(`${row.name.padEnd(width)}  ${row.value}\n${" ".repeat(width)}  ${row.help}`);
    loadConfig();
  });

program
  .command("healthcheck")
  .description("ask the running server whether it is ready; exit 0 if so (for containers)")
  .action(async () => {
    const { host, port } = loadConfig();
    const at = /^(0\.0\.0\.0|::|localhost)$/.test(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
    const answer = await fetch(`http://${at}:${port}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
    print(answer?.ok ? "ready" : "not ready");
    if (!answer?.ok) process.exitCode = 1;
  });

const user = program.command("user").description("manage accounts");

user
  .command("add <email>")
  .description("make an account; asks for the password, or reads it from standard input")
  .option("--name <name>", "how the account is called; the e-mail's first part when absent")
  .action((email: string, options: { name?: string }) =>
    withKagi(
      async (kagi) => {
        const password = await readPassword();
        const made = await addUser(kagi, parse(NewUserInput, { email, password, ...options }));
        print(`Made an account for ${made.email}.`);
      },
      { mayCreate: true },
    ),
  );

user
  .command("list")
  .description("list accounts")
  .action(() =>
    withKagi(async (kagi) => {
      const users = await listUsers(kagi);
      if (users.length === 0) print("There is no account yet. Make one with: kagi user add <email>");
      for (const { email, name, createdAt, disabledAt } of users) {
        print(`${email}\t${name}\t${createdAt.slice(0, 10)}\t${disabledAt === null ? "active" : "disabled"}`);
      }
    }),
  );

user
  .command("reset-password <email>")
  .description("set a new password and end every session of the account")
  .action((email: string) =>
    withKagi(async (kagi) => {
      await resetPassword(kagi, email, await readPassword());
      print(`Set a new password for ${email} and ended its sessions.`);
    }),
  );

user
  .command("disable <email>")
  .description("stop an account's password, sessions and access keys; deletes nothing")
  .option("--undo", "let the account in again")
  .action((email: string, options: { undo?: boolean }) =>
    withKagi(async (kagi) => {
      await setUserDisabled(kagi, email, !options.undo);
      print(`${options.undo ? "Enabled" : "Disabled"} ${email}.`);
    }),
  );

await run();

async function run(): Promise<void> {
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode);
    const known = [ConfigError, StartError, MigrationError, AppError].some((kind) => error instanceof kind);
    process.stderr.write(`kagi: ${known ? (error as Error).message : `unexpected failure (${(error as Error).name})`}\n`);
    if (!known && error instanceof Error) process.stderr.write(`${(error.stack ?? "").split("\n").slice(1).join("\n")}\n`);
    process.exit(1);
  }
}

async function withKagi(work: (kagi: Kagi) => Promise<void>, options = { mayCreate: false }): Promise<void> {
  const kagi = await openKagi(loadConfig(), createLog(), options);
  try {
    await work(kagi);
  } finally {
    await kagi.db.close();
  }
}

/** From a terminal without showing it, twice; else the first line of standard input. Never from an argument. */
async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await Bun.stdin.text()).split(/\r?\n/, 1)[0] ?? "";
  const password = await ask("Password: ");
  if ((await ask("Again: ")) !== password) throw new AppError("VALIDATION_ERROR", "The two passwords differ");
  return password;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  process.stdin.setRawMode(true);
  let typed = "";
  try {
    for await (const chunk of process.stdin) {
      for (const character of String(chunk)) {
        if (character === "\r" || character === "\n") return typed;
        if (character === "\u0003") process.exit(130);
        typed = character === "\u007f" || character === "\b" ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    process.stdin.setRawMode(false);
    process.stderr.write("\n");
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
