import type { AccessKey } from "../../src/features/access-keys/model.ts";
import type { Category } from "../../src/features/categories/model.ts";
import type { Entry } from "../../src/features/entries/model.ts";
import type { EnvProject } from "../../src/features/envs/model.ts";
import type { TwoFactor } from "../../src/features/two-factor/model.ts";
import type { Vault } from "./vault.ts";

/** What a vault has of each kind, such as the demo, by what its API says. */
export async function contentsOf({ owner }: Vault) {
  const [categories, entries, twoFactors, projects, accessKeys] = await Promise.all([
    owner.get<Category[]>("/api/categories"),
    owner.get<Entry[]>("/api/entries"),
    owner.get<TwoFactor[]>("/api/2fa"),
    owner.get<EnvProject[]>("/api/envs"),
    owner.get<AccessKey[]>("/api/access-keys"),
  ]);
  return {
    categories: categories.body,
    entries: entries.body,
    twoFactors: twoFactors.body,
    projects: projects.body,
    accessKeys: accessKeys.body,
  };
}
