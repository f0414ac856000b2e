import { beforeAll, describe, expect, test } from "bun:test";
import type { ErrorCode } from "../../src/errors.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { SignInFactors } from "../../src/features/sign-in-factors/model.ts";
import { OPERATIONS, type Operation, type OperationName } from "../../src/http/operations.ts";
import { SCOPE_NAMES, type Scope } from "../../src/scopes.ts";
import { Authenticator } from "../support/authenticator.ts";
import type { Answer, Client } from "../support/client.ts";
import { addPasskey, codeOf, enrol, newPerson, ORIGIN, signature, signInBy } from "../support/factors.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newEnvProject,
  newKey,
  newTwoFactor,
  OTHER,
  OWNER,
  onEachEngine,
  PATIENCE_MS,
  refused,
  type Vault,
} from "../support/vault.ts";

/** A request that succeeds with the right credential, on things of the owner that exist for it alone. */
type Asked = { path?: string; fileId?: string; body?: unknown; status: number; by?: Client };

const REQUESTS: Record<OperationName, (owner: Client, vault: Vault) => Promise<Asked>> = {
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
    return { path: body.session.id, status: 204 };
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

async function fileOf(owner: Client): Promise<Pick<Asked, "path" | "fileId">> {
  const { projectId, id } = await newEnvFile(owner);
  return { path: projectId, fileId: id };
}

/** Browsers have passkeys at this name of the server. */
const HERE = { host: new URL(ORIGIN).host };

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

const PAST = "2020-01-01T00:00:00.000Z";

onEachEngine("the doors", (vault) => {
  let other: Client;
  let disabled: Client;
  let disabledKey: Client;
  beforeAll(async () => {
    other = await vault.other;
    const gone = { email: "gone@example.com", password: OTHER.password };
    await vault.addUser(gone);
    disabled = await vault.signIn(gone);
    disabledKey = await vault.key(SCOPE_NAMES, disabled);
    await vault.command(["user", "disable", gone.email]);
  }, PATIENCE_MS);

  describe.each(Object.entries(OPERATIONS) as [OperationName, Operation][])("%s", (name, { access, notFound }) => {
    const [method = "", route = ""] = name.split(" ");
    const ask = async (by: Client, asked?: Asked): Promise<Answer & { expected: number }> => {
      const { path = "", fileId = "", body, status } = asked ?? (await REQUESTS[name](vault.owner, vault));
      const answer = await by.send(method, route.replace(":id", path).replace(":fileId", fileId), { body });
      return { ...answer, expected: status };
    };
    const unauthorized = (code: ErrorCode) => refused(401, code, { error: "Unauthorized" });

    if (access === "public") {
      test("is open to anybody", async () => {
        const asked = await REQUESTS[name](vault.owner, vault);
        const answer = await ask(asked.by ?? vault.stranger, asked);
        expect(answer.status).toBe(answer.expected);
      });
      return;
    }

    test("refuses a stranger, before anything of the request is looked at", async () => {
      const answer = await ask(vault.stranger);
      expect(answer).toMatchObject(unauthorized("AUTH_REQUIRED"));
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      const garbage = await vault.stranger.send(
        method,
        route.replace(":id", "x"),
        method === "GET" ? {} : { raw: "{" },
      );
      expect(garbage).toMatchObject(unauthorized("AUTH_REQUIRED"));
    });

    const DEAD: [string, (vault: Vault) => Promise<Client> | Client, ErrorCode][] = [
      [
        "a key that nobody made",
        ({ owner }) => owner.with({ authorization: `Bearer kagi_${"A".repeat(43)}` }),
        "AUTH_INVALID_KEY",
      ],
      [
        "an expired key",
        () => deadKey((id) => vault.storage.rows(`UPDATE access_keys SET expires_at = '${PAST}' WHERE id = '${id}'`)),
        "AUTH_INVALID_KEY",
      ],
      ["a revoked key", () => deadKey((id) => vault.owner.delete(`/api/access-keys/${id}`)), "AUTH_INVALID_KEY"],
      ["a disabled person's key", () => disabledKey, "AUTH_INVALID_KEY"],
      ["a disabled person's session", () => disabled, "AUTH_REQUIRED"],
      ["an expired session", () => deadSession(), "AUTH_REQUIRED"],
      [
        "a session that nobody has",
        () => vault.stranger.with({ cookie: `kagi_session=${"A".repeat(43)}` }),
        "AUTH_REQUIRED",
      ],
      [
        "a key in the cookie's place",
        async () => vault.stranger.with({ cookie: `kagi_session=${(await newKey(vault.owner)).key}` }),
        "AUTH_REQUIRED",
      ],
    ];
    test.each(DEAD)("refuses %s", async (_what, client, code) => {
      expect(await ask(await client(vault))).toMatchObject(unauthorized(code));
    });

    if (access === "session") {
      test("refuses a key, whatever its scopes", async () => {
        const answer = await ask(await vault.key());
        expect(answer).toMatchObject(refused(403, "AUTH_SESSION_REQUIRED", { error: "Forbidden" }));
      });
    } else {
      test(`refuses a key with every scope but ${access}, and names it`, async () => {
        const answer = await ask(await vault.key(SCOPE_NAMES.filter((scope) => scope !== access)));
        expect(answer).toMatchObject(
          refused(403, "AUTH_SCOPE_REQUIRED", { error: "Forbidden", requiredScope: access }),
        );
      });

      test(`lets in a key with ${access} alone`, async () => {
        const answer = await ask(await vault.key([access as Scope]));
        expect(answer.status).toBe(answer.expected);
      });
    }

    test("refuses a session's request from another site", async () => {
      if (method === "GET") return;
      const answer = await ask(vault.owner.with({ "sec-fetch-site": "cross-site" }));
      expect(answer).toMatchObject(refused(403, "CROSS_ORIGIN", { error: "Forbidden" }));
    });

    if (notFound !== undefined) {
      test("shows somebody else's things to nobody, as if they were not there", async () => {
        const asked = await REQUESTS[name](vault.owner, vault);
        const absent = await ask(other, { ...asked, path: crypto.randomUUID() });
        const credentials = access === "session" ? [other] : [other, await vault.key(SCOPE_NAMES, other)];
        for (const client of credentials) {
          const answer = await ask(client, asked);
          expect({ status: answer.status, text: answer.text }).toEqual({ status: 404, text: absent.text });
        }
        expect(absent).toMatchObject(refused(404, notFound, { error: "Not found" }));
        const still = await ask(asked.by ?? vault.owner, asked);
        expect(still.status).toBe(still.expected);
      });
    } else if (method === "GET" && access !== "session") {
      test("shows each person their own things only", async () => {
        const name = fresh("only the owner's");
        const category = await newCategory(vault.owner, { name });
        await newEntry(vault.owner, { name, categoryId: category.id, value: name });
        await newTwoFactor(vault.owner, { service: name });
        await newEnvProject(vault.owner, { name });
        for (const client of [other, await vault.key(SCOPE_NAMES, other)]) {
          expect((await ask(client)).text).not.toContain(name);
        }
      });
    }

    test("lets a session in", async () => {
      const asked = await REQUESTS[name](vault.owner, vault);
      const answer = await ask(asked.by ?? vault.owner, asked);
      expect(answer.status).toBe(asked.status);
    });
  });

  test("an entry cannot be filed under, or moved to, somebody else's category", async () => {
    const theirs = await newCategory(other);
    const mine = await newEntry(vault.owner);
    const refusal = refused(404, "CATEGORY_NOT_FOUND");
    const input = { categoryId: theirs.id, name: "new", value: "v" };
    expect(await vault.owner.post("/api/entries", input)).toMatchObject(refusal);
    expect(await vault.owner.put(`/api/entries/${mine.id}`, { categoryId: theirs.id })).toMatchObject(refusal);
    expect((await other.get(`/api/categories/${theirs.id}`)).body).toMatchObject({ entryCount: 0 });
  });

  async function deadKey(kill: (id: string) => Promise<unknown>): Promise<Client> {
    const client = await vault.key();
    await kill(client.key.id);
    return client;
  }

  async function deadSession(): Promise<Client> {
    const client = await vault.signIn();
    const { id } = (await client.get<SessionInfo>("/api/auth/session")).body.session;
    await vault.storage.rows(`UPDATE sessions SET expires_at = '${PAST}' WHERE id = '${id}'`);
    return client;
  }
});
