import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The newest Keycloak, which runs on Java 17 and on Java 21. */
const VERSION = "26.7.3";
const SHA256 = "77657f30b7e90d70f727712ce1c967f430fd6a5e9f458d32d8c6df0635345f47";
const MAVEN = process.env.MAVEN_MIRROR ?? "https://repo.maven.apache.org/maven2";
/** Kept between runs, outside the repository. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kagi", "keycloak");

const ADMIN = { username: "admin", password: "realm-keeper-11" };

type Json = Record<string, unknown>;

/** A real Keycloak on loopback, with one realm. */
export type Keycloak = Readonly<{
  version: string;
  url: string;
  /** A request to the realm's administration; answers with JSON, or nothing. Throws unless it succeeds. */
  admin: <T = unknown>(method: string, path: string, body?: Json) => Promise<T>;
  log: () => string;
  stop: () => Promise<void>;
}>;

/** Starts Keycloak in development mode with the realm imported from a file; half a minute. Throws with its log. */
export async function startKeycloak(realm: Json & { realm: string }): Promise<Keycloak> {
  const home = await unpacked();
  const importFolder = join(home, "data", "import");
  rmSync(join(home, "data"), { recursive: true, force: true });
  mkdirSync(importFolder, { recursive: true });
  writeFileSync(join(importFolder, `${realm.realm}-realm.json`), JSON.stringify(realm));
  const port = freePort();
  const child = Bun.spawn(
    [
      join(home, "bin", "kc.sh"),
      "start-dev",
      "--import-realm",
      "--http-host=127.0.0.1",
      `--http-port=${port}`,
      "--proxy-headers=xforwarded",
    ],
    {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: homedir(),
        ...(process.env.JAVA_HOME ? { JAVA_HOME: process.env.JAVA_HOME } : {}),
        JAVA_OPTS_APPEND: "-Xmx512m",
        KC_BOOTSTRAP_ADMIN_USERNAME: ADMIN.username,
        KC_BOOTSTRAP_ADMIN_PASSWORD: ADMIN.password,
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  let log = "";
  const up = Promise.withResolvers<void>();
  const listen = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      log += decoder.decode(chunk, { stream: true });
      if (log.includes("Listening on:")) up.resolve();
    }
  };
  const heard = Promise.all([listen(child.stdout), listen(child.stderr)]);
  heard.then(() => up.reject(new Error(`Keycloak stopped:\n${log}`)));
  await up.promise;
  const url = `http://127.0.0.1:${port}`;
  return {
    version: VERSION,
    url,
    admin: async (method, path, body) => {
      const token = await adminToken(url);
      const answer = await fetch(`${url}/admin/realms/${realm.realm}${path}`, {
        method,
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
    log: () => log,
    stop: async () => {
      child.kill("SIGTERM");
      await Promise.all([child.exited, heard]);
    },
  };
}

async function adminToken(url: string): Promise<string> {
  const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "admin-cli", ...ADMIN }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Where the distribution lies; fetched from Maven Central by the first who asks. */
async function unpacked(): Promise<string> {
  const home = join(CACHE, `keycloak-${VERSION}`);
  if (existsSync(join(home, "bin", "kc.sh"))) return home;
  mkdirSync(CACHE, { recursive: true });
  const archive = join(CACHE, `keycloak-${VERSION}.tar.gz`);
  if (!existsSync(archive)) {
    const from = `${MAVEN}/org/keycloak/keycloak-quarkus-dist/${VERSION}/keycloak-quarkus-dist-${VERSION}.tar.gz`;
    console.log(`fetching ${from}`);
    const answer = await fetch(from);
    if (!answer.ok) throw new Error(`${from} answered ${answer.status}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const sum = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    if (sum !== SHA256) throw new Error(`${from} is not what it should be: its SHA-256 is ${sum}`);
    await Bun.write(`${archive}.part`, bytes);
    renameSync(`${archive}.part`, archive);
  }
  const folder = join(CACHE, `unpacking-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const tar = Bun.spawnSync(["tar", "-xzf", archive, "-C", folder]);
  if (tar.exitCode !== 0) throw new Error(`the archive cannot be unpacked: ${tar.stderr.toString()}`);
  renameSync(join(folder, `keycloak-${VERSION}`), home);
  rmSync(folder, { recursive: true, force: true });
  return home;
}

/** A port that nobody listens on at this moment. */
export function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = server;
  server.stop(true);
  return port;
}
