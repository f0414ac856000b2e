import { AppError, invalid } from "../errors.ts";
import { BODY_MIB, MIB } from "../limits.ts";

export const BODY_BYTES = BODY_MIB * MIB;
/** What anybody may send without having signed in: an e-mail and a password. */
export const PUBLIC_BODY_BYTES = 64 * 1024;
/** Nothing that the API takes nests deeper than three. */
const DEPTH = 16;
/** No page's form has more; a hundred group fields are three controls each. */
const FORM_FIELDS = 1000;
/** Members whose surrounding white space means nothing. */
const TRIMMED = new Set([
  "name",
  "email",
  "service",
  "accountName",
  "envVarName",
  "fileName",
  "prompt",
  "currentProjectName",
  "project",
]);

/** A JSON body, or undefined when there is none. Throws PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, VALIDATION_ERROR. */
export async function readJson(request: Request, limit = BODY_BYTES): Promise<unknown> {
  const bytes = await readBytes(request, limit);
  if (bytes.byteLength === 0) return undefined;
  if (mediaType(request) !== "application/json") throw new AppError("UNSUPPORTED_MEDIA_TYPE");
  let body: unknown;
  try {
    body = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new AppError("VALIDATION_ERROR", "The body is not valid JSON in UTF-8");
  }
  refuseUnstorable(body, "", 0);
  return trimNames(body);
}

/** A form, as pages send it: urlencoded or multipart. Line breaks are LF, as they were typed. */
export class Form {
  readonly #fields: URLSearchParams | FormData;

  constructor(fields: URLSearchParams | FormData) {
    this.#fields = fields;
  }

  /** The field's first text, "" when it is absent. */
  get(name: string): string {
    const value = this.#fields.get(name);
    return typeof value === "string" ? value.replace(/\r\n/g, "\n") : "";
  }

  getAll(name: string): string[] {
    return this.#fields.getAll(name).filter((value) => typeof value === "string");
  }

  names(): string[] {
    return [...new Set(this.#fields.keys())];
  }

  /** A file that was chosen, byte for byte as text; null when none was. Throws VALIDATION_ERROR when it is no UTF-8. */
  async file(name: string): Promise<{ name: string; text: string } | null> {
    const value = this.#fields.get(name) as unknown;
    if (!(value instanceof Blob) || (value.size === 0 && !(value as File).name)) return null;
    let text: string;
    try {
      text = utf8.decode(await value.arrayBuffer());
    } catch {
      throw invalid(name, "must be a text file in UTF-8");
    }
    refuseUnstorable(text, shown(name), 0);
    return { name: (value as File).name.split(/[/\\]/).at(-1) ?? "", text };
  }
}

/** The code of a second factor, where one was typed. */
export function codeIn(form: Form): { code?: string } {
  const code = form.get("code").trim();
  return code === "" ? {} : { code };
}

/** What a browser's script has put into a form for a passkey. Throws PASSKEY_INVALID for what is no JSON. */
export function passkeyIn(form: Form): unknown {
  try {
    return JSON.parse(form.get("response"));
  } catch {
    throw new AppError("PASSKEY_INVALID");
  }
}

/** At most `limit` bytes. Throws PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, VALIDATION_ERROR. */
export async function readForm(request: Request, limit = BODY_BYTES): Promise<Form> {
  const bytes = await readBytes(request, limit);
  const type = mediaType(request);
  if (bytes.byteLength === 0) return new Form(new URLSearchParams());
  try {
    if (type === "application/x-www-form-urlencoded") return checked(new URLSearchParams(utf8.decode(bytes)));
    if (type === "multipart/form-data") {
      const headers = { "content-type": request.headers.get("content-type") ?? "" };
      return checked(await new Response(bytes, { headers }).formData());
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("VALIDATION_ERROR", "The form could not be read");
  }
  throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send a form");
}

/** Throws VALIDATION_ERROR for text that not every database and file can hold as it is. */
export function refuseUnstorable(value: unknown, path: string, depth: number): void {
  if (typeof value === "string") {
    if (value.includes("\0")) throw invalid(path || "The body", "must not contain a NUL character");
    if (!value.isWellFormed())
      throw invalid(path || "The body", "must be well-formed Unicode, without lone surrogates");
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (depth > DEPTH) throw new AppError("VALIDATION_ERROR", "The body nests too deeply");
  // Whatever writes such an object into a sentence, as a validator's message does, fails at it.
  if (Object.hasOwn(value, "toString") && !(path === "value" && typeof value.toString === "string")) {
    throw invalid(path || "toString", "is not valid");
  }
  for (const [key, member] of Object.entries(value)) {
    refuseUnstorable(key, "A member's name", depth);
    refuseUnstorable(member, path === "" ? shown(key) : `${path}.${shown(key)}`, depth + 1);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get("content-length");
  if (length !== null) {
    if (Number(length) > limit) throw new AppError("PAYLOAD_TOO_LARGE");
    return new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > limit) throw new AppError("PAYLOAD_TOO_LARGE");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

function trimNames(body: unknown): unknown {
  if (typeof body !== "object" || body === null) return body;
  for (const [key, value] of Object.entries(body)) {
    if (TRIMMED.has(key) && typeof value === "string") (body as Record<string, unknown>)[key] = value.trim();
  }
  return body;
}

/** Counted before anything looks a field up by its name, which takes the longer the more there are. */
function checked(fields: URLSearchParams | FormData): Form {
  let count = 0;
  for (const [name, value] of fields as Iterable<[string, unknown]>) {
    if (++count > FORM_FIELDS) throw new AppError("VALIDATION_ERROR", "The form has too many fields");
    refuseUnstorable(name, "A field's name", 0);
    if (typeof value === "string") refuseUnstorable(value, shown(name), 0);
  }
  return new Form(fields);
}

/** A member's name as an error may show it. */
export function shown(name: string): string {
  return /^[\w.-]{1,100}$/.test(name) ? name : "a member";
}
