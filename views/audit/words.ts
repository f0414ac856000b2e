import type { Activity, ThingKind, ThingPlace, ToldEvent, Verb } from "../../src/features/audit/model.ts";
import { urls } from "../urls.ts";
import { ENVIRONMENT_WORDS } from "../words.ts";

/** Events as people tell of them. */

export const THING_WORDS: Readonly<Record<ThingKind, string>> = {
  entry: "Entries",
  category: "Categories",
  "two-factor": "2FA",
  "env-file": "Env files",
  "env-project": "Env projects",
  "access-key": "Access keys",
  user: "Account",
  vault: "Vault",
  session: "Sessions",
  passkey: "Passkeys",
  "authenticator-app": "Authenticator app",
  "sign-in-recovery-codes": "Recovery codes of the account",
  identity: "Keycloak",
};

/** What people look for, with their word for it. */
export const ACTION_WORDS: readonly (readonly [Verb, string])[] = [
  ["reveal", "Read"],
  ["export", "Exported"],
  ["extract", "Put into an env file"],
  ["take-recovery-code", "Took a recovery code"],
  ["create", "Created"],
  ["change", "Changed"],
  ["delete", "Deleted"],
  ["restore-version", "Restored"],
  ["import", "Imported"],
  ["sign-in", "Signed in, or failed to"],
  ["sign-out", "Signed out"],
  ["confirm", "Confirmed"],
  ["change-password", "Changed the password"],
  ["link", "Linked Keycloak"],
  ["unlink", "Unlinked Keycloak"],
  ["revoke", "Revoked"],
  ["rotate", "Rotated"],
  ["use", "Refused to a key"],
  ["delete-all", "Emptied the vault"],
];

type Who = Pick<ToldEvent, "credential" | "keyName" | "keyPrefix">;

/** The one who did it, at the beginning of a sentence. */
export function subjectOf({ credential, keyName, keyPrefix }: Who): string {
  switch (credential) {
    case "session":
      return "You";
    case "key":
      return keyName ?? `A revoked key (${keyPrefix}…)`;
    case "operator":
      return "The operator";
    case "anonymous":
      return "Somebody who was not signed in";
  }
}

/** The same within one. */
export function whoShortly(who: Who): string {
  const { credential, keyName, keyPrefix } = who;
  if (credential === "session") return "you";
  if (credential === "key") return keyName ?? `a revoked key (${keyPrefix}…)`;
  return credential === "operator" ? "the operator" : "somebody";
}

/** What was done, and whether it is followed by the name of what it was done with. */
export function deedOf(event: Pick<Activity, "action" | "thing" | "result" | "detail">): {
  text: string;
  named: boolean;
} {
  const { action, thing, result, detail } = event;
  const words = DEEDS[`${action} ${thing}`] ?? DEEDS[action] ?? action.replaceAll("-", " ");
  const what = /^(\w+)=/.exec(detail ?? "")?.[1];
  const special = SPECIAL[`${action} ${what}`];
  const named = NAMED.has(thing) || (thing === "vault" && action === "export");
  if (result === "ok") return { text: special ?? words, named };
  return { text: REFUSED[`${action} ${reasonOf(detail)}`] ?? REFUSED[action] ?? `was refused: ${words}`, named: false };
}

const NAMED: ReadonlySet<ThingKind> = new Set([
  "entry",
  "category",
  "two-factor",
  "env-file",
  "env-project",
  "access-key",
  "session",
  "passkey",
  "identity",
]);

