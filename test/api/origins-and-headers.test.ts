import { describe, expect, test } from "bun:test";
import { cookiesOf } from "../support/client.ts";
import { fresh, newEntry, OWNER, onEachEngine, refused, type Vault } from "../support/vault.ts";

const HTTPS = { KAGI_URL: "https://kagi.example.com" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ALWAYS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

onEachEngine("every answer", (vault) => {
  const ANSWERS: [what: string, status: number, ask: (vault: Vault) => ReturnType<Vault["owner"]["get"]>][] = [
    ["JSON", 200, ({ owner }) => owner.get("/api/stats")],
    ["a reveal", 200, async ({ owner }) => owner.post(`/api/entries/${(await newEntry(owner)).id}/reveal`)],
    ["an export", 200, ({ owner }) => owner.get("/api/export")],
    ["nothing", 204, async ({ owner }) => owner.delete(`/api/entries/${(await newEntry(owner)).id}`)],
    ["bad input", 400, ({ owner }) => owner.send("POST", "/api/entries", { raw: "{", headers: JSON_TYPE })],
    ["no credential", 401, ({ stranger }) => stranger.get("/api/stats")],
    ["an unknown API path", 404, ({ stranger }) => stranger.get("/api/nothing")],
    ["another method", 405, ({ stranger }) => stranger.delete("/api/stats")],
    ["too large a body", 413, ({ owner }) => owner.post("/api/entries", { value: "x".repeat(2_200_000) })],
    ["the sign-in page", 200, ({ stranger }) => stranger.get("/sign-in")],
    ["a page behind the door", 303, ({ stranger }) => stranger.get("/keys")],
    ["an unknown page", 404, ({ stranger }) => stranger.get("/nothing")],
    ["health", 200, ({ stranger }) => stranger.get("/healthz")],
  ];
  const JSON_TYPE = { "content-type": "application/json" };

  test.each(ANSWERS)("carries the security headers, a request id and no-store: %s", async (_what, status, ask) => {
    const answer = await ask(vault);
    expect(answer.status).toBe(status);
    const headers = Object.fromEntries(answer.headers);
    expect(headers).toMatchObject({ ...ALWAYS, "cache-control": "no-store" });
    expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers["strict-transport-security"]).toBeUndefined();
    for (const name of ["server", "x-powered-by", "access-control-allow-origin"]) expect(headers[name]).toBeUndefined();
  });

  test("of a static file carries them too, and is cached by its name", async () => {
    const page = await vault.stranger.get("/sign-in");
    const files = [...page.text.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, path]) => path as string);
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const answer = await vault.stranger.get(file);
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        ...ALWAYS,
        "cache-control": "public, max-age=31536000, immutable",
      });
    }
    expect((await vault.stranger.get("/static/app.css")).status).toBe(404);
  });

  test.each(["/static/..%2f..%2fpackage.json", "/static/%2e%2e/package.json", "/static//etc/passwd", "/package.json"])(
    "hands out no other file: %s",
    async (path) => {
      expect((await vault.stranger.get(path)).status).toBe(404);
    },
  );

  test.each(["x", "pi", "kagi.lan", "[::1]", "kagi.example.com:8443"])("is the same for the host %s", async (host) => {
    expect(await vault.stranger.get("/healthz", { host })).toMatchObject({ status: 200 });
    expect(await vault.owner.get("/api/stats?x=/healthz", { host })).toMatchObject({ status: 200 });
    expect(await vault.stranger.get("/api/nothing", { host })).toMatchObject(refused(404, "NOT_FOUND"));
  });

  test("has a request id of its own, whatever the caller says", async () => {
    const said = { "x-request-id": "mine" };
    const ids = await Promise.all([1, 2].map(async () => (await vault.owner.get("/api/stats", said)).headers));
    expect(new Set(ids.map((headers) => headers.get("x-request-id"))).size).toBe(2);
  });
});

