import { expect } from "bun:test";
import type { Page } from "playwright-core";
import { pageTests } from "../e2e/browser.ts";
import { SECRET } from "../e2e/two-factor.ts";
import { unharmed } from "../e2e/unharmed.ts";
import type { Vault } from "../e2e/vault.ts";
import { Client } from "../support/client.ts";
import { addPasskey } from "../support/factors.ts";
import { HERE } from "../support/requests.ts";
import { newEnvFile, newEnvProject, newTwoFactor } from "../support/vault.ts";
import { fill, hasId, PAGES, type Params, post } from "./pages.ts";
import { tally } from "./tries.ts";

const check = tally("stored XSS");
/** Chromium says so of a control for an address or a colour that brings back what was typed. */
const expected = /^console warning: The specified value .* does not conform to the required format/;
const test = pageTests({ confirmed: true, reducedMotion: "reduce", expected });

/** Runs in a page that takes any of it for markup, in a text, an attribute, a comment, a script, or an htmx attribute. */
const PAYLOAD = [
  `</textarea></title></pre></script>--><img src=x onerror=window.pwned=1>`,
  `<script>window.pwned=1</script><svg onload=window.pwned=1>`,
  `"'onfocus=window.pwned=1 autofocus x="' hx-on:click="window.pwned=1" hx-trigger=load hx-get=/nowhere`,
].join("");

/** A text that has to come out as it went in; the field's name is what it is looked for by. */
const planted = (field: string) => `[${field}]${PAYLOAD}`.slice(0, 250);

/** The text fields of the API's document that a page shows; what is planted in each is looked for. */
const SHOWN = [
  "categories.name",
  "categories.description",
  "entries.name",
  "entries.notes",
  "entries.fileName",
  "entries.value",
  "entries.value.*",
  "2fa.service",
  "2fa.accountName",
  "2fa.notes",
  "2fa.recoveryCodes[]",
  "envs.name",
  "envs.description",
  "envs.files.content",
  "access-keys.name",
  "access-keys.project",
  "auth.passkeys.name",
] as const;

/** Those that no page shows, or that no such text gets into. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  "auth.sign-in.email.email": "shown to nobody but its own person, in a form; an address without spaces and signs",
  "auth.sign-in.email.password": "a password",
  "auth.sign-in.email.code": "a code",
  "auth.confirm.password": "a password",
  "auth.confirm.code": "a code",
  "auth.totp.confirm.code": "a code",
  "entries.categoryId": "an id",
  "2fa.secret": "what codes are made with; never shown",
  "access-keys.addresses[]": "numbers",
  "ai.extract.prompt": "answered to whoever sends it; the page's own form is tried below",
  "ai.extract.currentProjectName": "answered to whoever sends it",
};
/** What an authenticator signs, times, and a new end of a key. */
const NO_TEXT = /^auth\.(passkeys|sign-in\.passkey|confirm\.passkey)\.response|\.(expiresAt|endsAt)$/;

type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown;
  const?: unknown;
  pattern?: string;
  format?: string;
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};
type Document = {
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>;
};

/** Every text that the API takes and that is not held to letters, by its path and name. */
function textFields(document: Document): string[] {
  const found = new Set<string>();
  const at = (schema: Schema): Schema => {
    if (schema.$ref === undefined) return schema;
    const path = schema.$ref.slice(2).split("/");
    return at(path.reduce((place: unknown, key) => (place as Record<string, unknown>)[key], document) as Schema);
  };
  const walk = (given: Schema, name: string) => {
    const schema = at(given);
    for (const one of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) walk(one, name);
    const isText = [schema.type].flat().includes("string");
    if (isText && schema.enum === undefined && schema.const === undefined && new RegExp(schema.pattern ?? "").test("<"))
      found.add(name);
    if (schema.items) walk(schema.items, `${name}[]`);
    for (const [key, member] of Object.entries(schema.properties ?? {})) walk(member, `${name}.${key}`);
    if (typeof schema.additionalProperties === "object") walk(schema.additionalProperties, `${name}.*`);
  };
  for (const [path, operations] of Object.entries(document.paths)) {
    const name = path
      .replace("/api/", "")
      .replace(/\/\{\w+\}/g, "")
      .replace(/\/rotate$/, "")
      .replaceAll("/", ".");
    for (const { requestBody } of Object.values(operations)) {
      const schema = requestBody?.content["application/json"]?.schema;
      if (schema) walk(schema, name);
    }
  }
  return [...found];
}

test("every text that the API takes is planted, or said to be shown nowhere", ({ vault }) =>
  check(async (attempt) => {
    const document = (await vault.owner.get<Document>("/api/openapi")).body;
    const fields = textFields(document).filter((field) => !NO_TEXT.test(field));
    expect(fields.length).toBeGreaterThan(15);
    for (const field of fields) {
      await attempt(field, () => expect([...SHOWN, ...Object.keys(NOT_SHOWN)]).toContain(field));
    }
    for (const field of [...SHOWN, ...Object.keys(NOT_SHOWN)]) {
      await attempt(`${field} is there`, () => expect(fields).toContain(field));
    }
  }));

