import { expect, test } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { SCOPE_NAMES } from "../../src/scopes.ts";
import type { Answer, Client } from "../support/client.ts";
import { expectNoneIn, expectNoneLeftBy, marked } from "../support/secrets.ts";
import {
  confirmed,
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newEnvProject,
  newKey,
  newTwoFactor,
  OWNER,
  onEachEngine,
  snapshot,
  withCookies,
} from "../support/vault.ts";

type Fields = Record<string, string>;

/** Sends a form as a browser without script does. */
function post(by: Client, path: string, fields: Fields = {}, headers: Fields = {}): Promise<Answer> {
  return by.send("POST", path, { raw: new URLSearchParams(fields), headers });
}

const NEW_PASSWORD = "violet-anchor-crumb-88";

/** Every page and form of the settings that a session opens. */
const PLACES: [method: string, path: string][] = [
  ["GET", "/settings"],
  ["POST", "/settings/name"],
  ["POST", "/settings/email"],
  ["POST", "/settings/password"],
  ["GET", "/settings/encryption"],
  ["GET", "/settings/export"],
  ["GET", "/settings/export/env"],
  ["POST", "/settings/export/env"],
  ["POST", "/settings/export/metadata"],
  ["GET", "/settings/danger"],
  ["POST", "/settings/danger"],
  ["GET", "/settings/danger/emptied"],
  ["GET", "/settings/sign-in"],
  ["GET", "/settings/sign-in/authenticator-app"],
  ["POST", "/settings/sign-in/authenticator-app"],
  ["POST", "/settings/sign-in/authenticator-app/confirm"],
  ["POST", "/settings/sign-in/authenticator-app/remove"],
  ["POST", "/settings/sign-in/recovery-codes"],
  ["GET", "/settings/sign-in/passkeys/new"],
  ["POST", "/settings/sign-in/passkeys/new"],
  ["GET", "/settings/sessions"],
  ["POST", "/settings/sessions/end-others"],
  ["POST", "/confirm/passkey"],
  ["GET", "/confirm"],
  ["POST", "/confirm"],
];

onEachEngine("the settings' pages", (vault) => {
  test.each(PLACES)("%s %s lets in neither a stranger nor an access key", async (method, path) => {
    for (const by of [vault.stranger, await vault.key()]) {
      const answer = await by.send(method, path);
      expect(answer.status).toBe(303);
      expect(answer.headers.get("location")).toStartWith("/sign-in?next=");
      expect(answer.text).toBe("");
    }
  });

  test("take no form from another site, and change nothing", async () => {
    const session = await confirmed(await vault.signIn());
    const before = await snapshot(session);
    const foreign = { "sec-fetch-site": "cross-site" };
    const valid: Record<string, Fields> = {
      "/settings/name": { name: "Mallory" },
      "/settings/email": { email: "mallory@example.com", currentPassword: OWNER.password },
      "/settings/password": { currentPassword: OWNER.password, password: NEW_PASSWORD },
      "/settings/danger": { word: "DELETE" },
      "/settings/export/env": {},
      "/settings/export/metadata": {},
      "/settings/sign-in/authenticator-app": {},
      "/settings/sessions/end-others": {},
      "/confirm": { password: OWNER.password },
    };
    for (const [path, fields] of Object.entries(valid)) {
      expect([path, (await post(session, path, fields, foreign)).status]).toEqual([path, 403]);
    }
    expect(await snapshot(session)).toEqual(before);
    expect((await session.get<SessionInfo>("/api/auth/session")).body.user).toMatchObject({ email: OWNER.email });
    await vault.signIn();
  });

  test("say how secrets are encrypted, with the key's fingerprint, and neither the key nor where its file lies", async () => {
    const { text } = await vault.owner.get("/settings/encryption");
    const doctor = await vault.command(["doctor"]);
    const fingerprint = /<code>([0-9a-f]{16})<\/code>/.exec(text)?.[1];
    expect(doctor).toContain(`${fingerprint} (`);
    expect(text).toContain("AES-256-GCM");
    expect(text).not.toContain(vault.folder);
    expect(text).not.toContain("kagi.key");
    expect(text).not.toMatch(/[0-9a-f]{64}/);
  });
});

