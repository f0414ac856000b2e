import type { Command } from "commander";
import { describeConfig, loadConfig, SETTINGS, unknownSettings } from "../config.ts";
import { examples, paragraphs, print, printTable } from "./terminal.ts";

export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .summary("show every setting and what is wrong with it")
    .description(
      paragraphs(
        "Show every setting, the value in force, and where that comes from. Secrets are masked.",
        "Settings are environment variables. Exits with 1, after the table, when one or more cannot be used.",
      ),
    )
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `\nSettings (those with * may be given as <NAME>_FILE, a file that holds the value):\n${meanings()}`,
    )
    .addHelpText("after", examples(["kagi config", "a table"], ["kagi config --json", "for a script"]))
    .action((options: { json?: boolean }) => {
      const settings = describeConfig();
      const warnings = unknownSettings();
      if (options.json) print(JSON.stringify({ settings, warnings }, null, 2));
      else {
        printTable([["SETTING", "VALUE", "FROM"], ...settings.map(({ name, value, source }) => [name, value, source])]);
        if (warnings.length > 0) print(`\n${warnings.map((warning) => `Warning: ${warning}`).join("\n")}`);
      }
      loadConfig();
    });
}

function meanings(): string {
  const lines = Object.values(SETTINGS).map((setting) => [
    `${setting.name}${"file" in setting && setting.file ? " *" : ""}`,
    setting.help,
  ]);
  const width = Math.max(...lines.map(([name = ""]) => name.length));
  return lines.map(([name = "", help]) => `  ${name.padEnd(width)}  ${help}`).join("\n");
}
