import type { Db } from "../../db/sql.ts";
import { OPERATOR } from "../../kagi.ts";
import { record } from "../audit/actions.ts";
import { VAULT, type Verb } from "../audit/model.ts";

/** Writes down what the operator did with the vault as a whole. */
export async function recordOperator(tx: Db, verb: Verb, now: () => Date, detail: string | null = null): Promise<void> {
  await record({ now }, tx, { ...OPERATOR, userId: null, credential: { kind: "operator" } }, verb, VAULT, { detail });
}
