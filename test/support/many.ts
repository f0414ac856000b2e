import { type Category, KEY_TYPES } from "../../src/features/categories/model.ts";
import { ENVIRONMENTS } from "../../src/features/entries/model.ts";
import type { Client } from "./client.ts";
import { newCategory, newEntry } from "./vault.ts";

const AT_ONCE = 64;
const DAY_MS = 86_400_000;

/** How many there are of what, of every type, in every environment, some with an end; the categories. */
export async function newMany(by: Client, { entries, categories }: { entries: number; categories: number }) {
  const made = await inTurns(categories, (index) => {
    const keyType = KEY_TYPES[index % KEY_TYPES.length];
    return newCategory(by, {
      name: `Service ${String(index).padStart(3, "0")}`,
      keyType,
      envVarName: keyType === "simple" ? `SERVICE_${index}_KEY` : null,
      fieldDefinitions: keyType === "group" ? ["ACCESS_ID", "ACCESS_SECRET"] : null,
      icon: index % 2 === 0 ? "github" : null,
    });
  });
  await inTurns(entries, (index) => {
    const category = made[index % categories] as Category;
    const round = Math.floor(index / categories);
    return newEntry(by, {
      categoryId: category.id,
      name: `Project ${String(Math.floor(round / ENVIRONMENTS.length)).padStart(4, "0")}`,
      environment: ENVIRONMENTS[round % ENVIRONMENTS.length],
      value: VALUES[category.keyType],
      expiresAt: index % 5 === 0 ? new Date(Date.now() + ((index % 400) - 20) * DAY_MS).toISOString() : null,
    });
  });
  return made;
}

const VALUES = { simple: "sk-many", group: { ACCESS_ID: "id", ACCESS_SECRET: "secret" }, ssh: "a key", json: "{}" };

async function inTurns<T>(times: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < times; from += AT_ONCE) {
    const size = Math.min(AT_ONCE, times - from);
    made.push(...(await Promise.all(Array.from({ length: size }, (_, index) => make(from + index)))));
  }
  return made;
}
