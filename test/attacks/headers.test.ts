import { beforeAll, expect } from "bun:test";
import { connect } from "node:net";
import { OPERATIONS } from "../../src/http/operations.ts";
import type { Answer, Client } from "../support/client.ts";
import { WITH_PASSKEYS } from "../support/factors.ts";
import { start } from "../support/program.ts";
import { marked } from "../support/secrets.ts";
import {
  confirmed,
  fresh,
  newCategory,
  newEntry,
  newEnvFile,
  newTwoFactor,
  OWNER,
  PATIENCE_MS,
  type Vault,
} from "../support/vault.ts";
import { FORM, fill, hasId, isUnsafe, type Params, post, ROUTES, type Route, routeName } from "./pages.ts";
import { attacks, onOneVault } from "./tries.ts";

const test = attacks("header injection and hostile bodies");

const ALWAYS: Record<string, string | RegExp> = {
  "content-security-policy": /^default-src 'none'; script-src 'self';(?!.*unsafe).*frame-ancestors 'none'$/,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": /camera=\(\)/,
  "x-request-id": /^[0-9a-f-]{36}$/,
};
const NEVER = ["server", "x-powered-by", "access-control-allow-origin", "access-control-allow-credentials", "evil"];

function expectArmour(headers: Headers, { cached = false } = {}): void {
  for (const [name, value] of Object.entries(ALWAYS))
    expect([name, headers.get(name)]).toEqual([name, expect.stringMatching(value)]);
  for (const name of NEVER) expect([name, headers.get(name)]).toEqual([name, null]);
  if (!cached) expect(headers.get("cache-control")).toBe("no-store");
}

const NOBODYS: Params = {
  id: "01936f60-1a2b-7d4e-8f90-0242ac120002",
  fileId: "01936f60-1a2b-7d4e-8f90-0242ac120003",
  file: "01936f60-1a2b-7d4e-8f90-0242ac120003",
  number: "1",
  version: "1",
};
const addressOf = (route: Route) => (hasId(route) ? fill(route, NOBODYS) : route.path.replace("/:file", "/none.js"));
const SIZE = 50 * 1024 * 1024;
const isApi = ({ path }: Route) => path.startsWith("/api/") && !path.startsWith("/api/docs");

