import { expect } from "bun:test";
import { OPERATIONS, type Operation, type OperationName } from "../../src/http/operations.ts";
import { SCOPE_NAMES, type Scope } from "../../src/scopes.ts";
import type { Client } from "../support/client.ts";
import { addressOf, REQUESTS } from "../support/requests.ts";
import { refused, snapshot } from "../support/vault.ts";
import { FORM, fill, hasId, PAGES, type Params, routeName } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("scope escalation");

const ALL = Object.entries(OPERATIONS) as [OperationName, Operation][];
/** Of a thing that nobody has: whoever gets as far as looking for it has got too far. */
const NOBODYS = { path: "01936f60-1a2b-7d4e-8f90-0242ac120002", fileId: "01936f60-1a2b-7d4e-8f90-0242ac120003" };
const OPEN = /^\/(setup|sign-in|theme|static|api\/docs)(\/|$)|^\/$/;

/** What a key may be sent along with, to be taken for more than it is. */
const DISGUISES: [what: string, headers: Record<string, string>][] = [
  ["as it is", {}],
  ["as a browser of ours", { "sec-fetch-site": "same-origin", "hx-request": "true" }],
  [
    "with scopes of its own making",
    { "x-scope": "export:read", scope: "export:read", "x-user-id": "1", "x-admin": "true" },
  ],
  [
    "for another path",
    { "x-original-url": "/api/export", "x-rewrite-url": "/api/export", "x-forwarded-prefix": "/api" },
  ],
];

onOneVault("a key with one scope", (vault) => {
  const refusal = (access: Operation["access"]) =>
    access === "session"
      ? refused(403, "AUTH_SESSION_REQUIRED")
      : refused(403, "AUTH_SCOPE_REQUIRED", { requiredScope: access });

  test("does what that scope says, and no other operation", async (attempt) => {
    const before = await snapshot(vault.owner);
    for (const scope of SCOPE_NAMES) {
      const key = await vault.key([scope]);
      for (const [name, { access }] of ALL) {
        if (access === "public" || access === scope) continue;
        for (const [what, headers] of DISGUISES) {
          await attempt(`${name} with ${scope}, ${what}`, async () => {
            const body = name.startsWith("GET") ? undefined : { name: "x" };
            expect(await key.send(...addressOf(name, NOBODYS), { body, headers })).toMatchObject(refusal(access));
          });
        }
        if (name.startsWith("GET")) {
          await attempt(`HEAD for ${name} with ${scope}`, async () => {
            const answer = await key.send("HEAD", addressOf(name, NOBODYS)[1]);
            expect([answer.status, answer.text]).toEqual([403, ""]);
          });
        }
      }
    }
    await attempt("nothing but the keys has changed", async () => {
      const after = (await snapshot(vault.owner)) as unknown[];
      const rest = (all: unknown[]) => all.filter((_, index) => index !== 4);
      expect(rest(after)).toEqual(rest(before as unknown[]));
    });
  });

  test("does what it says", async (attempt) => {
    for (const [name, { access }] of ALL) {
      if (access === "public" || access === "session") continue;
      await attempt(name, async () => {
        const asked = await REQUESTS[name](vault.owner, vault);
        const key = await vault.key([access as Scope]);
        expect((await key.send(...addressOf(name, asked), { body: asked.body })).status).toBe(asked.status);
      });
    }
  });

  test("opens no page, not even with all scopes", async (attempt) => {
    const params: Params = { id: NOBODYS.path, file: NOBODYS.fileId, number: "1", version: "1" };
    const key = await vault.key(SCOPE_NAMES);
    for (const route of PAGES.filter(({ path }) => !OPEN.test(path))) {
      await attempt(routeName(route), async () => {
        const path = hasId(route) ? fill(route, params) : route.path.replace("/:file", "/x");
        const body = route.method === "GET" ? {} : { raw: "name=x" };
        const answer = await key.send(route.method, path, { ...body, headers: FORM });
        expect([answer.status, answer.text]).toEqual([303, ""]);
        expect(answer.headers.get("location")).toStartWith("/sign-in?next=");
      });
    }
  });

  test("is not made more by what stands beside it", async (attempt) => {
    const key = await vault.key(["stats:read"]);
    const { authorization = "" } = key.headers;
    const { cookie = "" } = vault.owner.headers;
    const wrong = `Bearer kagi_${"A".repeat(43)}`;
    const refusedExport: [string, Client, number][] = [
      ["a session's cookie", key.with({ cookie }), 403],
      ["a wrong key beside a good session", vault.stranger.with({ cookie, authorization: wrong }), 401],
      ["another scheme beside a good session", vault.stranger.with({ cookie, authorization: "Basic YTpi" }), 401],
      ["an empty one beside a good session", vault.stranger.with({ cookie, authorization: "Bearer" }), 401],
      ["two keys at once", vault.stranger.with({ authorization: `${authorization}, ${wrong}` }), 401],
      ["a key with more to it", vault.stranger.with({ authorization: `${authorization}A` }), 401],
      ["a key cut short", vault.stranger.with({ authorization: authorization.slice(0, -1) }), 401],
      ["a key in other letters", vault.stranger.with({ authorization: authorization.replace("kagi_", "KAGI_") }), 401],
      ["a key in the address", vault.stranger, 401],
      ["a key as a cookie", vault.stranger.with({ cookie: `kagi_session=${authorization.slice(7)}` }), 401],
      ["a key's id", vault.stranger.with({ authorization: `Bearer ${key.key.id}` }), 401],
    ];
    for (const [what, by, status] of refusedExport) {
      await attempt(what, async () => {
        const token = encodeURIComponent(authorization.slice(7));
        const query = what.includes("address") ? `?access_token=${token}` : "";
        const answer = await by.get(`/api/export${query}`);
        expect(answer.status).toBe(status);
        expect(answer.text).not.toContain("=");
      });
    }
  });

  test("cannot be made with scopes that there are not, or none", async (attempt) => {
    for (const scopes of [
      [],
      ["*"],
      ["admin"],
      ["entries:*"],
      ["ENTRIES:READ"],
      ["entries:read "],
      ["entries:read", "entries:read"],
      ["session"],
      ["public"],
      [["entries:read"]],
      "entries:read",
      { 0: "entries:read" },
      null,
    ]) {
      await attempt(JSON.stringify(scopes), async () => {
        const answer = await vault.owner.post("/api/access-keys", { name: "x", scopes });
        expect(answer).toMatchObject(refused(400, "VALIDATION_ERROR"));
      });
    }
  });
});
