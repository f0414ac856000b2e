import type { CommandName, PlaceName } from "./model.ts";

/** Pages and commands by their names, and by other words that people have for them. */

export const PLACES: readonly (readonly [place: PlaceName, name: string, alias: string])[] = [
  ["overview", "Overview", "home dashboard start statistics"],
  ["keys", "Keys", "categories services"],
  ["entries", "Entries", "all entries list secrets values"],
  ["two-factors", "2FA", "two factor authenticator otp totp codes mfa recovery"],
  ["env-projects", "Env files", "dotenv environment projects"],
  ["settings", "Settings", "preferences profile account password encryption export danger"],
  [
    "sign-in-settings",
    "Sign-in & security",
    "passkey passkeys authenticator app second factor mfa recovery codes login",
  ],
  ["sessions", "Sessions", "devices signed in logout everywhere"],
  ["access-keys", "Access keys", "api tokens scopes settings"],
  ["activity", "Activity", "audit trail log history who saw settings"],
  ["api-docs", "API documentation", "docs openapi swagger reference help"],
];

export const COMMANDS: readonly (readonly [command: CommandName, name: string, alias: string])[] = [
  ["new-category", "New category", "add create service key"],
  ["new-two-factor", "New 2FA", "add create two factor authenticator otp totp qr"],
  ["new-env-project", "New env project", "add create dotenv files"],
  ["new-access-key", "New access key", "add create api token"],
  ["import-two-factors", "Import 2FA", "google authenticator migration transfer two factor"],
  ["dark", "Dark theme", "mode night appearance color"],
  ["light", "Light theme", "mode day appearance color"],
  ["sign-out", "Sign out", "log logout exit leave"],
];

/** What people call the environments besides their names. */
export const ENVIRONMENT_ALIASES = {
  production: "production live",
  staging: "staging stage",
  development: "development local",
};

/** Words with which somebody asks for what is done with a thing. */
export const VERBS: Readonly<Record<Verb, readonly string[]>> = {
  copy: ["copy"],
  reveal: ["reveal", "show"],
  new: ["new", "add", "create"],
};
export type Verb = "copy" | "reveal" | "new";

/** What people say between a verb and a name. */
export const FILLERS: ReadonlySet<string> = new Set(["entry", "value", "code", "the", "of", "in", "for", "from", "to"]);