onOneVault(
  "every answer",
  (vault) => {
    let owner: Client;
    beforeAll(async () => {
      owner = await confirmed(await vault.signIn());
    }, PATIENCE_MS);

    test("of every route carries what protects it, whoever asks and whatever comes of it", async (attempt) => {
      for (const route of ROUTES) {
        for (const [who, by] of [
          ["a stranger", vault.stranger],
          ["a session", owner],
        ] as const) {
          if (
            who === "a session" &&
            /sign-out|end-others|^DELETE \/api\/(auth\/sessions|account)/.test(routeName(route))
          )
            continue;
          for (const htmx of [false, true]) {
            await attempt(`${routeName(route)} for ${who}${htmx ? " by htmx" : ""}`, async () => {
              const headers: Record<string, string> = htmx ? { "hx-request": "true" } : {};
              const answer = await by.send(route.method, addressOf(route), { headers });
              // 503 is of what is not set up here.
              expect(answer.status).not.toBe(500);
              expectArmour(answer.headers, { cached: answer.headers.get("cache-control")?.startsWith("public") });
            });
          }
        }
      }
      const ERRORS: [what: string, status: number, ask: () => Promise<Answer>][] = [
        [
          "bad input",
          400,
          () => owner.send("POST", "/api/entries", { raw: "{", headers: { "content-type": "application/json" } }),
        ],
        ["a bad form", 400, () => owner.send("POST", "/keys/new", { raw: "%00=1", headers: FORM })],
        ["a parameter twice", 400, () => owner.get("/api/entries?search=a&search=b")],
        ["an unknown parameter twice", 400, () => owner.get("/api/stats?a=1&a=1")],
        ["no credential", 401, () => vault.stranger.get("/api/stats")],
        ["another site", 403, () => owner.post("/api/entries", {}, { "sec-fetch-site": "cross-site" })],
        ["another site, at a page", 403, () => post(owner, "/keys/new", {}, { "sec-fetch-site": "cross-site" })],
        ["nothing there", 404, () => owner.get("/api/nothing")],
        ["no such page", 404, () => owner.get("/nothing")],
        ["no such file", 404, () => vault.stranger.get("/static/nothing.js")],
        ["another method", 405, () => owner.send("PATCH", "/api/stats")],
        ["another method, at a page", 405, () => owner.send("PUT", "/keys")],
        ["a method of no kind", 404, () => owner.send("BREW", "/nothing")],
        [
          "a conflict",
          409,
          async () => owner.post(`/api/2fa/${(await newTwoFactor(owner, { recoveryCodes: ["a1b2c3"] })).id}/reveal`),
        ],
        ["another media type", 415, () => owner.send("POST", "/api/entries", { raw: "x", headers: FORM })],
        ["a path that is none", 404, () => owner.get("/%ff%fe")],
      ];
      for (const [what, status, ask] of ERRORS) {
        await attempt(what, async () => {
          const answer = await ask();
          expect(answer.status).toBe(status);
          expectArmour(answer.headers);
        });
      }
    });

    test("that shows a secret is kept by nobody, and is not compressed", async (attempt) => {
      const secret = marked("revealed");
      const { id } = await newEntry(owner, { value: secret });
      const { projectId, id: file } = await newEnvFile(owner, { content: `A=${secret}\n` });
      const codes = ["a1b2c", "d3e4f", "g5h6i", "j7k8l"];
      const twoFactor = await newTwoFactor(owner, { secret: "JBSWY3DPEHPK3PXP", recoveryCodes: codes });
      // Twice by the API, and then by the page that has seen how many are left.
      let left = codes.length - 2;
      const zipped = { "accept-encoding": "gzip" };
      for (const path of [
        `/api/entries/${id}/reveal`,
        `/api/envs/${projectId}/files/${file}/reveal`,
        `/api/2fa/${twoFactor.id}/reveal`,
        `/api/2fa/${twoFactor.id}/recovery-codes/reveal`,
        `/entries/${id}/reveal`,
        `/entries/${id}/copy`,
        `/envs/${projectId}/files/${file}/reveal`,
        `/envs/${projectId}/files/${file}/copy`,
        `/envs/${projectId}/files/${file}/download`,
        `/2fa/${twoFactor.id}/code`,
        `/2fa/${twoFactor.id}/recovery/use`,
        "/settings/export/env",
      ]) {
        for (const htmx of [false, true]) {
          await attempt(`${path.replace(/[0-9a-f-]{36}/g, "…")}${htmx ? " by htmx" : ""}`, async () => {
            const headers: Record<string, string> = htmx
              ? { ...FORM, ...zipped, "hx-request": "true" }
              : { ...FORM, ...zipped };
            const sent = path.startsWith("/api/")
              ? { headers: zipped }
              : { raw: path.endsWith("/use") ? `left=${left--}` : "", headers };
            const answer = await owner.send("POST", path, sent);
            expect(answer.status).toBe(200);
            expectArmour(answer.headers);
            expect(answer.headers.get("content-encoding")).toBeNull();
            expect(answer.headers.get("etag") ?? "").not.toContain(secret);
          });
        }
      }
      await attempt("an export at the API", async () => {
        const answer = await owner.get("/api/export", zipped);
        expect(answer.text).toContain(secret);
        expectArmour(answer.headers);
      });
    });

    test("is given to a body of 50 MB, which is not taken in", async (attempt) => {
      for (const route of ROUTES.filter(isUnsafe)) {
        for (const [who, by] of [
          ["a stranger", vault.stranger],
          ["a session", owner],
        ] as const) {
          await attempt(`${routeName(route)} for ${who}`, async () => {
            const type = isApi(route) ? "application/json" : "application/x-www-form-urlencoded";
            const { status, headers, body } = await announced(vault, route.method, addressOf(route), {
              ...by.headers,
              "content-type": type,
              "content-length": String(SIZE),
            });
            // Whoever may not ask at all is told so; an id that is none comes before the body.
            const open = /^\/(setup|sign-in|theme)|^\/api\/auth\/(sign-in|backchannel)/.test(route.path);
            expect([route.path, who, status]).toEqual([
              route.path,
              who,
              who === "a session" || open ? 413 : isApi(route) ? 401 : 303,
            ]);
            expectArmour(headers);
            if (isApi(route) && status === 413) expect(JSON.parse(body)).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
          });
        }
      }
      const large = "x".repeat(SIZE);
      for (const [what, ask] of [
        ["JSON", () => owner.post("/api/entries", { value: large })],
        ["a form", () => owner.send("POST", "/keys/new", { raw: `name=${large}`, headers: FORM })],
        ["a stranger's", () => vault.stranger.post("/api/auth/sign-in/email", { ...OWNER, password: large })],
        [
          "a stream of no length",
          () =>
            owner.send("POST", "/api/entries", { raw: streamOf(50), headers: { "content-type": "application/json" } }),
        ],
        ["a stranger's stream", () => vault.stranger.send("POST", "/sign-in", { raw: streamOf(50), headers: FORM })],
      ] as const) {
        await attempt(`sent in full: ${what}`, async () => {
          const answer = await ask();
          expect(answer.status).toBe(413);
          expectArmour(answer.headers);
        });
      }
      await attempt("the server is well", async () => expect((await owner.get("/api/stats")).status).toBe(200));
    });

    test("comes to one request at a time, however its end is told", async (attempt) => {
      const hidden = `GET /api/export HTTP/1.1\r\nHost: x\r\nCookie: ${owner.headers.cookie}\r\n\r\n`;
      for (const [what, head] of [
        ["two lengths", "Content-Length: 0\r\nContent-Length: 5"],
        ["a length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked"],
        ["chunks and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5"],
        ["chunks by another name", "Transfer-Encoding: xchunked\r\nContent-Length: 5"],
        ["a length that is negative", "Content-Length: -1"],
        ["a length that is none", "Content-Length: 5x"],
        ["a folded line", "X-A: b\r\n Content-Length: 5"],
        ["a space before the colon", "Content-Length : 5"],
        ["a bare line feed", "X-A: b\nContent-Length: 5"],
        ["a NUL", "X-A: b\u0000"],
      ] as const) {
        await attempt(what, async () => {
          const answer = await raw(
            vault,
            `POST /sign-in HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n0\r\n\r\n${hidden}`,
          );
          const answers = answer.match(/HTTP\/1\.1 \d+/g) ?? [];
          expect(answers.filter((one) => one.endsWith("200"))).toEqual([]);
          expect(answer).not.toContain("kagi-export");
        });
      }
    });
  },
  WITH_PASSKEYS,
);

