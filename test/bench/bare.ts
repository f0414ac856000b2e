/**
 * What the machine could do at best: a bare `Bun.serve` that answers the same requests with the same JSON from a copy
 * of the same vault. It runs the SQL of Kagi's queries, prepared once, seals and opens values, writes the audit row of
 * a reveal and of a create and commits each (WAL, synchronous=FULL) before it answers. It asks nobody who they are,
 * checks no input, sets no header and catches no error. The sign-in page is a string that it was given.
 *
 * Its argument is the `Vault` as JSON with `dataDir` and `page`; it prints its port.
 */
import { Database } from "bun:sqlite";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyring } from "../../src/crypto/keyring.ts";
import { newId } from "../../src/crypto/tokens.ts";
import { render, type Sql } from "../../src/db/sql.ts";
import * as categories from "../../src/features/categories/queries.ts";
import { ENVIRONMENTS } from "../../src/features/entries/model.ts";
import * as entries from "../../src/features/entries/queries.ts";
import { openValue, sealValue } from "../../src/features/entries/value.ts";
import * as stats from "../../src/features/stats/queries.ts";
import { databaseOf, type Vault } from "./seed.ts";

export type BareVault = Vault & Readonly<{ dataDir: string; page: string }>;

const { dataDir, page, userId } = JSON.parse(process.argv[2] ?? "") as BareVault;
const keyring = createKeyring(readFileSync(join(dataDir, "kagi.key"), "utf8").trim());
const database = new Database(databaseOf(dataDir));
for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"])
  database.run(`PRAGMA ${pragma}`);

const prepare = (query: Sql) => database.prepare(render(query).text);
const whole = { search: null, cursor: null, limit: null };
const whichever = { ...whole, categoryId: null, environment: null };
const owner = { userId, credential: { kind: "operator" } } as const;
const empty = {} as entries.SealedEntryRow;
const listCategories = prepare(categories.listCategories(owner, whole));
const fileUnder = prepare(categories.countEntries("", "", {}));
const findCategory = prepare(categories.findCategory(owner, ""));
const listEntries = prepare(entries.listEntries(owner, whichever));
const findSealed = prepare(entries.findSecret(owner, ""));
const insertEntry = prepare(entries.insertEntry(owner, { ...empty, name: "", notes: null }));
const countByCategory = prepare(stats.countByCategory(""));
const insertEvent = database.prepare(`
  INSERT INTO audit_events (
    id, user_id, at, credential, credential_id, key_prefix, address, verb, thing, thing_id, thing_name, result, request_id)
  VALUES ($1, $2, $3, 'key', $4, 'kagi_0000', '127.0.0.1', $5, 'entry', $6, $7, 'ok', $8)`);

const audit = (verb: string, id: string, name: string) =>
  insertEvent.run(newId(), userId, new Date().toISOString(), newId(), verb, id, name, newId());

type CategoryRow = categories.CategoryRow;

const category = (row: CategoryRow) => ({ ...row, fieldDefinitions: JSON.parse(row.fieldDefinitions ?? "null") });

function categoryOfEntry(row: CategoryRow) {
  const { id, name, keyType, envVarName, icon, color } = row;
  return { id, name, keyType, envVarName, fieldDefinitions: JSON.parse(row.fieldDefinitions ?? "null"), icon, color };
}

function entryOf(row: entries.EntryRow, of: ReturnType<typeof categoryOfEntry> | undefined) {
  const { sshKeyType, sshKeyFingerprint, createdAt, updatedAt, ...rest } = row;
  const sshKey = sshKeyType === null ? null : { type: sshKeyType, fingerprint: sshKeyFingerprint };
  return { ...rest, sshKey, createdAt, updatedAt, category: of };
}

const reveal = database.transaction((id: string) => {
  const row = findSealed.get(id, userId) as entries.SecretRow;
  const value = openValue(keyring, id, row.sealedValue, row.keyType);
  audit("reveal", id, row.name);
  return { id, name: row.name, value, environment: row.environment };
});

const create = database.transaction((input: { categoryId: string; name: string; value: string }) => {
  const held = fileUnder.get(0, 0, 1, input.categoryId, userId) as categories.HeldCategory;
  const id = newId();
  const at = new Date().toISOString();
  const row: entries.SealedEntryRow = {
    id,
    categoryId: held.id,
    name: input.name,
    environment: "production",
    sealedValue: sealValue(keyring, id, input.value),
    fileName: null,
    sshKeyType: null,
    sshKeyFingerprint: null,
    notes: null,
    expiresAt: null,
    createdAt: at,
    updatedAt: at,
  };
  insertEntry.run(...render(entries.insertEntry(owner, row)).parameters);
  audit("create", id, row.name);
  const { sealedValue: _, ...shown } = row;
  return entryOf(shown, categoryOfEntry(findCategory.get(held.id, userId) as CategoryRow));
});

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  routes: {
    "/sign-in": () => new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } }),
    "/api/categories": () => Response.json((listCategories.all(userId) as CategoryRow[]).map(category)),
    "/api/entries": {
      GET: () => {
        const rows = listCategories.all(userId) as CategoryRow[];
        const shown = new Map(rows.map((row) => [row.id, categoryOfEntry(row)]));
        const all = listEntries.all(userId) as entries.EntryRow[];
        return Response.json(all.map((row) => entryOf(row, shown.get(row.categoryId))));
      },
      POST: async (request) => Response.json(create.immediate(await request.json()), { status: 201 }),
    },
    "/api/entries/:id/reveal": { POST: (request) => Response.json(reveal.immediate(request.params.id)) },
    "/api/stats": () => {
      const rows = countByCategory.all(userId) as stats.CategoryCounts[];
      const byKeyType = { simple: 0, group: 0, ssh: 0, json: 0 };
      const byEnvironment = { development: 0, staging: 0, production: 0 };
      let totalEntries = 0;
      for (const row of rows) {
        for (const environment of ENVIRONMENTS) {
          totalEntries += row[environment];
          byKeyType[row.keyType] += row[environment];
          byEnvironment[environment] += row[environment];
        }
      }
      return Response.json({ totalCategories: rows.length, totalEntries, total2fa: 0, byKeyType, byEnvironment });
    },
  },
});
console.log(server.port);
