/** Addresses of pages and ids of elements, where a route, a page, a swap and a redirect have to agree. */

/** A route is the address of `":id"`. */

export const urls = {
  home: "/",
  setUp: "/setup",
  signIn: "/sign-in",
  /** The same, and where it leads then. */
  signInFor: (next: string) => `/sign-in${query({ next: next === "/" ? null : next })}`,
  secondFactor: "/sign-in/second-factor",
  /** The second step of a sign-in, and where it leads then. */
  secondFactorFor: (next: string) => `/sign-in/second-factor${query({ next })}`,
  signInPasskey: "/sign-in/passkey",
  signInPasskeyOptions: "/api/auth/sign-in/passkey/options",
  signOut: "/sign-out",
  theme: "/theme",
  /** Begins the way to Keycloak, and leads on to a page of this server after it. */
  keycloak: (next: string) => `/api/auth/keycloak${query({ next: next === "/" ? null : next })}` as const,
  keycloakCallback: "/api/auth/callback/keycloak",
  keycloakLogout: "/api/auth/backchannel-logout/keycloak",
  apiDocs: "/api/docs",
  apiDocument: "/api/openapi",
  settings: "/settings",
  search: "/search",

  keys: "/keys",
  newCategory: "/keys/new",
  newCategoryFor: (service: string) => `/keys/new${query({ service })}`,
  category: <Id extends string>(id: Id) => `/keys/${id}` as const,
  editCategory: <Id extends string>(id: Id) => `/keys/${id}/edit` as const,
  deleteCategory: <Id extends string>(id: Id) => `/keys/${id}/delete` as const,
  newEntry: <Id extends string>(categoryId: Id) => `/keys/${categoryId}/entries/new` as const,
  /** With the name filled in. */
  newCategoryCalled: (name: string) => `/keys/new${query({ name })}`,
  /** What the catalogue of services finds. */
  findServices: (search: string) => `/keys/new${query({ search })}`,
  icons: "/icons",

  entries: "/entries",
  chooseCategory: "/entries/new",
  /** The choice of a category for a new entry, of that project or of any. */
  newEntryOf: (project: string | null) => `/entries/new${query({ project })}`,
  /** Its form, with the project filled in. */
  newEntryIn: (categoryId: string, project: string | null) => `/keys/${categoryId}/entries/new${query({ project })}`,
  /** What is to be done with the entries that are selected: asked, then done. */
  selected: "/entries/selected",
  /** The question about an export of a selection, which the fields bring back. */
  exportOf: (fields: readonly (readonly [name: string, value: string])[]) =>
    `/entries/selected${query({ verb: "export", ...Object.fromEntries(fields) })}`,
  changeSelected: "/entries/selected/change",
  exportSelected: "/entries/selected/export",
  /** The entry's place in the list of its category, which begins so that the entry is on the page. */
  entryIn: (categoryId: string, id: string) => `/keys/${categoryId}${query({ entry: id })}#${ids.entry(id)}`,
  editEntry: <Id extends string>(id: Id) => `/entries/${id}/edit` as const,
  deleteEntry: <Id extends string>(id: Id) => `/entries/${id}/delete` as const,
  revealEntry: <Id extends string>(id: Id) => `/entries/${id}/reveal` as const,
  copyEntry: <Id extends string>(id: Id) => `/entries/${id}/copy` as const,
  downloadEntry: <Id extends string>(id: Id) => `/entries/${id}/download` as const,

  entryHistory: <Id extends string>(id: Id) => `/entries/${id}/history` as const,
  revealEntryVersion: <Id extends string, N extends string>(id: Id, number: N) =>
    `/entries/${id}/history/${number}/reveal` as const,
  restoreEntryVersion: <Id extends string, N extends string>(id: Id, number: N) =>
    `/entries/${id}/history/${number}/restore` as const,

  twoFactors: "/2fa",
  newTwoFactor: "/2fa/new",
  importTwoFactors: "/2fa/import",
  recoveryPreview: "/2fa/recovery-preview",
  /** Its place in the list. */
  twoFactorIn: (id: string) => `/2fa#${ids.twoFactor(id)}`,
  editTwoFactor: <Id extends string>(id: Id) => `/2fa/${id}/edit` as const,
  deleteTwoFactor: <Id extends string>(id: Id) => `/2fa/${id}/delete` as const,
  twoFactorCode: <Id extends string>(id: Id) => `/2fa/${id}/code` as const,
  copyTwoFactorCode: <Id extends string>(id: Id) => `/2fa/${id}/code/copy` as const,
  recoveryCodes: <Id extends string>(id: Id) => `/2fa/${id}/recovery` as const,
  useRecoveryCode: <Id extends string>(id: Id) => `/2fa/${id}/recovery/use` as const,
  returnRecoveryCode: <Id extends string>(id: Id) => `/2fa/${id}/recovery/return` as const,

  envProjects: "/envs",
  newEnvProject: "/envs/new",
  envProject: <Id extends string>(id: Id) => `/envs/${id}` as const,
  editEnvProject: <Id extends string>(id: Id) => `/envs/${id}/edit` as const,
  deleteEnvProject: <Id extends string>(id: Id) => `/envs/${id}/delete` as const,
  compareEnvFiles: <Id extends string>(id: Id) => `/envs/${id}/compare` as const,
  undoImport: <Id extends string>(id: Id) => `/envs/${id}/undo-import` as const,
  /** The tab of one file in its project. */
  envTab: (projectId: string, file: string) => `/envs/${projectId}${query({ file })}`,
  /** The same with an editor for a file that does not exist yet. */
  newEnvFile: (projectId: string, file: string) => `/envs/${projectId}${query({ file, new: "yes" })}`,
  saveEnvFile: <Id extends string>(id: Id) => `/envs/${id}/files` as const,
  revealEnvFile: <Id extends string, File extends string>(id: Id, file: File) =>
    `/envs/${id}/files/${file}/reveal` as const,
  copyEnvFile: <Id extends string, File extends string>(id: Id, file: File) =>
    `/envs/${id}/files/${file}/copy` as const,
  downloadEnvFile: <Id extends string, File extends string>(id: Id, file: File) =>
    `/envs/${id}/files/${file}/download` as const,
  deleteEnvFile: <Id extends string, File extends string>(id: Id, file: File) =>
    `/envs/${id}/files/${file}/delete` as const,
  generateEnvFile: <Id extends string>(id: Id) => `/envs/${id}/generate` as const,
  /** For one file of the project. `prompt` is an example's: what somebody wrote is in no address. */
  generateFor: (projectId: string, file: string, prompt = "") =>
    `/envs/${projectId}/generate${query({ file, prompt })}`,
  previewFor: (projectId: string, file: string) => `/envs/${projectId}/generate/preview${query({ file })}`,
  draftFor: (projectId: string, file: string) => `/envs/${projectId}/generate/draft${query({ file })}`,
  previewGenerate: <Id extends string>(id: Id) => `/envs/${id}/generate/preview` as const,
  draftEnvFile: <Id extends string>(id: Id) => `/envs/${id}/generate/draft` as const,
  importEnvFile: <Id extends string, File extends string>(id: Id, file: File) =>
    `/envs/${id}/files/${file}/import` as const,
  envHistory: <Id extends string, File extends string>(id: Id, file: File) =>
    `/envs/${id}/files/${file}/history` as const,
  envDifference: <Id extends string, File extends string, N extends string>(id: Id, file: File, number: N) =>
    `/envs/${id}/files/${file}/history/${number}` as const,
  restoreEnvVersion: <Id extends string, File extends string, N extends string>(id: Id, file: File, number: N) =>
    `/envs/${id}/files/${file}/history/${number}/restore` as const,

  /** Asks for the password once more, and leads on. */
  confirm: (next: string) => `/confirm${query({ next })}` as const,
  /** Asks Keycloak for the same. */
  confirmWithKeycloak: (next: string) => `/confirm/keycloak${query({ next })}` as const,
  linkKeycloak: "/settings/keycloak/link",
  unlinkKeycloak: <Id extends string>(id: Id) => `/settings/keycloak/${id}/unlink` as const,
  confirmPasskey: (next: string) => `/confirm/passkey${query({ next })}` as const,
  confirmPasskeyOptions: "/api/auth/confirm/passkey/options",
  changeName: "/settings/name",
  changeEmail: "/settings/email",
  changePassword: "/settings/password",
  /** How one signs in. */
  signInSettings: "/settings/sign-in",
  authenticatorApp: "/settings/sign-in/authenticator-app",
  confirmAuthenticatorApp: "/settings/sign-in/authenticator-app/confirm",
  removeAuthenticatorApp: "/settings/sign-in/authenticator-app/remove",
  renewRecoveryCodes: "/settings/sign-in/recovery-codes",
  newPasskey: "/settings/sign-in/passkeys/new",
  newPasskeyOptions: "/api/auth/passkeys/options",
  renamePasskey: <Id extends string>(id: Id) => `/settings/sign-in/passkeys/${id}/rename` as const,
  deletePasskey: <Id extends string>(id: Id) => `/settings/sign-in/passkeys/${id}/delete` as const,
  sessions: "/settings/sessions",
  endOtherSessions: "/settings/sessions/end-others",
  endSession: <Id extends string>(id: Id) => `/settings/sessions/${id}/end` as const,
  encryption: "/settings/encryption",
  exports: "/settings/export",
  /** The choices of an export, filled in. */
  exportsOf: (choices: { project?: string; environment?: string; dialect?: string }) =>
    `/settings/export${query(choices)}`,
  exportMetadata: "/settings/export/metadata",
  /** What an export by these choices would hold; a download, when it is posted to. */
  exportEnv: (choices: { project?: string; environment?: string; dialect?: string } = {}) =>
    `/settings/export/env${query(choices)}`,
  danger: "/settings/danger",
  emptied: "/settings/danger/emptied",

  accessKeys: "/settings/access-keys",
  newAccessKey: "/settings/access-keys/new",
  newAccessKeyFrom: (preset: string) => `/settings/access-keys/new${query({ preset })}`,
  rotateAccessKey: <Id extends string>(id: Id) => `/settings/access-keys/${id}/rotate` as const,
  activity: "/settings/activity",
  /** What an access key did, or what was done with one thing. */
  activityOf: (what: { key?: string; item?: string }) => `/settings/activity${query(what)}`,
  revokeAccessKey: <Id extends string>(id: Id) => `/settings/access-keys/${id}/revoke` as const,
} as const;

