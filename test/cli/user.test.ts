import { afterAll, beforeAll, expect, test } from "bun:test";
import { call, kagi, newFolder, PASSWORD, removeFolder, type Server, signIn, vaultWithSecret } from "./kagi.ts";

let folder: string;
let server: Server;
let cookie: string;
beforeAll(async () => {
  folder = newFolder();
  ({ server, cookie } = await vaultWithSecret(folder));
});
afterAll(async () => {
  await server.stop();
  removeFolder(folder);
});

const alive = (credential: string) =>
  call(server.url, credential, "GET", "/api/categories").then(
    () => true,
    () => false,
  );

test("user add makes an account that can sign in to the running server", async () => {
  const made = await kagi(folder, ["user", "add", "Bob@Example.com", "--name", "Bob"], {}, `${PASSWORD}\n`);
  expect(made).toMatchObject({ code: 0, out: "Made an account for bob@example.com.\n", err: "" });
  expect(await signIn(server.url, "bob@example.com")).not.toBeNull();
  const again = await kagi(folder, ["user", "add", "bob@example.com"], {}, PASSWORD);
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining("already") });
});

test("user add refuses what is no address, and a password that is short or common, without repeating it", async () => {
  for (const [email, password] of [
    ["nobody", PASSWORD],
    ["eve@example.com", "short"],
    ["eve@example.com", "qwertyuiop"],
    ["eve@example.com", ""],
  ] as const) {
    const ran = await kagi(folder, ["user", "add", email], {}, password);
    expect(ran.code).toBe(1);
    if (password === "") expect(ran.err).toContain("There is no password on the first line of standard input");
    if (password === "short") expect(ran.err).toBe("kagi: password must have 10 to 1000 characters\n");
    if (password === "qwertyuiop") expect(ran.err).toContain("among the most common ones");
    if (password !== "") expect(ran.out + ran.err).not.toContain(password);
  }
  expect((await kagi(folder, ["user", "list"])).out).not.toContain("eve@");
});

test("user list shows accounts and no hash", async () => {
  const { out } = await kagi(folder, ["user", "list"]);
  expect(out).toMatch(/^ada@example\.com +ada +\d{4}-\d\d-\d\d +active$/m);
  expect(out).not.toContain("argon2");
});

test("user reset-password ends sessions and the old password", async () => {
  const session = (await signIn(server.url, "bob@example.com")) ?? "";
  expect(await alive(session)).toBe(true);
  expect((await kagi(folder, ["user", "reset-password", "bob@example.com"], {}, "another-long-one-9")).code).toBe(0);
  expect(await alive(session)).toBe(false);
  expect(await signIn(server.url, "bob@example.com")).toBeNull();
  expect(await signIn(server.url, "bob@example.com", "another-long-one-9")).not.toBeNull();
  expect((await kagi(folder, ["user", "reset-password", "none@example.com"], {}, PASSWORD)).err).toContain(
    "no account",
  );
});

test("user disable stops password, sessions and access keys; --undo lets the account in again", async () => {
  const scopes = ["categories:read"];
  const { key } = await call<{ key: string }>(server.url, cookie, "POST", "/api/access-keys", { name: "CI", scopes });
  expect(await alive(key)).toBe(true);
  expect((await kagi(folder, ["user", "disable", "ada@example.com"])).out).toBe("Disabled ada@example.com.\n");
  expect([await alive(cookie), await alive(key), await signIn(server.url, "ada@example.com")]).toEqual([
    false,
    false,
    null,
  ]);
  expect((await kagi(folder, ["user", "list"])).out).toMatch(/ada@example\.com .* disabled/);
  expect((await kagi(folder, ["user", "disable", "ada@example.com", "--undo"])).code).toBe(0);
  expect([await alive(key), (await signIn(server.url, "ada@example.com")) !== null]).toEqual([true, true]);
});
