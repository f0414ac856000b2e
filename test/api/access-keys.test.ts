import { expect, test } from "bun:test";
import type { AccessKey } from "../../src/features/access-keys/model.ts";
import { fresh, newKey, OTHER, onEachEngine, refused } from "../support/vault.ts";

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();

onEachEngine("access keys", (vault) => {
  const dead = refused(401, "AUTH_INVALID_KEY", { error: "Unauthorized" });
  const listed = async (id: string) =>
    (await vault.owner.get<AccessKey[]>("/api/access-keys")).body.find((key) => key.id === id);

  test("are shown once, and then by prefix alone", async () => {
    const made = await newKey(vault.owner, { scopes: ["entries:read"], expiresAt: IN_AN_HOUR });
    const { key, ...rest } = made;
    expect(key).toMatch(/^kagi_[A-Za-z0-9_-]{43}$/);
    expect(rest).toEqual({
      id: expect.any(String),
      name: made.name,
      keyPrefix: key.slice(0, 9),
      scopes: ["entries:read"],
      addresses: null,
      project: null,
      environment: null,
      expiresAt: IN_AN_HOUR,
      lastUsedAt: null,
      rotatedFrom: null,
      replacedBy: null,
      createdAt: expect.any(String),
    });
    expect(await listed(made.id)).toEqual(rest);
  });

  test("are stored as nothing but their hash", async () => {
    const { key } = await newKey(vault.owner);
    const dump = await vault.storage.dump();
    expect(dump).toContain(new Bun.CryptoHasher("sha256").update(key).digest("hex"));
    expect(dump).not.toContain(key.slice(0, 20));
    expect(dump).not.toContain(key.slice(9));
  });

  test("open the door until they are revoked", async () => {
    const client = await vault.key(["stats:read"]);
    expect((await client.get("/api/stats")).status).toBe(200);
    expect(await vault.owner.delete(`/api/access-keys/${client.key.id}`)).toMatchObject({ status: 204, text: "" });
    expect(await client.get("/api/stats")).toMatchObject(dead);
    expect(await listed(client.key.id)).toBeUndefined();
    const again = await vault.owner.delete(`/api/access-keys/${client.key.id}`);
    expect(again).toMatchObject(refused(404, "ACCESS_KEY_NOT_FOUND"));
  });

  test("open it until they expire", async () => {
    const client = await vault.key(["stats:read"]);
    const expire = (at: string) =>
      vault.storage.rows(`UPDATE access_keys SET expires_at = '${at}' WHERE id = '${client.key.id}'`);
    await expire(IN_AN_HOUR);
    expect((await client.get("/api/stats")).status).toBe(200);
    await expire(new Date().toISOString());
    expect(await client.get("/api/stats")).toMatchObject(dead);
  });

  test("stop while their owner is disabled", async () => {
    const other = await vault.other;
    const client = await vault.key(["stats:read"], other);
    await vault.command(["user", "disable", OTHER.email]);
    expect(await client.get("/api/stats")).toMatchObject(dead);
    expect(await other.get("/api/stats")).toMatchObject(refused(401, "AUTH_REQUIRED"));
    await vault.command(["user", "disable", OTHER.email, "--undo"]);
    expect((await client.get("/api/stats")).status).toBe(200);
  });

  test("say when they were last used, without a write for each request", async () => {
    const client = await vault.key(["stats:read"]);
    await client.get("/api/stats");
    const first = (await listed(client.key.id))?.lastUsedAt;
    expect(first).toBeString();
    for (let request = 0; request < 5; request += 1) await client.get("/api/stats");
    expect((await listed(client.key.id))?.lastUsedAt).toBe(first as string);
    const old = "2020-01-01T00:00:00.000Z";
    await vault.storage.rows(`UPDATE access_keys SET last_used_at = '${old}' WHERE id = '${client.key.id}'`);
    await client.get("/api/stats");
    expect((await listed(client.key.id))?.lastUsedAt).toStartWith("20");
    expect((await listed(client.key.id))?.lastUsedAt).not.toBe(old);
  });

  test.each([
    ["Bearer", ""],
    ["Bearer", "kagi_short"],
    ["Bearer", `kagi_${"A".repeat(43)}`],
    ["Basic", "YWRhOnB3"],
    ["Bearer", `kagi_${"A".repeat(43)} and more`],
  ])("that are none are refused, also beside a session: %s %s", async (scheme, key) => {
    const answer = await vault.owner.with({ authorization: `${scheme} ${key}`.trim() }).get("/api/stats");
    expect(answer).toMatchObject(dead);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("cannot make, see or revoke keys, nor empty the vault, whatever their scopes", async () => {
    const client = await vault.key();
    const input = { name: fresh("minted"), scopes: ["stats:read"] };
    const sessionOnly = refused(403, "AUTH_SESSION_REQUIRED");
    expect(await client.post("/api/access-keys", input)).toMatchObject(sessionOnly);
    expect(await client.get("/api/access-keys")).toMatchObject(sessionOnly);
    expect(await client.delete(`/api/access-keys/${client.key.id}`)).toMatchObject(sessionOnly);
    expect(await client.delete("/api/account/data")).toMatchObject(sessionOnly);
  });
});