onEachEngine("a change of one's account", (vault) => {
  const rows = (verb: string) =>
    vault.storage.rows<{ result: string; detail: string; thing_name: string }>(
      `SELECT result, detail, thing_name FROM audit_events WHERE verb = '${verb}' AND credential = 'session' ORDER BY id`,
    );

  test("of the name keeps what was typed when it is refused, and is in the trail", async () => {
    const empty = await post(vault.owner, "/settings/name", { name: "   " });
    expect(empty.status).toBe(400);
    expect(empty.text).toContain('id="field-name-error"');
    const done = await post(vault.owner, "/settings/name", { name: "  Ada Lovelace " });
    expect([done.status, done.headers.get("location")]).toEqual([303, "/settings"]);
    expect((await vault.owner.get<SessionInfo>("/api/auth/session")).body.user.name).toBe("Ada Lovelace");
    expect(await rows("change")).toEqual([{ result: "ok", detail: "what=name", thing_name: OWNER.email }]);
  });

  test("of the address wants the password, is one address an account, and is what one signs in with", async () => {
    const other = await vault.other;
    const [email, currentPassword] = ["  ADA@Example.ORG ", OWNER.password];
    for (const [fields, at] of [
      [{ email, currentPassword: "" }, "email-password"],
      [{ email, currentPassword: "not-my-password" }, "email-password"],
      [{ email: "no address", currentPassword }, "field-email"],
      [{ email: "EVE@example.com", currentPassword }, "field-email"],
    ] as const) {
      const refused = await post(vault.owner, "/settings/email", fields);
      expect([400, 401, 409]).toContain(refused.status);
      expect(refused.text).toContain(`id="${at}-error"`);
      expect(refused.text).not.toContain("not-my-password");
      expect((await vault.owner.get<SessionInfo>("/api/auth/session")).body.user.email).toBe(OWNER.email);
    }
    const [here, there] = await Promise.all([vault.signIn(), vault.signIn()]);
    const answer = await post(here, "/settings/email", { email, currentPassword });
    expect(answer.status).toBe(303);
    const going = withCookies(here, answer);
    const moved = { email: "ada@example.org", password: OWNER.password };
    expect((await going.get<SessionInfo>("/api/auth/session")).body.user.email).toBe(moved.email);
    // Nobody else is in the account that has moved, nor is a copy of the token of before.
    const ended = await Promise.all([here, there, vault.owner].map((by) => by.get("/api/stats")));
    expect(ended.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect((await going.get("/settings")).text).toContain("other sessions have ended");
    await vault.signIn(moved);
    await expect(vault.signIn(OWNER)).rejects.toThrow("401");
    expect((await other.get<SessionInfo>("/api/auth/session")).body.user.email).toBe("eve@example.com");
    expect((await post(going, "/settings/email", { email: OWNER.email, currentPassword })).status).toBe(303);
    expect((await rows("change")).map(({ detail }) => detail)).toEqual([
      "what=name",
      expect.stringMatching(/^what=email ended-sessions=[2-9]$/),
      "what=email ended-sessions=1",
    ]);
  });

  test("of the password ends all other sessions at once, and leaves this one, other people's and access keys", async () => {
    const [here, there, elsewhere] = await Promise.all([vault.signIn(), vault.signIn(), vault.signIn()]);
    const other = await vault.other;
    const key = await vault.key(SCOPE_NAMES, there);
    for (const [fields, at] of [
      [{ currentPassword: OWNER.password, password: "short" }, "password"],
      [{ currentPassword: OWNER.password, password: "qwertyuiop1234567890" }, "password"],
      [{ currentPassword: OWNER.password, password: OWNER.email }, "password"],
      [{ currentPassword: OWNER.password, password: OWNER.password }, "password"],
      [{ currentPassword: "not-my-password", password: NEW_PASSWORD }, "currentPassword"],
    ] as const) {
      const refused = await post(here, "/settings/password", fields);
      expect([400, 401]).toContain(refused.status);
      expect(refused.text).toContain(`id="field-${at}-error"`);
      expectNoneIn(refused.text, [NEW_PASSWORD, "not-my-password"], "the refused form");
    }
    expect((await there.get("/api/stats")).status).toBe(200);

    const answer = await post(here, "/settings/password", { currentPassword: OWNER.password, password: NEW_PASSWORD });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/settings"]);
    const going = withCookies(here, answer);
    const ended = await Promise.all([there, elsewhere].map((by) => by.get("/api/stats")));
    expect(ended.map(({ status }) => status)).toEqual([401, 401]);
    expect((await there.get("/keys")).status).toBe(303);
    for (const by of [going, other, key]) expect((await by.get("/api/stats")).status).toBe(200);
    // The token that somebody may have copied before is worth nothing either.
    expect((await here.get("/api/stats")).status).toBe(401);

    const said = (await going.get("/settings")).text;
    const [changed] = await rows("change-password");
    const count = Number(/^ended-sessions=(\d+)$/.exec(changed?.detail ?? "")?.[1]);
    expect(count).toBeGreaterThanOrEqual(3);
    expect(said).toContain(`${count} other sessions have ended`);
    expect(said).toContain("Access keys stay valid");
    await expect(vault.signIn(OWNER)).rejects.toThrow("401");
    // The device knows the account by its new password: it has tries of its own.
    await vault.signIn({ email: OWNER.email, password: NEW_PASSWORD });
    const back = await post(going, "/settings/password", { currentPassword: NEW_PASSWORD, password: OWNER.password });
    expect(back.status).toBe(303);
  });

  test("is no place to guess the password: ten tries a session, whatever the form, and none of them in the trail twice", async () => {
    const thief = await vault.signIn();
    const guesses: [string, Fields][] = [
      ["/settings/password", { currentPassword: "guess-guess-guess", password: NEW_PASSWORD }],
      ["/settings/email", { email: "x@example.com", currentPassword: "guess-guess-guess" }],
      ["/confirm?next=/settings", { password: "guess-guess-guess" }],
    ];
    const statuses = [];
    for (let round = 0; round < 12; round++) {
      const [path, fields] = guesses[round % guesses.length] as (typeof guesses)[number];
      statuses.push((await post(thief, path, fields)).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    // Not even the right one, and nothing that the owner does elsewhere is throttled with it.
    const right = await post(thief, "/confirm?next=/settings", { password: OWNER.password });
    expect(right.status).toBe(429);
    expect(Number(right.headers.get("retry-after"))).toBeGreaterThan(0);
    await confirmed(await vault.signIn());
    const refusals = (await rows("confirm")).filter(
      ({ result, detail }) => result === "refused" && detail === "why=throttled",
    );
    expect(refusals).toHaveLength(1);
  });
});

onEachEngine("a fresh proof", (vault) => {
  test("is asked for where a session alone is not enough, and leads back to the same place", async () => {
    const session = await vault.signIn();
    const place = "/settings/export/env?project=Shop+%26+Co&environment=staging&dialect=compose";
    for (const method of ["GET", "POST"]) {
      const asked = await session.send(method, place);
      expect([asked.status, asked.headers.get("location")]).toEqual([
        303,
        `/confirm?next=${encodeURIComponent(place)}`,
      ]);
    }
    const sent = await post(session, "/settings/danger", { word: "DELETE" });
    expect(sent.headers.get("location")).toBe("/confirm?next=%2Fsettings%2Fdanger");
    const byScript = await post(session, "/settings/danger", { word: "DELETE" }, { "hx-request": "true" });
    expect(byScript.headers.get("hx-redirect")).toBe("/confirm?next=%2Fsettings%2Fdanger");

    const answer = await post(session, `/confirm?next=${encodeURIComponent(place)}`, { password: OWNER.password });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, place]);
    expect((await withCookies(session, answer).get(place)).status).toBe(200);
  });

  test("never leads elsewhere", async () => {
    const session = await vault.signIn();
    for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]) {
      const path = `/confirm?next=${encodeURIComponent(next)}`;
      expect((await session.get(path)).text).toContain('hx-post="/confirm?next=%2F"');
      const answer = await post(await vault.signIn(), path, { password: OWNER.password });
      expect(answer.headers.get("location")).toBe("/");
    }
  });

  test("belongs to the token that it was given with, and to no other session", async () => {
    const [first, second] = await Promise.all([vault.signIn(), vault.signIn()]);
    const proven = await confirmed(first);
    expect((await proven.get("/settings/export/env")).status).toBe(200);
    expect((await second.get("/settings/export/env")).status).toBe(303);
    // Whoever copied the session's cookie before has lost the session.
    expect((await first.get("/api/stats")).status).toBe(401);
    const other = await vault.other;
    expect((await post(other, "/confirm?next=/settings", { password: OWNER.password })).status).toBe(401);
  });

  test("is stale after ten minutes", async () => {
    const session = await confirmed(await vault.signIn());
    const { id } = (await session.get<SessionInfo>("/api/auth/session")).body.session;
    const move = (minutes: number) => {
      const at = new Date(Date.now() - minutes * 60_000).toISOString();
      return vault.storage.rows(`UPDATE sessions SET confirmed_at = '${at}' WHERE id = '${id}'`);
    };
    await move(9);
    expect((await session.get("/settings/export/env")).status).toBe(200);
    await move(11);
    expect((await session.get("/settings/export/env")).status).toBe(303);
    expect((await session.get("/settings/danger")).text).not.toContain('name="word"');
  });
});

