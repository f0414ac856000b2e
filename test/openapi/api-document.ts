import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";

/** The document as far as the tests look into it. */
export type ApiDocument = Readonly<{
  openapi: string;
  info: Readonly<Record<string, unknown>>;
  servers: readonly { url: string }[];
  tags: readonly { name: string; description: string }[];
  paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  components: Readonly<{
    schemas: Readonly<Record<string, object>>;
    headers: Readonly<Record<string, ApiHeader>>;
    securitySchemes: Readonly<Record<string, object>>;
  }>;
}>;

export type ApiOperation = Readonly<{
  operationId: string;
  summary: string;
  description: string;
  tags: readonly string[];
  security: readonly Readonly<Record<string, readonly string[]>>[];
  parameters?: readonly ApiParameter[];
  requestBody?: Readonly<{ required: boolean; content: Content }>;
  responses: Readonly<Record<string, ApiResponse>>;
  "x-required-scope"?: string;
}>;

type ApiParameter = Readonly<{
  name: string;
  in: string;
  required: boolean;
  description: string;
  schema: object;
  example?: unknown;
}>;
type ApiHeader = Readonly<{ description: string; required: boolean; schema: object; example: unknown }>;
type Content = Readonly<Record<string, { schema: object; examples?: Readonly<Record<string, { value: unknown }>> }>>;
export type ApiResponse = Readonly<{
  description: string;
  headers?: Readonly<Record<string, { $ref: string }>>;
  content?: Content;
}>;

/** Every operation with its name in the server's table: `GET /api/entries/:id`. */
export function operationsOf(document: ApiDocument): [name: string, operation: ApiOperation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, ApiOperation] => [
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
      operation,
    ]),
  );
}

export function headerOf(document: ApiDocument, { $ref }: { $ref: string }): ApiHeader {
  const found = document.components.headers[$ref.replace("#/components/headers/", "")];
  if (found === undefined) throw new Error(`${$ref} leads nowhere`);
  return found;
}

/** Checks values against schemas of the document, which refer to its components. Returns what is wrong, or nothing. */
export function checker(document: ApiDocument): (schema: object, value: unknown) => string[] {
  const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictTypes: false });
  addFormats(ajv);
  ajv.addSchema({ $id: "kagi:document", components: document.components }, undefined, undefined, false);
  ajv.addVocabulary(["components"]);
  const compiled = new Map<string, ValidateFunction>();
  return (schema, value) => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"kagi:document#/components/');
    const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text) as object);
    compiled.set(text, validate);
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
}
