import { NAME_OF_QUERY, PROBLEM } from "../../schema.ts";
import { NAMED_SCHEMAS } from "./model.ts";

export type Json = { [member: string]: unknown };

/** Says nothing outside this program. */
const OWN_WORDS: ReadonlySet<string> = new Set([PROBLEM, NAME_OF_QUERY, "$id"]);
const ANY_NAME = "^(.*)$";

/** A TypeBox schema in plain JSON Schema 2020-12, with a `$ref` wherever one of the named schemas occurs in it. */
export function publicSchema(schema: unknown, nameOf: NameOf): Json {
  return tidy(schema, nameOf) as Json;
}

export type NameOf = (schema: unknown) => string | undefined;

/** Finds named schemas by what they say, since what the generator hands over is a copy without their identity. */
export function schemaNames(): NameOf {
  const names = new Map(Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [canonical(schema), name]));
  return (schema) => names.get(canonical(schema));
}

/** `components.schemas`, besides Error. */
export function namedSchemas(nameOf: NameOf): Json {
  const own = (name: string): NameOf => {
    let top = true;
    return (schema) => {
      // The schema itself is the definition, not a reference to it.
      if (top) {
        top = false;
        return undefined;
      }
      const found = nameOf(schema);
      return found === name ? undefined : found;
    };
  };
  return Object.fromEntries(
    Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [name, publicSchema(schema, own(name))]),
  );
}

function tidy(node: unknown, nameOf: NameOf): unknown {
  if (Array.isArray(node)) return node.map((item) => tidy(item, nameOf));
  if (typeof node !== "object" || node === null) return node;
  const name = nameOf(node);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  const kept = Object.entries(node).filter(([member]) => !OWN_WORDS.has(member));
  return simpler(
    Object.fromEntries(kept.map(([member, value]) => [member, DATA.has(member) ? value : tidy(value, nameOf)])),
  );
}

/** Members that hold values, not schemas. */
const DATA: ReadonlySet<string> = new Set(["examples", "example", "default", "const", "enum", "required"]);

/** Says the same in fewer words, where TypeBox and Elysia have to say it in more. */
function simpler(schema: Json): Json {
  const { anyOf, patternProperties, ...rest } = schema;
  if (isJson(patternProperties) && Object.keys(patternProperties).join() === ANY_NAME) {
    return { ...rest, additionalProperties: patternProperties[ANY_NAME] };
  }
  if (!Array.isArray(anyOf)) return schema;
  const variants = anyOf as Json[];
  // Elysia's integers also take their own text, for queries; JSON bodies and answers have numbers.
  const number = variants.find((variant) => variant.type === "integer" || variant.type === "number");
  if (
    number &&
    variants.length === 2 &&
    variants.some((variant) => variant.type === "string" && variant.default === 0)
  ) {
    return { ...rest, ...number };
  }
  if (variants.every((variant) => typeof variant.const === "string")) {
    return { ...rest, type: "string", enum: variants.map((variant) => variant.const) };
  }
  const [first, second] = variants;
  if (variants.length === 2 && second?.type === "null" && typeof first?.type === "string" && !first.enum) {
    return { ...first, ...rest, type: [first.type, "null"] };
  }
  return schema;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same text for the same schema, whatever the order of its members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isJson(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}
