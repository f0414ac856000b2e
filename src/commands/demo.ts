import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { demoConfig } from "../config.ts";
import { generateKey } from "../crypto/keyring.ts";
import { fillDemo } from "../features/demo/actions.ts";
import { createLog, type Log } from "../log.ts";
import { openKagi } from "../start.ts";
import { serveUntilStopped, urlHere } from "./serve.ts";
import { examples, paragraphs, print } from "./terminal.ts";

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .summary("serve a made-up vault for a look around")
    .description(
      paragraphs(
        `Serve a vault full of made-up keys for a look around, and print how to sign in. It lives in a temporary folder,
         which goes with everything in it when the command stops; a vault of your own is not touched.`,
        "Of the settings it takes HOST, PORT, KAGI_URL and KAGI_TRUSTED_PROXIES; without them any free port of 127.0.0.1.",
      ),
    )
    .addHelpText(
      "after",
      examples(
        ["kagi demo", "prints the address, an e-mail and a password"],
        ["PORT=8080 kagi demo", "a port of yours"],
      ),
    )
    .action(runDemo);
}

async function runDemo(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "kagi-demo-"));
  // However it ends: by a signal, a failure, or the terminal that closes.
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.on("SIGHUP", () => process.exit(0));
  const config = demoConfig(folder, generateKey());
  const log = quiet(createLog());
  let account = { email: "", password: "" };
  const { port } = await serveUntilStopped(config, log, async () => {
    const kagi = await openKagi(config, log, { mayCreate: true });
    account = await fillDemo(kagi);
    return kagi;
  });
  const url = config.urlIsSet ? config.url : urlHere(config.host, port);
  print(`A made-up vault for a look around. Nothing in it is real.

  address   ${url}
  e-mail    ${account.email}
  password  ${account.password}

Everything in it goes when this stops (Control-C).`);
}

/** What goes as it should needs no word between a person and the address. */
function quiet(log: Log): Log {
  return { ...log, info: () => undefined };
}