onEachEngine("an export from the page", (vault) => {
  test("is handed to nobody without the password, on the page and past it", async () => {
    const value = marked("unproven");
    const entry = await newEntry(vault.owner, { name: "Unproven", value });
    const place = "/settings/export/env?project=Unproven";
    const proven = await confirmed(await vault.signIn());
    expect((await proven.get(place)).text).toContain("Download kagi-export.env");
    for (const ask of [() => vault.owner.get(place), () => post(vault.owner, place)]) {
      const refused = await ask();
      expect([refused.status, refused.headers.get("location")]).toEqual([
        303,
        `/confirm?next=${encodeURIComponent(place)}`,
      ]);
      expect(refused.headers.get("content-disposition")).toBeNull();
      expectNoneIn(refused.text, [value], "the answer to an unproven session");
    }
    expect((await post(proven, place)).text).toContain(value);
    await vault.owner.delete(`/api/entries/${entry.id}`);
  });

  test("is what the API exports by the same choices, one row of the trail, and named on the page before", async () => {
    const { id } = await newCategory(vault.owner, { name: "Awkward", envVarName: "AWKWARD_KEY" });
    const { id: plain } = await newCategory(vault.owner, { name: "Plain", envVarName: "PLAIN_KEY" });
    const value = marked("value");
    await newEntry(vault.owner, { categoryId: plain, name: "Shop", value });
    await newEntry(vault.owner, { categoryId: plain, name: "Shop", environment: "staging", value: `${value}-staging` });
    await newEntry(vault.owner, { categoryId: id, name: "Shop", value: `a\\\\b and $HOME ${value}` });
    await newEntry(vault.owner, { categoryId: id, name: "Odd", value: `it's "$HOME" and \`id\`\nand ${value}` });
    await newEntry(await vault.other, { name: "Shop", value: marked("other") });
    const session = await confirmed(await vault.signIn());
    const trail = () =>
      vault.storage.rows("SELECT thing_name, detail FROM audit_events WHERE verb = 'export' ORDER BY id");
    for (const query of [
      "",
      "?project=Shop",
      "?project=shop&environment=staging",
      "?project=Shop&dialect=compose",
      "?environment=production&dialect=shell",
      "?project=nothing",
    ]) {
      const before = (await trail()).length;
      const preview = await session.get(`/settings/export/env${query}`);
      expect([query, preview.status]).toEqual([query, 200]);
      expectNoneIn(preview.text, [value], "the page before the download");
      expect(await trail()).toHaveLength(before);
      const download = await post(session, `/settings/export/env${query}`);
      expect([query, download.status, download.headers.get("content-disposition")]).toEqual([
        query,
        200,
        'attachment; filename="kagi-export.env"',
      ]);
      expect(download.headers.get("cache-control")).toBe("no-store");
      const after = await trail();
      expect(after).toHaveLength(before + 1);
      const api = await vault.owner.get(`/api/export${query}`);
      expect([query, download.text]).toEqual([query, api.text]);
      expect((await trail()).at(-1)).toEqual(after.at(-1));
    }
    const whole = (await session.get("/settings/export/env")).text;
    for (const heading of ["Written more than once", "Not read alike by every program", "Not written"]) {
      expect(whole).toContain(heading);
    }
    expect((await session.get("/settings/export/env?project=Shop&environment=staging")).text).not.toContain(
      "notice warns",
    );
    const refused = await session.get("/settings/export/env?dialect=docker");
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("AWKWARD_KEY");
    expect(refused.text).not.toContain("Download kagi-export.env");
    expectNoneIn(refused.text, [value], "the refusal");
  });

  test("of metadata holds every name and note, and none of the secrets", async () => {
    const [value, note, code, content] = ["value", "note", "code", "content"].map(marked) as [
      string,
      string,
      string,
      string,
    ];
    const { id, name } = await newCategory(vault.owner, { name: fresh("Inventory"), description: `about ${note}` });
    const entry = await newEntry(vault.owner, { categoryId: id, name: "Listed", value, notes: note });
    await vault.owner.put(`/api/entries/${entry.id}`, { value: `${value}-again` });
    const secret = "MZXW6YTBOJUWU23MNU4TSMRSGM2DKNRX";
    await newTwoFactor(vault.owner, { service: "Mail", secret, recoveryCodes: [code], notes: note });
    const project = await newEnvProject(vault.owner, { name: "Files", description: note });
    await newEnvFile(vault.owner, { projectId: project.id, content: `A=${content}\n` });
    const key = await newKey(vault.owner, { name: "robot", scopes: ["stats:read"] });
    const foreign = await newEntry(await vault.other, { name: marked("foreign") });

    const answer = await post(vault.owner, "/settings/export/metadata");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="kagi-metadata.json"');
    const metadata = answer.body as Record<string, Record<string, unknown>[]>;
    expect(metadata).toMatchObject({ format: "kagi-metadata", version: 1, account: { email: OWNER.email } });
    expect(metadata.categories).toContainEqual(expect.objectContaining({ id, name, description: `about ${note}` }));
    expect(metadata.entries).toContainEqual(expect.objectContaining({ id: entry.id, name: "Listed", notes: note }));
    expect(metadata.twoFactors).toContainEqual(expect.objectContaining({ service: "Mail", recoveryCodesTotal: 1 }));
    expect(metadata.envProjects).toContainEqual(
      expect.objectContaining({ name: "Files", files: [expect.objectContaining({ fileType: "env" })] }),
    );
    expect(metadata.accessKeys).toContainEqual(expect.objectContaining({ name: "robot", keyPrefix: key.keyPrefix }));
    expectNoneIn(answer.text, [value, code, content, secret, key.key, OWNER.password, foreign.name], "the metadata");
    expect(answer.text).not.toMatch(/sealed|hash/i);
    const written = await vault.storage.rows<{ sealed_value: string }>("SELECT sealed_value FROM entries");
    expectNoneIn(
      answer.text,
      written.map((row) => row.sealed_value),
      "the metadata",
    );
    const [told] = await vault.storage.rows("SELECT detail FROM audit_events WHERE detail LIKE 'what=metadata%'");
    expect(told).toEqual({
      detail: `what=metadata categories=${metadata.categories?.length} entries=${metadata.entries?.length}`,
    });
    await expectNoneLeftBy(vault, [value, code, content]);
  });
});

