/** Addresses of pages and ids of elements, where a page, a swap and a redirect have to agree. */

export const urls = {
  home: "/",
  setUp: "/setup",
  signIn: "/sign-in",
  signOut: "/sign-out",
  theme: "/theme",
  apiDocs: "/api/docs",
  settings: "/settings",

  keys: "/keys",
  newCategory: "/keys/new",
  newCategoryFor: (service: string) => `/keys/new${query({ service })}#form`,
  category: (id: string) => `/keys/${id}`,
  editCategory: (id: string) => `/keys/${id}/edit`,
  deleteCategory: (id: string) => `/keys/${id}/delete`,
  newEntry: (categoryId: string) => `/keys/${categoryId}/entries/new`,
  icons: "/icons",

  entryIn: (categoryId: string, id: string) => `/keys/${categoryId}#${ids.entry(id)}`,
  editEntry: (id: string) => `/entries/${id}/edit`,
  deleteEntry: (id: string) => `/entries/${id}/delete`,
  revealEntry: (id: string) => `/entries/${id}/reveal`,
  copyEntry: (id: string) => `/entries/${id}/copy`,
  downloadEntry: (id: string) => `/entries/${id}/download`,

  accessKeys: "/settings/access-keys",
  newAccessKey: "/settings/access-keys/new",
  newAccessKeyFrom: (preset: string) => `/settings/access-keys/new${query({ preset })}`,
  revokeAccessKey: (id: string) => `/settings/access-keys/${id}/revoke`,
} as const;

export const ids = {
  main: "main",
  dialog: "dialog",
  toast: "toast",
  announcer: "announcer",
  results: "results",
  iconChoices: "icon-choices",
  groupRows: "group-rows",
  newKey: "new-key",
  curlExample: "curl-example",
  entry: (id: string) => `entry-${id}`,
  /** Where the value of an entry, or of one field of it, appears. */
  revealed: (id: string, field: string | null) => (field === null ? `revealed-${id}` : `revealed-${id}-${field}`),
  field: (name: string) => `field-${name}`,
} as const;

/** `?a=1&b=2` of what is not empty, or nothing. */
export function query(parts: Readonly<Record<string, string | null | undefined>>): string {
  const pairs = Object.entries(parts).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
}
