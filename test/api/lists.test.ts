import { expect, test } from "bun:test";
import type { Entry } from "../../src/features/entries/model.ts";
import type { Answer, Client } from "../support/client.ts";
import { newCategory, newEntry, newKey, onEachEngine, refused } from "../support/vault.ts";

type Named = { id: string; name: string };

const names = async (by: Client, path: string) => (await by.get<Named[]>(path)).body.map(({ name }) => name);

onEachEngine("lists", (vault) => {
  const KINDS: [path: string, make: (by: Client, name: string) => Promise<Named>][] = [
    ["/api/categories", (by, name) => newCategory(by, { name })],
    ["/api/entries", (by, name) => newEntry(by, { name })],
    ["/api/access-keys", (by, name) => newKey(by, { name })],
  ];

  test.each(KINDS)("%s: newest first, whole, and in pages that Link leads through", async (path, make) => {
    await vault.owner.delete("/api/account/data");
    for (const name of ["one", "two", "three", "four", "five"]) await make(vault.owner, name);
    const whole = await vault.owner.get<Named[]>(path);
    const expected = whole.body.map(({ name }) => name);
    expect(expected).toEqual(["five", "four", "three", "two", "one"]);
    expect(whole.headers.get("link")).toBeNull();
    const pages: string[][] = [];
    let next: string | undefined = `${vault.url}${path}?limit=2`;
    while (next !== undefined) {
      expect(next).toStartWith(vault.url);
      const page: Answer<Named[]> = await vault.owner.get(next.slice(vault.url.length));
      pages.push(page.body.map(({ name }) => name));
      next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1];
    }
    expect(pages).toEqual([["five", "four"], ["three", "two"], ["one"]]);
    expect((await vault.owner.get(`${path}?limit=5`)).headers.get("link")).toBeNull();
  });

  test("do not move a row for an edit of it", async () => {
    const category = await newCategory(vault.owner);
    const first = await newEntry(vault.owner, { categoryId: category.id });
    await newEntry(vault.owner, { categoryId: category.id });
    const [entries, categories] = [
      await names(vault.owner, "/api/entries"),
      await names(vault.owner, "/api/categories"),
    ];
    await vault.owner.put(`/api/entries/${first.id}`, { notes: "edited" });
    await vault.owner.put(`/api/categories/${category.id}`, { description: "edited" });
    expect(await names(vault.owner, "/api/entries")).toEqual(entries);
    expect(await names(vault.owner, "/api/categories")).toEqual(categories);
  });

  test("of entries are narrowed by category, environment and text together", async () => {
    const { id } = await newCategory(vault.owner);
    await newEntry(vault.owner, { categoryId: id, name: "narrow one", environment: "staging" });
    await newEntry(vault.owner, { categoryId: id, name: "narrow one" });
    await newEntry(vault.owner, { categoryId: id, name: "wide" });
    await newEntry(vault.owner, { name: "narrow two" });
    const count = async (query: string) => (await vault.owner.get<Entry[]>(`/api/entries?${query}`)).body.length;
    expect(await count(`categoryId=${id}`)).toBe(3);
    expect(await count(`categoryId=${id}&environment=production`)).toBe(2);
    expect(await count(`categoryId=${id}&environment=production&search=NARROW`)).toBe(1);
    expect(await count("search=narrow")).toBe(3);
    expect(await count(`categoryId=${crypto.randomUUID()}`)).toBe(0);
  });

  const SEARCHED = ["100% sure", "snake_case", "back\\slash", "Größe ÄPFEL", "it's; --", "plain"];
  test.each([
    ["%", ["100% sure"]],
    ["_", ["snake_case"]],
    ["\\", ["back\\slash"]],
    ["\\\\", []],
    ["0%s", []],
    ["größe äpfel", ["Größe ÄPFEL"]],
    ["GRÖSSE", []],
    ["ÄPF", ["Größe ÄPFEL"]],
    ["A\u0308PFEL", ["Größe ÄPFEL"]],
    ["'s; --", ["it's; --"]],
    ["' OR 1=1 --", []],
    ["PLAIN", ["plain"]],
    ["", SEARCHED],
  ])("are searched for %p as it is, whatever its case", async (text, expected) => {
    const other = await vault.other;
    if ((await names(other, "/api/categories")).length === 0) {
      for (const name of SEARCHED) {
        const { id } = await newCategory(other, { name });
        await newEntry(other, { categoryId: id, name });
      }
    }
    const query = `?search=${encodeURIComponent(text)}`;
    expect((await names(other, `/api/categories${query}`)).sort()).toEqual([...expected].sort());
    expect((await names(other, `/api/entries${query}`)).sort()).toEqual([...expected].sort());
  });

  test("of categories are searched in descriptions too", async () => {
    const { name } = await newCategory(vault.owner, { description: "Für die ÜBERSICHT" });
    expect(await names(vault.owner, "/api/categories?search=übersicht")).toEqual([name]);
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=-1", "limit"],
    ["limit=ten", "limit"],
    ["limit=1.5", "limit"],
    [`search=${"x".repeat(256)}`, "search"],
    [`cursor=${"x".repeat(37)}`, "cursor"],
    ["page=2", "page"],
  ])("refuse ?%s", async (query, field) => {
    const refusal = refused(400, "VALIDATION_ERROR", { field });
    expect(await vault.owner.get(`/api/categories?${query}`)).toMatchObject(refusal);
    expect(await vault.owner.get(`/api/entries?${query}`)).toMatchObject(refusal);
  });

  test.each(["search", "cursor"])("refuse a NUL in ?%s", async (field) => {
    for (const path of ["/api/categories", "/api/entries"]) {
      const refusal = refused(400, "VALIDATION_ERROR", { field });
      expect(await vault.owner.get(`${path}?${field}=a%00b`)).toMatchObject(refusal);
    }
  });

  test.each(["search=%ff", "search=%ed%a0%80", "cursor='", "cursor=%25"])(
    "take ?%s for any other text",
    async (query) => {
      expect((await vault.owner.get(`/api/entries?${query}`)).status).toBe(200);
    },
  );

  test("of entries refuse an environment that there is not", async () => {
    const refusal = refused(400, "VALIDATION_ERROR", { field: "environment" });
    expect(await vault.owner.get("/api/entries?environment=moon")).toMatchObject(refusal);
  });
});

