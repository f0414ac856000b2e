import { beforeAll, expect } from "bun:test";
import type { CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Category } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import { OPERATIONS, type Operation, type OperationName } from "../../src/http/operations.ts";
import { LIMITABLE_SCOPES, SCOPE_NAMES, type Scope } from "../../src/scopes.ts";
import type { Client } from "../support/client.ts";
import { WITH_PASSKEYS } from "../support/factors.ts";
import { addressOf, REQUESTS } from "../support/requests.ts";
import { marked } from "../support/secrets.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newEnvProject,
  newKey,
  newTwoFactor,
  PATIENCE_MS,
  refused,
  snapshot,
} from "../support/vault.ts";
import { FORM, fill, hasId, PAGES, type Params, routeName } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("key management with a key");

const SESSION_ONLY = (Object.entries(OPERATIONS) as [OperationName, Operation][])
  .filter(([, { access }]) => access === "session")
  .map(([name]) => name);

onOneVault(
  "a key",
  (vault) => {
    let counting: Client & { key: CreatedAccessKey };
    let everything: Client & { key: CreatedAccessKey };
    beforeAll(async () => {
      counting = await vault.key(["stats:read"]);
      everything = await vault.key(SCOPE_NAMES);
      await newEntry(vault.owner);
      await newTwoFactor(vault.owner);
      await newEnvFile(vault.owner);
      // From here on a look at them finds when they were last used, and does not change it.
      for (const key of [counting, everything]) await key.get("/api/stats");
    }, PATIENCE_MS);
    const by = () => [["that may only count", counting] as const, ["with every scope", everything] as const];

    test("that may only count mints no key, rotates none, revokes none and wipes nothing", async (attempt) => {
      const other = await newKey(vault.owner);
      const before = await snapshot(vault.owner);
      const forbidden = refused(403, "AUTH_SESSION_REQUIRED", { error: "Forbidden" });
      for (const [what, key] of by()) {
        for (const scopes of [["stats:read"], SCOPE_NAMES, ["export:read"]]) {
          await attempt(`mints one for ${scopes.length}, a key ${what}`, async () =>
            expect(await key.post("/api/access-keys", { name: "minted", scopes })).toMatchObject(forbidden),
          );
        }
        for (const { id } of [key.key, other]) {
          await attempt(`rotates ${id === other.id ? "another" : "itself"}, a key ${what}`, async () =>
            expect(await key.post(`/api/access-keys/${id}/rotate`, {})).toMatchObject(forbidden),
          );
          await attempt(`revokes ${id === other.id ? "another" : "itself"}, a key ${what}`, async () =>
            expect(await key.delete(`/api/access-keys/${id}`)).toMatchObject(forbidden),
          );
        }
        await attempt(`lists them, a key ${what}`, async () =>
          expect(await key.get("/api/access-keys")).toMatchObject(forbidden),
        );
        await attempt(`wipes the vault, a key ${what}`, async () =>
          expect(await key.delete("/api/account/data")).toMatchObject(forbidden),
        );
      }
      await attempt("everything is still there", async () => expect(await snapshot(vault.owner)).toEqual(before));
      await attempt("the keys still work", async () => {
        for (const [, key] of by()) expect((await key.get("/api/stats")).status).toBe(200);
      });
      await attempt("the trail tells of it, once each", async () => {
        const rows = await vault.storage.rows(
          `SELECT detail FROM audit_events WHERE credential_id = '${counting.key.id}' AND result = 'refused'`,
        );
        expect(rows).toEqual([{ detail: "wanted=session" }]);
      });
    });

    test("does nothing that is for a session alone, with the body that a session would send", async (attempt) => {
      for (const name of SESSION_ONLY) {
        const asked = await REQUESTS[name](vault.owner, vault);
        for (const [what, key] of by()) {
          for (const cookie of ["", vault.owner.headers.cookie ?? ""]) {
            await attempt(`${name}, a key ${what}${cookie && " beside a session"}`, async () => {
              const headers: Record<string, string> = cookie ? { cookie } : {};
              const answer = await key.send(...addressOf(name, asked), { body: asked.body, headers });
              expect(answer).toMatchObject(refused(403, "AUTH_SESSION_REQUIRED"));
            });
          }
        }
      }
    });

    test("does not reach the forms for keys, factors, sessions and the vault's end", async (attempt) => {
      const params: Params = { id: everything.key.id };
      const before = await snapshot(vault.owner);
      for (const route of PAGES.filter(({ path }) => /^\/(settings|confirm|sign-out)/.test(path))) {
        for (const [what, key] of by()) {
          await attempt(`${routeName(route)}, a key ${what}`, async () => {
            const sent = route.method === "GET" ? {} : { raw: "name=minted&scopes=export:read&ends=0&word=DELETE" };
            const path = hasId(route) ? fill(route, params) : route.path;
            const answer = await key.send(route.method, path, { ...sent, headers: FORM });
            expect(answer.headers.get("location")).toStartWith("/sign-in?next=");
          });
        }
      }
      await attempt("nothing has changed", async () => expect(await snapshot(vault.owner)).toEqual(before));
    });

    test("is not made by a session that nobody has proven for a while", async (attempt) => {
      const session = await vault.signIn();
      const { id } = await newKey(session);
      const past = "2020-01-01T00:00:00.000Z";
      const { cookie = "" } = session.headers;
      const owns = (await session.get<{ session: { id: string } }>("/api/auth/session")).body.session.id;
      await vault.storage.rows(`UPDATE sessions SET created_at = '${past}' WHERE id = '${owns}'`);
      const before = await snapshot(vault.owner);
      const unproven = refused(403, "FRESH_PROOF_REQUIRED");
      await attempt("made at the API", async () =>
        expect(await session.post("/api/access-keys", { name: "x", scopes: ["stats:read"] })).toMatchObject(unproven),
      );
      await attempt("rotated at the API", async () =>
        expect(await session.post(`/api/access-keys/${id}/rotate`, {})).toMatchObject(unproven),
      );
      for (const path of ["/settings/access-keys/new", `/settings/access-keys/${id}/rotate`]) {
        for (const method of ["GET", "POST"]) {
          await attempt(`${method} ${path}`, async () => {
            const sent = method === "GET" ? {} : { raw: "name=x&scopes=stats:read&expiry=never&ends=0" };
            const answer = await vault.stranger.send(method, path, { ...sent, headers: { ...FORM, cookie } });
            expect(answer.headers.get("location")).toBe(`/confirm?next=${encodeURIComponent(path)}`);
          });
        }
      }
      await attempt("no key is there that was not", async () => expect(await snapshot(vault.owner)).toEqual(before));
      await attempt("revoked all the same, which hurts nobody", async () =>
        expect((await session.delete(`/api/access-keys/${id}`)).status).toBe(204),
      );
    });
  },
  WITH_PASSKEYS,
);

