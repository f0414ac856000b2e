import { describe, expect, test } from "bun:test";
import type { AccessKey, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Client } from "../support/client.ts";
import { fresh, newKey, onEachEngine, refused, type Vault } from "../support/vault.ts";

const elsewhere = refused(403, "AUTH_ADDRESS_NOT_ALLOWED");

async function keyFrom(vault: Vault, addresses: string[]): Promise<Client & { key: CreatedAccessKey }> {
  const key = await newKey(vault.owner, { scopes: ["stats:read"], addresses });
  return Object.assign(vault.stranger.with({ authorization: `Bearer ${key.key}` }), { key });
}

onEachEngine("a key for some addresses", (vault) => {
  test("is let in from there", async () => {
    for (const addresses of [["127.0.0.1"], ["127.0.0.0/8"], ["0.0.0.0/0"], ["192.0.2.0/24", "127.0.0.1/32"]]) {
      expect((await (await keyFrom(vault, addresses)).get("/api/stats")).status).toBe(200);
    }
  });

  test("is refused from anywhere else, without a word on where it may be used, and is not said to be used", async () => {
    const key = await keyFrom(vault, ["192.0.2.0/24", "2001:db8::/32"]);
    const answer = await key.get("/api/stats");
    expect(Object.keys(answer.body as object).sort()).toEqual(["code", "error"]);
    expect(answer.text).not.toMatch(/192|2001|127/);
    expect(answer).toMatchObject(elsewhere);
    // Before its scopes are looked at, and whatever is asked.
    expect(await key.get("/api/entries")).toMatchObject(elsewhere);
    expect(await key.post("/api/access-keys", {})).toMatchObject(elsewhere);
    const [listed] = (await vault.owner.get<AccessKey[]>("/api/access-keys")).body;
    expect(listed).toMatchObject({ id: key.key.id, lastUsedAt: null, addresses: ["192.0.2.0/24", "2001:db8::/32"] });
  });

  test("does not believe anybody who says where they come from", async () => {
    const key = await keyFrom(vault, ["192.0.2.0/24"]);
    for (const name of ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "x-client-ip"]) {
      const value = name === "forwarded" ? "for=192.0.2.7" : "192.0.2.7";
      expect(await key.get("/api/stats", { [name]: value })).toMatchObject(elsewhere);
    }
  });

  test("that is revoked or expired is no key, wherever it is used", async () => {
    const key = await keyFrom(vault, ["192.0.2.0/24"]);
    await vault.owner.delete(`/api/access-keys/${key.key.id}`);
    expect(await key.get("/api/stats")).toMatchObject(refused(401, "AUTH_INVALID_KEY"));
  });

  test("leaves one row in the trail for all refusals of a while, and the ranges are not in it", async () => {
    const key = await keyFrom(vault, ["192.0.2.0/24"]);
    for (let request = 0; request < 5; request += 1) await key.get("/api/stats");
    const rows = await vault.storage.rows(`SELECT * FROM audit_events WHERE credential_id = '${key.key.id}'`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      verb: "use",
      result: "refused",
      thing: "access-key",
      thing_id: key.key.id,
      thing_name: key.key.name,
      detail: "why=address",
      address: "127.0.0.1",
    });
    expect(JSON.stringify(rows)).not.toContain("192.0.2");
    const other = await keyFrom(vault, ["192.0.2.0/24"]);
    await other.get("/api/stats");
    const more = await vault.storage.rows(`SELECT * FROM audit_events WHERE credential_id = '${other.key.id}'`);
    expect(more).toHaveLength(1);
  });

  test.each([
    [["10.0.0.0/8"], ["10.0.0.0/8"]],
    [["10.1.2.3/32"], ["10.1.2.3"]],
    [["2001:DB8:0:0::/32"], ["2001:db8::/32"]],
    [["2001:0db8:0000:0000:0001:0000:0000:0001"], ["2001:db8::1:0:0:1"]],
    [["::1/128"], ["::1"]],
    [["::/0"], ["::/0"]],
    [["::ffff:192.0.2.0/120"], ["192.0.2.0/24"]],
    [["::ffff:c000:207"], ["192.0.2.7"]],
    [[" 10.0.0.0/8 ", "10.0.0.0/8"], ["10.0.0.0/8"]],
  ])("is kept in one way to write: %p is %p", async (sent, kept) => {
    const key = await newKey(vault.owner, { addresses: sent });
    expect(key.addresses).toEqual(kept);
    const [listed] = (await vault.owner.get<AccessKey[]>("/api/access-keys")).body;
    expect(listed?.addresses).toEqual(kept);
  });

  test.each([
    [["10.0.0.1/8"], "addresses.0", /first address/],
    [["10.0.0.0/8", "2001:db8::1/32"], "addresses.1", /first address/],
    [["10.0.0.0/33"], "addresses.0", /prefix/],
    [["2001:db8::/129"], "addresses.0", /prefix/],
    [["::ffff:10.0.0.0/8"], "addresses.0", /prefix/],
    [["10.0.0.0/"], "addresses.0", /IP address/],
    [["10.0.0.0/-1"], "addresses.0", /IP address/],
    [["10.0.0.0/8/8"], "addresses.0", /IP address/],
    [["10.0.0"], "addresses.0", /IP address/],
    [["010.0.0.1"], "addresses.0", /IP address/],
    [["fe80::1%eth0"], "addresses.0", /IP address/],
    [["example.com"], "addresses.0", /IP address/],
    [[""], "addresses.0", /IP address/],
    [[7], "addresses", /./],
    [[], "addresses", /./],
    [Array.from({ length: 21 }, (_, at) => `10.0.0.${at}`), "addresses", /./],
    ["10.0.0.0/8", "addresses", /./],
  ])("is refused what is no range, in words and without repeating it: %p", async (addresses, field, words) => {
    const input = { name: fresh("Key"), scopes: ["stats:read"], addresses };
    const answer = await vault.owner.post<{ error: string }>("/api/access-keys", input);
    expect(answer.body.error).toMatch(words);
    expect(answer).toMatchObject(refused(400, "VALIDATION_ERROR", { field }));
    for (const text of ["example.com", "10.0.0.1", "fe80"]) expect(answer.text).not.toContain(text);
  });
});