onEachEngine("methods", (vault) => {
  test.each([
    ["PATCH", "/api/categories", ["GET", "HEAD", "POST"]],
    ["PUT", "/api/entries", ["GET", "HEAD", "POST"]],
    ["DELETE", "/api/stats", ["GET", "HEAD"]],
    ["GET", `/api/entries/${crypto.randomUUID()}/reveal`, ["POST"]],
    ["POST", `/api/entries/${crypto.randomUUID()}`, ["DELETE", "GET", "HEAD", "PUT"]],
    ["GET", `/api/access-keys/${crypto.randomUUID()}`, ["DELETE"]],
    ["POST", "/healthz", ["GET", "HEAD"]],
  ])("that a path lacks are answered with those it has: %s %s", async (method, path, allow) => {
    const answer = await vault.owner.send(method, path);
    expect(answer).toMatchObject(refused(405, "METHOD_NOT_ALLOWED", { error: "Method not allowed" }));
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual(allow);
  });

  test("HEAD is GET without its body", async () => {
    const get = await vault.owner.get("/api/stats");
    const head = await vault.owner.send("HEAD", "/api/stats");
    expect(head).toMatchObject({ status: 200, text: "" });
    expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    expect((await vault.stranger.send("HEAD", "/api/stats")).status).toBe(401);
  });

  test.each(["/api", "/api/nothing", "/api/entries/a/b/c", "/api/2fa/a/b/c", "/API/stats"])(
    "of unknown paths are not found: %s",
    async (path) => {
      const answer = await vault.owner.get(path);
      expect(answer.status).toBe(404);
      if (path.startsWith("/api")) expect(answer).toMatchObject(refused(404, "NOT_FOUND", { error: "Not found" }));
    },
  );
});