export const ids = {
  main: "main",
  dialog: "dialog",
  toast: "toast",
  announcer: "announcer",
  search: "search",
  results: "results",
  searchBox: "search-box",
  searchFound: "search-found",
  searchList: "search-list",
  searchGroup: (name: string) => `search-${name}`,
  searchOption: (number: number) => `search-option-${number}`,
  selection: "selection",
  form: "form",
  iconChoices: "icon-choices",
  groupRows: "group-rows",
  projectNames: "project-names",
  newKey: "new-key",
  curlExample: "curl-example",
  newRecoveryCodes: "new-recovery-codes",
  totpSecret: "totp-secret",
  /** A drawing that others point to. */
  brand: (place: string, slug: string) => `brand-${place}-${slug}`,
  /** The place of a card and of a row. */
  card: (id: string) => `category-${id}`,
  entry: (id: string) => `entry-${id}`,
  twoFactor: (id: string) => `two-factor-${id}`,
  /** Where its code appears. */
  liveCode: (id: string) => `code-${id}`,
  takenCode: "taken-code",
  recoveryPreview: "recovery-preview",
  qrStatus: "qr-status",
  qrFile: "qr-file",
  envPanel: "env-panel",
  envTabs: "env-tabs",
  envState: "env-state",
  envForm: "env-form",
  generateForm: "generate-form",
  /** What a model is going to be told. */
  told: "told",
  /** What came of a prompt. */
  generated: "generated",
  /** Where an earlier content or value appears. */
  version: (number: number) => `version-${number}`,
  /** One of its values. */
  versionValue: (number: number, place: number) => `version-${number}-value-${place}`,
  /** Where the value of an entry, or of one field of it, appears. */
  revealed: (id: string, field: string | null) => (field === null ? `revealed-${id}` : `revealed-${id}-${field}`),
  field: (name: string) => `field-${name}`,
} as const;

/** `?a=1&b=2` of what is not empty, or nothing. */
export function query(parts: Readonly<Record<string, string | null | undefined>>): string {
  const pairs = Object.entries(parts).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
