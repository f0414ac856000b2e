import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { record } from "../../src/features/audit/actions.ts";
import { type Event, type ThingKind, VERBS, type Verb } from "../../src/features/audit/model.ts";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import { deedOf } from "../../views/audit/words.ts";
import { urls } from "../../views/urls.ts";
import { inside } from "../support/inside.ts";
import { expectNoneIn, marked } from "../support/secrets.ts";
import { fresh, newCategory, newEntry, newKey, onEachEngine, refused, reveal } from "../support/vault.ts";

type Row = { id: string; number: number; hash: string; verb: string };
type Exported = Event & { userId: string | null; previousHash: string };

/** Kinds whose name follows the verb. */
const PLAIN: ReadonlySet<ThingKind> = new Set(["entry", "category", "two-factor", "env-file", "env-project"]);

/** All that is told to the owner of a vault, with a detail where that has words of its own. */
const DEEDS: readonly (readonly [Verb, ThingKind, string?])[] = [
  ["set-up", "user"],
  ["begin-sign-in", "user"],
  ["sign-in", "user"],
  ["sign-out", "user"],
  ["sign-out", "user", "by=keycloak"],
  ["confirm", "user"],
  ["confirm", "user", "method=passkey"],
  ["confirm", "user", "by=keycloak"],
  ["change-password", "user"],
  ["create", "user"],
  ["create", "user", "by=keycloak"],
  ["change", "user"],
  ["disable", "user"],
  ["enable", "user"],
  ["reset-password", "user"],
  ["reset-second-factor", "user"],
  ["link", "identity"],
  ["unlink", "identity"],
  ["revoke", "session"],
  ["create", "passkey"],
  ["change", "passkey"],
  ["delete", "passkey"],
  ["enable", "authenticator-app"],
  ["disable", "authenticator-app"],
  ["renew-recovery-codes", "sign-in-recovery-codes"],
  ["delete", "sign-in-recovery-codes"],
  ["create", "access-key"],
  ["rotate", "access-key"],
  ["revoke", "access-key"],
  ["create", "category"],
  ["change", "category"],
  ["delete", "category"],
  ["create", "entry"],
  ["change", "entry"],
  ["delete", "entry"],
  ["reveal", "entry"],
  ["reveal", "entry", "version=1"],
  ["restore-version", "entry"],
  ["export", "entry"],
  ["extract", "entry"],
  ["create", "two-factor"],
  ["change", "two-factor"],
  ["delete", "two-factor"],
  ["reveal", "two-factor"],
  ["take-recovery-code", "two-factor"],
  ["return-recovery-code", "two-factor"],
  ["create", "env-project"],
  ["change", "env-project"],
  ["delete", "env-project"],
  ["create", "env-file"],
  ["change", "env-file"],
  ["delete", "env-file"],
  ["reveal", "env-file"],
  ["reveal", "env-file", "version=1"],
  ["import", "env-file"],
  ["undo-import", "env-file"],
  ["restore-version", "env-file"],
  ["extract", "env-file"],
  ["extract", "env-project"],
  ["extract", "vault"],
  ["export", "vault"],
  ["export", "vault", "what=metadata"],
  ["ask-model", "vault"],
  ["delete-all", "vault"],
];

const REFUSALS: readonly (readonly [Verb, ThingKind, string])[] = [
  ["sign-in", "user", "why=credentials"],
  ["sign-in", "user", "why=disabled"],
  ["sign-in", "user", "why=throttled"],
  ["sign-in", "user", "why=second-factor"],
  ["sign-in", "user", "why=address_taken by=keycloak"],
  ["sign-out", "user", "why=untrusted by=keycloak"],
  ["confirm", "user", "why=credentials"],
  ["confirm", "user", "why=throttled"],
  ["confirm", "user", "why=second-factor"],
  ["confirm", "user", "why=passkey"],
  ["confirm", "user", "why=cancelled by=keycloak"],
  ["link", "user", "why=linked_elsewhere by=keycloak"],
  ["enable", "authenticator-app", "why=second-factor"],
  ["enable", "authenticator-app", "why=throttled"],
  ["use", "access-key", "wanted=entries:reveal"],
  ["use", "access-key", "why=address"],
];

