import type { Command } from "commander";
import { loadConfig } from "../config.ts";
import { errorCode } from "../files.ts";
import { createLog } from "../log.ts";
import { serve } from "../serve.ts";
import { openKagi, StartError } from "../start.ts";
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

async function runServer(): Promise<void> {
  const log = createLog();
  const config = loadConfig();
  const kagi = await openKagi(config, log, { mayCreate: true });
  const { stop } = await serve(kagi).catch(async (error: unknown) => {
    await kagi.db.close();
    if (errorCode(error) === "EADDRINUSE") {
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
}

async function askServer(): Promise<void> {
  const { host, port } = loadConfig();
  const at = /^(0\.0\.0\.0|::|localhost)$/.test(host) ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  const answer = await fetch(`http://${at}:${port}/readyz`, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  print(answer?.ok ? "ready" : "not ready");
  if (!answer?.ok) process.exitCode = 1;
}