onEachEngine(
  "a key for some addresses, behind a trusted proxy",
  (vault) => {
    const ADDRESSES = ["192.0.2.0/24", "2001:db8:1::/48", "203.0.113.9"];
    const from = async (forwarded: string | null) => {
      const key = await keyFrom(vault, ADDRESSES);
      return await key.get("/api/stats", forwarded === null ? {} : { "x-forwarded-for": forwarded });
    };

    describe.each([
      "192.0.2.0",
      "192.0.2.255",
      "203.0.113.9",
      "2001:db8:1::",
      "2001:DB8:1:ffff:ffff:ffff:ffff:ffff",
      "::ffff:192.0.2.7",
      "::ffff:c000:207",
      "0:0:0:0:0:ffff:c000:0207",
      "198.51.100.1, 192.0.2.7",
      "192.0.2.7, 127.0.0.1",
    ])("from %s", (forwarded) => {
      test("is let in", async () => expect((await from(forwarded)).status).toBe(200));
    });

    describe.each([
      null,
      "192.0.1.255",
      "192.0.3.0",
      "203.0.113.8",
      "2001:db8:2::1",
      "::ffff:198.51.100.1",
      "::192.0.2.7",
      "192.0.2.7, 198.51.100.1",
      "192.0.2.7, not an address",
      "192.0.2.7:4711",
      "unknown",
    ])("from %p", (forwarded) => {
      test("is refused", async () => expect(await from(forwarded)).toMatchObject(elsewhere));
    });

    test("the trail has the client's address", async () => {
      const key = await keyFrom(vault, ADDRESSES);
      await key.get("/api/stats", { "x-forwarded-for": "192.0.2.7, 198.51.100.1" });
      const [row] = await vault.storage.rows(`SELECT * FROM audit_events WHERE credential_id = '${key.key.id}'`);
      expect(row).toMatchObject({ address: "198.51.100.1", result: "refused" });
    });
  },
  { KAGI_TRUSTED_PROXIES: "127.0.0.0/8,::1" },
);
