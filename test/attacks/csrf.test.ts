import { beforeAll, expect } from "bun:test";
import { OPERATIONS, type Operation, type OperationName } from "../../src/http/operations.ts";
import type { Client } from "../support/client.ts";
import { newPerson, WITH_PASSKEYS } from "../support/factors.ts";
import { addressOf, REQUESTS } from "../support/requests.ts";
import { confirmed, fresh, newCategory, OWNER, PATIENCE_MS, refused, snapshot } from "../support/vault.ts";
import { FORM, fill, hasId, isUnsafe, PAGES, post, ROUTES, type Route, routeName, thingFor } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("CSRF");

type Fields = Record<string, string>;

/** What a browser says of a request that another site has caused; `own` is the server's own origin. */
const FOREIGN: [what: string, headers: (own: string) => Fields][] = [
  ["cross-site", () => ({ "sec-fetch-site": "cross-site" })],
  ["same-site", () => ({ "sec-fetch-site": "same-site" })],
  ["cross-site with our origin", (own) => ({ "sec-fetch-site": "cross-site", origin: own })],
  ["a site of no kind", () => ({ "sec-fetch-site": "SAME-ORIGIN " })],
  ["another origin", () => ({ origin: "https://evil.example" })],
  ["an origin that is null", () => ({ origin: "null" })],
  ["another port", () => ({ origin: "http://localhost:1" })],
  ["another scheme", (own) => ({ origin: own.replace("http:", "https:") })],
  ["our name at the front of theirs", (own) => ({ origin: `${own}.evil.example` })],
  ["our name behind an @", (own) => ({ origin: `${own}@evil.example` })],
];

/** What a form of another site can send without being asked whether it may, and what a script would have to ask for. */
const BODIES: [what: string, sent: { raw?: string; headers?: Fields }][] = [
  ["a form", { raw: "name=x&word=DELETE&next=%2Fkeys&theme=dark", headers: FORM }],
  ["text", { raw: '{"name":"x","keyType":"ssh"}', headers: { "content-type": "text/plain" } }],
  ["JSON", { raw: '{"name":"x","keyType":"ssh"}', headers: { "content-type": "application/json" } }],
];

/** Where a server sends a form, by the standard; it goes by the token in it, and by no cookie. */
const LOGOUT = "/api/auth/backchannel-logout/keycloak";
const UNSAFE = ROUTES.filter(isUnsafe);