onEachEngine("the danger zone", (vault) => {
  test("counts what goes as the API does, takes it once, tells what went, and touches nobody else", async () => {
    for (let count = 0; count < 3; count++) await newEntry(vault.owner);
    await newTwoFactor(vault.owner);
    const { projectId } = await newEnvFile(vault.owner);
    await newEnvFile(vault.owner, { projectId, fileType: "env.local" });
    await newKey(vault.owner);
    await newEntry(await vault.other);
    await newTwoFactor(await vault.other);
    const before = await snapshot(await vault.other);
    const session = await confirmed(await vault.signIn());

    const counted = async (path: string) =>
      [...(await session.get(path)).text.matchAll(/<li>([^<]*)<\/li>/g)].map(([, text]) => text);
    const lengthOf = async (path: string) => (await session.get<unknown[]>(path)).body.length;
    expect(
      await Promise.all(["categories", "entries", "2fa", "envs", "access-keys"].map((at) => lengthOf(`/api/${at}`))),
    ).toEqual([3, 3, 1, 1, 1]);
    const words = ["3 categories", "3 entries", "1 2FA", "1 env project with 2 files", "1 access key"];
    expect(await counted("/settings/danger")).toEqual(words);

    for (const word of ["", "delete", "DELETE it"]) {
      const refused = await post(session, "/settings/danger", { word });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain('id="field-word-error"');
    }
    expect(await lengthOf("/api/entries")).toBe(3);
    const twice = await Promise.all([1, 2].map(() => post(session, "/settings/danger", { word: "DELETE" })));
    expect(twice.map(({ status, headers }) => [status, headers.get("location")])).toEqual([
      [303, "/settings/danger/emptied"],
      [303, "/settings/danger/emptied"],
    ]);
    expect(await counted("/settings/danger/emptied")).toEqual(words);
    expect(
      await Promise.all(["categories", "entries", "2fa", "envs", "access-keys"].map((at) => lengthOf(`/api/${at}`))),
    ).toEqual([0, 0, 0, 0, 0]);
    expect((await session.get("/settings/danger")).text).toContain("nothing in your vault");
    expect(await snapshot(await vault.other)).toEqual(before);
    expect(await vault.storage.rows("SELECT detail FROM audit_events WHERE verb = 'delete-all'")).toEqual([
      { detail: "categories=3 entries=3 two-factors=1 env-projects=1 env-files=2 access-keys=1" },
    ]);
    expect((await (await vault.other).get("/settings/danger/emptied")).headers.get("location")).toBe(
      "/settings/danger",
    );
  });
});

onEachEngine("the list of access keys", (vault) => {
  test("marks those that nobody has used for 90 days, or ever since they were made so long ago", async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    for (const [name, created, used] of [
      ["made long ago, used lately", 200, 89],
      ["made long ago, used long ago", 200, 91],
      ["made long ago, never used", 91, null],
      ["made lately, never used", 89, null],
    ] as const) {
      const { id } = await newKey(vault.owner, { name, scopes: ["stats:read"] });
      const at = used === null ? "NULL" : `'${daysAgo(used)}'`;
      await vault.storage.rows(
        `UPDATE access_keys SET created_at = '${daysAgo(created)}', last_used_at = ${at} WHERE id = '${id}'`,
      );
    }
    const { text } = await vault.owner.get("/settings/access-keys");
    const marked = [...text.matchAll(/<tr>(?:(?!<\/tr>).)*<\/tr>/gs)]
      .map(([row]) => row)
      .filter((row) => row.includes("unused for 90 days"))
      .map((row) => /<th scope="row">([^<]*)</.exec(row)?.[1]);
    expect(marked).toEqual(["made long ago, never used", "made long ago, used long ago"]);
  });
});
