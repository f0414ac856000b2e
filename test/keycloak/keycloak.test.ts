import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { findChromium, launch } from "../e2e/browser.ts";
import { Client } from "../support/client.ts";
import { freePort, type Keycloak, startKeycloak } from "../support/keycloak.ts";
import { kagi, newFolder, removeFolder, type Server, serve } from "../support/program.ts";
import { ADA, BOB, CLIENT_SECRET, REALM, ROLE, realmWith } from "./realm.ts";

/**
 * Against a real Keycloak, with a real Chromium that types into Keycloak's own form: once where both are on loopback, and
 * once behind a proxy that has the certificates, where browsers know both by other names than they know each other.
 */
const START_MS = 300_000;
const TEST_MS = 120_000;
const ID = "id.kagi.test";
const VAULT = "vault.kagi.test";

const port = freePort();
const publicPort = freePort();
const ORIGIN = `http://localhost:${port}`;
const DIRECT = {
  PORT: String(port),
  KAGI_URL: ORIGIN,
  KEYCLOAK_REALM: REALM,
  KEYCLOAK_CLIENT_ID: "kagi",
  KEYCLOAK_CLIENT_SECRET: CLIENT_SECRET,
  KEYCLOAK_REQUIRED_ROLE: ROLE,
  ADMIN_EMAIL: "owner@example.com",
  ADMIN_PASSWORD: "tuba-lantern-moss-42",
};

let keycloak: Keycloak;
beforeAll(async () => {
  if (findChromium() === undefined) throw new Error("these tests need Chromium");
  const logoutUrl = (at: number) => `http://127.0.0.1:${at}/api/auth/backchannel-logout/keycloak`;
  keycloak = await startKeycloak(
    realmWith([
      { id: "kagi", origin: ORIGIN, logoutUrl: logoutUrl(port) },
      { id: "kagi-public", origin: `https://${VAULT}`, logoutUrl: logoutUrl(publicPort) },
    ]),
  );
}, START_MS);
afterAll(async () => await keycloak?.stop(), START_MS);