onOneVault(
  "a request that another site has caused",
  (vault) => {
    let victim: Client;
    const addresses = new Map<string, string>();
    beforeAll(async () => {
      const person = await newPerson(vault);
      victim = await confirmed(await vault.signIn(person), person.password);
      for (const route of UNSAFE) {
        addresses.set(routeName(route), hasId(route) ? await addressFor(route) : route.path);
      }
    }, PATIENCE_MS);

    /** Of a thing that is there and the victim's. */
    async function addressFor(route: Route): Promise<string> {
      const name = routeName(route) as OperationName;
      if (Object.hasOwn(OPERATIONS, name)) return addressOf(name, await REQUESTS[name](victim, vault))[1];
      return fill(route, await thingFor(route, victim, fresh("mine")));
    }
    const at = (route: Route) => addresses.get(routeName(route)) ?? "";

    test("is refused at every route that could change something, whatever it carries", async (attempt) => {
      expect(UNSAFE.length).toBeGreaterThan(100);
      const before = await snapshot(victim);
      for (const route of UNSAFE) {
        for (const [site, headersFor] of FOREIGN) {
          for (const [body, sent] of BODIES) {
            await attempt(`${routeName(route)}, ${site}, with ${body}`, async () => {
              const headers = { ...headersFor(vault.url), ...sent.headers };
              const answer = await victim.send(route.method, at(route), { raw: sent.raw, headers });
              expect(answer.status).toBe(403);
              expect(answer.headers.getSetCookie()).toEqual([]);
              if (route.path.startsWith("/api/")) expect(answer.body).toMatchObject({ code: "CROSS_ORIGIN" });
            });
          }
        }
      }
      await attempt("nothing has changed", async () => expect(await snapshot(victim)).toEqual(before));
    });

    test("is not let in for a form either, where the API takes JSON alone", async (attempt) => {
      const before = await snapshot(victim);
      for (const route of UNSAFE.filter(({ path }) => path.startsWith("/api/") && path !== LOGOUT)) {
        for (const type of [
          "text/plain",
          "application/x-www-form-urlencoded",
          "multipart/form-data",
          "text/json",
          "",
        ]) {
          await attempt(`${routeName(route)} as ${type}`, async () => {
            const sent = { raw: new Blob(['{"name":"x"}']), headers: { "content-type": type } };
            const answer = await victim.send(route.method, at(route), sent);
            expect(answer).toMatchObject(refused(415, "UNSUPPORTED_MEDIA_TYPE"));
          });
        }
      }
      await attempt("nothing has changed", async () => expect(await snapshot(victim)).toEqual(before));
    });

    test("cannot sign a visitor in as somebody else", async (attempt) => {
      for (const [site, headersFor] of FOREIGN) {
        for (const path of ["/sign-in", "/sign-in/second-factor", "/sign-in/passkey"]) {
          await attempt(`${path}, ${site}`, async () => {
            const answer = await post(vault.stranger, path, OWNER, headersFor(vault.url));
            expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
          });
        }
        await attempt(`the API, ${site}`, async () => {
          const answer = await vault.stranger.post("/api/auth/sign-in/email", OWNER, headersFor(vault.url));
          expect(answer).toMatchObject(refused(403, "CROSS_ORIGIN"));
          expect(answer.headers.getSetCookie()).toEqual([]);
        });
      }
    });

    test("does nothing by a method that only reads, whatever it says it is", async (attempt) => {
      const before = await snapshot(victim);
      const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
      for (const route of UNSAFE) {
        for (const method of ["GET", "HEAD"]) {
          await attempt(`${method} for ${routeName(route)}`, async () => {
            const overrides = { "x-http-method-override": route.method, "x-method-override": route.method };
            const path = `${at(route)}?_method=${route.method}`;
            const answer = await victim.send(method, path, { headers: { ...foreign, ...overrides } });
            expect(answer.status).not.toBe(500);
            expect(
              answer.headers.getSetCookie().filter((cookie) => /session|device|pending|theme/.test(cookie)),
            ).toEqual([]);
          });
        }
      }
      await attempt("nothing has changed", async () => expect(await snapshot(victim)).toEqual(before));
      await attempt("the session lives", async () => expect((await victim.get("/api/auth/session")).status).toBe(200));
    });

    test("is what was refused: the same from the vault's own pages is let in", async (attempt) => {
      for (const route of PAGES.filter(isUnsafe)) {
        await attempt(routeName(route), async () => {
          const sent = { raw: "", headers: { ...FORM, "sec-fetch-site": "same-origin" } };
          const by = route.path === "/sign-out" ? await vault.signIn() : victim;
          const answer = await by.send(route.method, at(route), sent);
          expect([403, 500]).not.toContain(answer.status);
        });
      }
      for (const [name, { access }] of Object.entries(OPERATIONS) as [OperationName, Operation][]) {
        if (access === "public" || name.startsWith("GET")) continue;
        await attempt(name, async () => {
          const asked = await REQUESTS[name](vault.owner, vault);
          const by = (asked.by ?? vault.owner).with({ "sec-fetch-site": "same-origin" });
          expect((await by.send(...addressOf(name, asked), { body: asked.body })).status).toBe(asked.status);
        });
      }
    });

    test("leaves a trace in the log, and no more than so many lines", async (attempt) => {
      await attempt("a line", () => expect(vault.log).toContain("warn request from another site refused address="));
      await attempt("not one for each", () => {
        const lines = vault.log.split("\n").filter((line) => line.includes("from another site refused"));
        expect(lines.length).toBeLessThan(UNSAFE.length * FOREIGN.length);
        expect(lines.join("\n")).not.toContain("evil");
      });
      await attempt("a refused key is told of as well", async () => {
        const forged = vault.stranger.with({ authorization: `Bearer kagi_${"A".repeat(43)}` });
        for (let request = 0; request < 300; request += 1) await forged.get("/api/stats");
        await newCategory(vault.owner);
        const lines = vault.log
          .split("\n")
          .filter((line) => line.includes("warn access key refused address=127.0.0.1"));
        expect(lines.length).toBeWithin(1, 200);
        expect(vault.log).not.toContain("AAAA");
      });
    });
  },
  WITH_PASSKEYS,
);