/**
 * Puts a payload into everything that takes a text; the ids by the beginning of the addresses that have them. The visitor
 * is the owner in the session of the browser, which goes on when the first passkey ends all others.
 */
async function plant(vault: Vault, owner: Client, visitor: Client): Promise<[start: string, params: Params][]> {
  const simple = await vault.category({
    name: planted("categories.name"),
    description: planted("categories.description"),
  });
  const group = await vault.category({ name: `G ${planted("categories.name")}`.slice(0, 250), keyType: "group" });
  const json = await vault.category({ name: `J ${planted("categories.name")}`.slice(0, 250), keyType: "ssh" });
  const entry = await vault.entry(simple, {
    name: planted("entries.name"),
    notes: planted("entries.notes"),
    value: planted("entries.value"),
  });
  await owner.put(`/api/entries/${entry.id}`, { value: `${planted("entries.value")} again` });
  const fields = await vault.entry(group, { name: planted("entries.name"), value: { A: planted("entries.value.*") } });
  const fileName = planted("entries.fileName").replace(/[/\\]/g, "_");
  const file = await vault.entry(json, { name: planted("entries.name"), value: planted("entries.value"), fileName });
  const recoveryCodes = [planted("2fa.recoveryCodes[]"), "a1b2c3", "d4e5f6"];
  const twoFactor = await newTwoFactor(owner, {
    service: planted("2fa.service"),
    accountName: planted("2fa.accountName"),
    notes: planted("2fa.notes"),
    secret: SECRET,
    recoveryCodes,
  });
  const project = await newEnvProject(owner, {
    name: planted("envs.name"),
    description: planted("envs.description"),
  });
  const content = planted("envs.files.content");
  const envFile = await newEnvFile(owner, { projectId: project.id, content: `A=${content}\n# ${content}\n` });
  const save = { fileType: "env", content: `A='${content.replaceAll("'", "")}'\nB="${content.replaceAll('"', "")}"\n` };
  await owner.post(`/api/envs/${project.id}/files`, save);
  await newEnvFile(owner, { projectId: project.id, fileType: "env.production", content: `# ${content}\nC=1\n` });
  const key = await vault.accessKey({
    name: planted("access-keys.name"),
    project: planted("access-keys.project"),
    scopes: ["entries:read"],
  });
  await post(owner, "/settings/name", { name: planted("account.name") });
  await post(owner, "/sign-in", { email: planted("typed") }, { "user-agent": `Mozilla ${PAYLOAD}` });
  const passkey = await addPasskey(visitor.with(HERE), planted("auth.passkeys.name"));
  const session = (await visitor.get<{ session: { id: string } }>("/api/auth/session")).body.session.id;
  return [
    ["/keys/:id", { id: simple.id }],
    ["/keys/:id", { id: group.id }],
    ["/keys/:id", { id: json.id }],
    ["/entries/:id", { id: entry.id, number: "1" }],
    ["/entries/:id", { id: fields.id, number: "1" }],
    ["/entries/:id", { id: file.id, number: "1" }],
    ["/2fa/:id", { id: twoFactor.id }],
    ["/envs/:id", { id: project.id, file: envFile.id, version: "1" }],
    ["/settings/access-keys/:id", { id: key.id }],
    ["/settings/sign-in/passkeys/:id", { id: passkey.id }],
    ["/settings/sessions/:id", { id: session }],
  ];
}

/** Ends the visit, or is no page. */
const SKIPPED = /^\/(static|icons|sign-out|setup|sign-in)(\/|$)|^\/api\/|keycloak/;

/** Where an address brings a text of its own. */
const REFLECTING = [
  "/keys?search=",
  "/keys/new?search=",
  "/keys/new?service=",
  "/keys/new?name=",
  "/keys/new?iconSearch=",
  "/entries?search=",
  "/entries?project=",
  "/entries/new?project=",
  "/2fa?search=",
  "/envs?search=",
  "/search?q=",
  "/settings/activity?action=",
  "/settings/activity?item=",
  "/settings/export?project=",
  "/settings/access-keys/new?preset=",
  "/confirm?next=",
  "/nowhere/",
];

