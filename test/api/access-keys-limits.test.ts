import { beforeAll, describe, expect, test } from "bun:test";
import type { AccessKey, AccessKeyInput, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Category } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import type { EnvFile, EnvProject, EnvProjectWithFiles } from "../../src/features/envs/model.ts";
import { OPERATIONS, type Operation } from "../../src/http/operations.ts";
import { LIMITABLE_SCOPES, SCOPE_NAMES, type Scope } from "../../src/scopes.ts";
import type { Client } from "../support/client.ts";
import {
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newEnvProject,
  newKey,
  onEachEngine,
  PATIENCE_MS,
  refused,
  reveal,
  type Vault,
} from "../support/vault.ts";

const LIMITED = LIMITABLE_SCOPES as Scope[];

/** What the doors ask of the operations that a limited key may call; a new one has to be shown to end here, too. */
const SHOWN = [
  "GET /api/categories",
  "GET /api/categories/:id",
  "GET /api/entries",
  "POST /api/entries",
  "GET /api/entries/project-names",
  "GET /api/entries/:id",
  "PUT /api/entries/:id",
  "DELETE /api/entries/:id",
  "POST /api/entries/:id/reveal",
  "GET /api/envs",
  "POST /api/envs",
  "GET /api/envs/:id",
  "PUT /api/envs/:id",
  "DELETE /api/envs/:id",
  "POST /api/envs/:id/files",
  "DELETE /api/envs/:id/files/:fileId",
  "POST /api/envs/:id/files/:fileId/reveal",
  "GET /api/export",
];

test("every operation that a limited key may call is shown to end at its limit", () => {
  const callable = (Object.entries(OPERATIONS) as [string, Operation][])
    .filter(([, { access }]) => (LIMITABLE_SCOPES as readonly string[]).includes(access))
    .map(([name]) => name);
  expect(callable.sort()).toEqual([...SHOWN].sort());
});

type Limit = Pick<AccessKeyInput, "project" | "environment">;

