import { expect, test } from "bun:test";
import type { SessionInfo } from "../../src/features/auth/model.ts";
import type { Answer } from "../support/client.ts";
import { expectNoneIn, marked } from "../support/secrets.ts";
import { newCategory, newEntry, newKey, OWNER, onEachEngine, refused, snapshot } from "../support/vault.ts";

type Event = {
  user_id: string | null;
  credential: string;
  credential_id: string | null;
  key_prefix: string | null;
  address: string;
  verb: string;
  thing: string;
  thing_id: string | null;
  thing_name: string | null;
  detail: string | null;
  result: string;
  request_id: string;
  at: string;
  number: number;
  hash: string;
};

onEachEngine("the trail", (vault) => {
  const events = () => vault.storage.rows<Event>("SELECT * FROM audit_events ORDER BY id");
  const eventsOf = async (answer: Answer) =>
    (await events()).filter((event) => event.request_id === answer.headers.get("x-request-id"));
  const whoAmI = async () => (await vault.owner.get<SessionInfo>("/api/auth/session")).body;

  test("tells of each action who, with what, from where, to which thing", async () => {
    const { user, session } = await whoAmI();
    const category = await newCategory(vault.owner, { name: "trail category" });
    const entry = await newEntry(vault.owner, { name: "trail entry", categoryId: category.id });
    await newEntry(vault.owner, { categoryId: category.id });
    const key = await newKey(vault.owner, { name: "trail key" });
    const by = vault.owner;
    const named = { category: "trail category", entry: "trail entry", "access-key": "trail key" };
    const actions: [
      () => Promise<Answer>,
      verb: string,
      thing: string,
      id: string | null,
      name: string | null,
      detail?: string,
    ][] = [
      [
        () => by.put(`/api/categories/${category.id}`, { color: "#123456" }),
        "change",
        "category",
        category.id,
        named.category,
      ],
      [() => by.put(`/api/entries/${entry.id}`, { value: "new" }), "change", "entry", entry.id, named.entry],
      [() => by.post(`/api/entries/${entry.id}/reveal`), "reveal", "entry", entry.id, named.entry],
      [() => by.get("/api/export"), "export", "vault", null, null, "entries=2 environment=all unreadable=0"],
      [
        () => by.get("/api/export?project=trail%20entry&environment=staging"),
        "export",
        "vault",
        null,
        named.entry,
        "entries=0 environment=staging unreadable=0",
      ],
      [() => by.delete(`/api/entries/${entry.id}`), "delete", "entry", entry.id, named.entry],
      [
        () => by.delete(`/api/categories/${category.id}`),
        "delete",
        "category",
        category.id,
        named.category,
        "entries=1",
      ],
      [() => by.delete(`/api/access-keys/${key.id}`), "revoke", "access-key", key.id, named["access-key"]],
      [
        () => by.delete("/api/account/data"),
        "delete-all",
        "vault",
        null,
        null,
        "categories=0 entries=0 two-factors=0 env-projects=0 env-files=0 access-keys=0",
      ],
    ];
    for (const [act, verb, thing, id, name, detail = null] of actions) {
      expect(await eventsOf(await act())).toEqual(
        [
          {
            id: expect.any(String),
            at: expect.stringMatching(/^\d{4}-.*Z$/),
            user_id: user.id,
            credential: "session",
            credential_id: session.id,
            key_prefix: null,
            address: "127.0.0.1",
            verb,
            thing,
            thing_id: id,
            thing_name: name,
            detail,
            result: "ok",
            number: expect.any(Number),
            hash: expect.stringMatching(/^[0-9a-f]{64}$/),
          } as unknown as Event,
        ].map((event) => ({ ...event, request_id: expect.any(String) as unknown as string })),
      );
    }
  });

  test("tells of creations with the id that they gave", async () => {
    for (const [path, thing, input] of [
      ["/api/categories", "category", { name: "made", keyType: "ssh" }],
      ["/api/access-keys", "access-key", { name: "made", scopes: ["stats:read"] }],
    ] as const) {
      const answer = await vault.owner.post<{ id: string }>(path, input);
      const expected = { verb: "create", thing, thing_id: answer.body.id, thing_name: "made", result: "ok" };
      expect(await eventsOf(answer)).toMatchObject([expected]);
    }
    const { id: categoryId } = await newCategory(vault.owner);
    const answer = await vault.owner.post<{ id: string }>("/api/entries", { categoryId, name: "made", value: "v" });
    expect(await eventsOf(answer)).toMatchObject([{ verb: "create", thing: "entry", thing_id: answer.body.id }]);
  });

  test("names a key by its prefix", async () => {
    const entry = await newEntry(vault.owner);
    const client = await vault.key(["entries:reveal"]);
    const { id, keyPrefix } = client.key;
    const [event, ...more] = await eventsOf(await client.post(`/api/entries/${entry.id}/reveal`));
    expect(event).toMatchObject({ verb: "reveal", credential: "key", credential_id: id, key_prefix: keyPrefix });
    expect(more).toEqual([]);
    expect(keyPrefix).toHaveLength(9);
  });

  test("tells of signing in, out, and failing to", async () => {
    const { user } = await whoAmI();
    const stranger = vault.stranger;
    const right = await stranger.post("/api/auth/sign-in/email", OWNER);
    const signedIn = { verb: "sign-in", thing: "user", thing_id: user.id, thing_name: OWNER.email, result: "ok" };
    expect(await eventsOf(right)).toMatchObject([{ ...signedIn, credential: "session", user_id: user.id }]);

    const wrong = await stranger.post("/api/auth/sign-in/email", { ...OWNER, password: "not the password" });
    expect(await eventsOf(wrong)).toMatchObject([
      { ...signedIn, credential: "anonymous", result: "refused", detail: "why=credentials" },
    ]);

    // What somebody typed for an e-mail may be a password: an unknown one is not written down.
    const typed = marked("typed-as-an-e-mail");
    const unknown = await stranger.post("/api/auth/sign-in/email", { email: typed, password: "x" });
    expect(await eventsOf(unknown)).toMatchObject([
      { verb: "sign-in", user_id: null, thing_id: null, thing_name: null, result: "refused" },
    ]);
    expectNoneIn(await vault.storage.dump(), [typed], "database");

    const out = await (await vault.signIn()).post("/api/auth/sign-out");
    expect(await eventsOf(out)).toMatchObject([
      { verb: "sign-out", thing_id: user.id, thing_name: OWNER.email, result: "ok" },
    ]);
  });

  test("tells once a window that an account or an address is throttled", async () => {
    const { user } = await whoAmI();
    const told = async () => (await events()).filter(({ detail }) => detail === "why=throttled");
    const guess = (email: string) => vault.stranger.post("/api/auth/sign-in/email", { email, password: "wrong" });
    const guessALot = async (tries: number, email: (index: number) => string) => {
      for (let index = 0; index < tries; index += 1) await guess(email(index));
      expect(await guess(email(tries))).toMatchObject(refused(429, "RATE_LIMITED"));
    };
    const windowPasses = () =>
      vault.storage.rows("UPDATE throttles SET window_started_at = '2020-01-01T00:00:00.000Z'");
    await windowPasses();
    const row = { verb: "sign-in", result: "refused", credential: "anonymous", address: "127.0.0.1" };
    const ofOwner = { ...row, user_id: user.id, thing_id: user.id, thing_name: OWNER.email };
    await guessALot(14, () => OWNER.email);
    expect(await told()).toMatchObject([ofOwner]);
    await guessALot(30, (index) => `user${index}@example.com`);
    expect(await told()).toMatchObject([ofOwner, { ...row, user_id: null, thing_name: null }]);
    await windowPasses();
    await guessALot(14, () => OWNER.email);
    expect((await told()).slice(2)).toMatchObject([ofOwner]);
    await windowPasses();
  });

  test("tells nothing of what did not happen, and nothing of looking around", async () => {
    const entry = await newEntry(vault.owner);
    const before = (await events()).length;
    await vault.owner.get("/api/entries");
    await vault.owner.get(`/api/entries/${entry.id}`);
    await vault.owner.put(`/api/entries/${entry.id}`, {});
    await vault.owner.post(`/api/entries/${crypto.randomUUID()}/reveal`);
    await vault.owner.post("/api/entries", { categoryId: entry.categoryId, name: entry.name, value: "v" });
    expect((await events()).slice(before)).toEqual([]);
  });

  test("tells once a window, and for each scope, of a key that wants more than it may", async () => {
    const entry = await newEntry(vault.owner);
    const client = await vault.key(["entries:read"]);
    const before = (await events()).length;
    for (let time = 0; time < 3; time++) {
      expect((await client.post(`/api/entries/${entry.id}/reveal`)).status).toBe(403);
      expect((await client.get("/api/stats")).status).toBe(403);
      expect((await client.get("/api/access-keys")).status).toBe(403);
    }
    const { id, name, keyPrefix } = client.key;
    const row = { verb: "use", result: "refused", credential: "key", credential_id: id, key_prefix: keyPrefix };
    const told = (wanted: string) => ({ ...row, thing_id: id, thing_name: name, detail: `wanted=${wanted}` });
    const wanted = [told("entries:reveal"), told("stats:read"), told("session")];
    expect((await events()).slice(before)).toMatchObject(wanted);
  });

  test("outlives the things it tells of", async () => {
    const entry = await newEntry(vault.owner);
    await vault.owner.delete(`/api/categories/${entry.categoryId}`);
    expect((await events()).filter((event) => event.thing_id === entry.id)).toMatchObject([{ verb: "create" }]);
  });

  test("holds no value", async () => {
    const value = marked("value");
    const entry = await newEntry(vault.owner, { value });
    await vault.owner.put(`/api/entries/${entry.id}`, { value: `${value} again` });
    await vault.owner.post(`/api/entries/${entry.id}/reveal`);
    await vault.owner.get("/api/export");
    expectNoneIn(JSON.stringify(await events()), [value], "trail");
  });

  test("comes first: what cannot be written down does not happen", async () => {
    const secrets = [marked("first"), marked("second")] as const;
    const entry = await newEntry(vault.owner, { value: secrets[0], name: "guarded" });
    const client = await vault.key();
    const before = await snapshot(vault.owner);
    await vault.storage.breakTrail();
    try {
      for (const by of [vault.owner, client]) {
        for (const answer of [
          await by.post(`/api/entries/${entry.id}/reveal`),
          await by.get("/api/export"),
          await by.put(`/api/entries/${entry.id}`, { value: secrets[1], notes: "changed" }),
          await by.delete(`/api/entries/${entry.id}`),
          await by.delete(`/api/categories/${entry.categoryId}`),
          await by.post("/api/categories", { name: "unwritten", keyType: "ssh" }),
          await by.post("/api/entries", { categoryId: entry.categoryId, name: "unwritten", value: "v" }),
        ]) {
          expect(answer).toMatchObject(refused(500, "INTERNAL_ERROR", { error: "Internal server error" }));
          expectNoneIn(answer.text, secrets, "answer");
          await vault.logged(`requestId=${answer.headers.get("x-request-id")}`);
        }
      }
      for (const answer of [
        await vault.owner.post("/api/access-keys", { name: "unwritten", scopes: ["stats:read"] }),
        await vault.owner.delete(`/api/access-keys/${client.key.id}`),
        await vault.owner.delete("/api/account/data"),
        await vault.stranger.post("/api/auth/sign-in/email", OWNER),
      ]) {
        expect(answer).toMatchObject(refused(500, "INTERNAL_ERROR"));
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
      expect(await stripUse(await snapshot(vault.owner))).toEqual(await stripUse(before));
    } finally {
      await vault.storage.mendTrail();
    }
    const answer = await vault.owner.post(`/api/entries/${entry.id}/reveal`);
    expect(answer.body).toMatchObject({ value: secrets[0] });
    expectNoneIn(vault.log, secrets, "log");
  });
});

/** A key's last use moves by itself. */
function stripUse(seen: unknown): unknown {
  return JSON.parse(JSON.stringify(seen, (name, value) => (name === "lastUsedAt" ? undefined : value)));
}
