import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { OPERATIONS } from "../../src/http/operations.ts";
import type { Kagi } from "../../src/kagi.ts";
import type { Answer, Client } from "../support/client.ts";
import { addPasskey } from "../support/factors.ts";
import { HERE } from "../support/requests.ts";
import { fresh, newCategory, newEntry, newEnvFile, newKey, newTwoFactor } from "../support/vault.ts";

export type Route = Readonly<{ method: string; path: string }>;

export const routeName = ({ method, path }: Route) => `${method} ${path}`;

/** Every route that is mounted and no operation of the API: pages, forms and files. */
export const PAGES: readonly Route[] = createApp({ config: loadConfig({}) } as Kagi).routes.filter(
  (route) => !Object.hasOwn(OPERATIONS, routeName(route)),
);

/** Operations of the API and pages, by method and path. */
export const ROUTES: readonly Route[] = [
  ...Object.keys(OPERATIONS).map((name) => {
    const [method = "", path = ""] = name.split(" ");
    return { method, path };
  }),
  ...PAGES,
];

export const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** The addresses that have a parameter and no id. */
const FILES: ReadonlySet<string> = new Set(["/static/:file", "/icons/:file", "/static/api-docs/:file"]);

export const hasId = ({ path }: Route) => path.includes("/:") && !FILES.has(path);

export const isUnsafe = ({ method }: Route) => method !== "GET";

/** Sends a form as a browser does. */
export function post(
  by: Client,
  path: string,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  return by.send("POST", path, { raw: new URLSearchParams(fields).toString(), headers: { ...FORM, ...headers } });
}

/** What stands in the place of each parameter of a page's address. */
export type Params = Readonly<Record<string, string>>;

/** Things of somebody's own, by the beginning of the addresses that have their ids, each with a secret where it keeps one. */
const THINGS: readonly (readonly [start: string, make: (by: Client, mark: string) => Promise<Params>])[] = [
  [
    "/keys/:id",
    async (by, mark) => {
      const { id } = await newCategory(by, { name: fresh(mark), description: mark });
      await newEntry(by, { categoryId: id, name: fresh(mark), notes: mark, value: mark });
      return { id };
    },
  ],
  [
    "/entries/:id",
    async (by, mark) => {
      const category = await newCategory(by, { name: fresh(mark), keyType: "json" });
      const value = JSON.stringify({ mark });
      const { id } = await newEntry(by, { categoryId: category.id, name: fresh(mark), notes: mark, value });
      await by.put(`/api/entries/${id}`, { value: JSON.stringify({ mark, changed: true }) });
      return { id, number: "1" };
    },
  ],
  [
    "/2fa/:id",
    async (by, mark) => {
      const recoveryCodes = [`${mark}-1`, `${mark}-2`];
      const { id } = await newTwoFactor(by, { service: mark, secret: "JBSWY3DPEHPK3PXP", recoveryCodes });
      return { id };
    },
  ],
  [
    "/envs/:id",
    async (by, mark) => {
      const { projectId, id } = await newEnvFile(by, { content: `MARK=${mark}\n` });
      await by.put(`/api/envs/${projectId}`, { name: fresh(mark), description: mark });
      // So that there is an earlier version.
      await by.post(`/api/envs/${projectId}/files`, { fileType: "env", content: `MARK=${mark}\nB=2\n` });
      return { id: projectId, file: id, version: "1" };
    },
  ],
  ["/settings/access-keys/:id", async (by, mark) => ({ id: (await newKey(by, { name: fresh(mark) })).id })],
  ["/settings/sign-in/passkeys/:id", async (by, mark) => ({ id: (await addPasskey(by.with(HERE), mark)).id })],
  [
    // A link to Keycloak, where there is none; oidc.test.ts has one.
    "/settings/keycloak/:id",
    async () => ({ id: crypto.randomUUID() }),
  ],
  [
    "/settings/sessions/:id",
    async (by) => {
      const { session } = (await by.get<SessionInfo>("/api/auth/session")).body;
      return { id: session.id };
    },
  ],
];

/** A thing for a page whose address has an id. Throws for a page of a new kind, which has to be given one here. */
export async function thingFor({ path }: Route, by: Client, mark: string): Promise<Params> {
  const make = THINGS.find(([start]) => path === start || path.startsWith(`${start}/`))?.[1];
  if (make === undefined) throw new Error(`${path} has an id: say in THINGS what it is an id of`);
  return await make(by, mark);
}

/** The address of a page. Throws for a parameter that nothing stands in for. */
export function fill({ path }: Route, params: Params): string {
  return path.replace(/:(\w+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`${path}: nothing for ${name}`);
    return encodeURIComponent(value);
  });
}