onEachEngine(
  "behind https",
  (vault) => {
    // The cookie's name and attributes are what a browser on https would send back.
    test("browsers are told to stay there, and cookies are pinned to this host", async () => {
      const answer = await vault.stranger.post("/api/auth/sign-in/email", OWNER);
      expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
      for (const cookie of answer.headers.getSetCookie()) {
        expect(cookie).toMatch(
          /^__Host-kagi_(session|device)=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
        );
      }
      const client = vault.stranger.with({ cookie: cookiesOf(answer) });
      expect((await client.get("/api/stats")).status).toBe(200);
      const bare = vault.stranger.with({ cookie: cookiesOf(answer).replaceAll("__Host-", "") });
      expect((await bare.get("/api/stats")).status).toBe(401);
      expect((await vault.stranger.get("/sign-in")).headers.get("strict-transport-security")).toBe("max-age=31536000");
    });

    test("the public origin is the one that counts", async () => {
      const post = (origin: string) =>
        vault.owner.post("/api/categories", { name: fresh("c"), keyType: "ssh" }, { origin });
      expect(await post("https://kagi.example.com")).toMatchObject({ status: 201 });
      expect(await post("http://kagi.example.com")).toMatchObject(refused(403, "CROSS_ORIGIN"));
      expect(await post(vault.url)).toMatchObject(refused(403, "CROSS_ORIGIN"));
      const page = await vault.owner.get("/api/categories?limit=1");
      expect(page.headers.get("link") ?? "<https://kagi.example.com/").toStartWith("<https://kagi.example.com/");
    });
  },
  HTTPS,
);

onEachEngine("another origin", (vault) => {
  const HEADERS: [allowed: boolean, headers: (own: string) => Record<string, string>][] = [
    [true, () => ({})],
    [true, () => ({ "sec-fetch-site": "same-origin" })],
    [true, () => ({ "sec-fetch-site": "none" })],
    [true, () => ({ "sec-fetch-site": "same-origin", origin: "https://evil.example" })],
    [true, (own) => ({ origin: own })],
    [false, () => ({ "sec-fetch-site": "cross-site" })],
    [false, () => ({ "sec-fetch-site": "same-site" })],
    [false, (own) => ({ "sec-fetch-site": "cross-site", origin: own })],
    [false, () => ({ "sec-fetch-site": "" })],
    [false, () => ({ origin: "https://evil.example" })],
    [false, () => ({ origin: "null" })],
    [false, (own) => ({ origin: own.replace("http:", "https:") })],
    [false, (own) => ({ origin: `${own}.evil.example` })],
  ];
  const input = () => ({ name: fresh("Category"), keyType: "ssh" });
  const crossOrigin = refused(403, "CROSS_ORIGIN", { error: "Forbidden" });

  describe.each(HEADERS)("allowed: %p", (allowed, headersFor) => {
    const headers = () => headersFor(vault.url);
    test("with a session", async () => {
      const answer = await vault.owner.post("/api/categories", input(), headers());
      expect(answer).toMatchObject(allowed ? { status: 201 } : crossOrigin);
      expect((await vault.owner.get("/api/stats", headers())).status).toBe(200);
    });
    test("with a key, which no browser adds by itself", async () => {
      const client = await vault.key(["categories:write"]);
      expect((await client.post("/api/categories", input(), headers())).status).toBe(201);
    });
    test("at sign-in", async () => {
      const answer = await vault.stranger.post("/api/auth/sign-in/email", OWNER, headers());
      expect(answer).toMatchObject(allowed ? { status: 200 } : crossOrigin);
    });
  });

  test("gets no leave to read: there is no CORS", async () => {
    const asked = { origin: "https://evil.example", "access-control-request-method": "POST" };
    const answer = await vault.stranger.send("OPTIONS", "/api/categories", { headers: asked });
    expect(answer.status).toBe(405);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
  });
});
