import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import { listen } from "../../src/serve.ts";
import { kagi, newFolder, readAll, removeFolder, serve, start } from "../support/program.ts";

const ROOT = join(import.meta.dir, "../..");
const ADMIN = { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: "tuba-lantern-moss-42" };

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => removeFolder(folder));

describe("the port", () => {
  test("is taken before anything is made: one in use leaves nothing behind, and is named with what to do", async () => {
    for (const [HOST, address] of [
      ["localhost", "127.0.0.1"],
      ["localhost", "::1"],
      ["127.0.0.1", "127.0.0.1"],
      ["0.0.0.0", "127.0.0.1"],
    ] as const) {
      const other = Bun.serve({ hostname: address, port: 0, fetch: () => new Response("another program") });
      try {
        const ran = await kagi(folder, ["serve"], { HOST, PORT: String(other.port) });
        expect(ran.code).toBe(1);
        expect(ran.err).toMatch(new RegExp(`^kagi: port ${other.port} on ${HOST} is in use\\. Set PORT to .*\\.\\n$`));
        expect(readdirSync(folder)).toEqual([]);
      } finally {
        await other.stop(true);
      }
    }
  });

  test("on an address of another machine is refused in words, and leaves nothing behind", async () => {
    const ran = await kagi(folder, ["serve"], { HOST: "192.0.2.1", PORT: "0" });
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining("192.0.2.1 is no address of this machine") });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("asks to come back until the vault is open", async () => {
    const listening = listen(loadConfig({ PORT: "0" }), createLog());
    const url = `http://127.0.0.1:${listening.port}/api/categories`;
    const early = await fetch(url);
    expect([early.status, early.headers.get("Retry-After")]).toEqual([503, "1"]);
    listening.answerWith(() => new Response("open"));
    expect(await (await fetch(url)).text()).toBe("open");
    await listening.stop();
    expect(await fetch(url).then(Object, () => "closed")).toBe("closed");
  });
});

describe("a signal", () => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} lets a request under way finish, and ends with 0`, async () => {
      const { child, port } = await startServer(ADMIN);
      const half = await sendHalf(port);
      child.kill(signal);
      await waitUntil(() => refuses(port));
      expect(child.exitCode).toBeNull();
      half.finish();
      expect(await half.answer).toStartWith("HTTP/1.1 200");
      expect(await child.exited).toBe(0);
    });
  }

  test("again does not wait", async () => {
    const { child, port } = await startServer(ADMIN);
    await sendHalf(port);
    child.kill("SIGTERM");
    await Bun.sleep(500);
    expect(child.exitCode).toBeNull();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(1);
  });

  test("that comes twice at once, as Control-C does through `bun start`, is one", async () => {
    const { child, port } = await startServer(ADMIN);
    const half = await sendHalf(port);
    child.kill("SIGINT");
    await Bun.sleep(20);
    child.kill("SIGINT");
    await waitUntil(() => refuses(port));
    half.finish();
    expect(await half.answer).toStartWith("HTTP/1.1 200");
    expect(await child.exited).toBe(0);
  });

  test("with nobody but an idle connection is obeyed at once", async () => {
    const server = await serve(folder);
    await fetch(`${server.url}/healthz`, { keepalive: true });
    const since = performance.now();
    await server.stop();
    expect(performance.now() - since).toBeLessThan(2000);
  });
});

describe("bun start", () => {
  const bun = process.execPath;
  const npm = { npm_config_user_agent: "npm/11.0.0 node/v24.0.0 linux x64" };
  const launched: [string, string[], Record<string, string>, NodeJS.Signals][] = [
    ["ended by SIGTERM", [bun, "start"], {}, "SIGTERM"],
    ["ended by SIGINT", [bun, "start"], {}, "SIGINT"],
  ];
  if (existsSync("/proc/self/stat")) {
    launched.push(["killed", [bun, "start"], {}, "SIGKILL"]);
    // npx ends its shell, and the shell tells nobody.
    launched.push(["left by the shell of npx", ["sh", "-c", `"${bun}" start; :`], npm, "SIGTERM"]);
  }

  test.each(launched)("%s leaves nothing listening", async (_, words, more, signal) => {
    const port = freePort();
    const child = Bun.spawn(words, {
      cwd: ROOT,
      env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...more, PORT: port, KAGI_DATA_DIR: folder },
      stdio: ["ignore", "ignore", "ignore"],
    });
    await waitUntil(async () => !(await refuses(port)));
    child.kill(signal);
    await child.exited;
    await waitUntil(() => refuses(port));
  });
});

describe("bun run build", () => {
  test("for a target that there is not lists those that there are, in one line", async () => {
    const build = [process.execPath, "static/build.ts", "--target=nonsense"];
    const child = Bun.spawn(build, { cwd: ROOT, stdout: "pipe", stderr: "pipe" });
    const [out, err, code] = await Promise.all([readAll(child.stdout), readAll(child.stderr), child.exited]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^build: there is no target nonsense; there are bun-linux-x64, .*bun-windows-x64.*\n$/);
  });
});

async function startServer(environment: Record<string, string>) {
  const port = freePort();
  const child = start(folder, ["serve"], { ...environment, PORT: port });
  await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.ok === true);
  return { child, port };
}

/** A sign-in of which the last character is still to come. */
async function sendHalf(port: string) {
  const body = JSON.stringify({ email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD });
  const head = [
    "POST /api/auth/sign-in/email HTTP/1.1",
    `Host: localhost:${port}`,
    "Connection: close",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  const { promise, resolve } = Promise.withResolvers<string>();
  let answer = "";
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: Number(port),
    socket: {
      data: (_, bytes) => {
        answer += bytes.toString();
      },
      close: () => resolve(answer),
    },
  });
  socket.write(`${head.join("\r\n")}\r\n\r\n${body.slice(0, -1)}`);
  await Bun.sleep(100);
  return { answer: promise, finish: () => void socket.write(body.slice(-1)) };
}

async function refuses(port: string): Promise<boolean> {
  const options = { headers: { Connection: "close" } };
  return await fetch(`http://127.0.0.1:${port}/healthz`, options).then(
    () => false,
    () => true,
  );
}

async function waitUntil(holds: () => Promise<boolean>): Promise<void> {
  const since = performance.now();
  while (!(await holds())) {
    if (performance.now() - since > 5000) throw new Error("it did not come to that");
    await Bun.sleep(20);
  }
}

/** A port that was free a moment ago. */
function freePort(): string {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
  const port = String(server.port);
  server.stop(true);
  return port;
}
