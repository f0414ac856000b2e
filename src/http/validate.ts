import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";
import type { Static, TSchema } from "elysia";
import { AppError, invalid } from "../errors.ts";
import { NAME_OF_QUERY, PROBLEM } from "../schema.ts";
import { shown } from "./body.ts";

const compiled = new WeakMap<TSchema, TypeCheck<TSchema>>();

/** Input that a page has put together, checked by the same schema as the API's. Throws VALIDATION_ERROR with its field. */
export function parse<T extends TSchema>(schema: T, input: unknown): Static<T> {
  let check = compiled.get(schema);
  if (check === undefined) {
    check = TypeCompiler.Compile(schema as TSchema);
    compiled.set(schema, check);
  }
  if (check.Check(input)) return input as Static<T>;
  throw validationError([...check.Errors(input)]);
}

/** The first thing that is wrong, in words that name the field and never its value. */
export function validationError(errors: readonly ValueError[]): AppError {
  const error = errors.find((candidate) => isUnknownMember(candidate)) ?? errors[0];
  if (error === undefined) return new AppError("VALIDATION_ERROR");
  const field = error.path.split("/").slice(1).map(unescapePointer).map(shown).join(".");
  const named: unknown = error.schema[NAME_OF_QUERY];
  if (field === "" && typeof named === "string") return invalid(named, expectation(error.schema));
  if (field === "") return new AppError("VALIDATION_ERROR", "The body must be a JSON object");
  if (isUnknownMember(error)) return invalid(field, "is not a known field");
  if (error.value === undefined) return invalid(field, "is required");
  return invalid(field, expectation(error.schema));
}

/** What a schema asks for, as the end of a sentence. */
function expectation(schema: TSchema): string {
  if (typeof schema[PROBLEM] === "string") return schema[PROBLEM] as string;
  if (Array.isArray(schema.anyOf) && schema.minimum === undefined) {
    const variants = schema.anyOf as TSchema[];
    if (variants.every((variant) => "const" in variant)) {
      return `must be one of ${variants.map((variant) => variant.const).join(", ")}`;
    }
    const words = variants.filter((variant) => variant.type !== "null").map((variant) => expectation(variant));
    const nullable = words.length < variants.length ? ", or null" : "";
    return `${words[0] ?? "is not valid"}${words
      .slice(1)
      .map((word) => ` or ${word.replace(/^must be /, "")}`)
      .join("")}${nullable}`;
  }
  switch (schema.type) {
    case "string":
      return schema.maxLength === undefined
        ? "must be a string"
        : `must be a string of ${schema.minLength ?? 0} to ${schema.maxLength} characters`;
    case undefined:
    case "integer":
      return `must be a whole number from ${schema.minimum} to ${schema.maximum}`;
    case "array":
      return `must be a list of ${schema.minItems ?? 0}${schema.maxItems === undefined ? " or more" : ` to ${schema.maxItems}`}${schema.uniqueItems ? " distinct" : ""} items${typeof schema.items?.[PROBLEM] === "string" ? `, each of which ${schema.items[PROBLEM]}` : ""}`;
    case "object":
      return "must be an object of strings";
    default:
      return "is not valid";
  }
}

function isUnknownMember(error: ValueError): boolean {
  return error.type === ValueErrorType.ObjectAdditionalProperties;
}

/** RFC 6901. */
function unescapePointer(part: string): string {
  return part.replace(/~1/g, "/").replace(/~0/g, "~");
}