describe("on loopback", () => {
  const folder = newFolder();
  let server: Server;
  let browser: Browser;
  beforeAll(async () => {
    server = await serve(folder, { ...DIRECT, KEYCLOAK_URL: keycloak.url });
    browser = await launch({});
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    removeFolder(folder);
  }, START_MS);

  /** Runs in a browser as new. */
  const visiting = (name: string, run: (page: Page, context: BrowserContext) => Promise<void>) =>
    test(
      name,
      async () => {
        const context = await browser.newContext({ locale: "en-GB" });
        try {
          await run(await context.newPage(), context);
        } finally {
          await context.close();
        }
      },
      TEST_MS,
    );

  test("the redirect URI is in the log at start", () => {
    expect(server.log()).toContain(`redirectUri=${ORIGIN}/api/auth/callback/keycloak`);
  });

  visiting(
    "somebody new signs in at Keycloak's form, to a vault of their own, and signs out of both",
    async (page, context) => {
      await page.goto(`${ORIGIN}/keys/new`);
      await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
      await signInAt(page, ADA);
      await page.waitForURL(`${ORIGIN}/keys/new`);
      await page.goto(ORIGIN);
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      const cookie = await cookieOf(context);
      const session = await new Client(server.url, { cookie }).get<{ user: { name: string; email: string } }>(
        "/api/auth/session",
      );
      expect(session.body.user).toMatchObject({ name: ADA.name, email: ADA.email });
      expect((await new Client(server.url, { cookie }).get("/api/stats")).body).toMatchObject({ totalEntries: 0 });

      await page.goto(`${ORIGIN}/settings/sign-in`);
      await page.getByRole("heading", { name: "Keycloak" }).waitFor();
      expect(await page.locator("main").textContent()).toContain(`${ORIGIN}/api/auth/callback/keycloak`);
      await signOut(page);
      await page.waitForURL(`${ORIGIN}/sign-in`);
      expect((await new Client(server.url, { cookie }).get("/api/auth/session")).status).toBe(401);
      // Keycloak has forgotten the person, too: it asks again.
      await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
      await page.locator("#password").waitFor();
    },
  );

  visiting(
    "who is signed in at Keycloak comes in without being asked, and to the same account",
    async (page, context) => {
      await enter(page, ADA);
      const before = (await me(context)).id;
      await context.clearCookies({ domain: "localhost" });
      await page.goto(`${ORIGIN}/sign-in`);
      await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      expect((await me(context)).id).toBe(before);
    },
  );

  visiting("a session that an administrator ends at Keycloak is over here at once", async (page, context) => {
    await enter(page, ADA);
    const cookie = await cookieOf(context);
    const [user] = await keycloak.admin<{ id: string }[]>("GET", `/users?username=${ADA.username}&exact=true`);
    await keycloak.admin("POST", `/users/${user?.id}/logout`);
    await server.logged("Keycloak ended sessions");
    expect((await new Client(server.url, { cookie }).get("/api/auth/session")).status).toBe(401);
    await page.goto(`${ORIGIN}/keys`);
    expect(new URL(page.url()).pathname).toBe("/sign-in");
  });

  visiting("nobody enters without the role", async (page, context) => {
    await page.goto(`${ORIGIN}/sign-in`);
    await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
    await signInAt(page, BOB);
    await page.getByRole("heading", { name: "Not for this account" }).waitFor();
    expect(await cookieOf(context)).not.toContain("kagi_session");
  });

  visiting("what takes a fresh proof is confirmed at Keycloak, which asks again", async (page) => {
    await enter(page, ADA);
    await page.goto(`${ORIGIN}/confirm?next=%2Fsettings%2Fdanger`);
    expect(await page.locator("input[type=password]").count()).toBe(0);
    await page.getByRole("button", { name: "Confirm with Keycloak" }).click();
    await page.locator("#password").fill(ADA.password);
    await page.locator("#kc-login").click();
    await page.waitForURL(`${ORIGIN}/settings/danger`);
    // What follows would lead to the confirmation again, were it not for the proof.
    await page.goto(`${ORIGIN}/settings/sign-in`);
    await page.getByRole("link", { name: `Unlink ${ADA.email}` }).click();
    await page.getByRole("button", { name: "Unlink" }).click();
    await page.getByText("It is your way in").waitFor();
  });

  visiting(
    "an account with a password is linked by its owner, and Keycloak opens it from then on",
    async (page, context) => {
      await keycloak.admin("POST", "/users", {
        username: "owner",
        email: "somebody.else@team.example",
        emailVerified: true,
        firstName: "O",
        lastName: "Wner",
        enabled: true,
        credentials: [{ type: "password", value: "owner-at-keycloak-9", temporary: false }],
      });
      const [owner] = await keycloak.admin<{ id: string }[]>("GET", "/users?username=owner&exact=true");
      const role = await keycloak.admin<Record<string, unknown>>("GET", `/roles/${ROLE}`);
      await keycloak.admin("POST", `/users/${owner?.id}/role-mappings/realm`, [role] as never);

      await page.goto(`${ORIGIN}/sign-in?next=%2Fsettings%2Fsign-in`);
      await page.getByLabel("E-mail").fill(DIRECT.ADMIN_EMAIL);
      await page.getByLabel("Password", { exact: true }).fill(DIRECT.ADMIN_PASSWORD);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.waitForURL(`${ORIGIN}/settings/sign-in`);
      const { id } = await me(context);
      await page.getByRole("button", { name: "Link Keycloak" }).click();
      await page.getByLabel("Password", { exact: true }).fill(DIRECT.ADMIN_PASSWORD);
      await page.getByRole("button", { name: "Confirm", exact: true }).click();
      await page.waitForURL(`${ORIGIN}/settings/sign-in`);
      await page.getByRole("button", { name: "Link Keycloak" }).click();
      await signInAt(page, { username: "owner", password: "owner-at-keycloak-9" });
      await page.getByText("Keycloak linked.").waitFor();
      await context.clearCookies();
      await enter(page, { username: "owner", password: "owner-at-keycloak-9" });
      expect(await me(context)).toMatchObject({ id, email: DIRECT.ADMIN_EMAIL });
    },
  );

  visiting("a key that Keycloak has just begun to sign with is known at once", async (page, context) => {
    const [realm] = [await keycloak.admin<{ id: string }>("GET", "")];
    await keycloak.admin("POST", "/components", {
      name: "next-key",
      providerId: "rsa-generated",
      providerType: "org.keycloak.keys.KeyProvider",
      parentId: realm.id,
      config: { priority: ["1000"], keySize: ["2048"], algorithm: ["RS256"] },
    });
    await enter(page, ADA);
    expect((await me(context)).email).toBe(ADA.email);
  });

  test("nothing secret is in the log", () => {
    for (const secret of [CLIENT_SECRET, ADA.password, "eyJ"]) expect(server.log()).not.toContain(secret);
  });

  async function cookieOf(context: BrowserContext): Promise<string> {
    return (await context.cookies(ORIGIN)).map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  async function me(context: BrowserContext): Promise<{ id: string; email: string }> {
    const client = new Client(server.url, { cookie: await cookieOf(context) });
    return (await client.get<{ user: { id: string; email: string } }>("/api/auth/session")).body.user;
  }

  async function enter(page: Page, who: { username: string; password: string }): Promise<void> {
    await page.goto(`${ORIGIN}/sign-in`);
    await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
    await signInAt(page, who);
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  }
});

describe("behind a proxy with TLS, under other names", () => {
  const folder = newFolder();
  let server: Server;
  let proxy: Bun.Server<undefined>;
  let browser: Browser;
  beforeAll(async () => {
    const tls = await certificate(folder, [ID, VAULT]);
    const backends: Record<string, string> = { [ID]: keycloak.url, [VAULT]: `http://127.0.0.1:${publicPort}` };
    proxy = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls,
      fetch: async (request, self) => {
        const { host, pathname, search } = new URL(request.url);
        const backend = backends[host];
        if (backend === undefined) return new Response("no such host", { status: 421 });
        const headers = new Headers(request.headers);
        headers.set("X-Forwarded-Proto", "https");
        headers.set("X-Forwarded-Host", host);
        headers.set("X-Forwarded-Port", "443");
        headers.set("X-Forwarded-For", self.requestIP(request)?.address ?? "");
        const body = request.body === null ? undefined : await request.arrayBuffer();
        const answer = await fetch(backend + pathname + search, {
          method: request.method,
          headers,
          body,
          redirect: "manual",
        });
        // Bun has unpacked the body already.
        const back = new Headers(answer.headers);
        back.delete("Content-Encoding");
        back.delete("Content-Length");
        return new Response(answer.body, { status: answer.status, headers: back });
      },
    });
    server = await serve(folder, {
      PORT: String(publicPort),
      KAGI_URL: `https://${VAULT}`,
      KAGI_TRUSTED_PROXIES: "127.0.0.1",
      KEYCLOAK_URL: `https://${ID}/realms/${REALM}`,
      KEYCLOAK_INTERNAL_URL: keycloak.url,
      KEYCLOAK_CLIENT_ID: "kagi-public",
      KEYCLOAK_CLIENT_SECRET: CLIENT_SECRET,
      KEYCLOAK_REQUIRED_ROLE: ROLE,
      ENABLE_EMAIL_PASSWORD: "false",
    });
    browser = await launch({
      args: [
        "--no-sandbox",
        "--disable-quic",
        `--host-resolver-rules=MAP ${ID}:443 127.0.0.1:${proxy.port}, MAP ${VAULT}:443 127.0.0.1:${proxy.port}`,
      ],
    });
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await proxy?.stop(true);
    removeFolder(folder);
  }, START_MS);

  test(
    "the first person of an empty vault comes in, signs out of both, and passwords let nobody in from then on",
    async () => {
      const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-GB" });
      const page = await context.newPage();
      await page.goto(`https://${VAULT}/`);
      await page.waitForURL(`https://${VAULT}/setup`);
      await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
      expect(new URL(page.url()).host).toBe(ID);
      await signInAt(page, ADA);
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      expect(new URL(page.url()).origin).toBe(`https://${VAULT}`);
      const cookies = await context.cookies(`https://${VAULT}`);
      expect(cookies.find(({ name }) => name === "__Host-kagi_session")).toMatchObject({
        secure: true,
        httpOnly: true,
      });
      expect(cookies.filter(({ name }) => name.includes("keycloak"))).toEqual([]);
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");

      await signOut(page);
      await page.waitForURL(`https://${VAULT}/sign-in`);
      expect((await new Client(server.url, { cookie }).get("/api/auth/session")).status).toBe(401);
      expect(await page.locator("input[type=password]").count()).toBe(0);
      const refused = await new Client(server.url).post("/api/auth/sign-in/email", {
        email: ADA.email,
        password: ADA.password,
      });
      expect(refused).toMatchObject({ status: 403, body: { code: "EMAIL_PASSWORD_DISABLED" } });
      await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
      await page.locator("#password").waitFor();
      await context.close();
    },
    TEST_MS,
  );

  test("the operator sets a password, with which the person comes in", async () => {
    const set = await kagi(folder, ["user", "reset-password", ADA.email], {}, "way-back-in-77\n");
    expect(set).toMatchObject({ code: 0 });
    const entered = await new Client(server.url).post("/api/auth/sign-in/email", {
      email: ADA.email,
      password: "way-back-in-77",
    });
    expect(entered.status).toBe(200);
  });
});