onEachEngine("the chained trail", (vault, engine) => {
  const rows = (query: string) => vault.storage.rows(query);
  const me = async () => (await vault.owner.get<SessionInfo>("/api/auth/session")).body.user.id;
  const chain = async (userId: string) =>
    await vault.storage.rows<Row>(
      `SELECT id, number, hash, verb FROM audit_events WHERE user_id = '${userId}' ORDER BY number`,
    );
  const verify = (...words: string[]) => vault.attempt(["audit", "verify", ...words]);
  const exported = async (...words: string[]): Promise<Exported[]> => {
    const lines = (await vault.command(["audit", "export", ...words])).trim().split("\n");
    return lines.filter(Boolean).map((line) => JSON.parse(line) as Exported);
  };

  test("numbers what somebody does without gaps, and every link holds", async () => {
    const entry = await newEntry(vault.owner);
    await reveal(vault.owner, entry);
    await newEntry(await vault.other);
    await vault.stranger.post("/api/auth/sign-in/email", { email: "nobody@example.com", password: "x" });
    const events = await chain(await me());
    expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    const { code, out } = await verify();
    expect({ code, last: out.trim().split("\n").at(-1) }).toEqual({ code: 0, last: "Every link holds." });
    expect(out).toContain(`ok    ada@example.com  1 to ${events.length}  ${events.at(-1)?.hash}`);
    for (const chain of ["vault", "eve@example.com"]) expect(out).toContain(`ok    ${chain}  `);
    const one = await verify("--user", "ADA@example.com");
    expect(one.out).toContain("ada@example.com");
    expect(one.out).not.toContain("eve@example.com");
    expect(await verify("--user", "nobody@example.com")).toMatchObject({ code: 1 });
  });

  test("holds when many write at once", async () => {
    const entry = await newEntry(vault.owner);
    const script = await vault.key(["entries:reveal"]);
    const before = await chain(await me());
    const writing = Array.from({ length: 40 }, (_, index) =>
      index % 4 === 3
        ? vault.owner.post("/api/categories", { name: `raced ${index}`, keyType: "ssh" })
        : reveal(index % 2 === 0 ? vault.owner : script, entry),
    );
    await Promise.all(writing);
    const after = await chain(await me());
    expect(after).toHaveLength(before.length + 40);
    expect(new Set(after.map(({ hash }) => hash)).size).toBe(after.length);
    expect((await verify()).code).toBe(0);
  });

  test("is exported as lines that the program in docs/audit-trail.md checks by itself", async () => {
    await newEntry(vault.owner, { name: 'Ünï "quoted" \\ \t 鍵 \u007f 🗝' });
    const whole = await exported();
    const numbers = whole.filter(({ userId }) => userId === null).map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    const program = /```js\n([\s\S]*?)```/.exec(read("docs/audit-trail.md"))?.[1] ?? "";
    const file = join(vault.folder, "check.mjs");
    await Bun.write(file, program);
    const check = async (events: Exported[]) => {
      const input = new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(""));
      const ran = Bun.spawn([process.execPath, file], { stdin: input, stdout: "pipe", stderr: "pipe" });
      return { code: await ran.exited, out: await new Response(ran.stdout).text() };
    };
    const own = whole.filter(({ userId }) => userId !== null);
    expect(await check(whole)).toMatchObject({ code: 0, out: expect.stringContaining(own.at(-1)?.hash ?? "none") });
    expect((await check(whole.map((event) => ({ ...event, address: "203.0.113.9" })))).code).toBe(1);
    expect((await check(whole.filter((_, index) => index !== whole.length - 2))).code).toBe(1);
    const id = await me();
    const mine = await exported("--user", "ada@example.com");
    expect(mine.every(({ userId }) => userId === id)).toBe(true);
    expect(mine.length).toBe((await chain(id)).length);
    expect(await exported("--since", "2199-01-01")).toEqual([]);
    expect(await vault.attempt(["audit", "export", "--since", "soon"])).toMatchObject({ code: 1, out: "" });
  });

  describe("tampered with, names the link", () => {
    /** Changes the tables, verifies, and puts them back. */
    const tampered = async (statements: (events: readonly Row[], userId: string) => string[]) => {
      const entry = await newEntry(vault.owner);
      for (let time = 0; time < 8; time++) await reveal(vault.owner, entry);
      const userId = await me();
      const events = await chain(userId);
      for (const table of ["audit_events", "audit_chains"])
        await rows(`CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
      try {
        for (const statement of statements(events, userId)) await rows(statement);
        const { code, out } = await verify();
        const failed = out.split("\n").filter((line) => line.startsWith("FAIL"));
        return { code, failed, events };
      } finally {
        for (const table of ["audit_events", "audit_chains"]) {
          await rows(`DELETE FROM ${table}`);
          await rows(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
          await rows(`DROP TABLE kept_${table}`);
        }
        expect((await verify()).code).toBe(0);
      }
    };
    const at = (events: readonly Row[], fromEnd: number) => events.at(-fromEnd) as Row;
    const named = (number: number, id: string | null, kind: string) =>
      expect.stringContaining(`FAIL  ada@example.com  at ${number}${id === null ? "" : `  ${id}`}  ${kind}: `);

    test("of an altered row", async () => {
      const columns = ["at", "address", "verb", "thing_name", "detail", "result", "key_prefix", "credential_id"];
      for (const column of columns) {
        const { code, failed, events } = await tampered((all) => [
          `UPDATE audit_events SET ${column} = 'forged' WHERE id = '${at(all, 4).id}'`,
        ]);
        const { number, id } = at(events, 4);
        expect({ code, failed }).toEqual({ code: 1, failed: [named(number, id, "altered")] });
      }
    });

    test("of an altered last row with a hash that fits it", async () => {
      const { failed, events } = await tampered((all, userId) => {
        const last = at(all, 1);
        return [
          `UPDATE audit_events SET hash = '${"a".repeat(64)}' WHERE user_id = '${userId}' AND number = ${last.number}`,
        ];
      });
      expect(failed).toEqual([named(at(events, 1).number, at(events, 1).id, "altered")]);
    });

    test("of a deleted row", async () => {
      const { failed, events } = await tampered((all) => [`DELETE FROM audit_events WHERE id = '${at(all, 4).id}'`]);
      expect(failed).toEqual([named(at(events, 4).number, null, "missing")]);
    });

    test("of the first row, deleted", async () => {
      const { failed } = await tampered((_, userId) => [
        `DELETE FROM audit_events WHERE user_id = '${userId}' AND number = 1`,
      ]);
      expect(failed).toEqual([named(1, null, "missing")]);
    });

    test("of swapped rows, near and far from each other", async () => {
      for (const distance of [1, 4]) {
        const { failed, events } = await tampered((all) => {
          const [one, other] = [at(all, 6), at(all, 6 - distance)];
          return [
            `UPDATE audit_events SET number = -1 WHERE id = '${one.id}'`,
            `UPDATE audit_events SET number = ${one.number} WHERE id = '${other.id}'`,
            `UPDATE audit_events SET number = ${other.number} WHERE id = '${one.id}'`,
          ];
        });
        const [one, other] = [at(events, 6), at(events, 6 - distance)];
        expect(failed).toEqual([named(one.number, other.id, "out of order")]);
        expect(failed[0]).toEndWith(`this event was number ${other.number}`);
      }
    });

    test("of a tail that is cut off", async () => {
      const { failed, events } = await tampered((all, userId) => [
        `DELETE FROM audit_events WHERE user_id = '${userId}' AND number > ${at(all, 4).number}`,
      ]);
      expect(failed).toEqual([named(at(events, 3).number, null, "missing")]);
      expect(failed[0]).toContain(`events ${at(events, 3).number} to ${at(events, 1).number}`);
    });

    test("of a tail that is cut off, with the head put right", async () => {
      const { failed, events } = await tampered((all, userId) => [
        `DELETE FROM audit_events WHERE user_id = '${userId}' AND number > ${at(all, 4).number}`,
        `UPDATE audit_chains SET last_number = ${at(all, 4).number}, last_hash = '${at(all, 4).hash}' WHERE chain = '${userId}'`,
      ]);
      expect(failed).toEqual([named(at(events, 4).number, null, "head forged")]);
    });

    test("of an event that is added with every hash in order", async () => {
      const { failed, events } = await tampered((all, userId) => {
        const last = at(all, 1);
        const number = last.number + 1;
        const id = crypto.randomUUID();
        const fields = ["kagi-audit-1", last.hash, number, id, userId, "2026-01-01T00:00:00.000Z", "operator", null];
        const more = [null, "cli", "enable", "user", null, null, null, "ok", "cli"];
        const hash = createHash("sha256")
          .update(JSON.stringify([...fields, ...more]))
          .digest("hex");
        return [
          `INSERT INTO audit_events (id, user_id, at, credential, address, verb, thing, result, request_id, number, hash)
           VALUES ('${id}', '${userId}', '2026-01-01T00:00:00.000Z', 'operator', 'cli', 'enable', 'user', 'ok', 'cli', ${number}, '${hash}')`,
          `UPDATE audit_chains SET last_number = ${number}, last_hash = '${hash}' WHERE chain = '${userId}'`,
        ];
      });
      expect(failed).toEqual([named(at(events, 1).number + 1, null, "head forged")]);
    });

    test("of an event beyond the end, and of one without a number", async () => {
      const insert = (id: string, userId: string, number: string) =>
        `INSERT INTO audit_events (id, user_id, at, credential, address, verb, result, request_id, number, hash)
         VALUES ('${id}', '${userId}', '2026', 'operator', 'cli', 'enable', 'ok', 'cli', ${number}, 'x')`;
      const beyond = await tampered((all, userId) => [insert("planted", userId, String(at(all, 1).number + 5))]);
      expect(beyond.failed).toEqual([named(at(beyond.events, 1).number + 5, "planted", "outside the chain")]);
      const unnumbered = await tampered((_, userId) => [insert("planted", userId, "NULL")]);
      expect(unnumbered.failed).toEqual([
        expect.stringContaining("FAIL  ada@example.com  planted  outside the chain: "),
      ]);
    });

    test("of a beginning that is moved", async () => {
      const { failed, events } = await tampered((all, userId) => [
        `DELETE FROM audit_events WHERE user_id = '${userId}' AND number <= 3`,
        `UPDATE audit_chains SET first_number = 4, anchor = '${all[2]?.hash}' WHERE chain = '${userId}'`,
      ]);
      expect(failed).toEqual([named(at(events, 1).number, null, "head forged")]);
    });

    test("of a chain that is taken away, with and without its events", async () => {
      const headless = await tampered((_, userId) => [`DELETE FROM audit_chains WHERE chain = '${userId}'`]);
      expect(headless.failed).toHaveLength(2);
      expect(headless.failed.join("\n")).toContain(`ada@example.com  ${headless.events[0]?.id}  chain missing: `);
      const gone = await tampered((_, userId) => [
        `DELETE FROM audit_chains WHERE chain = '${userId}'`,
        `DELETE FROM audit_events WHERE user_id = '${userId}'`,
      ]);
      expect(gone.failed).toEqual([expect.stringMatching(/^FAIL {2}vault {2}chain missing: .* number 1 is gone$/)]);
      const vaults = await tampered(() => ["DELETE FROM audit_chains WHERE chain = 'vault'"]);
      expect(vaults.failed).toEqual([expect.stringContaining("FAIL  vault  chain missing: ")]);
    });

    test("also after others have written behind the forgery", async () => {
      const userId = await me();
      await rows(`CREATE TABLE kept AS SELECT * FROM audit_chains WHERE chain = '${userId}'`);
      await rows(`UPDATE audit_chains SET mac = 'forged' WHERE chain = '${userId}'`);
      const entry = await newEntry(vault.owner);
      await reveal(vault.owner, entry);
      const { code, out } = await verify();
      expect(code).toBe(1);
      expect(out).toContain(`ada@example.com  at ${(await chain(userId)).length}  head forged: `);
      const kept = await chain(userId);
      await rows(`DELETE FROM audit_events WHERE user_id = '${userId}' AND number > (SELECT last_number FROM kept)`);
      await rows(`DELETE FROM audit_chains WHERE chain = '${userId}'`);
      await rows("INSERT INTO audit_chains SELECT * FROM kept");
      await rows("DROP TABLE kept");
      expect(kept.at(-1)?.verb).toBe("reveal");
      expect((await verify()).code).toBe(0);
    });
  });

  describe("GET /api/audit", () => {
    const list = async (query: string, by = vault.owner) => {
      const answer = await by.get<Event[]>(`/api/audit${query}`);
      return { ...answer, next: /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "")?.[1] ?? null };
    };

    test("lists one's own, newest first, page by page, and is not itself written down", async () => {
      const entry = await newEntry(vault.owner);
      for (let time = 0; time < 4; time++) await reveal(vault.owner, entry);
      const events = await chain(await me());
      const all = await list("?limit=1000");
      expect(all.body.map(({ id }) => id)).toEqual(events.map(({ id }) => id).reverse());
      expect(all.next).toBeNull();
      const seen: string[] = [];
      let next: string | null = "?limit=3";
      while (next !== null) {
        const page: Awaited<ReturnType<typeof list>> = await list(next.replace(/^.*\/api\/audit/, ""));
        expect(page.body.length).toBeLessThanOrEqual(3);
        seen.push(...page.body.map(({ id }) => id));
        next = page.next;
      }
      expect(seen).toEqual(all.body.map(({ id }) => id));
      expect(await chain(await me())).toHaveLength(events.length);
    });

    test("narrows down by thing, action, key, credential, result and time", async () => {
      const entry = await newEntry(vault.owner);
      const script = await vault.key(["entries:reveal"]);
      await reveal(script, entry);
      await script.get("/api/stats");
      const about = (await list(`?thingId=${entry.id}`)).body;
      expect(about.map(({ action }) => action)).toEqual(["reveal", "create"]);
      expect((await list(`?key=${script.key.id}`)).body.map(({ action }) => action)).toEqual(["use", "reveal"]);
      expect((await list(`?key=${script.key.id}&result=refused`)).body).toMatchObject([
        { action: "use", detail: "wanted=stats:read", result: "refused", credential: "key" },
      ]);
      expect((await list("?thing=access-key&action=create&limit=1")).body).toMatchObject([{ thingId: script.key.id }]);
      expect((await list("?credential=key")).body.every(({ credential }) => credential === "key")).toBe(true);
      const [{ at } = { at: "" }] = about;
      expect((await list(`?thingId=${entry.id}&from=${at}`)).body).toHaveLength(1);
      expect((await list(`?thingId=${entry.id}&to=${at}`)).body).toHaveLength(1);
      expect((await list("?to=2020-01-01")).body).toEqual([]);
    });

    test("refuses what is no filter, in words", async () => {
      for (const query of [
        "limit=0",
        "limit=1001",
        "cursor=x",
        "thing=secret",
        "action=look",
        "key=1",
        "from=soon",
        "colour=red",
      ]) {
        expect(await list(`?${query}`)).toMatchObject(refused(400, "VALIDATION_ERROR"));
      }
    });

    test("shows nobody else's, and no value", async () => {
      const value = marked("audited");
      const entry = await newEntry(vault.owner, { value, notes: value });
      await reveal(vault.owner, entry);
      await vault.owner.get("/api/export");
      const theirs = await list("?limit=1000", await vault.other);
      expect(theirs.text).not.toContain(entry.name);
      expect(theirs.text).not.toContain(await me());
      const own = await list("?limit=1000");
      expect(own.text).toContain(entry.name);
      const texts = [own.text, await vault.command(["audit", "export"]), (await verify()).out];
      for (const text of texts) expectNoneIn(text, [value], "trail");
    });
  });

  describe("the pages", () => {
    const page = async (path: string, by = vault.owner) => {
      const { text } = await by.get(path, { accept: "text/html" });
      const main = text.slice(text.indexOf("<main"), text.indexOf("</main>"));
      return { text, words: main.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ") };
    };

    test("tell in sentences who did what, and lead to the thing while it is there", async () => {
      const category = await newCategory(vault.owner, { name: "Stripe <b>" });
      const entry = await newEntry(vault.owner, { name: "shop", categoryId: category.id });
      const key = await newKey(vault.owner, { name: "deploy script" });
      await reveal(vault.stranger.with({ authorization: `Bearer ${key.key}` }), entry);
      const { text, words } = await page(urls.activity);
      expect(words).toContain("deploy script read Stripe &lt;b&gt; · shop (production)");
      expect(words).toContain("You created the access key deploy script");
      expect(text).toContain(`href="${urls.entryIn(category.id, entry.id)}"`);
      const filtered = await page(urls.activityOf({ key: key.id }));
      expect(filtered.words).toContain("deploy script read");
      expect(filtered.words).not.toContain("You created");
      expect((await page(urls.activityOf({ item: entry.id }))).words).not.toContain("access key deploy");
      await vault.owner.delete(`/api/entries/${entry.id}`);
      await vault.owner.delete(`/api/access-keys/${key.id}`);
      const after = await page(urls.activity);
      expect(after.words).toContain(`A revoked key (${key.keyPrefix}…) read shop`);
      expect(after.text).not.toContain(urls.entryIn(category.id, entry.id));
      expect((await page(urls.activity, await vault.other)).words).not.toContain("shop");
    });

    test("say at each entry who got its value last", async () => {
      const category = await newCategory(vault.owner);
      const of = { categoryId: category.id };
      const [read, exported, older] = [
        await newEntry(vault.owner, { ...of, name: "read" }),
        await newEntry(vault.owner, { ...of, name: "exported", environment: "staging" }),
        await newEntry(vault.owner, { ...of, name: "nobody saw this", environment: "development" }),
      ];
      const script = await vault.key(["entries:reveal"]);
      await reveal(script, read);
      await vault.owner.get("/api/export?environment=staging");
      const { text } = await page(urls.category(category.id));
      const row = (id: string) => {
        const from = text.indexOf(`id="entry-${id}"`);
        return text
          .slice(from, text.indexOf("</tr>", from))
          .replace(/<[^>]+>/g, " ")
          .replace(/\s+/g, " ");
      };
      expect(row(read.id)).toContain(`Seen just now by ${script.key.name}`);
      expect(row(exported.id)).toContain("Seen just now by you");
      expect(row(older.id)).not.toContain("Seen");
      expect((await page(urls.entryHistory(exported.id))).words).toContain("Last exported just now by you");
    });

    test("have words of their own for all that is told of", async () => {
      const told = DEEDS.map(([action, thing, detail = null]) => ({
        action,
        thing,
        detail,
        text: deedOf({ action, thing, detail, result: "ok" }).text,
      }));
      expect(told.filter(({ action, text }) => text === "" || text === action.replaceAll("-", " "))).toEqual([]);
      // What is named behind the verb may share it: "deleted", whether an entry or a category.
      const meant = ({ action, thing, detail }: (typeof told)[number]) =>
        `${action} ${PLAIN.has(thing) ? "" : thing} ${detail ?? ""}`;
      for (const one of told) {
        const alike = told.filter(({ text }) => text === one.text);
        expect(new Set(alike.map(meant)).size, `“${one.text}” means one thing`).toBe(1);
      }
      const untold = VERBS.filter((verb) => !told.some(({ action }) => action === verb));
      // The vault's own chain, which no page shows, and what is told of when it was refused.
      expect(untold.sort()).toEqual(["backup", "chain", "prune", "restore", "rotate-key", "use"]);
    });

    test("have words of their own for every refusal", () => {
      const texts = REFUSALS.map(
        ([action, thing, detail]) => deedOf({ action, thing, detail, result: "refused" }).text,
      );
      const unsaid = REFUSALS.filter(([verb], at) => verb !== "use" && texts[at]?.startsWith("was refused: "));
      expect(unsaid).toEqual([]);
      for (const [index, [action]] of REFUSALS.entries()) {
        const others = REFUSALS.flatMap(([verb], at) => (verb === action ? [] : [texts[at]]));
        expect(others).not.toContain(texts[index]);
      }
    });

    test("are told of nothing else", async () => {
      const recorded = await rows(
        "SELECT DISTINCT verb, thing, result FROM audit_events WHERE user_id IS NOT NULL ORDER BY verb, thing, result",
      );
      expect(recorded.length).toBeGreaterThan(8);
      const known = new Set([
        ...DEEDS.map(([verb, thing]) => `${verb} ${thing} ok`),
        ...REFUSALS.map(([verb, thing]) => `${verb} ${thing} refused`),
      ]);
      const told = recorded.map(({ verb, thing, result }) => `${verb} ${thing} ${result}`);
      expect(told.filter((one) => !known.has(one))).toEqual([]);
    });

    test("tell with what somebody confirmed", async () => {
      const { kagi, actorOf, close } = inside(vault);
      try {
        const actor = await actorOf(vault.owner);
        const user = { kind: "user", id: actor.userId, name: "ada@example.com" } as const;
        await kagi.db.transaction((tx) => record(kagi, tx, actor, "confirm", user, { detail: "method=passkey" }));
      } finally {
        await close();
      }
      const { words } = await page(`${urls.activity}?action=confirm`);
      expect(words).toContain("You confirmed with a passkey");
      expect(words).not.toContain("confirmed the password");
    });
  });

  test("that collides with itself is a failure of ours, which the log has, and no conflict of the client's", async () => {
    const id = await me();
    const move = (by: string) =>
      rows(`UPDATE audit_chains SET last_number = last_number ${by} WHERE chain = '${id}' RETURNING chain`);
    const name = fresh("collided");
    await move("- 1");
    try {
      const answer = await vault.owner.post("/api/categories", { name, keyType: "ssh" });
      expect(answer).toMatchObject(refused(500, "INTERNAL_ERROR"));
      const requestId = answer.headers.get("x-request-id");
      await vault.logged(`requestId=${requestId}`);
      const line = vault.log.split("\n").find((one) => one.includes(`requestId=${requestId}`)) ?? "";
      expect(line).toContain(" error ");
      expect(line).not.toContain(name);
    } finally {
      await move("+ 1");
    }
    const again = { name, keyType: "ssh" };
    expect((await vault.owner.post("/api/categories", again)).status).toBe(201);
    expect(await vault.owner.post("/api/categories", again)).toMatchObject(refused(409, "CONFLICT"));
    expect((await verify()).code).toBe(0);
  });

  test("and all else is cleaned up at a start, of which no step that fails keeps the next, or the start", async () => {
    await rows("INSERT INTO keycloak_logouts (id_hash, expires_at) VALUES ('over', '2020-01-01T00:00:00.000Z')");
    await rows("ALTER TABLE ceremonies RENAME TO ceremonies_away");
    try {
      await vault.restart("stop");
      await vault.logged("error clean-up failed what=sign-ins cause=");
      expect(vault.log).not.toContain("clean-up failed what=events");
      expect(await rows("SELECT id_hash FROM keycloak_logouts")).toEqual([]);
      expect((await vault.owner.get("/api/stats")).status).toBe(200);
    } finally {
      await rows("ALTER TABLE ceremonies_away RENAME TO ceremonies");
    }
  });

  test("chains what older versions have told, and forgets what is too old", async () => {
    const userId = await me();
    const entry = await newEntry(vault.owner);
    await reveal(vault.owner, entry);
    for (const statement of [
      "DROP TABLE audit_chains",
      "DROP INDEX audit_events_chain",
      "DROP INDEX audit_events_exports",
      "ALTER TABLE audit_events DROP COLUMN number",
      "ALTER TABLE audit_events DROP COLUMN hash",
      "CREATE INDEX audit_events_user ON audit_events (user_id, id)",
      "DELETE FROM migrations WHERE name = '0005_audit_chain'",
      `UPDATE audit_events SET at = '2020-01-01T00:00:00.000Z' WHERE user_id = '${userId}' AND verb <> 'reveal'`,
    ]) {
      await rows(statement);
    }
    const count = async () => (await rows("SELECT id FROM audit_events")).length;
    const before = await count();
    await vault.restart("stop", { KAGI_AUDIT_RETENTION: "forever" });
    expect(await count()).toBe(before + 1);
    expect((await verify()).code).toBe(0);
    const own = await exported();
    expect(own.filter(({ action }) => action === "chain")).toMatchObject([
      { userId: null, detail: `events=${before}` },
    ]);

    const all = await chain(userId);
    const firstKept = all.find(({ verb }) => verb === "reveal") as Row;
    await vault.restart("stop", { KAGI_AUDIT_RETENTION: "365" });
    const left = await chain(userId);
    expect(left[0]).toEqual(firstKept);
    const { code, out } = await verify();
    expect(code).toBe(0);
    expect(out).toContain(`ada@example.com  ${firstKept.number} to `);
    const told = (await exported()).filter(({ action }) => action === "prune");
    expect(told).toMatchObject([
      {
        userId: null,
        detail: expect.stringMatching(new RegExp(`^chain=${userId} events=${firstKept.number - 1} before=`)),
      },
    ]);
    await reveal(vault.owner, entry);
    expect((await verify()).code).toBe(0);
    await rows(`UPDATE audit_chains SET anchor = '${"0".repeat(64)}' WHERE chain = '${userId}'`);
    expect((await verify()).out).toContain(`ada@example.com  at ${firstKept.number}  ${firstKept.id}  altered: `);
  });

  if (engine.name === "sqlite") {
    test("is found by its indexes", async () => {
      const plan = async (query: string) => JSON.stringify(await rows(`EXPLAIN QUERY PLAN ${query}`));
      expect(
        await plan("SELECT id FROM audit_events WHERE user_id = 'x' AND number < 9 ORDER BY number DESC"),
      ).toContain("audit_events_chain");
      expect(
        await plan("SELECT id FROM audit_events WHERE user_id = 'x' AND verb = 'export' ORDER BY number DESC LIMIT 9"),
      ).toContain("audit_events_exports");
    });
  }
});

function read(name: string): string {
  return readFileSync(join(import.meta.dir, "../..", name), "utf8");
}
