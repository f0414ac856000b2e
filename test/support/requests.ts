import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { SignInFactors } from "../../src/features/sign-in-factors/model.ts";
import type { OperationName } from "../../src/http/operations.ts";
import { Authenticator } from "./authenticator.ts";
import type { Client } from "./client.ts";
import { addPasskey, codeOf, enrol, newPerson, ORIGIN, signature, signInBy } from "./factors.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newEnvProject,
  newKey,
  newTwoFactor,
  OWNER,
  type Vault,
} from "./vault.ts";

/** A request that succeeds with the right credential, on things of the owner that exist for it alone; `by` is whose it is when it is not the owner's. */
export type Asked = { path?: string; fileId?: string; body?: unknown; status: number; by?: Client };

export const REQUESTS: Record<OperationName, (owner: Client, vault: Vault) => Promise<Asked>> = {
  "GET /api/categories": async () => ({ status: 200 }),
  "POST /api/categories": async () => ({ body: { name: fresh("Category"), keyType: "ssh" }, status: 201 }),
  "GET /api/categories/:id": async (owner) => ({ path: (await newCategory(owner)).id, status: 200 }),
  "PUT /api/categories/:id": async (owner) => ({
    path: (await newCategory(owner)).id,
    body: { description: "changed" },
    status: 200,
  }),
  "DELETE /api/categories/:id": async (owner) => ({ path: (await newCategory(owner)).id, status: 204 }),
  "GET /api/entries": async () => ({ status: 200 }),
  "POST /api/entries": async (owner) => ({
    body: { categoryId: (await newCategory(owner)).id, name: "new", value: "v" },
    status: 201,
  }),
  "GET /api/entries/project-names": async () => ({ status: 200 }),
  "GET /api/entries/:id": async (owner) => ({ path: (await newEntry(owner)).id, status: 200 }),
  "PUT /api/entries/:id": async (owner) => ({ path: (await newEntry(owner)).id, body: { value: "new" }, status: 200 }),
  "DELETE /api/entries/:id": async (owner) => ({ path: (await newEntry(owner)).id, status: 204 }),
  "POST /api/entries/:id/reveal": async (owner) => ({ path: (await newEntry(owner)).id, status: 200 }),
  "GET /api/2fa": async () => ({ status: 200 }),
  "POST /api/2fa": async () => ({
    body: { service: "GitHub", accountName: "ada", recoveryCodes: ["a1b2c-3d4e5"] },
    status: 201,
  }),
  "GET /api/2fa/:id": async (owner) => ({ path: (await newTwoFactor(owner)).id, status: 200 }),
  "PUT /api/2fa/:id": async (owner) => ({
    path: (await newTwoFactor(owner)).id,
    body: { notes: "changed" },
    status: 200,
  }),
  "DELETE /api/2fa/:id": async (owner) => ({ path: (await newTwoFactor(owner)).id, status: 204 }),
  "POST /api/2fa/:id/reveal": async (owner) => ({ path: (await newTwoFactor(owner)).id, status: 200 }),
  "POST /api/2fa/:id/recovery-codes/reveal": async (owner) => ({ path: (await newTwoFactor(owner)).id, status: 200 }),
  "GET /api/envs": async () => ({ status: 200 }),
  "POST /api/envs": async () => ({ body: { name: fresh("Env project") }, status: 201 }),
  "GET /api/envs/:id": async (owner) => ({ path: (await newEnvProject(owner)).id, status: 200 }),
  "PUT /api/envs/:id": async (owner) => ({
    path: (await newEnvProject(owner)).id,
    body: { description: "changed" },
    status: 200,
  }),
  "DELETE /api/envs/:id": async (owner) => ({ path: (await newEnvProject(owner)).id, status: 204 }),
  "POST /api/envs/:id/files": async (owner) => ({
    path: (await newEnvFile(owner)).projectId,
    body: { fileType: "env", content: "A=2" },
    status: 200,
  }),
  "DELETE /api/envs/:id/files/:fileId": async (owner) => ({ ...(await fileOf(owner)), status: 204 }),
  "POST /api/envs/:id/files/:fileId/reveal": async (owner) => ({ ...(await fileOf(owner)), status: 200 }),
  "GET /api/stats": async () => ({ status: 200 }),
  "GET /api/export": async () => ({ status: 200 }),
  "POST /api/ai/extract": async () => ({ status: 200, body: { prompt: "the keys of the blog" } }),
  "GET /api/audit": async () => ({ status: 200 }),
  "GET /api/access-keys": async () => ({ status: 200 }),
  "POST /api/access-keys": async () => ({ body: { name: fresh("Key"), scopes: ["stats:read"] }, status: 201 }),
  "POST /api/access-keys/:id/rotate": async (owner) => ({ path: (await newKey(owner)).id, body: {}, status: 201 }),
  "DELETE /api/access-keys/:id": async (owner) => ({ path: (await newKey(owner)).id, status: 204 }),
  "DELETE /api/account/data": async () => ({ status: 204 }),
  "POST /api/auth/sign-in/email": async () => ({ body: OWNER, status: 200 }),
  // There is no Keycloak here; test/api/keycloak.test.ts has one.
  "GET /api/auth/keycloak": async () => ({ status: 503 }),
  "GET /api/auth/callback/keycloak": async () => ({ status: 503 }),
  "POST /api/auth/backchannel-logout/keycloak": async () => ({ status: 415, body: { logout_token: "x" } }),
  "POST /api/auth/sign-out": async (_, vault) => ({ by: await vault.signIn(), status: 204 }),
  "POST /api/auth/confirm": async (_, vault) => ({
    by: await vault.signIn(),
    body: { password: OWNER.password },
    status: 200,
  }),
  "GET /api/auth/sessions": async () => ({ status: 200 }),
  "DELETE /api/auth/sessions": async () => ({ status: 204 }),
  "DELETE /api/auth/sessions/:id": async (_, vault) => {
    const { body } = await (await vault.signIn()).get<SessionInfo>("/api/auth/session");
    return { path: body.session.id, by: vault.owner, status: 204 };
  },
  "GET /api/auth/factors": async () => ({ status: 200 }),
  "POST /api/auth/totp": async (_, vault) => ({ by: (await withoutApp(vault)).session, status: 201 }),
  "POST /api/auth/totp/confirm": async (_, vault) => {
    const { session } = await withoutApp(vault);
    const { secret } = (await session.post<{ secret: string }>("/api/auth/totp")).body;
    return { by: session, body: { code: codeOf(secret) }, status: 200 };
  },
  "DELETE /api/auth/totp": async (_, vault) => {
    const { session } = await withoutApp(vault);
    await enrol(session);
    return { by: session, status: 204 };
  },
  "POST /api/auth/recovery-codes": async (_, vault) => ({ by: (await personOf(vault)).session, status: 201 }),
  "POST /api/auth/passkeys/options": async (_, vault) => ({ by: (await personOf(vault)).session, status: 200 }),
  "POST /api/auth/passkeys": async (_, vault) => {
    const { session } = await personOf(vault);
    const options = await session.post<Parameters<Authenticator["make"]>[0]>("/api/auth/passkeys/options");
    const response = await new Authenticator(ORIGIN).make(options.body);
    return { by: session, body: { name: fresh("Key"), response }, status: 201 };
  },
  "PUT /api/auth/passkeys/:id": async (_, vault) => {
    const { session, id } = await personOf(vault);
    return { by: session, path: id, body: { name: fresh("Key") }, status: 200 };
  },
  "DELETE /api/auth/passkeys/:id": async (_, vault) => {
    const { session } = await personOf(vault);
    const { passkeys } = (await session.get<SignInFactors>("/api/auth/factors")).body;
    const spare = passkeys.find(({ name }) => name === "spare") ?? (await addPasskey(session, "spare"));
    return { by: session, path: spare.id, status: 204 };
  },
  "POST /api/auth/sign-in/passkey/options": async (_, vault) => ({ by: vault.stranger.with(HERE), status: 200 }),
  "POST /api/auth/sign-in/passkey": async (_, vault) => {
    const { key } = await personOf(vault);
    const by = vault.stranger.with(HERE);
    return { by, body: { response: await signature(by, key) }, status: 200 };
  },
  "POST /api/auth/confirm/passkey/options": async (_, vault) => ({ by: (await personOf(vault)).session, status: 200 }),
  "POST /api/auth/confirm/passkey": async (_, vault) => {
    const by = await signInBy(vault.stranger.with(HERE), (await personOf(vault)).key);
    const response = await signature(by, (await personOf(vault)).key, "/api/auth/confirm/passkey/options");
    return { by, body: { response }, status: 200 };
  },
  "GET /api/auth/session": async () => ({ status: 200 }),
  "GET /api/openapi": async () => ({ status: 200 }),
  "GET /api/docs": async () => ({ status: 200 }),
  "GET /healthz": async () => ({ status: 200 }),
  "GET /readyz": async () => ({ status: 200 }),
};

