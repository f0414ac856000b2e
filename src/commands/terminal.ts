import { AppError } from "../errors.ts";

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The same for what is long: waits while whoever reads it has enough. */
export async function printPiped(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await new Promise((resolve) => process.stdout.once("drain", resolve));
}

/** Rows as columns that line up. Nothing is cut: lines are copied from here. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

/** A text that is written over several lines here and wrapped for the terminal there. */
export function paragraphs(...texts: string[]): string {
  return texts.map((text) => text.replace(/\s+/g, " ")).join("\n\n");
}

/** The lines at the end of a command's help. */
export function examples(...lines: [command: string, meaning: string][]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, meaning]) => `  ${command.padEnd(width)}  ${meaning}`).join("\n")}`;
}

/** From a terminal without showing it, twice; else the first line of standard input. Never from an argument. */
export async function readPassword(): Promise<string> {
  return await readSecret("Password: ", "The two passwords differ", "no password");
}

export async function readSecret(question: string, ifTheyDiffer: string, ifThereIsNone: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const line = (await Bun.stdin.text()).split(/\r?\n/, 1)[0] ?? "";
    if (line !== "") return line;
    throw new AppError(
      "VALIDATION_ERROR",
      `There is ${ifThereIsNone} on the first line of standard input. Pipe it in (kagi … <file), or run this in a terminal, which asks for it.`,
    );
  }
  const secret = await ask(question);
  if (secret === "") throw new AppError("VALIDATION_ERROR", `There was ${ifThereIsNone}.`);
  if ((await ask("Again: ")) !== secret) throw new AppError("VALIDATION_ERROR", ifTheyDiffer);
  return secret;
}

async function ask(question: string): Promise<string> {
  process.stderr.write(question);
  process.stdin.setRawMode(true);
  process.stdin.resume();
  try {
    return await typedLine();
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stderr.write("\n");
  }
}

/** What is typed until Enter, with Backspace; Control-C gives up. */
async function typedLine(): Promise<string> {
  return await new Promise((resolve) => {
    let typed = "";
    const listen = (chunk: Buffer) => {
      for (const character of chunk.toString("utf8")) {
        if (character === "\u0003") process.exit(130);
        if (character === "\r" || character === "\n") {
          process.stdin.off("data", listen);
          resolve(typed);
          return;
        }
        const rubbedOut = character === "\u007f" || character === "\b";
        typed = rubbedOut ? [...typed].slice(0, -1).join("") : typed + character;
      }
    };
    process.stdin.on("data", listen);
  });
}