onOneVault("a header", (vault) => {
  const BREAKS = [
    "\r\nEvil: 1",
    "\nEvil: 1",
    "\r\n\r\n<script>",
    "%0d%0aEvil:%201",
    "\u0000Evil",
    "\u2028Evil: 1",
    "\u560d\u560aEvil: 1",
    '"; filename="evil.exe',
    '\\"; evil=1',
    "../../evil",
  ];

  test("is not made by what somebody is called", async (attempt) => {
    const { owner } = vault;
    const json = await newCategory(owner, { keyType: "json", envVarName: null });
    for (const sign of BREAKS) {
      await attempt(`a file's name with ${JSON.stringify(sign)}`, async () => {
        const made = await owner.post<{ id: string }>("/api/entries", {
          categoryId: json.id,
          name: fresh("P"),
          value: "{}",
          fileName: `a${sign}.json`,
        });
        expect([201, 400]).toContain(made.status);
        if (made.status === 400) return;
        const answer = await post(owner, `/entries/${made.body.id}/download`);
        expect(answer.status).toBe(200);
        expectArmour(answer.headers);
        const disposition = answer.headers.get("content-disposition") ?? "";
        expect(disposition).toMatch(/^attachment; filename="[\w. -]*"(; filename\*=UTF-8''[\w.%~!-]*)?$/);
        expect(disposition).not.toMatch(/%0d|%0a|%00|%2f|%5c/i);
      });
      for (const path of [
        "/api/categories?limit=1&search=",
        "/api/entries?limit=1&search=",
        "/keys?search=",
        "/search?q=",
        "/static/",
        "/icons/",
        "/keys/new?service=",
      ]) {
        await attempt(`${path} with ${JSON.stringify(sign)}`, async () => {
          const answer = await owner.get(path + encodeURIComponent(sign.toWellFormed()));
          expect(answer.status).toBeLessThan(500);
          expectArmour(answer.headers, { cached: answer.headers.get("cache-control")?.startsWith("public") });
          expect(answer.headers.get("link") ?? "").not.toMatch(/[\r\n]|Evil: 1/);
        });
      }
      await attempt(`a theme with ${JSON.stringify(sign)}`, async () => {
        const answer = await post(vault.stranger, "/theme", { theme: `dark${sign}`, next: `/keys${sign}` });
        expect([303, 400]).toContain(answer.status);
        expectArmour(answer.headers);
        expect(answer.headers.getSetCookie().join()).not.toMatch(/evil/i);
      });
      await attempt(`a cookie with ${JSON.stringify(sign)}`, async () => {
        const planted = encodeURIComponent(sign);
        const answer = await vault.stranger.get("/sign-in?a", {
          cookie: `theme=dark${planted}; done=entry-created.1${planted}`,
        });
        expect(answer.status).toBe(200);
        expect(answer.text).not.toContain("Evil");
        expectArmour(answer.headers);
      });
    }
  });

  test("of a proxy that nobody trusts changes no address, cookie or link", async (attempt) => {
    const FORGED: Record<string, string>[] = [
      { "x-forwarded-host": "evil.example" },
      { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
      { "x-forwarded-proto": "https" },
      { "x-forwarded-port": "8443", "x-forwarded-scheme": "https" },
      { "x-forwarded-prefix": "/evil" },
      { "x-host": "evil.example", "x-original-host": "evil.example", "x-http-host-override": "evil.example" },
      { forwarded: "for=evil.example;host=evil.example;proto=https" },
      { "x-original-url": "/evil", "x-rewrite-url": "/evil" },
      { "x-request-id": "evil", "x-correlation-id": "evil" },
    ];
    for (let entry = 0; entry < 3; entry += 1) await newCategory(vault.owner);
    for (const forged of FORGED) {
      const told = JSON.stringify(forged);
      for (const path of [
        "/api/categories?limit=1",
        "/api/openapi",
        "/keys",
        "/settings",
        "/sign-in?x",
        "/nothing",
        "/api/nothing",
        "/sign-out",
      ]) {
        for (const by of [vault.owner, vault.stranger]) {
          await attempt(`${path} with ${told}`, async () => {
            const plain = await by.get(path);
            const answer = await by.get(path, forged);
            const rest = ({ status, text, headers }: Answer) => ({
              status,
              text: text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{22}/g, ""),
              headers: [...headers].filter(([name]) => !["x-request-id", "date", "content-length"].includes(name)),
            });
            expect(rest(answer)).toEqual(rest(plain));
            expect(JSON.stringify([...answer.headers]) + answer.text).not.toContain("evil");
          });
        }
      }
      await attempt(`a sign-in with ${told}`, async () => {
        const answer = await vault.stranger.post("/api/auth/sign-in/email", OWNER, forged);
        expect(answer.status).toBe(200);
        expect(answer.headers.getSetCookie().join()).not.toMatch(/Secure|__Host|[Dd]omain/);
        expect(answer.headers.get("strict-transport-security")).toBeNull();
      });
    }
  });

  test("writes no line of the log", async (attempt) => {
    const line = /^\d{4}-\d\d-\d\dT[\d:.]+Z (info|warn|error) [a-z][^=]*?( \w+=("(\\.|[^"\\])*"|[\w./:@,<>[\]-]+))*$/i;
    for (const sign of BREAKS) {
      for (const email of [`a${sign}@example.com`, `${sign}2026-01-01T00:00:00.000Z error forged`]) {
        await attempt(`an e-mail with ${JSON.stringify(sign)}`, async () => {
          const answer = await vault.stranger.post(
            "/api/auth/sign-in/email",
            { email, password: `p${sign}` },
            {
              "user-agent": encodeURIComponent(sign),
            },
          );
          expect([400, 401, 429]).toContain(answer.status);
        });
      }
    }
    await attempt("the log has its own lines alone", async () => {
      await vault.restart();
      const lines = vault.log.split("\n").filter((text) => text !== "");
      expect(lines.filter((text) => !line.test(text))).toEqual([]);
      expect(vault.log).not.toMatch(/forged|Evil/);
    });
  });

  test("of the host changes nothing where the public address is known", async (attempt) => {
    await vault.restart("stop", { KAGI_URL: "http://kagi.lan" });
    const owner = await confirmed(vault.owner);
    for (const host of [
      "evil.example",
      "evil.example:80",
      "kagi.lan.evil.example",
      "kagi.lan@evil.example",
      "localhost:1",
    ]) {
      for (const path of [
        "/api/categories?limit=1",
        "/settings",
        "/settings/access-keys/new",
        "/sign-in?x",
        "/api/openapi",
      ]) {
        await attempt(`${path} for ${host}`, async () => {
          const answer = await owner.get(path, { host });
          expect(answer.status).toBeOneOf([200, 303, 400]);
          expect(JSON.stringify([...answer.headers]) + answer.text).not.toContain("evil.example");
        });
      }
      await attempt(`the example beside a new key for ${host}`, async () => {
        const answer = await post(
          owner,
          "/settings/access-keys/new",
          { name: fresh("k"), scopes: "stats:read", expiry: "never" },
          { host },
        );
        expect(answer.text).not.toContain("evil.example");
        if (answer.status === 200) expect(answer.text).toContain("http://kagi.lan/api/stats");
      });
    }
  });
});

