import type { Command } from "commander";
import { addUser, listUsers, resetPassword, setUserDisabled } from "../features/auth/actions.ts";
import { NewUserInput } from "../features/auth/model.ts";
import { resetSecondFactor } from "../features/sign-in-factors/actions.ts";
import { parse } from "../http/validate.ts";
import { withKagi } from "./open.ts";
import { examples, print, printTable, readPassword } from "./terminal.ts";

export function addUserCommands(program: Command): void {
  const user = program
    .command("user")
    .summary("manage accounts")
    .description("Manage accounts: the people who may sign in.");
  user.addHelpText(
    "after",
    examples(
      ["kagi user add ada@example.com", "asks for the password"],
      ["kagi user add ada@example.com <password.txt", "reads its first line"],
      ["kagi user disable ada@example.com", "ends sessions and stops keys"],
    ),
  );

  user
    .command("add <email>")
    .summary("make an account")
    .description("Make an account. Asks for the password, or reads the first line of standard input.")
    .option("--name <name>", "what the account is called; the e-mail's first part when absent")
    .action(async (email: string, options: { name?: string }) => {
      // Before the vault is opened, which may make it.
      const input = parse(NewUserInput, { email, password: await readPassword(), ...options });
      await withKagi(
        async (kagi) => {
          const made = await addUser(kagi, input);
          print(`Made an account for ${made.email}.`);
        },
        { mayCreate: true },
      );
    });

  user
    .command("list")
    .summary("list accounts")
    .description("List accounts.")
    .action(() =>
      withKagi(async (kagi) => {
        const users = await listUsers(kagi);
        if (users.length === 0) return print("There is no account yet. Make one with: kagi user add <email>");
        printTable([
          ["E-MAIL", "NAME", "MADE", "STATE"],
          ...users.map(({ email, name, createdAt, disabledAt }) => [
            email,
            name,
            createdAt.slice(0, 10),
            disabledAt === null ? "active" : "disabled",
          ]),
        ]);
      }),
    );

  user
    .command("reset-password <email>")
    .summary("set a new password")
    .description("Set a new password, asked for or read from standard input, and end every session of the account.")
    .action((email: string) =>
      withKagi(async (kagi) => {
        const { disabled } = await resetPassword(kagi, email, await readPassword());
        print(`Set a new password for ${email} and ended its sessions.`);
        if (disabled) print("The account stays disabled: kagi user disable --undo lets it in again.");
      }),
    );

  user
    .command("reset-second-factor <email>")
    .summary("take the second factor away")
    .description(
      "Take an account's authenticator app, passkeys and recovery codes away, for somebody who has lost them all, and end every session of the account. Its password stays, and is enough again.",
    )
    .action((email: string) =>
      withKagi(async (kagi) => {
        const { had } = await resetSecondFactor(kagi, email);
        if (had) print(`Took the second factor of ${email} away and ended its sessions.`);
        else print(`${email} had no second factor. Its sessions are ended.`);
      }),
    );

  user
    .command("disable <email>")
    .summary("let an account in no more")
    .description("Stop an account's password, sessions and access keys. Deletes nothing.")
    .option("--undo", "let the account in again")
    .action((email: string, options: { undo?: boolean }) =>
      withKagi(async (kagi) => {
        await setUserDisabled(kagi, email, !options.undo);
        print(`${options.undo ? "Enabled" : "Disabled"} ${email}.`);
      }),
    );
}