const inside = attacks("limited keys");

onOneVault("a limited key", (vault) => {
  const SECRET = marked("beyond");
  let category: Category;
  const within = { project: "", environment: "" };
  const beyond: Entry[] = [];
  let beyondFile: { projectId: string; id: string };
  beforeAll(async () => {
    category = await newCategory(vault.owner);
    for (const name of ["Shop", "Blog", "Shopping", "shop.old"]) {
      for (const environment of ["staging", "production"] as const) {
        const isWithin = name === "Shop" && environment === "staging";
        const value = isWithin ? "within" : SECRET;
        const entry = await newEntry(vault.owner, { categoryId: category.id, name, environment, value, notes: value });
        if (isWithin) within.project = entry.id;
        else beyond.push(entry);
      }
    }
    const project = await newEnvProject(vault.owner, { name: "Blog", description: SECRET });
    beyondFile = await newEnvFile(vault.owner, { projectId: project.id, content: `A=${SECRET}\n` });
  }, PATIENCE_MS);
  const limited = async (limit: object) => {
    const scopes = LIMITABLE_SCOPES as Scope[];
    const key = await newKey(vault.owner, { name: fresh("limited"), scopes, ...limit });
    return vault.stranger.with({ authorization: `Bearer ${key.key}` });
  };

  inside("sees nothing beyond its project and environment, and puts nothing there", async (attempt) => {
    const before = await snapshot(vault.owner);
    const [categories, entries, twoFactors, envs, , stats] = before as unknown[];
    for (const limit of [
      { project: "Shop", environment: "staging" },
      { project: "shop", environment: "staging" },
      { project: "Shop%", environment: "staging" },
      { project: "Shop_", environment: "staging" },
      { project: "Nothing" },
    ]) {
      const key = await limited(limit);
      const tell = JSON.stringify(limit);
      for (const path of [
        "/api/entries",
        `/api/entries?categoryId=${category.id}`,
        "/api/entries?environment=production",
        "/api/entries?search=blog",
        "/api/entries?search=%25",
        `/api/entries?limit=5&cursor=${beyond[0]?.id}`,
        "/api/entries/project-names",
        "/api/export",
        "/api/export?project=Blog",
        "/api/export?project=Shopping&environment=production",
        "/api/envs",
        "/api/envs?search=blog",
        "/api/categories",
      ]) {
        await attempt(`${path} for ${tell}`, async () => {
          const { status, text } = await key.get(path, { accept: "application/json" });
          expect(status).toBe(200);
          for (const hidden of [SECRET, "Blog", "Shopping", "shop.old", ...beyond.map(({ id }) => id)])
            expect(text).not.toContain(hidden);
        });
      }
      for (const { id } of beyond) {
        const asks: [string, string, unknown?][] = [
          ["GET", `/api/entries/${id}`],
          ["PUT", `/api/entries/${id}`, { name: "Shop", environment: "staging" }],
          ["DELETE", `/api/entries/${id}`],
          ["POST", `/api/entries/${id}/reveal`],
        ];
        for (const [method, path, body] of asks) {
          await attempt(`${method} of an entry beyond for ${tell}`, async () =>
            expect(await key.send(method, path, { body })).toMatchObject(refused(404, "ENTRY_NOT_FOUND")),
          );
        }
      }
      const { projectId, id } = beyondFile;
      for (const [method, path, body] of [
        ["GET", `/api/envs/${projectId}`],
        ["PUT", `/api/envs/${projectId}`, { name: "Shop" }],
        ["DELETE", `/api/envs/${projectId}`],
        ["POST", `/api/envs/${projectId}/files`, { fileType: "env", content: "A=1" }],
        ["DELETE", `/api/envs/${projectId}/files/${id}`],
        ["POST", `/api/envs/${projectId}/files/${id}/reveal`],
      ] as const) {
        await attempt(`${method} ${path.replace(/[0-9a-f-]{36}/g, "…")} for ${tell}`, async () => {
          const answer = await key.send(method, path, { body });
          expect([403, 404]).toContain(answer.status);
          expect(answer.text).not.toContain(SECRET);
        });
      }
      for (const [what, body] of [
        ["another project", { name: "Blog", environment: "staging", value: "x" }],
        ["another environment", { name: "Shop", environment: "production", value: "x" }],
      ] as const) {
        // One that has no environment to end at may be in any.
        if (!("environment" in limit) && what === "another environment") continue;
        await attempt(`a new entry for ${what} for ${tell}`, async () => {
          const answer = await key.post("/api/entries", { categoryId: category.id, ...body });
          expect(answer).toMatchObject(refused(403, "AUTH_KEY_LIMITED"));
        });
      }
      for (const body of [
        { name: "Blog" },
        { environment: "production" },
        { name: "Shopping", environment: "staging" },
      ]) {
        await attempt(`moved out by ${JSON.stringify(body)} for ${tell}`, async () => {
          const answer = await key.put(`/api/entries/${within.project}`, body);
          expect([403, 404]).toContain(answer.status);
        });
      }
    }
    await attempt("nothing has changed", async () => {
      const [c, e, t, v, , s] = (await snapshot(vault.owner)) as unknown[];
      expect([c, e, t, v, s]).toEqual([categories, entries, twoFactors, envs, stats]);
    });
    await attempt("what is within is within", async () => {
      const key = await limited({ project: "Shop", environment: "staging" });
      expect((await key.post<{ value: string }>(`/api/entries/${within.project}/reveal`)).body.value).toBe("within");
    });
  });

  inside("comes from no other address by saying so", async (attempt) => {
    const key = await limited({ addresses: ["192.0.2.0/24", "2001:db8::/32"] });
    for (const name of [
      "x-forwarded-for",
      "x-real-ip",
      "x-client-ip",
      "x-cluster-client-ip",
      "true-client-ip",
      "cf-connecting-ip",
      "fastly-client-ip",
      "x-forwarded",
      "forwarded-for",
      "forwarded",
      "x-originating-ip",
      "x-remote-ip",
      "x-remote-addr",
      "client-ip",
      "via",
      "x-envoy-external-address",
      "x-appengine-user-ip",
      "host",
    ]) {
      for (const value of [
        "192.0.2.7",
        "for=192.0.2.7",
        "2001:db8::1",
        "192.0.2.7, 127.0.0.1",
        "127.0.0.1, 192.0.2.7",
      ]) {
        if (name === "host" && !/^[\d.]+$/.test(value)) continue;
        await attempt(`${name}: ${value}`, async () =>
          expect(await key.get("/api/entries", { [name]: value })).toMatchObject(
            refused(403, "AUTH_ADDRESS_NOT_ALLOWED"),
          ),
        );
      }
    }
  });
});