test("a server that is starting says so, and nothing else, with what protects the answer", async (attempt) => {
  // A database that never answers keeps it at that.
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const free = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const port = free.port;
  free.stop(true);
  const child = start("/", ["serve"], {
    PORT: String(port),
    DATABASE_URL: `postgres://kagi:kagi@127.0.0.1:${silent.port}/kagi`,
    KAGI_ENCRYPTION_KEY: "0123456789abcdef".repeat(4),
    KAGI_URL: "https://kagi.example.com",
  });
  try {
    const ask = async (path: string) => {
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" }).catch(() => null);
        if (answer !== null) return answer;
        await Bun.sleep(20);
      }
    };
    for (const path of ["/", "/sign-in", "/api/stats", "/healthz", "/static/app.css"]) {
      await attempt(path, async () => {
        const answer = await ask(path);
        expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
        expectArmour(answer.headers);
        expect(answer.headers.get("strict-transport-security")).toBe("max-age=31536000");
        expect(await answer.text()).toBe("Kagi is starting. Try again in a second.\n");
      });
    }
  } finally {
    child.kill("SIGKILL");
    await child.exited;
    silent.stop(true);
  }
});

test("every operation is in what was tried", async (attempt) => {
  await attempt("all of them", () => {
    const names = new Set(ROUTES.map(routeName));
    expect(Object.keys(OPERATIONS).filter((name) => !names.has(name))).toEqual([]);
  });
});