/** What a form of a thing shows, done or refused. */
const FORMS: [path: string, fields: Record<string, string>][] = [
  ["/entries/:id/reveal", {}],
  ["/entries/:id/history/:number/reveal", {}],
  ["/2fa/:id/code", {}],
  ["/2fa/:id/recovery/use", { left: "3" }],
  ["/envs/:id/files/:file/reveal", {}],
  ["/envs/:id/files/:file/history/:version", {}],
  ["/envs/:id/compare", { left: "env", right: "env.production" }],
  ["/envs/:id/files/:file/import", {}],
  ["/envs/:id/generate", { prompt: planted("prompt"), file: "env" }],
  ["/envs/:id/generate/preview", { prompt: planted("prompt"), file: "env" }],
  ["/envs/:id/generate/draft", { prompt: planted("prompt"), file: "env" }],
  ["/keys/:id/edit", { name: planted("typed"), envVarName: planted("typed"), description: planted("typed") }],
  ["/keys/:id/entries/new", { name: planted("typed"), value: "", notes: planted("typed") }],
  ["/entries/:id/edit", { name: "", notes: planted("typed"), expiresAt: planted("typed") }],
  ["/2fa/:id/edit", { service: "", accountName: planted("typed"), notes: planted("typed"), secret: planted("typed") }],
  ["/envs/:id/edit", { name: "", description: planted("typed") }],
  ["/settings/sign-in/passkeys/:id/rename", { name: planted("typed").repeat(3) }],
  ["/settings/access-keys/:id/rotate", { ends: planted("typed") }],
];
const PLAIN_FORMS: [path: string, fields: Record<string, string>][] = [
  [
    "/keys/new",
    { name: planted("typed"), envVarName: planted("typed"), icon: planted("typed"), color: planted("typed") },
  ],
  ["/2fa/new", { service: planted("typed"), accountName: planted("typed"), secret: planted("typed") }],
  ["/2fa/import", { text: planted("typed"), links: planted("typed") }],
  ["/2fa/recovery-preview", { codes: planted("typed") }],
  ["/envs/new", { name: planted("typed").repeat(3), description: planted("typed") }],
  ["/settings/access-keys/new", { name: planted("access-keys.name"), scopes: "stats:read", expiry: "never" }],
  ["/settings/access-keys/new", { name: planted("typed"), project: planted("typed"), addresses: planted("typed") }],
  ["/settings/name", { name: planted("typed").repeat(3) }],
  ["/settings/email", { email: planted("typed"), currentPassword: "x" }],
  ["/settings/danger", { word: planted("typed") }],
  ["/entries/selected", { verb: planted("typed"), ids: planted("typed") }],
];

test("no text that somebody wrote runs on any page, and the policy has nothing to report", ({
  page,
  context,
  open,
  vault,
}) =>
  check(async (attempt) => {
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    const things = await plant(vault, vault.owner, new Client(vault.url, { cookie }));
    await page.addInitScript(() => {
      const reports: string[] = [];
      Object.assign(window, { reports });
      document.addEventListener("securitypolicyviolation", (event) =>
        reports.push(`${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    const seen = new Set<string>();
    const look = async (what: string, go: () => Promise<unknown>) =>
      await attempt(what, async () => {
        await go();
        await unharmed(page);
        expect(await page.evaluate(() => (window as unknown as { reports: string[] }).reports)).toEqual([]);
        for (const field of await fieldsOn(page)) seen.add(field);
      });

    for (const route of PAGES.filter(({ method, path }) => method === "GET" && !SKIPPED.test(path))) {
      const of = things.filter(([start]) => route.path === start || route.path.startsWith(`${start}/`));
      for (const params of hasId(route) ? of.map(([, one]) => one) : [{}]) {
        await look(route.path, () => open(fill(route, params)));
      }
    }
    for (const path of REFLECTING) await look(path, () => open(path + encodeURIComponent(planted("typed"))));
    for (const [path, fields] of FORMS) {
      for (const [start, params] of things) {
        if (!path.startsWith(`${start}/`)) continue;
        await look(`POST ${path}`, () => submit(page, fill({ method: "POST", path }, params), fields));
      }
    }
    for (const [path, fields] of PLAIN_FORMS) await look(`POST ${path}`, () => submit(page, path, fields));

    // What was never shown was not tried.
    for (const field of [...SHOWN, "account.name", "prompt", "typed"]) {
      await attempt(`${field} was shown as text`, () => expect([...seen]).toContain(field));
    }
  }));

/** The fields whose text the page shows as it was written, in its text, a control or an attribute. */
async function fieldsOn(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => [
    document.body.textContent ?? "",
    ...[...document.querySelectorAll("input, textarea, option")].map((control) => (control as HTMLInputElement).value),
    ...[...document.querySelectorAll("[title], [aria-label]")].map(
      (element) => element.getAttribute("title") ?? element.getAttribute("aria-label") ?? "",
    ),
  ]);
  const all = texts.join("\n");
  const marks = [...all.matchAll(/\[([\w.*[\]-]+)\]<\/textarea>/g)].map(([, field = ""]) => field);
  // A file's name has no slashes.
  const names = [...all.matchAll(/\[([\w.*-]+)\]<_textarea>/g)].map(([, field = ""]) => field);
  return [...marks, ...names];
}

/** Sends a form as a page of the vault would, and waits for what it leads to. */
async function submit(page: Page, path: string, fields: Record<string, string>): Promise<void> {
  const arrived = page.waitForEvent("load");
  await page.evaluate(
    ([action, entries]) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = action;
      for (const [name, value] of Object.entries(entries)) {
        const control = document.createElement("textarea");
        Object.assign(control, { name, value });
        form.append(control);
      }
      document.body.append(form);
      HTMLFormElement.prototype.submit.call(form);
    },
    [path, fields] as const,
  );
  await arrived;
}
