import { createServer, type Server, type Socket } from "node:net";
import Ajv from "ajv/dist/2020";
import type { KeyType } from "../../src/features/categories/model.ts";

/** What the user's message tells, as a model reads it. */
export type Told = {
  prompt: string;
  currentProject: string | null;
  environment: string | null;
  categories: {
    category: string;
    keyType: KeyType;
    variables: string[];
    entries: { id: string; project: string; environment: string }[];
  }[];
};

type Category = Told["categories"][number];
type Entry = Category["entries"][number];

/** What a model has to say, as the schema wants it; hostile answers go by `content`. */
export type Chosen = {
  selected?: { id: string; variable?: string | null; reason?: string }[];
  generated?: { variable: string; format: string; bytes: number; reason?: string }[];
  framework?: string | null;
};

type Body = {
  model?: unknown;
  messages?: { role: string; content: string }[];
  response_format?: { type?: unknown; json_schema?: { name?: unknown; strict?: unknown; schema?: unknown } };
};

/** One request, byte for byte. */
export type Heard = {
  raw: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  json: Body;
  /** When the connection has ended, from either side. */
  closed: Promise<void>;
};

export type Reply =
  /** A completion whose content is this choice as JSON. */
  | { chosen: Chosen }
  /** A completion with this content, whatever that is. */
  | { content: unknown; refusal?: string; finish?: string }
  /** Any answer at all. */
  | { status: number; body: string; type?: string; headers?: Record<string, string> }
  /** OpenAI's envelope of an error. */
  | { status: number; error: Partial<OpenAiError> & { message: string }; headers?: Record<string, string> }
  | { connection: "dropped" | "dropped in the answer" | "left open" | "flooded" | "trickling" };

type OpenAiError = { message: string; type: string | null; param: string | null; code: string | null };

type Options = {
  /** Without one everybody may ask. */
  key?: string;
  models?: string[];
  /** false: refuses `response_format`, as servers that know nothing of it do. */
  structured?: boolean;
};

/**
 * A server that speaks OpenAI's chat completions over HTTP: it checks a request as theirs does, records every byte, and
 * answers by `choose`, or by what was put in line with `next`.
 */
export class ModelServer {
  readonly heard: Heard[] = [];
  choose: (told: Told) => Chosen = () => ({});
  /** What happens while it thinks. */
  meanwhile: () => Promise<void> = async () => {};
  options: Options;
  #line: Reply[] = [];
  #sockets = new Set<Socket>();
  #server: Server = createServer((socket) => this.#accept(socket));
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(options: Options = {}) {
    this.options = options;
  }

  /** Returns its base URL. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this.url;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the model's server is not open");
    return address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Answers to come, in this order, before `choose` is asked again. */
  next(...replies: Reply[]): void {
    this.#line.push(...replies);
  }

  /** As new, on the same port. */
  reset(options: Options = {}): void {
    this.options = options;
    this.choose = () => ({});
    this.meanwhile = async () => {};
    this.#line = [];
    this.heard.length = 0;
  }

  /** Waits until so many requests have been heard since the last reset. */
  async hears(count: number): Promise<void> {
    if (this.heard.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** Everything that has reached it, as text. */
  get bytes(): string {
    return this.heard.map(({ raw }) => raw).join("\n");
  }

  get last(): Heard {
    const last = this.heard.at(-1);
    if (last === undefined) throw new Error("the model has not been asked");
    return last;
  }

  /** What the last request told it. */
  get told(): Told {
    return toldIn(this.last.json);
  }

  #accept(socket: Socket): void {
    const closed = Promise.withResolvers<void>();
    let raw = Buffer.alloc(0);
    this.#sockets.add(socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      closed.resolve();
    });
    // A client that goes away in the middle is what some claims are about.
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      raw = Buffer.concat([raw, chunk]);
      const heard = requestIn(raw, closed.promise);
      if (heard === undefined) return;
      raw = Buffer.alloc(0);
      this.heard.push(heard);
      const reply = this.#line.shift() ?? this.#answer(heard);
      this.meanwhile().then(
        () => this.#send(socket, reply),
        (error: Error) => socket.destroy(error),
      );
      for (const { count, resolve } of this.#waiting) if (this.heard.length >= count) resolve();
    });
  }

  /** What OpenAI's server would say. */
  #answer({ method, path, headers, json }: Heard): Reply {
    const { key, models = ["gpt-4o-mini"], structured = true } = this.options;
    if (method !== "POST" || path !== "/v1/chat/completions") {
      return failure(404, `Invalid URL (${method} ${path})`);
    }
    if (key !== undefined && headers.authorization === undefined) {
      return failure(401, "You didn't provide an API key. You need to provide your API key in an Authorization header");
    }
    const sent = headers.authorization?.replace(/^Bearer /, "");
    if (key !== undefined && sent !== key) {
      return failure(401, `Incorrect API key provided: ${sent}.`, { code: "invalid_api_key" });
    }
    if (headers["content-type"] !== "application/json") return failure(400, "you must send JSON");
    const unknown = Object.keys(json).find((name) => !["model", "messages", "response_format"].includes(name));
    if (unknown !== undefined) return failure(400, `Unrecognized request argument supplied: ${unknown}`);
    if (!models.includes(String(json.model))) {
      const message = `The model \`${json.model}\` does not exist or you do not have access to it.`;
      return failure(404, message, { code: "model_not_found" });
    }
    const wrong = json.messages?.find(({ role, content }) => !/^(system|user)$/.test(role) || content === "");
    if (json.messages?.length !== 2 || wrong) return failure(400, "Invalid 'messages'", { param: "messages" });
    const { response_format: format } = json;
    if (format !== undefined) {
      const param = { param: "response_format" };
      if (!structured) return failure(400, "'response_format' is not supported by this model", param);
      const problem = problemOfFormat(format);
      if (problem !== undefined) return failure(400, `Invalid schema for response_format: ${problem}`, param);
    }
    const chosen = this.choose(toldIn(json));
    return { chosen };
  }

  #send(socket: Socket, reply: Reply): void {
    if ("connection" in reply) {
      if (reply.connection === "dropped") socket.destroy();
      if (reply.connection === "dropped in the answer") {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"choices"', () =>
          socket.destroy(),
        );
      }
      if (reply.connection === "flooded") flood(socket);
      if (reply.connection === "trickling") trickle(socket);
      return;
    }
    if ("status" in reply) {
      const body = "error" in reply ? JSON.stringify({ error: { ...NO_DETAILS, ...reply.error } }) : reply.body;
      const type = ("type" in reply ? reply.type : undefined) ?? "application/json";
      const headers = { "Content-Type": type, "x-request-id": "req_a1b2c3", ...reply.headers };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const length = Buffer.byteLength(body);
      socket.write(`HTTP/1.1 ${reply.status} Whatever\r\n${lines.join("")}Content-Length: ${length}\r\n\r\n${body}`);
      return;
    }
    const {
      content,
      refusal = null,
      finish = "stop",
    } = "chosen" in reply ? { content: JSON.stringify(wholeOf(reply.chosen)) } : reply;
    const completion = {
      id: "chatcmpl-a1b2c3",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "gpt-4o-mini-2024-07-18",
      choices: [{ index: 0, message: { role: "assistant", content, refusal }, logprobs: null, finish_reason: finish }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    };
    this.#send(socket, { status: 200, body: JSON.stringify(completion) });
  }
}

