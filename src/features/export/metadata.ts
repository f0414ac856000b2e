import type { Actor, Kagi } from "../../kagi.ts";
import { listAccessKeys } from "../access-keys/actions.ts";
import { record } from "../audit/actions.ts";
import { VAULT } from "../audit/model.ts";
import { sessionOf } from "../auth/proof.ts";
import { listCategories } from "../categories/actions.ts";
import { listEntries } from "../entries/actions.ts";
import { listEnvProjectsWithFiles } from "../envs/actions.ts";
import { listTwoFactors } from "../two-factor/actions.ts";

/** Raised when a member goes or changes its meaning; one that is added is no change (docs/metadata-export.md). */
const VERSION = 1;

/**
 * Everything of a vault but its secrets, as JSON text: what there is, how it is called, and what its owner has noted.
 * Each member is named here, so that a column which comes later is not in it by accident.
 */
export async function exportMetadata(kagi: Kagi, actor: Actor): Promise<string> {
  const { user } = sessionOf(actor);
  const [categories, entries, twoFactors, envProjects, accessKeys] = await Promise.all([
    listCategories(kagi, actor, {}),
    listEntries(kagi, actor, {}),
    listTwoFactors(kagi, actor, {}),
    listEnvProjectsWithFiles(kagi, actor),
    listAccessKeys(kagi, actor, {}),
  ]);
  const metadata = {
    format: "kagi-metadata",
    version: VERSION,
    exportedAt: kagi.now().toISOString(),
    account: { name: user.name, email: user.email },
    categories: categories.items.map((category) => ({
      id: category.id,
      name: category.name,
      keyType: category.keyType,
      envVarName: category.envVarName,
      fieldDefinitions: category.fieldDefinitions,
      icon: category.icon,
      color: category.color,
      description: category.description,
      createdAt: category.createdAt,
      updatedAt: category.updatedAt,
    })),
    entries: entries.items.map((entry) => ({
      id: entry.id,
      categoryId: entry.categoryId,
      name: entry.name,
      environment: entry.environment,
      notes: entry.notes,
      expiresAt: entry.expiresAt,
      fileName: entry.fileName,
      sshKey: entry.sshKey,
      createdAt: entry.createdAt,
      updatedAt: entry.updatedAt,
    })),
    twoFactors: twoFactors.items.map((factor) => ({
      id: factor.id,
      service: factor.service,
      accountName: factor.accountName,
      notes: factor.notes,
      algorithm: factor.algorithm,
      digits: factor.digits,
      period: factor.period,
      hasSecret: factor.hasSecret,
      recoveryCodesTotal: factor.recoveryCodesTotal,
      recoveryCodesUsed: factor.recoveryCodesUsed,
      createdAt: factor.createdAt,
      updatedAt: factor.updatedAt,
    })),
    envProjects: envProjects.map((project) => ({
      id: project.id,
      name: project.name,
      description: project.description,
      files: project.files.map(({ fileType, createdAt, updatedAt }) => ({ fileType, createdAt, updatedAt })),
      createdAt: project.createdAt,
      updatedAt: project.updatedAt,
    })),
    accessKeys: accessKeys.items.map((key) => ({
      id: key.id,
      name: key.name,
      keyPrefix: key.keyPrefix,
      scopes: key.scopes,
      addresses: key.addresses,
      project: key.project,
      environment: key.environment,
      expiresAt: key.expiresAt,
      lastUsedAt: key.lastUsedAt,
      rotatedFrom: key.rotatedFrom,
      replacedBy: key.replacedBy,
      createdAt: key.createdAt,
    })),
  };
  const detail = `what=metadata categories=${metadata.categories.length} entries=${metadata.entries.length}`;
  await kagi.db.transaction((tx) => record(kagi, tx, actor, "export", VAULT, { detail }));
  return `${JSON.stringify(metadata, null, 2)}\n`;
}