const DEEDS: Readonly<Record<string, string>> = {
  "begin-sign-in": "was asked for the second step of signing in",
  "sign-in": "signed in",
  "sign-out": "signed out",
  "set-up": "set the vault up",
  confirm: "confirmed the password",
  "change-password": "changed the password",
  link: "linked Keycloak as",
  unlink: "unlinked Keycloak as",
  "create user": "made this account",
  "create access-key": "created the access key",
  create: "created",
  "change user": "changed the account",
  change: "changed",
  delete: "deleted",
  reveal: "read",
  "reveal two-factor": "read the one-time code of",
  "take-recovery-code": "took a recovery code of",
  "return-recovery-code": "put back a recovery code of",
  "export vault": "exported values",
  export: "exported",
  "ask-model": "let a model see names",
  "extract env-file": "generated",
  "extract vault": "generated an env file",
  "extract env-project": "generated an env file of",
  extract: "put into an env file",
  "revoke session": "ended the session on",
  revoke: "revoked the access key",
  rotate: "put a new key in the place of",
  "create passkey": "added the passkey",
  "change passkey": "renamed the passkey",
  "delete passkey": "removed the passkey",
  "enable authenticator-app": "switched the authenticator app on",
  "disable authenticator-app": "switched the authenticator app off",
  "renew-recovery-codes": "made new recovery codes for signing in",
  "delete sign-in-recovery-codes": "removed the recovery codes for signing in",
  disable: "disabled this account",
  enable: "enabled this account",
  "reset-password": "set a new password",
  "reset-second-factor": "removed the second factor of this account",
  "delete-all": "emptied the vault",
  import: "imported values from",
  "undo-import": "took back the import of",
  "restore-version": "restored an earlier value of",
};

const SPECIAL: Readonly<Record<string, string>> = {
  "reveal version": "read an earlier value of",
  "export what": "exported names, without values",
  "confirm by": "confirmed at Keycloak",
  "confirm method": "confirmed with a passkey",
  "sign-out by": "signed out at Keycloak",
  "create by": "came through Keycloak for the first time",
};

const REFUSED: Readonly<Record<string, string>> = {
  "sign-in throttled": "was kept from signing in: too many tries",
  "sign-in disabled": "tried to sign in to the disabled account",
  "sign-in address_taken": "tried to come in through Keycloak with the address of this account",
  "sign-in second-factor": "failed to sign in: gave the password and a wrong code",
  "sign-in": "failed to sign in",
  "sign-out": "sent a logout that is not Keycloak's",
  "confirm throttled": "was kept from confirming the password: too many tries",
  "confirm second-factor": "gave a wrong code",
  "confirm passkey": "gave a passkey that was not accepted",
  "confirm cancelled": "did not confirm at Keycloak",
  "confirm somebody_else": "was somebody else at Keycloak",
  "confirm untrusted": "brought no proof of Keycloak's that can be believed",
  "confirm state": "did not confirm at Keycloak",
  "confirm role": "lacks the role at Keycloak",
  link: "failed to link Keycloak",
  confirm: "gave a wrong password",
  "enable throttled": "was kept from switching the authenticator app on: too many tries",
  enable: "gave a wrong code for the new authenticator app",
  "use address": "was refused: it may not be used from that address",
  use: "was refused: it has not the scope for that",
};

const reasonOf = (detail: string | null) => /^why=([\w-]+)/.exec(detail ?? "")?.[1] ?? "";

/** The thing as it was called then, with where an entry is now. */
export function thingOf({ thing, thingName }: Pick<Activity, "thing" | "thingName">, place: ThingPlace | null): string {
  const name = thingName ?? "";
  if (thing === "vault") return name === "" ? "" : `of ${name}`;
  if (thing !== "entry" || place === null || place.categoryName === null) return name;
  const environment = ENVIRONMENT_WORDS[place.environment as keyof typeof ENVIRONMENT_WORDS] ?? "";
  return `${place.categoryName} · ${name} (${environment.toLowerCase()})`;
}

/** The page of a thing that is still there. */
export function pageOfThing(event: Pick<Activity, "thing" | "thingId">, place: ThingPlace | null): string | null {
  if (event.thing === "access-key") return urls.accessKeys;
  if (place === null) return null;
  const { id, categoryId, category, twoFactor, project, projectId, fileType } = place;
  if (categoryId !== null) return urls.entryIn(categoryId, id);
  if (category !== null) return urls.category(category);
  if (twoFactor !== null) return urls.twoFactorIn(twoFactor);
  if (project !== null) return urls.envProject(project);
  return projectId !== null && fileType !== null ? urls.envTab(projectId, fileType) : null;
}
