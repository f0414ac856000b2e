import { existsSync, readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Config, loadConfig, unknownSettings } from "../../config.ts";
import type { Keyring } from "../../crypto/keyring.ts";
import { pendingMigrations } from "../../db/migrate.ts";
import { openPostgres } from "../../db/postgres.ts";
import type { Db } from "../../db/sql.ts";
import { findDamage, readSqlite } from "../../db/sqlite-file.ts";
import { unlock } from "../../start.ts";
import { verifyTrail } from "../audit/verify.ts";
import { miscounted } from "./queries.ts";
import { everySealed } from "./sealed.ts";

/** `warn` is for a wish, `fail` for what stops Kagi from working or loses something. */
export type Finding = Readonly<{ check: string; verdict: "ok" | "warn" | "fail"; text: string }>;

const LITTLE_SPACE_BYTES = 100 * 1024 * 1024;

/** Looks at everything that a vault needs, without changing any of it. A check that fails ends those that need it. */
export async function* examine(): AsyncGenerator<Finding> {
  let config: Config;
  let keyring: Keyring;
  try {
    config = loadConfig();
    const unknown = unknownSettings();
    if (unknown.length > 0) yield { check: "settings", verdict: "warn", text: unknown.join(" ") };
    else yield { check: "settings", verdict: "ok", text: "every setting can be used" };
  } catch (error) {
    return yield { check: "settings", verdict: "fail", text: (error as Error).message };
  }
  try {
    const { vault, key } = await unlock(config);
    keyring = key.keyring;
    yield { check: "key", verdict: "ok", text: `${keyring.fingerprint} (${key.source}) fits ${vault.where}` };
  } catch (error) {
    return yield { check: "key", verdict: "fail", text: (error as Error).message };
  }
  const db = config.databaseUrl === null ? readSqlite(config.sqlitePath) : openPostgres(config.databaseUrl);
  try {
    const found = await schema(db);
    yield found;
    if (db.engine === "sqlite") yield await soundness(db);
    // What asks for tables and columns can only ask for those of this version.
    if (found.verdict === "ok") {
      yield await counts(db);
      yield await sealedValues(db, keyring);
      yield await trail(db, keyring);
    }
  } finally {
    await db.close();
  }
  if (existsSync(config.dataDir)) {
    yield permissions(config);
    yield spareKeys(config);
    yield space(config);
  }
}

async function schema(db: Db): Promise<Finding> {
  try {
    const pending = await pendingMigrations(db);
    if (pending.length === 0) return { check: "schema", verdict: "ok", text: "up to date" };
    return {
      check: "schema",
      verdict: "warn",
      text: `the next start will apply ${pending.join(", ")}; until then no secret is checked`,
    };
  } catch (error) {
    return { check: "schema", verdict: "fail", text: (error as Error).message };
  }
}

async function soundness(db: Db): Promise<Finding> {
  const damage = await findDamage(db);
  if (damage.length === 0) return { check: "database", verdict: "ok", text: "sound" };
  return { check: "database", verdict: "fail", text: `damaged; restore a backup: ${damage.join("; ")}` };
}

async function counts(db: Db): Promise<Finding> {
  const wrong = await db.all<{ id: string }>(miscounted());
  const check = "counts";
  if (wrong.length === 0) return { check, verdict: "ok", text: "every category counts the entries that it has" };
  const some = wrong.slice(0, 20).map(({ id }) => id);
  return { check, verdict: "fail", text: `${wrong.length} categories count entries wrongly: ${some.join(", ")}` };
}

async function sealedValues(db: Db, keyring: Keyring): Promise<Finding> {
  let values = 0;
  const damaged: string[] = [];
  for await (const { place, text } of everySealed(db, keyring)) {
    if (place.table !== "meta") values++;
    if (text === undefined) damaged.push(`${place.table} ${place.id}`);
  }
  const check = "secrets";
  if (damaged.length === 0)
    return { check, verdict: "ok", text: values === 0 ? "there are none yet" : `every sealed value opens (${values})` };
  const some = damaged.slice(0, 20).join(", ");
  return { check, verdict: "fail", text: `${damaged.length} of ${values} sealed values do not open: ${some}` };
}

async function trail(db: Db, keyring: Keyring): Promise<Finding> {
  const check = "trail";
  let chains = 0;
  let events = 0;
  const broken: string[] = [];
  for await (const { chain, head, broken: found } of verifyTrail(db, keyring)) {
    chains++;
    events += head === null ? 0 : head.lastNumber - head.firstNumber + 1;
    if (found !== null) broken.push(`${chain}: ${found.text}`);
  }
  if (broken.length === 0) {
    return { check, verdict: "ok", text: `every link holds (${events} events in ${chains} chains)` };
  }
  const text = `${broken.length} of ${chains} chains are broken (kagi audit verify): ${broken.slice(0, 5).join("; ")}`;
  return { check, verdict: "fail", text };
}

function permissions({ dataDir }: Config): Finding {
  const ours = readdirSync(dataDir).filter((name) => name.startsWith("kagi."));
  const open = ["", ...ours].filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0);
  const check = "permissions";
  if (open.length === 0) return { check, verdict: "ok", text: `only you may look into ${dataDir}` };
  const names = open.map((name) => join(dataDir, name)).join(" ");
  return { check, verdict: "warn", text: `others may look at ${names} (chmod go= on each)` };
}

function spareKeys({ dataDir }: Config): Finding {
  const spare = readdirSync(dataDir).filter((name) => /^kagi\.key\.(old|new)-/.test(name));
  const check = "other keys";
  if (spare.length === 0) return { check, verdict: "ok", text: "none beside the data" };
  const text = `${spare.join(", ")}: keep each for as long as you keep a backup that needs it, away from here`;
  return { check, verdict: "warn", text };
}

function space({ dataDir }: Config): Finding {
  const { bavail, bsize } = statfsSync(dataDir);
  const text = `${Math.round((bavail * bsize) / 1024 / 1024).toLocaleString("en")} MB free`;
  return { check: "space", verdict: bavail * bsize < LITTLE_SPACE_BYTES ? "fail" : "ok", text };
}
