import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AccessKey } from "../../src/features/access-keys/model.ts";
import type { Entry, RevealedEntry } from "../../src/features/entries/model.ts";
import type { Stats } from "../../src/features/stats/model.ts";
import { expectNoneIn } from "../support/secrets.ts";
import { call, type Demo, kagi, newFolder, removeFolder, serveDemo, signIn } from "./kagi.ts";

let folder: string;
let demo: Demo;
let session: Promise<string | null> | undefined;
beforeEach(async () => {
  folder = newFolder();
  session = undefined;
  demo = await serveDemo(folder);
});
afterEach(async () => {
  await demo.stop();
  removeFolder(folder);
});

const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  session ??= signIn(demo.url, demo.email, demo.password);
  const cookie = await session;
  if (cookie === null) throw new Error("the demo let nobody in");
  return await call<T>(demo.url, cookie, method, path, body);
};

describe("the demo", () => {
  test("prints how to sign in to a vault that shows all that Kagi has", async () => {
    expect(demo.out()).toContain("Everything in it goes when this stops");
    const stats = await ask<Stats>("GET", "/api/stats");
    expect(stats).toMatchObject({ totalCategories: 32, totalEntries: 120, total2fa: 8 });
    expect(Math.min(...Object.values({ ...stats.byKeyType, ...stats.byEnvironment }))).toBeGreaterThan(2);
    expect(await ask<unknown[]>("GET", "/api/envs")).toHaveLength(4);
    const keys = await ask<AccessKey[]>("GET", "/api/access-keys");
    expect(keys.map(({ name }) => name)).toEqual(["deploy script", "dashboard", "contractor", "old laptop"]);
    const now = new Date().toISOString();
    expect(keys.filter(({ expiresAt }) => expiresAt !== null && expiresAt < now)).toHaveLength(1);
    const entries = await ask<Entry[]>("GET", "/api/entries");
    const made = entries.map(({ createdAt }) => createdAt);
    expect(made).toEqual(made.toSorted().toReversed());
    expect(entries.filter(({ expiresAt }) => expiresAt !== null && expiresAt < now)).toHaveLength(3);
    expect(entries.filter(({ sshKey }) => sshKey !== null).length).toBe(stats.byKeyType.ssh);
  });

  test("holds nothing but examples, and none of them is in what it says", async () => {
    const values: string[] = [];
    for (const { id } of await ask<Entry[]>("GET", "/api/entries")) {
      const { value } = await ask<RevealedEntry>("POST", `/api/entries/${id}/reveal`);
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const isFile = text.startsWith("-----BEGIN");
      expect(isFile ? Buffer.from(text.replace(/-----.*-----|\s/g, ""), "base64").toString() : text).toMatch(
        /example/i,
      );
      values.push(text);
    }
    await demo.stop();
    expect(demo.log()).toBe("");
    expectNoneIn(demo.out(), values, "output");
    expectNoneIn(demo.log(), [...values, demo.password], "log");
  }, 60_000);

  test("has a password of its own each time", async () => {
    const other = newFolder();
    const second = await serveDemo(other);
    await second.stop();
    removeFolder(other);
    expect(second.password).toMatch(/^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/);
    expect(second.password).not.toBe(demo.password);
    expect(await signIn(demo.url, demo.email, second.password)).toBeNull();
  });

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    test(`is gone with its folder after ${signal}`, async () => {
      expect(readdirSync(folder).filter((name) => name.startsWith("kagi-demo-"))).toHaveLength(1);
      expect(await demo.stop(signal)).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
      expect(await fetch(demo.url).then(Object, () => "closed")).toBe("closed");
    });
  }
});

test("a vault of one's own is neither taken nor touched", async () => {
  await kagi(folder, ["migrate"]);
  const key = "a1".repeat(32);
  const own = { KAGI_DATA_DIR: join(folder, "data"), KAGI_ENCRYPTION_KEY: key, ADMIN_EMAIL: "eve@example.com" };
  const second = await serveDemo(folder, { ...own, DATABASE_URL: "postgres://nowhere.invalid/kagi" });
  expect(await signIn(second.url, second.email, second.password)).not.toBeNull();
  expect(second.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await second.stop()).toBe(0);
  expect(readdirSync(join(folder, "data")).sort()).toEqual(["kagi.db", "kagi.key"]);
  expect((await kagi(folder, ["user", "list"])).out).toContain("There is no account yet");
});

test("a port in use is named, and nothing is left behind", async () => {
  const port = new URL(demo.url).port;
  const place = newFolder();
  const ran = await kagi(place, ["demo"], { PORT: port, TMPDIR: place });
  expect(ran).toMatchObject({ code: 1, out: "", err: expect.stringContaining(`port ${port} on 127.0.0.1 is in use`) });
  expect(readdirSync(place)).toEqual([]);
  removeFolder(place);
});
