import { EnvelopeError, open, seal } from "../../crypto/envelope.ts";
import type { Keyring } from "../../crypto/keyring.ts";
import { describeSshKey } from "../../crypto/ssh-key.ts";
import { conflict, invalid } from "../../errors.ts";
import type { Actor, Kagi } from "../../kagi.ts";
import { MIB, VALUE_MIB } from "../../limits.ts";
import { describeCause } from "../../log.ts";
import type { Category } from "../categories/model.ts";
import { ENV_VAR, ENV_VAR_LENGTH, FIELD_COUNT } from "../categories/model.ts";
import type { EntryInput } from "./model.ts";

/** A secret as it is worked with: text, or for a group its fields in order. */
export type Value = string | Record<string, string>;

type Shape = Pick<Category, "keyType" | "fieldDefinitions">;

const ENV_VAR_PATTERN = new RegExp(ENV_VAR);

/**
 * What was sent as the value of a category of this shape. With `someFields`, a group may lack fields that its category
 * defines, which then are not set. Throws VALIDATION_ERROR, which never repeats any of it.
 */
export function readValue(input: EntryInput["value"], shape: Shape, { someFields = false } = {}): Value {
  const value =
    shape.keyType === "group" ? readGroup(input, shape.fieldDefinitions, someFields) : readText(input, shape.keyType);
  if (Buffer.byteLength(textOf(value)) > VALUE_MIB * MIB) throw invalid("value", `must be at most ${VALUE_MIB} MiB`);
  return value;
}

/** The fields sent over those stored: what `sent` lacks keeps its value, unless it is one of `removed`. */
export function mergeGroup(
  stored: Value,
  sent: EntryInput["value"],
  removed: readonly string[] = [],
): EntryInput["value"] {
  if (typeof stored === "string" || typeof sent === "string") return sent;
  const kept = Object.entries(stored).filter(([name]) => !removed.includes(name));
  return Object.fromEntries([...kept, ...Object.entries(sent)]);
}

/** A stored group that is filed under other definitions may have none that they lack. Throws CONFLICT. */
export function checkFits(value: Value, shape: Shape): void {
  if (!fits(value, shape)) {
    throw conflict("The fields of this entry are not those of that category; send value with the new fields", "value");
  }
}

/** Whether a stored value has no field that these definitions lack. */
export function fits(value: Value, { fieldDefinitions }: Shape): boolean {
  if (typeof value === "string" || fieldDefinitions === null) return true;
  return Object.keys(value).every((name) => fieldDefinitions.includes(name));
}

export function sealValue(keyring: Keyring, entryId: string, value: Value): string {
  return seal(keyring, place(entryId), textOf(value));
}

/** Throws EnvelopeError. */
export function openValue(keyring: Keyring, entryId: string, sealed: string, keyType: Category["keyType"]): Value {
  return parseValue(open(keyring, place(entryId), sealed), keyType);
}

type Sealed = Readonly<{ id: string; sealedValue: string; keyType: Category["keyType"] }>;

/** Null for a value that does not open, which is logged. */
export function openOrLog(kagi: Kagi, actor: Actor, { id, sealedValue, keyType }: Sealed): Value | null {
  return orLogged(kagi, actor, { entryId: id }, () => openValue(kagi.keyring, id, sealedValue, keyType));
}

/** What `opened` gives, or null when it does not open, which is logged with what it is of. */
export function orLogged(
  kagi: Kagi,
  { requestId }: Actor,
  of: Readonly<{ entryId: string; version?: number }>,
  opened: () => Value,
): Value | null {
  try {
    return opened();
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    kagi.log.error("a sealed value does not open", { ...of, requestId, ...describeCause(error) });
    return null;
  }
}

/** The text that stands for a value where it is sealed, and back. */
export function textOf(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function parseValue(text: string, keyType: Category["keyType"]): Value {
  return keyType === "group" ? (JSON.parse(text) as Record<string, string>) : text;
}

/** What the text of an SSH private key tells; nothing for other values. */
export function sshKeyOf(value: Value, shape: Shape): { sshKeyType: string | null; sshKeyFingerprint: string | null } {
  const key = shape.keyType === "ssh" && typeof value === "string" ? describeSshKey(value) : null;
  return { sshKeyType: key?.type ?? null, sshKeyFingerprint: key?.fingerprint ?? null };
}

function readText(input: EntryInput["value"], keyType: Category["keyType"]): string {
  if (typeof input !== "string") throw invalid("value", "must be a string");
  if (input === "") throw invalid("value", "must not be empty");
  if (keyType === "json" && !isJson(input)) throw invalid("value", "must be valid JSON");
  return input;
}

function readGroup(
  input: EntryInput["value"],
  definitions: readonly string[] | null,
  someFields: boolean,
): Record<string, string> {
  const fields = typeof input === "string" ? parseGroup(input) : input;
  const names = Object.keys(fields);
  if (names.length === 0) throw invalid("value", "must have at least one field");
  if (names.length > FIELD_COUNT) throw invalid("value", `must have at most ${FIELD_COUNT} fields`);
  if (definitions === null) {
    if (!names.every((name) => ENV_VAR_PATTERN.test(name) && name.length <= ENV_VAR_LENGTH)) {
      throw invalid("value", "must have variable names (letters, digits, _) as its keys");
    }
  } else {
    if (!names.every((name) => definitions.includes(name))) {
      throw invalid("value", `has a field that the category does not define; it defines ${definitions.join(", ")}`);
    }
    const missing = definitions.find((name) => !Object.hasOwn(fields, name));
    if (missing !== undefined && !someFields) throw invalid(`value.${missing}`, "is missing");
  }
  if (!Object.values(fields).some((field) => field !== "")) throw invalid("value", "must not be empty in every field");
  const inOrder = definitions?.filter((name) => Object.hasOwn(fields, name)) ?? names;
  return Object.fromEntries(inOrder.map((name) => [name, fields[name] as string]));
}

function parseGroup(text: string): Record<string, string> {
  const problem = "must be an object of strings, or that object as JSON text";
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid("value", problem);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw invalid("value", problem);
  if (
    !Object.values(parsed).every((field) => typeof field === "string" && field.isWellFormed() && !field.includes("\0"))
  ) {
    throw invalid("value", problem);
  }
  return parsed as Record<string, string>;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function place(entryId: string) {
  return { table: "entries", column: "sealed_value", id: entryId };
}
