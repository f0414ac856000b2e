import { beforeAll, describe, expect, test } from "bun:test";
import type { ErrorCode } from "../../src/errors.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { OPERATIONS, type Operation, type OperationName } from "../../src/http/operations.ts";
import { SCOPE_NAMES, type Scope } from "../../src/scopes.ts";
import type { Answer, Client } from "../support/client.ts";
import { type Asked, addressOf, REQUESTS } from "../support/requests.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvProject,
  newKey,
  newTwoFactor,
  OTHER,
  onEachEngine,
  PATIENCE_MS,
  refused,
  type Vault,
} from "../support/vault.ts";

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
      const sent = asked ?? (await REQUESTS[name](vault.owner, vault));
      const answer = await by.send(...addressOf(name, sent), { body: sent.body });
      return { ...answer, expected: sent.status };
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
