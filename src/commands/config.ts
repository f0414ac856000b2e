import type { Command } from "commander";
import { describeConfig, loadConfig } from "../config.ts";
import { paragraphs, print, printTable } from "./terminal.ts";

export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .summary("show every setting and what is wrong with it")
    .description(
      paragraphs(
        "Show every setting: its name, its value, where that comes from, and what it means. Secrets are masked.",
        "Settings are environment variables. Exits with 1, after the table, when one or more cannot be used.",
      ),
    )
    .action(() => {
      const rows = describeConfig();
      printTable([
        ["SETTING", "VALUE", "FROM", "MEANING"],
        ...rows.map(({ name, value, source, help }) => [name, value, source, help]),
      ]);
      print(
        "\nDATABASE_URL, KAGI_ENCRYPTION_KEY, KAGI_NEW_ENCRYPTION_KEY and ADMIN_PASSWORD may be given as <NAME>_FILE.",
      );
      loadConfig();
    });
}