/** The entries, with their categories, that a claim wants a model to choose. */
export function pick(told: Told, wanted: (category: Category, entry: Entry) => boolean): { id: string }[] {
  return told.categories.flatMap((category) =>
    category.entries.filter((entry) => wanted(category, entry)).map(({ id }) => ({ id })),
  );
}

const NO_DETAILS: Omit<OpenAiError, "message"> = { type: "invalid_request_error", param: null, code: null };

function failure(status: number, message: string, more: Partial<OpenAiError> = {}): Reply {
  return { status, error: { message, ...more } };
}

function toldIn({ messages }: Body): Told {
  return JSON.parse(messages?.[1]?.content ?? "") as Told;
}

/** A choice with all that a model under a strict schema has to say. Throws when a claim made an impossible one. */
function wholeOf({ selected = [], generated = [], framework = null }: Chosen) {
  return {
    selected: selected.map(({ id, variable = null, reason = "asked for" }) => ({ id, variable, reason })),
    generated: generated.map(({ reason = "asked for", ...secret }) => ({ ...secret, reason })),
    framework,
  };
}

/** The request when all of it is there. */
function requestIn(raw: Buffer, closed: Promise<void>): Heard | undefined {
  const end = raw.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = raw.subarray(0, end).toString().split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const length = Number(headers["content-length"] ?? 0);
  if (raw.length < end + 4 + length) return undefined;
  const body = raw.subarray(end + 4).toString();
  return { raw: raw.toString(), method, path, headers, body, json: JSON.parse(body || "{}") as Body, closed };
}

/** Writes without an end, for as long as somebody reads. */
function flood(socket: Socket): void {
  const chunk = `10000\r\n${"a".repeat(0x10000)}\r\n`;
  const more = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on("drain", more);
  socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  more();
}

/** Writes a little now and then, for as long as somebody reads. */
function trickle(socket: Socket): void {
  socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const timer = setInterval(() => socket.write("1\r\n \r\n"), 50);
  socket.on("close", () => clearInterval(timer));
}

/** What OpenAI has against a format: https://platform.openai.com/docs/guides/structured-outputs, "supported schemas". */
function problemOfFormat({ type, json_schema: given }: NonNullable<Body["response_format"]>): string | undefined {
  if (type !== "json_schema" || !/^[\w-]{1,64}$/.test(String(given?.name))) return "it has no name";
  if (given?.strict !== true) return "it is not strict";
  new Ajv({ strict: true, allowUnionTypes: true }).compile(given.schema as object);
  return problemOfSchema(given.schema, "root", true);
}

const KEYWORDS = ["type", "properties", "required", "additionalProperties", "items", "enum", "description", "anyOf"];

function problemOfSchema(schema: unknown, at: string, isRoot = false): string | undefined {
  if (typeof schema !== "object" || schema === null) return `${at} is no schema`;
  const { type, properties, required, additionalProperties, items } = schema as Record<string, unknown>;
  const keyword = Object.keys(schema).find((name) => !KEYWORDS.includes(name));
  if (keyword !== undefined) return `${at}: '${keyword}' is not permitted`;
  if (isRoot && type !== "object") return "the root must be an object";
  if (type === "array") return problemOfSchema(items, `${at}[]`);
  if (type !== "object") return undefined;
  const names = Object.keys(properties as object).sort();
  if (additionalProperties !== false) return `${at}: 'additionalProperties' is required to be supplied and to be false`;
  if (JSON.stringify([...(required as string[])].sort()) !== JSON.stringify(names)) {
    return `${at}: 'required' is required to include every key in properties`;
  }
  for (const [name, inner] of Object.entries(properties as object)) {
    const problem = problemOfSchema(inner, `${at}.${name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