/** Where a request of the table goes. */
export function addressOf(
  name: OperationName,
  { path = "", fileId = "" }: Pick<Asked, "path" | "fileId">,
): [method: string, path: string] {
  const [method = "", route = ""] = name.split(" ");
  return [method, route.replace(":id", path).replace(":fileId", fileId)];
}

async function fileOf(owner: Client): Promise<Pick<Asked, "path" | "fileId">> {
  const { projectId, id } = await newEnvFile(owner);
  return { path: projectId, fileId: id };
}

/** Browsers have passkeys at this name of the server. */
export const HERE = { host: new URL(ORIGIN).host };

type Person = { session: Client; key: Authenticator; id: string };
const persons = new WeakMap<Vault, Promise<Person>>();

/** Somebody with a passkey, whose second factor is in nobody else's way. */
function personOf(vault: Vault): Promise<Person> {
  const made = async () => {
    const session = (await vault.signIn(await newPerson(vault))).with(HERE);
    return { session, ...(await addPasskey(session)) };
  };
  const person = persons.get(vault) ?? made();
  persons.set(vault, person);
  return person;
}

/** The same with no authenticator app. */
async function withoutApp(vault: Vault): Promise<Person> {
  const person = await personOf(vault);
  await person.session.delete("/api/auth/totp");
  return person;
}