onEachEngine("a key for one project or environment", (vault) => {
  let category: Category;
  /** By project and environment. */
  const entries: Entry[] = [];
  let shop: EnvProject;
  let blog: EnvProject;
  const files: (EnvFile & { projectId: string })[] = [];
  let by: Record<string, Client & { key: CreatedAccessKey }>;

  beforeAll(async () => {
    category = await newCategory(vault.owner, { name: "Stripe", envVarName: "STRIPE_KEY" });
    for (const name of ["Shop", "Blog"]) {
      for (const environment of ["development", "staging", "production"] as const) {
        const value = `value of ${name} ${environment}`;
        entries.push(
          await newEntry(vault.owner, { categoryId: category.id, name, environment, value, notes: "common" }),
        );
      }
    }
    shop = await newEnvProject(vault.owner, { name: "Shop", description: "common" });
    blog = await newEnvProject(vault.owner, { name: "Blog", description: "common" });
    for (const project of [shop, blog]) {
      for (const fileType of ["env", "env.local", "env.production", "env.development"] as const) {
        const content = `CONTENT='${project.name} ${fileType}'\n`;
        files.push(await newEnvFile(vault.owner, { projectId: project.id, fileType, content }));
      }
    }
    by = {
      project: await keyFor(vault, { project: "sHOP" }),
      environment: await keyFor(vault, { environment: "production" }),
      both: await keyFor(vault, { project: "Shop", environment: "production" }),
      staging: await keyFor(vault, { project: "Shop", environment: "staging" }),
    };
  }, PATIENCE_MS);

  const inside = (limit: Limit, { name, environment }: Pick<Entry, "name" | "environment">) =>
    (!limit.project || limit.project.toLowerCase() === name.toLowerCase()) &&
    (!limit.environment || limit.environment === environment);
  const fileInside = (limit: Limit, { projectId, fileType }: (typeof files)[number]) =>
    (!limit.project || projectId === shop.id) && (!limit.environment || fileType === `env.${limit.environment}`);
  const ids = (things: readonly { id: string }[]) => things.map(({ id }) => id).sort();
  const client = (which: string) => by[which] as Client & { key: CreatedAccessKey };
  const gone = refused(404, "ENTRY_NOT_FOUND", { error: "Not found" });
  const limited = (field?: string) => refused(403, "AUTH_KEY_LIMITED", field === undefined ? {} : { field });

  describe.each(["project", "environment", "both", "staging"])("by %s", (which) => {
    test("lists, finds, pages and counts what lies within, and nothing else", async () => {
      const { key } = client(which);
      const mine = entries.filter((entry) => inside(key, entry));
      const list = async (query = "") => (await client(which).get<Entry[]>(`/api/entries${query}`)).body;
      expect(mine.length).toBeLessThan(entries.length);
      expect(ids(await list())).toEqual(ids(mine));
      expect(ids(await list("?search=common"))).toEqual(ids(mine));
      expect(ids(await list(`?categoryId=${category.id}`))).toEqual(ids(mine));
      for (const environment of ["development", "staging", "production"]) {
        const some = mine.filter((entry) => entry.environment === environment);
        expect(ids(await list(`?environment=${environment}`))).toEqual(ids(some));
      }
      const names = [...new Set(mine.map(({ name }) => name))].sort();
      expect((await client(which).get("/api/entries/project-names")).body).toEqual(names);
      const paged: Entry[] = [];
      let next = "/api/entries?limit=1";
      while (next !== "") {
        const answer = await client(which).get<Entry[]>(next);
        expect(answer.body.length).toBeLessThanOrEqual(1);
        paged.push(...answer.body);
        next = /<https?:\/\/[^/]+([^>]+)>/.exec(answer.headers.get("link") ?? "")?.[1] ?? "";
      }
      expect(ids(paged)).toEqual(ids(mine));
      // A cursor from elsewhere leads to nothing else.
      for (const { id } of entries) {
        const after = await list(`?limit=1000&cursor=${id}`);
        expect(after.every((entry) => inside(key, entry))).toBe(true);
      }
      const shown = await client(which).get<Category>(`/api/categories/${category.id}`);
      expect(shown.body).toEqual({ ...(await owned(category.id)), entryCount: mine.length });
      const listed = (await client(which).get<Category[]>("/api/categories?search=Stripe")).body;
      expect(listed.map(({ entryCount }) => entryCount)).toEqual([mine.length]);
    });

    test("gets, reveals, changes and deletes what lies within; the rest is as if it were not there", async () => {
      const { key } = client(which);
      for (const entry of entries) {
        const path = `/api/entries/${entry.id}`;
        if (inside(key, entry)) {
          expect((await client(which).get(path)).body).toMatchObject({ id: entry.id, name: entry.name });
          expect(await reveal(client(which), entry)).toBe(`value of ${entry.name} ${entry.environment}`);
          expect((await client(which).put(path, { notes: "common" })).status).toBe(200);
          continue;
        }
        const absent = await client(which).get(`/api/entries/${crypto.randomUUID()}`);
        expect(absent).toMatchObject(gone);
        expect(await client(which).get(path)).toMatchObject({ status: 404, text: absent.text });
        expect(await client(which).post(`${path}/reveal`)).toMatchObject(gone);
        expect(await client(which).put(path, { notes: "taken over" })).toMatchObject(gone);
        expect(await client(which).put(path, {})).toMatchObject(gone);
        expect(await client(which).delete(path)).toMatchObject(gone);
        expect((await vault.owner.get<Entry>(path)).body).toMatchObject({ name: entry.name, notes: "common" });
      }
      const own = entries.find((entry) => inside(key, entry));
      const other = await newCategory(vault.owner);
      const input = { categoryId: other.id, name: own?.name, environment: own?.environment, value: "v" };
      const made = await client(which).post<Entry>("/api/entries", input);
      expect(made.status).toBe(201);
      expect((await client(which).delete(`/api/entries/${made.body.id}`)).status).toBe(204);
    });

    test("creates nothing outside, moves nothing there, and does not learn whether something is there", async () => {
      const { key } = client(which);
      const before = (await vault.owner.get<Entry[]>("/api/entries")).body;
      const own = entries.find((entry) => inside(key, entry)) as Entry;
      for (const target of entries.filter((entry) => !inside(key, entry))) {
        const { name, environment } = target;
        const field = key.project && name === "Blog" ? "name" : "environment";
        // In the category where there is one, and in another where there is none.
        const empty = await newCategory(vault.owner);
        for (const categoryId of [category.id, empty.id]) {
          const answer = await client(which).post("/api/entries", { categoryId, name, environment, value: "v" });
          expect(answer).toMatchObject(limited(field));
        }
        expect(await client(which).put(`/api/entries/${own.id}`, { name, environment })).toMatchObject(limited(field));
      }
      expect((await vault.owner.get<Entry[]>("/api/entries")).body).toEqual(before);
    });

    test("exports what lies within, whatever it asks for", async () => {
      const { key } = client(which);
      const outside = entries.filter((entry) => !inside(key, entry));
      const asks = ["", "?environment=development", "?project=Blog", "?project=Shop&environment=production"];
      for (const ask of asks) {
        const { text, status } = await client(which).get(`/api/export${ask}`);
        expect(status).toBe(200);
        for (const { name, environment } of outside) expect(text).not.toContain(`value of ${name} ${environment}`);
      }
      const whole = (await client(which).get("/api/export")).text;
      for (const { name, environment } of entries.filter((entry) => inside(key, entry))) {
        expect(whole).toContain(`value of ${name} ${environment}`);
      }
    });

    test("sees the env files that lie within, and no others", async () => {
      const { key } = client(which);
      const projects = key.project ? [shop] : [shop, blog];
      const within = (project: EnvProject) =>
        files.filter((file) => file.projectId === project.id && fileInside(key, file));
      for (const query of ["", "?search=common", "?limit=10"]) {
        const { body } = await client(which).get<EnvProject[]>(`/api/envs${query}`);
        expect(ids(body)).toEqual(ids(projects));
        for (const project of body) expect(project.fileCount).toBe(within(project).length);
      }
      for (const project of [shop, blog]) {
        const answer = await client(which).get<EnvProjectWithFiles>(`/api/envs/${project.id}`);
        if (!projects.includes(project)) expect(answer).toMatchObject(refused(404, "ENV_PROJECT_NOT_FOUND"));
        else expect(ids(answer.body.files)).toEqual(ids(within(project)));
      }
      for (const file of files) {
        const path = `/api/envs/${file.projectId}/files`;
        const there = projects.some(({ id }) => id === file.projectId);
        const save = { fileType: file.fileType, content: "TAKEN=over\n" };
        if (fileInside(key, file)) {
          const { body } = await client(which).post<{ content: string }>(`${path}/${file.id}/reveal`);
          expect(body.content).toStartWith("CONTENT=");
          expect((await client(which).post(path, { ...save, content: body.content })).status).toBe(200);
          continue;
        }
        const absent = refused(404, there ? "ENV_FILE_NOT_FOUND" : "ENV_PROJECT_NOT_FOUND");
        expect(await client(which).post(`${path}/${file.id}/reveal`)).toMatchObject(absent);
        expect(await client(which).delete(`${path}/${file.id}`)).toMatchObject(absent);
        // Neither to replace it, nor on a condition that would tell whether it is there.
        const conditions: Record<string, string>[] = [{}, { "if-none-match": "*" }, { "if-match": "*" }];
        for (const headers of conditions) {
          const answer = await client(which).post(path, save, headers);
          expect(answer).toMatchObject(there ? limited("fileType") : absent);
        }
        const kept = await vault.owner.post<{ content: string }>(`${path}/${file.id}/reveal`);
        expect(kept.body.content).toStartWith("CONTENT=");
      }
    });

    test("neither moves an env project out nor touches what is of other environments", async () => {
      const { key } = client(which);
      const path = `/api/envs/${shop.id}`;
      const taken = limited(key.project ? "name" : undefined);
      expect(await client(which).put(path, { name: "Blog" })).toMatchObject(
        key.environment === null ? taken : limited(),
      );
      expect(await client(which).post("/api/envs", { name: fresh("New") })).toMatchObject(limited());
      if (key.environment !== null) {
        expect(await client(which).post("/api/envs", { name: "Shop" })).toMatchObject(limited());
        expect(await client(which).put(path, { description: "changed" })).toMatchObject(limited());
        expect(await client(which).delete(path)).toMatchObject(limited());
      } else {
        expect((await client(which).put(path, { description: "common", name: "Shop" })).status).toBe(200);
      }
      if (key.project) {
        const absent = refused(404, "ENV_PROJECT_NOT_FOUND");
        expect(await client(which).put(`/api/envs/${blog.id}`, { name: "Shop" })).toMatchObject(absent);
        expect(await client(which).delete(`/api/envs/${blog.id}`)).toMatchObject(absent);
      }
      expect(await names()).toEqual(["Blog", "Shop"]);
    });

    test("makes, replaces and deletes the file of its own", async () => {
      const { key } = client(which);
      const project = key.project ? await projectAgain(vault, shop) : await newEnvProject(vault.owner);
      const fileType = key.environment === null ? "env" : `env.${key.environment}`;
      if (fileType === "env.staging") return;
      const path = `/api/envs/${project.id}/files`;
      await vault.owner.post(path, { fileType, content: "A=1\n" });
      const replaced = await client(which).post<EnvFile>(path, { fileType, content: "A=2\n" });
      expect(replaced.status).toBe(200);
      expect((await client(which).delete(`${path}/${replaced.body.id}`)).status).toBe(204);
      const content = `CONTENT='${project.name} ${fileType}'\n`;
      const made = await client(which).post<EnvFile>(path, { fileType, content });
      expect(made.status).toBe(201);
      const at = files.findIndex((file) => file.projectId === project.id && file.fileType === fileType);
      if (at >= 0) files[at] = { ...made.body, projectId: project.id };
      else await vault.owner.delete(`/api/envs/${project.id}`);
    });
  });

  test("means its environment where it names none; any other key means production", async () => {
    const made = async (who: Client) => {
      const { id: categoryId } = await newCategory(vault.owner);
      const { body } = await who.post<Entry>("/api/entries", { categoryId, name: "Shop", value: "v" });
      await vault.owner.delete(`/api/categories/${categoryId}`);
      return body.environment;
    };
    expect(await made(client("staging"))).toBe("staging");
    expect(await made(client("project"))).toBe("production");
  });

  test("leaves the trail its environment and project with an export", async () => {
    const answer = await client("both").get("/api/export");
    const requestId = answer.headers.get("x-request-id");
    const [row] = await vault.storage.rows(`SELECT * FROM audit_events WHERE request_id = '${requestId}'`);
    expect(row).toMatchObject({ thing_name: "Shop", detail: "entries=1 environment=production unreadable=0" });
  });

  test.each([{ project: "Shop" }, { environment: "staging" }] as const)(
    "is refused scopes that have no such end: %p",
    async (limit) => {
      const beyond = SCOPE_NAMES.filter((scope) => !LIMITABLE_SCOPES.includes(scope));
      expect(beyond).toContain("stats:read");
      for (const scope of beyond) {
        const input = { name: fresh("Key"), scopes: ["entries:read", scope], ...limit };
        const answer = await vault.owner.post<{ error: string }>("/api/access-keys", input);
        expect(answer.body.error).toContain(scope);
        expect(answer).toMatchObject(refused(400, "VALIDATION_ERROR", { field: "scopes" }));
      }
    },
  );

  test.each([
    ["project", ""],
    ["project", "   "],
    ["project", 7],
    ["project", "x".repeat(256)],
    ["environment", "test"],
    ["environment", ""],
  ])("is refused a limit that is none: %s %p", async (field, value) => {
    const input = { name: fresh("Key"), scopes: ["entries:read"], [field]: value };
    expect(await vault.owner.post("/api/access-keys", input)).toMatchObject(
      refused(400, "VALIDATION_ERROR", { field }),
    );
  });

  test("is listed with its limits, and without any has none", async () => {
    const listed = (await vault.owner.get<AccessKey[]>("/api/access-keys")).body;
    const of = (which: string) => listed.find(({ id }) => id === client(which).key.id);
    expect(of("project")).toMatchObject({ project: "sHOP", environment: null, addresses: null });
    expect(of("both")).toMatchObject({ project: "Shop", environment: "production" });
    const none = await newKey(vault.owner);
    expect(none).toMatchObject({ project: null, environment: null, addresses: null });
  });

  const owned = async (id: string) => (await vault.owner.get<Category>(`/api/categories/${id}`)).body;
  const names = async () => (await vault.owner.get<EnvProject[]>("/api/envs")).body.map(({ name }) => name).sort();
});

async function keyFor(vault: Vault, limit: Limit): Promise<Client & { key: CreatedAccessKey }> {
  const key = await newKey(vault.owner, { scopes: LIMITED, ...limit });
  return Object.assign(vault.stranger.with({ authorization: `Bearer ${key.key}` }), { key });
}

async function projectAgain(vault: Vault, { id }: EnvProject): Promise<EnvProject> {
  return (await vault.owner.get<EnvProject>(`/api/envs/${id}`)).body;
}
