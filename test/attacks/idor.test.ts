import { beforeAll, expect } from "bun:test";
import { OPERATIONS, type OperationName } from "../../src/http/operations.ts";
import { SCOPE_NAMES } from "../../src/scopes.ts";
import type { Answer, Client } from "../support/client.ts";
import { newPerson, WITH_PASSKEYS } from "../support/factors.ts";
import { type Asked, addressOf, HERE, REQUESTS } from "../support/requests.ts";
import { marked } from "../support/secrets.ts";
import {
  confirmed,
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newKey,
  newTwoFactor,
  PATIENCE_MS,
  snapshot,
} from "../support/vault.ts";
import { FORM, fill, hasId, PAGES, type Params, routeName, thingFor } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("IDOR");

const MARK = marked("theirs");
/** Fields that forms have, so that one which looked at them first would get somewhere. */
const FIELDS = "name=taken&word=DELETE&ends=0&fileType=env&content=A%3D1&version=1&value=taken&codes=a1b2c3";

onOneVault(
  "somebody else's thing",
  (vault) => {
    let victim: Client;
    let attacker: Client;
    let attackersKey: Client;
    beforeAll(async () => {
      const [one, other] = [await newPerson(vault), await newPerson(vault)];
      victim = (await vault.signIn(one)).with(HERE);
      attacker = (await confirmed(await vault.signIn(other), other.password)).with(HERE);
      attackersKey = (await vault.key(SCOPE_NAMES, attacker)).with(HERE);
    }, PATIENCE_MS);

    /** What an answer says, without the ids that were asked for and without what is new in each. */
    const said = ({ status, headers, text }: Answer, ids: readonly string[]) => {
      let plain = `${status} ${headers.get("location")} ${headers.get("content-type")} ${text}`;
      for (const id of ids) plain = plain.replaceAll(id, "ID");
      return plain.replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}/g, "REQUEST");
    };

    const idsOf = ({ path = "", fileId = "" }: { path?: string; fileId?: string }) => [path, fileId].filter(Boolean);

    const expectNothing = (answer: Answer, absent: Answer, ids: readonly string[], absentIds: readonly string[]) => {
      expect(answer.text).not.toContain(MARK);
      expect(said(answer, ids)).toBe(said(absent, absentIds));
      expect(answer.status).toBeGreaterThanOrEqual(300);
    };

    test("is not there, at every page and form whose address has an id", async (attempt) => {
      const routes = PAGES.filter((route) => hasId(route) && !route.path.startsWith("/settings/keycloak/"));
      expect(routes.length).toBeGreaterThan(40);
      for (const route of routes) {
        const theirs = await thingFor(route, victim, MARK);
        const own = await thingFor(route, attacker, "own");
        const absent = Object.fromEntries(
          Object.entries(theirs).map(([name, value]) => [name, value === "1" ? value : crypto.randomUUID()]),
        );
        // All of the address is theirs, or one of its ids alone.
        const mixes: [what: string, params: Params, absent: Params][] = [["theirs", theirs, absent]];
        if ("file" in theirs && route.path.includes(":file")) {
          mixes.push([
            "their file in a project of one's own",
            { ...own, file: theirs.file ?? "" },
            { ...own, file: absent.file ?? "" },
          ]);
          mixes.push([
            "one's own file in their project",
            { ...theirs, file: own.file ?? "" },
            { ...absent, file: own.file ?? "" },
          ]);
        }
        for (const htmx of [false, true]) {
          for (const [what, params, none] of mixes) {
            await attempt(`${routeName(route)}: ${what}${htmx ? ", by htmx" : ""}`, async () => {
              const body = route.method === "GET" ? {} : { raw: FIELDS };
              const headers: Record<string, string> = htmx ? { ...FORM, "hx-request": "true" } : { ...FORM };
              const ask = (by: Params) => attacker.send(route.method, fill(route, by), { ...body, headers });
              const nothing = await ask(none);
              const ids = (of: Params) => Object.values(of).filter((value) => value !== "1");
              expectNothing(await ask(params), nothing, ids(params), ids(none));
            });
          }
        }
        await attempt(`${routeName(route)}: it is there for its own person`, async () => {
          if (route.method !== "GET") return;
          expect((await victim.get(fill(route, theirs))).status).not.toBe(404);
        });
      }
    });

    test("is not there, at every operation whose address has an id, for a session or a key", async (attempt) => {
      const names = (Object.keys(OPERATIONS) as OperationName[]).filter((name) => name.includes("/:"));
      expect(names.length).toBeGreaterThan(20);
      for (const name of names) {
        const asked = await REQUESTS[name](victim, vault);
        const own = await REQUESTS[name](attacker, vault);
        const absent: Asked = { ...asked, path: crypto.randomUUID(), fileId: crypto.randomUUID() };
        const mixes = [{ what: "theirs", sent: asked, none: absent }];
        if (name.includes(":fileId")) {
          mixes.push(
            {
              what: "their file in one's own project",
              sent: { ...own, fileId: asked.fileId },
              none: { ...own, fileId: absent.fileId },
            },
            {
              what: "one's own file in their project",
              sent: { ...asked, fileId: own.fileId },
              none: { ...absent, fileId: own.fileId },
            },
          );
        }
        for (const [who, by] of [
          ["a session", attacker],
          ["a key", attackersKey],
        ] as const) {
          for (const { what, sent, none } of mixes) {
            await attempt(`${name}: ${what}, for ${who}`, async () => {
              const nothing = await by.send(...addressOf(name, none), { body: asked.body });
              const answer = await by.send(...addressOf(name, sent), { body: asked.body });
              expectNothing(answer, nothing, idsOf(sent), idsOf(none));
              expect([403, 404]).toContain(answer.status);
            });
          }
          for (const id of [
            `${asked.path}%00`,
            `${asked.path}'--`,
            `../${asked.path}`,
            `${asked.path}%2f`,
            "%",
            "1",
            `${asked.path}`.replaceAll("-", ""),
          ]) {
            await attempt(`${name}: an id with more to it, for ${who}`, async () => {
              const answer = await by.send(...addressOf(name, { ...asked, path: id }), { body: asked.body });
              expect(answer.status).toBeWithin(400, 416);
              expect(answer.text).not.toContain(MARK);
            });
          }
        }
        await attempt(`${name}: it is there for its own person`, async () => {
          const answer = await (asked.by ?? victim).send(...addressOf(name, asked), { body: asked.body });
          expect(answer.status).toBe(asked.status);
        });
      }
    });

    test("is not reached by an id in a body, a query, a cursor or a form", async (attempt) => {
      const category = await newCategory(victim, { name: fresh(MARK) });
      const entry = await newEntry(victim, { categoryId: category.id, name: fresh(MARK), notes: MARK, value: MARK });
      const twoFactor = await newTwoFactor(victim, { service: MARK });
      const file = await newEnvFile(victim, { content: `A=${MARK}` });
      const key = await newKey(victim, { name: MARK });
      const mine = await newEntry(attacker);
      const ids = [category.id, entry.id, twoFactor.id, file.projectId, file.id, key.id];
      const before = await snapshot(victim);
      const [{ id: session }] = (await victim.get<{ id: string }[]>("/api/auth/sessions")).body as [{ id: string }];
      for (const id of [...ids, session]) {
        for (const path of [
          `/api/entries?categoryId=${id}`,
          `/api/entries?cursor=${id}&limit=5`,
          `/api/categories?cursor=${id}&limit=5`,
          `/api/2fa?cursor=${id}&limit=5`,
          `/api/envs?cursor=${id}&limit=5`,
          `/api/access-keys?cursor=${id}&limit=5`,
          `/api/audit?thingId=${id}`,
          `/api/audit?key=${id}`,
          `/settings/activity?item=${id}`,
          `/settings/activity?key=${id}`,
          `/entries?category=${id}`,
          `/entries?entry=${id}`,
          `/entries/selected?verb=change&ids=${id}`,
          `/entries/selected?verb=export&entry=${id}`,
          `/search?q=${id}`,
        ]) {
          await attempt(path, async () => {
            const answer = await attacker.get(path);
            expect(answer.status).toBeLessThan(500);
            expect(answer.text).not.toContain(MARK);
          });
        }
      }
      for (const by of [attacker, attackersKey]) {
        await attempt("an entry under their category", async () => {
          const answer = await by.post("/api/entries", { categoryId: category.id, name: "x", value: "v" });
          expect(answer).toMatchObject({ status: 404, body: { code: "CATEGORY_NOT_FOUND" } });
        });
        await attempt("an entry moved to their category", async () => {
          const answer = await by.put(`/api/entries/${mine.id}`, { categoryId: category.id });
          expect(answer).toMatchObject({ status: 404, body: { code: "CATEGORY_NOT_FOUND" } });
        });
      }
      for (const form of [
        `verb=delete&ids=${entry.id}&entry=${entry.id}&sure=yes`,
        `verb=move&ids=${entry.id}&entry=${entry.id}&category=${category.id}&categoryId=${category.id}`,
        `verb=move&ids=${mine.id}&entry=${mine.id}&category=${category.id}&categoryId=${category.id}`,
        `verb=rename&ids=${entry.id}&entry=${entry.id}&name=taken`,
        `verb=export&ids=${entry.id}&entry=${entry.id}`,
      ]) {
        for (const path of [
          "/entries/selected",
          "/entries/selected/change",
          "/entries/selected/export",
          "/settings/export/env",
        ]) {
          await attempt(`${path} with ${form.slice(0, 12)}`, async () => {
            const answer = await attacker.send("POST", path, { raw: form, headers: FORM });
            expect(answer.status).toBeLessThan(500);
            expect(answer.text).not.toContain(MARK);
          });
        }
      }
      await attempt("nothing of theirs has changed", async () => expect(await snapshot(victim)).toEqual(before));
      await attempt("nor has anything of ours gone there", async () =>
        expect((await victim.get(`/api/entries?categoryId=${category.id}`)).body).toHaveLength(1),
      );
    });
  },
  WITH_PASSKEYS,
);
