import type { Command } from "commander";
import { type Config, loadConfig, unknownSettings } from "../config.ts";
import { errorCode } from "../files.ts";
import type { Kagi } from "../kagi.ts";
import { createLog, type Log, type LogFields } from "../log.ts";
import { type Listening, listen, serve } from "../serve.ts";
import { openKagi, StartError } from "../start.ts";
import { whenLauncherEnds } from "./launcher.ts";
import { withKagi } from "./open.ts";
import { examples, paragraphs, print } from "./terminal.ts";

export function addServeCommands(program: Command): void {
  program
    .command("serve")
    .summary("serve the vault (the default)")
    .description(
      paragraphs(
        "Serve the vault until interrupted.",
        `The first start makes an encryption key and an empty database in KAGI_DATA_DIR and prints how to make the first
         account. Later starts never make either: with the data but without its key, Kagi says so and touches nothing.`,
        "SIGINT and SIGTERM let requests under way finish; a second one does not wait.",
      ),
    )
    .addHelpText(
      "after",
      examples(
        ["kagi serve", "http://localhost:3000, data in ./data"],
        ["PORT=8080 kagi serve", "another port"],
        ["HOST=0.0.0.0 KAGI_URL=https://kagi.example.com kagi", "behind a reverse proxy"],
      ),
    )
    .action(runServer);

  program
    .command("migrate")
    .summary("bring the database up to date (serve does, too)")
    .description("Bring the database up to date, and stop. Serving does so by itself.")
    .action(() => withKagi(async ({ db }) => print(`The database (${db.engine}) is up to date.`), { mayCreate: true }));

  program
    .command("healthcheck")
    .summary("ask the server on this machine if it is ready")
    .description("Ask the server on this machine whether it is ready; exit 0 if it is. For containers and monitors.")
    .action(askServer);
}

/** Control-C reaches this process from the terminal and once more through `bun start`: that is one wish, not two. */
const ONE_KEY_PRESS_MS = 200;

async function runServer(): Promise<void> {
  const log = createLog();
  const config = loadConfig();
  for (const warning of unknownSettings()) log.warn(warning);
  await serveUntilStopped(config, log, () => openKagi(config, log, { mayCreate: true }));
}

/**
 * Takes the port, then opens a vault and serves it; returns where, and ends the process when a signal says so. Throws
 * StartError, and whatever `open` throws.
 */
export async function serveUntilStopped(config: Config, log: Log, open: () => Promise<Kagi>): Promise<Listening> {
  const listening = takePort(config, log);
  let stop: (() => Promise<void>) | undefined;
  let stoppingSince: number | undefined;
  const end = async (why: LogFields) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > ONE_KEY_PRESS_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    log.info("stopping", why);
    await stop?.();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => end({ signal }));
  whenLauncherEnds(() => stoppingSince ?? end({ reason: "its launcher has ended" }));
  const kagi = await open();
  try {
    ({ stop } = await serve(kagi, listening));
  } catch (error) {
    await kagi.db.close();
    throw error;
  }
  return listening;
}

function takePort(config: Config, log: Log): Listening {
  const { host, port } = config;
  try {
    return listen(config, log);
  } catch (error) {
    switch (errorCode(error)) {
      case "EADDRINUSE":
        throw new StartError(
          `port ${port} on ${host} is in use. Set PORT to another one, or stop the program that listens there.`,
        );
      case "EACCES":
        throw new StartError(`port ${port} on ${host} is for privileged users. Set PORT to one from 1024 on.`);
      case "EADDRNOTAVAIL":
      case "EINVAL":
        throw new StartError(`${host} is no address of this machine. Set HOST to one; 0.0.0.0 stands for all.`);
      default:
        throw error;
    }
  }
}

async function askServer(): Promise<void> {
  const { host, port } = loadConfig();
  const answer = await fetch(`${urlHere(host, port)}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  print(answer?.ok ? "ready" : "not ready");
  if (!answer?.ok) process.exitCode = 1;
}

/** Where this machine reaches what listens there. */
export function urlHere(host: string, port: number): string {
  const at = /^(0\.0\.0\.0|::|localhost)$/.test(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${at}:${port}`;
}
