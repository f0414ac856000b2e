import { expect, test } from "bun:test";
import type { AccessKey, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Client } from "../support/client.ts";
import { newKey, onEachEngine, refused } from "../support/vault.ts";

const HOUR_MS = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const GIVEN = {
  scopes: ["entries:read", "export:read"] as AccessKey["scopes"],
  addresses: ["127.0.0.0/8"],
  project: "Shop",
  environment: "staging" as const,
};

onEachEngine("a rotated key", (vault) => {
  const dead = refused(401, "AUTH_INVALID_KEY");
  const listed = async (id: string) =>
    (await vault.owner.get<AccessKey[]>("/api/access-keys")).body.find((key) => key.id === id);
  const rotate = (key: Pick<AccessKey, "id">, body: unknown = {}, by: Client = vault.owner) =>
    by.post<CreatedAccessKey>(`/api/access-keys/${key.id}/rotate`, body);
  const use = async (key: CreatedAccessKey) =>
    await vault.stranger.with({ authorization: `Bearer ${key.key}` }).get("/api/entries");
  const lifetime = (key: AccessKey) => Date.parse(key.expiresAt ?? "") - Date.parse(key.createdAt);

  test("gives its name, scopes, limits and lifetime to another, shown once, and ends at once", async () => {
    const old = await newKey(vault.owner, { ...GIVEN, expiresAt: inHours(48) });
    expect((await use(old)).status).toBe(200);
    const { status, body } = await rotate(old);
    expect(status).toBe(201);
    expect(body.key).toMatch(/^kagi_[A-Za-z0-9_-]{43}$/);
    expect(body.key).not.toBe(old.key);
    expect(body).toMatchObject({ ...GIVEN, name: old.name, rotatedFrom: old.id, replacedBy: null, lastUsedAt: null });
    expect(lifetime(body)).toBe(lifetime(old));
    expect(await use(old)).toMatchObject(dead);
    expect((await use(body)).status).toBe(200);
    const ended = await listed(old.id);
    expect(ended).toMatchObject({ replacedBy: body.id, rotatedFrom: null });
    expect(Date.parse(ended?.expiresAt ?? "")).toBeLessThanOrEqual(Date.now());
    const { key, ...shown } = body;
    expect(await listed(body.id)).toEqual({ ...shown, lastUsedAt: expect.any(String) });
    expect(await vault.storage.dump()).not.toContain(key.slice(9));
  });

  test("works beside the new one until the time that was chosen, and not after", async () => {
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes });
    const endsAt = inHours(1);
    const { body } = await rotate(old, { endsAt });
    expect(body.expiresAt).toBeNull();
    expect((await listed(old.id))?.expiresAt).toBe(endsAt);
    for (const key of [old, body]) expect((await use(key)).status).toBe(200);
    // That time comes.
    const now = new Date().toISOString();
    await vault.storage.rows(`UPDATE access_keys SET expires_at = '${now}' WHERE expires_at = '${endsAt}'`);
    expect(await use(old)).toMatchObject(dead);
    expect((await use(body)).status).toBe(200);
  });

  test("lives no longer than it would have anyway", async () => {
    const expiresAt = inHours(2);
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes, expiresAt });
    expect((await rotate(old, { endsAt: inHours(100) })).status).toBe(201);
    expect((await listed(old.id))?.expiresAt).toBe(expiresAt);
  });

  test("that has expired is followed by one that works", async () => {
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes, expiresAt: inHours(2) });
    const past = "2026-01-01T00:00:00.000Z";
    await vault.storage.rows(
      `UPDATE access_keys SET created_at = '2025-12-31T00:00:00.000Z', expires_at = '${past}' WHERE id = '${old.id}'`,
    );
    const { body } = await rotate(old, { endsAt: inHours(1) });
    expect((await use(body)).status).toBe(200);
    expect(lifetime(body)).toBe(24 * HOUR_MS);
    expect(await use(old)).toMatchObject(dead);
    expect((await listed(old.id))?.expiresAt).toBe(past);
  });

  test("is followed by one only, however many ask at once", async () => {
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes });
    const answers = await Promise.all(Array.from({ length: 8 }, () => rotate(old, { endsAt: inHours(1) })));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    expect(await rotate(old)).toMatchObject(refused(409, "CONFLICT"));
    const all = (await vault.owner.get<AccessKey[]>("/api/access-keys")).body;
    expect(all.filter(({ rotatedFrom }) => rotatedFrom === old.id)).toHaveLength(1);
    // What was refused changed nothing.
    expect((await use(old)).status).toBe(200);
  });

  test("can be rotated on, link by link, and forgets a link that is revoked", async () => {
    const first = await newKey(vault.owner, { scopes: GIVEN.scopes });
    const second = (await rotate(first)).body;
    const third = (await rotate(second)).body;
    expect(await listed(second.id)).toMatchObject({ rotatedFrom: first.id, replacedBy: third.id });
    expect((await vault.owner.delete(`/api/access-keys/${second.id}`)).status).toBe(204);
    expect(await listed(first.id)).toMatchObject({ replacedBy: null });
    expect(await listed(third.id)).toMatchObject({ rotatedFrom: null });
    expect((await use(third)).status).toBe(200);
  });

  test.each([
    [{ endsAt: "2020-01-01T00:00:00.000Z" }, "endsAt"],
    [{ endsAt: "tomorrow" }, "endsAt"],
    [{ endsAt: 5 }, "endsAt"],
    [{ scopes: ["stats:read"] }, "scopes"],
    [{ expiresAt: null }, "expiresAt"],
  ])("is refused what it cannot be told: %p", async (body, field) => {
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes });
    expect(await rotate(old, body)).toMatchObject(refused(400, "VALIDATION_ERROR", { field }));
    expect((await use(old)).status).toBe(200);
    expect(await listed(old.id)).toMatchObject({ replacedBy: null, expiresAt: null });
  });

  test("is its owner's to rotate, and no key's", async () => {
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes });
    expect(await rotate(old, {}, await vault.other)).toMatchObject(refused(404, "ACCESS_KEY_NOT_FOUND"));
    expect(await rotate(old, {}, await vault.key())).toMatchObject(refused(403, "AUTH_SESSION_REQUIRED"));
    expect((await use(old)).status).toBe(200);
  });

  test("is in the trail with its successor, and neither is there without the trail", async () => {
    const old = await newKey(vault.owner, { scopes: GIVEN.scopes });
    const answer = await rotate(old);
    const requestId = answer.headers.get("x-request-id");
    const rows = await vault.storage.rows(
      `SELECT verb, thing_id, thing_name, detail FROM audit_events WHERE request_id = '${requestId}' ORDER BY id`,
    );
    const ends = (await listed(old.id))?.expiresAt;
    expect(rows).toEqual([
      { verb: "rotate", thing_id: old.id, thing_name: old.name, detail: `ends=${ends} replaced-by=${answer.body.id}` },
      { verb: "create", thing_id: answer.body.id, thing_name: old.name, detail: `rotated-from=${old.id}` },
    ]);
    const other = await newKey(vault.owner, { scopes: GIVEN.scopes });
    await vault.storage.breakTrail();
    expect((await rotate(other)).status).toBe(500);
    await vault.storage.mendTrail();
    expect(await listed(other.id)).toMatchObject({ replacedBy: null, expiresAt: null });
    expect((await use(other)).status).toBe(200);
  });
});