describe("when something is wrong with it", () => {
  const wrong = (what: string, environment: Record<string, string>, title: string, said: RegExp) =>
    test(
      `${what}: a page for the person, and a line for the operator`,
      async () => {
        const folder = newFolder();
        const server = await serve(folder, { ...DIRECT, KEYCLOAK_URL: keycloak.url, ...environment });
        const browser = await launch({});
        try {
          const page = await browser.newPage();
          await page.goto(`${ORIGIN}/sign-in`);
          await page.getByRole("link", { name: "Sign in with Keycloak" }).click();
          if (environment.KEYCLOAK_CLIENT_SECRET !== undefined) await signInAt(page, ADA);
          await page.getByRole("heading", { name: title }).waitFor();
          const line = server
            .log()
            .split("\n")
            .find((text) => text.includes("Keycloak was of no help"));
          expect(line).toMatch(said);
          for (const secret of [CLIENT_SECRET, "wrong-secret-5", "eyJ"]) {
            expect((await page.content()) + server.log()).not.toContain(secret);
          }
        } finally {
          await browser.close();
          await server.stop();
          removeFolder(folder);
        }
      },
      TEST_MS,
    );

  const unfit = "Keycloak and this vault do not fit together";
  wrong("a wrong secret", { KEYCLOAK_CLIENT_SECRET: "wrong-secret-5" }, unfit, /KEYCLOAK_CLIENT_SECRET/);
  wrong("a wrong realm", { KEYCLOAK_REALM: "crew" }, unfit, /404.*KEYCLOAK_REALM/);
  wrong("nobody there", { KEYCLOAK_URL: `http://127.0.0.1:${freePort()}` }, "Keycloak does not answer", /unreachable/);
});

async function signInAt(page: Page, who: { username: string; password: string }): Promise<void> {
  await page.locator("#username").fill(who.username);
  await page.locator("#password").fill(who.password);
  await page.locator("#kc-login").click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByLabel("Account").click();
  await page.getByRole("button", { name: "Sign out" }).click();
}

async function certificate(folder: string, names: readonly string[]): Promise<{ key: Bun.BunFile; cert: Bun.BunFile }> {
  const [key, cert] = [join(folder, "tls.key"), join(folder, "tls.crt")];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert];
  const names_ = names.map((name) => `DNS:${name}`).join(",");
  const made = Bun.spawnSync(["openssl", ...words, "-subj", "/CN=kagi.test", "-addext", `subjectAltName=${names_}`]);
  if (made.exitCode !== 0) throw new Error(made.stderr.toString());
  return { key: Bun.file(key), cert: Bun.file(cert) };
}
