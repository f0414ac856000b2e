import { expect, test } from "bun:test";
import { createApp } from "../src/app.ts";
import type { Db } from "../src/db/sql.ts";
import type { Entry } from "../src/features/entries/model.ts";
import type { EnvProject } from "../src/features/envs/model.ts";
import type { Kagi } from "../src/kagi.ts";
import { urls } from "../views/urls.ts";
import { inside } from "./support/inside.ts";
import {
  newCategory,
  newEntry,
  newEnvFile,
  newKey,
  newTwoFactor,
  onEachEngine,
  reveal,
  type Vault,
} from "./support/vault.ts";

/** The statements that a page takes. */
type Counted = Readonly<{ get: (path: string) => Promise<number>; close: () => Promise<void> }>;

/** The vault's pages, served by this process beside the server. */
function counting(vault: Vault): Counted {
  const { kagi, close } = inside(vault);
  let count = 0;
  const counted = (db: Db): Db => ({
    engine: db.engine,
    all: (query) => {
      count += 1;
      return db.all(query);
    },
    get: (query) => {
      count += 1;
      return db.get(query);
    },
    run: (query) => {
      count += 1;
      return db.run(query);
    },
    transaction: (work) => db.transaction((tx) => work(counted(tx))),
    close: () => db.close(),
  });
  const app = createApp({ ...kagi, db: counted(kagi.db) } satisfies Kagi);
  return {
    get: async (path) => {
      count = 0;
      const headers = { ...vault.owner.headers, accept: "text/html" };
      const answer = await app.fetch(new Request(vault.url + path, { headers }), () => "127.0.0.1");
      await answer.text();
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      return count;
    },
    close,
  };
}

onEachEngine("the statements of a page", (vault) => {
  const fill = async (times: number) => {
    const { owner } = vault;
    const free = await newCategory(owner, { keyType: "group" });
    for (let number = 0; number < times; number++) {
      await newEntry(owner, { expiresAt: new Date(Date.now() + 86_400_000).toISOString() });
      const own = await newCategory(owner, { keyType: "group", icon: "github" });
      await newEntry(owner, { categoryId: own.id, value: { OWN: "value" } });
      const entry = await newEntry(owner, { categoryId: free.id, value: { OWN: "value" } });
      await reveal(owner, entry);
      await newKey(owner);
      await newTwoFactor(owner);
      await newEnvFile(owner);
    }
    return free;
  };

  test("are as many for many rows as for few", async () => {
    const free = await fill(2);
    const [entry] = (await vault.owner.get<Entry[]>(`/api/entries?categoryId=${free.id}`)).body;
    const [project] = (await vault.owner.get<EnvProject[]>("/api/envs")).body;
    if (entry === undefined || project === undefined) throw new Error("the vault is empty");
    const paths = [
      urls.home,
      urls.keys,
      `${urls.keys}?search=project`,
      urls.category(free.id),
      urls.entries,
      `${urls.entries}?search=project&expires=90`,
      urls.entryHistory(entry.id),
      urls.editEntry(entry.id),
      urls.deleteCategory(free.id),
      urls.twoFactors,
      urls.envProjects,
      urls.envProject(project.id),
      urls.generateEnvFile(project.id),
      `${urls.search}?q=project`,
      urls.accessKeys,
      urls.sessions,
      urls.activity,
      urls.exports,
    ];
    const pages = counting(vault);
    try {
      const statementsOf = async () => {
        const counts: Record<string, number> = {};
        for (const path of paths) counts[path] = await pages.get(path);
        return counts;
      };
      const few = await statementsOf();
      await fill(12);
      for (let sessions = 0; sessions < 5; sessions++) await vault.signIn();
      const many = await statementsOf();
      expect(many).toEqual(few);
      expect(Math.max(...Object.values(many))).toBeLessThanOrEqual(12);
    } finally {
      await pages.close();
    }
  });
});