function streamOf(mebibytes: number): ReadableStream<Uint8Array> {
  let left = mebibytes;
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(1024 * 1024).fill(120));
      else controller.close();
    },
  });
}

/** The answer to the head of a request, whose body never comes. */
async function announced(vault: Vault, method: string, path: string, headers: Record<string, string>) {
  const lines = Object.entries({ host: new URL(vault.url).host, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const answer = await raw(vault, `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n{`);
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  const [first = "", ...rest] = head.split("\r\n");
  const pairs = rest.map(
    (line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as [string, string],
  );
  return { status: Number(first.split(" ")[1]), headers: new Headers(pairs), body };
}

/** Sends bytes as they are, and returns what comes back until nothing more does or the answer is whole. */
async function raw(vault: Vault, bytes: string): Promise<string> {
  const { hostname, port } = new URL(vault.url);
  const socket = connect(Number(port), hostname);
  let answer = "";
  await new Promise<void>((done) => {
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      const length = /^content-length: (\d+)\r$/im.exec(answer)?.[1];
      const at = answer.indexOf("\r\n\r\n");
      if (at >= 0 && answer.length - at - 4 >= Number(length ?? 0)) socket.end();
    });
    socket.on("error", () => done());
    socket.on("close", () => done());
    socket.write(bytes, "latin1");
  });
  return answer;
}
