import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { createAccessKey } from "../../src/features/access-keys/actions.ts";
import { addUser } from "../../src/features/auth/actions.ts";
import { createCategory } from "../../src/features/categories/actions.ts";
import { type Category, KEY_TYPES, type KeyType } from "../../src/features/categories/model.ts";
import { createEntry, listEntries } from "../../src/features/entries/actions.ts";
import { ENVIRONMENTS } from "../../src/features/entries/model.ts";
import type { Actor } from "../../src/kagi.ts";
import { createLog } from "../../src/log.ts";
import { SCOPE_NAMES } from "../../src/scopes.ts";
import { openKagi } from "../../src/start.ts";

export const CATEGORIES = 30;
export const ENTRIES = 1000;

export type Vault = Readonly<{ accessKey: string; userId: string; simpleCategoryId: string; entryIds: string[] }>;

export const ACCOUNT = { email: "bench@example.com", password: "kept in no drawer at all" };

type Size = Readonly<{
  categories: number;
  entries: number;
  /** Whether no two entries have a name in common, which is the most that a search can have to look through. */
  ownNames?: boolean;
}>;

/** A vault as a small team might have it: 30 categories of all types, 1,000 entries, one access key with every scope. */
export async function seed(
  environment: Readonly<{ KAGI_DATA_DIR: string; DATABASE_URL?: string }>,
  { categories: categoryCount, entries: entryCount, ownNames = false }: Size = {
    categories: CATEGORIES,
    entries: ENTRIES,
  },
): Promise<Vault> {
  mkdirSync(environment.KAGI_DATA_DIR, { recursive: true });
  const kagi = await openKagi(
    loadConfig(environment),
    createLog(() => {}),
    { mayCreate: true },
  );
  const user = await addUser(kagi, ACCOUNT);
  const actor: Actor = {
    address: "cli",
    requestId: "seed",
    userAgent: null,
    userId: user.id,
    credential: { kind: "operator" },
  };
  const categories: Category[] = [];
  for (let index = 0; index < categoryCount; index++) {
    const keyType = KEY_TYPES[index % KEY_TYPES.length] as KeyType;
    const category = await createCategory(kagi, actor, {
      name: `Service ${index}`,
      keyType,
      envVarName: keyType === "simple" ? `SERVICE_${index}_API_KEY` : null,
      fieldDefinitions: keyType === "group" ? ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION"] : null,
      icon: "github",
      color: "#412991",
      description: "Keys of one service, as the team files them",
    });
    categories.push(category);
  }
  const creating = Array.from({ length: entryCount }, (_, index) => {
    const category = categories[index % categoryCount] as Category;
    const round = Math.floor(index / categoryCount);
    return createEntry(kagi, actor, {
      categoryId: category.id,
      name: `Project ${ownNames ? index : Math.floor(round / ENVIRONMENTS.length)}`,
      environment: ENVIRONMENTS[round % ENVIRONMENTS.length],
      value: VALUES[category.keyType],
      notes: "Rotate with the team",
      expiresAt: index % 3 === 0 ? "2027-01-15T10:00:00.000Z" : null,
    });
  });
  await Promise.all(creating);
  const { key } = await createAccessKey(kagi, actor, { name: "bench", scopes: [...SCOPE_NAMES] });
  const entries = await listEntries(kagi, actor, {});
  await kagi.db.close();
  return {
    accessKey: key,
    userId: user.id,
    simpleCategoryId: categories[0]?.id as string,
    entryIds: entries.items.map((entry) => entry.id),
  };
}

export const databaseOf = (dataDir: string) => join(dataDir, "kagi.db");

const VALUES: Record<KeyType, string | Record<string, string>> = {
  simple: "sk-proj-0123456789abcdefghijklmnopqrstuvwxyz0123456789",
  group: {
    ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
    SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    REGION: "eu-west-1",
  },
  ssh: "any text is an SSH value here, of about the length that a short key has\n".repeat(6),
  json: JSON.stringify({ type: "service_account", project_id: "bench", client_email: "bench@example.com" }),
};
