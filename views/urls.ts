/** Addresses of pages and ids of elements, where a route, a page, a swap and a redirect have to agree. */

/** A route is the address of `":id"`. */

export const urls = {
  home: "/",
  setUp: "/setup",
  signIn: "/sign-in",
  signOut: "/sign-out",
  theme: "/theme",
  apiDocs: "/api/docs",
  apiDocument: "/api/openapi",
  settings: "/settings",

  keys: "/keys",
  newCategory: "/keys/new",
  newCategoryFor: (service: string) => `/keys/new${query({ service })}`,
  category: <Id extends string>(id: Id) => `/keys/${id}` as const,
  editCategory: <Id extends string>(id: Id) => `/keys/${id}/edit` as const,
  deleteCategory: <Id extends string>(id: Id) => `/keys/${id}/delete` as const,
  newEntry: <Id extends string>(categoryId: Id) => `/keys/${categoryId}/entries/new` as const,
  icons: "/icons",

  /** The entry's place in the list of its category, with what was searched for. */
  entryIn: (categoryId: string, id: string, search = "") => `/keys/${categoryId}${query({ search })}#${ids.entry(id)}`,
  editEntry: <Id extends string>(id: Id) => `/entries/${id}/edit` as const,
  deleteEntry: <Id extends string>(id: Id) => `/entries/${id}/delete` as const,
  revealEntry: <Id extends string>(id: Id) => `/entries/${id}/reveal` as const,
  copyEntry: <Id extends string>(id: Id) => `/entries/${id}/copy` as const,
  downloadEntry: <Id extends string>(id: Id) => `/entries/${id}/download` as const,

  accessKeys: "/settings/access-keys",
  newAccessKey: "/settings/access-keys/new",
  newAccessKeyFrom: (preset: string) => `/settings/access-keys/new${query({ preset })}`,
  revokeAccessKey: <Id extends string>(id: Id) => `/settings/access-keys/${id}/revoke` as const,
} as const;

export const ids = {
  main: "main",
  dialog: "dialog",
  toast: "toast",
  announcer: "announcer",
  results: "results",
  form: "form",
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
