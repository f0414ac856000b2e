import { expect, test } from "bun:test";
import { fresh, newCategory, newEntry, OWNER, onEachEngine, refused, type Vault } from "../support/vault.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const HTMX = { "hx-request": "true" };

onEachEngine("a request made to hurt", (vault) => {
  const fields = (count: number) => Array.from({ length: count }, (_, at) => `f${at}=1`).join("&");

  test("with more fields than any form has is refused before they are looked at", async () => {
    const { cookie = "" } = vault.owner.headers;
    for (const path of ["/keys/new", "/sign-out"]) {
      const answer = await vault.stranger.send("POST", path, { raw: fields(1001), headers: { ...FORM, cookie } });
      expect(answer.status).toBe(400);
    }
    expect((await vault.stranger.send("POST", "/sign-in", { raw: fields(1001), headers: FORM })).status).toBe(400);
    expect((await vault.stranger.send("POST", "/theme", { raw: fields(1000), headers: FORM })).status).toBe(303);
  });

  test("from nobody in particular may not be large", async () => {
    const large = `email=a&password=${"x".repeat(70_000)}`;
    expect((await vault.stranger.send("POST", "/sign-in", { raw: large, headers: FORM })).status).toBe(413);
    const answer = await vault.stranger.post("/api/auth/sign-in/email", { email: "a", password: "x".repeat(70_000) });
    expect(answer).toMatchObject(refused(413, "PAYLOAD_TOO_LARGE"));
  });

  test("for the file of an entry that is none finds nothing", async () => {
    const { id } = await newEntry(vault.owner, { value: "no-file-of-any-kind" });
    const answer = await vault.owner.send("POST", `/entries/${id}/download`, { raw: "", headers: FORM });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("no-file-of-any-kind");
  });

  test("to name a download after signs that are not seen is given a name without them", async () => {
    const category = await newCategory(vault.owner, { keyType: "json", envVarName: null });
    const { id } = await newEntry(vault.owner, { categoryId: category.id, value: "{}", fileName: "key\u202enosj.exe" });
    const answer = await vault.owner.send("POST", `/entries/${id}/download`, { raw: "", headers: FORM });
    expect(answer.headers.get("content-disposition")).toContain("filename*=UTF-8''keynosj.exe");
  });

  const PLACES = [
    "//evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/keys/..//evil.example",
    "/%2e//evil.example",
  ];
  const MORE = [
    "/.///evil.example",
    "/\\evil.example",
    "/.\\\\evil.example",
    "https://evil.example",
    "/\t/evil.example",
  ];
  test.each([...PLACES, ...MORE])("that asks to be led to %j stays here", async (next) => {
    const { cookie = "" } = vault.owner.headers;
    const query = new URLSearchParams({ next }).toString();
    const signedIn = await vault.stranger.get(`/sign-in?${query}`, { cookie });
    expect(signedIn.headers.get("location")).toBe("/");
    const themed = await vault.stranger.send("POST", "/theme", { raw: `theme=dark&${query}`, headers: FORM });
    expect(themed.headers.get("location")).toBe("/");
    const form = new URLSearchParams({ ...OWNER, next }).toString();
    const entered = await vault.stranger.send("POST", "/sign-in", { raw: form, headers: { ...FORM, ...HTMX } });
    expect(entered.headers.get("hx-redirect")).toBe("/");
    const current = await vault.stranger.get("/keys", { ...HTMX, "hx-current-url": `${vault.url}${next}` });
    expect(current.headers.get("hx-redirect")).not.toContain("evil");
  });

  test("leaves nothing of its address in the page that everybody gets", async () => {
    const planted = await vault.stranger.get("/sign-in?planted=/sign-in");
    expect(planted.text).toContain("planted");
    for (let round = 0; round < 2; round += 1) {
      expect((await vault.stranger.get("/sign-in")).text).not.toContain("planted");
    }
  });

  const MEMBERS: [method: "POST" | "PUT", path: string, body: (vault: Vault) => Promise<unknown>][] = [
    ["POST", "/api/auth/sign-in/email", async () => ({ email: { toString: 1 }, password: "x" })],
    ["POST", "/api/auth/sign-in/email", async () => ({ email: "a", password: { toString: "x", valueOf: 1 } })],
    ["POST", "/api/categories", async () => ({ name: { toString: null }, keyType: "ssh" })],
    ["POST", "/api/categories", async () => ({ toString: 1, name: "x", keyType: "ssh" })],
    ["POST", "/api/access-keys", async () => ({ name: "x", scopes: [{ toString: 1 }] })],
    [
      "POST",
      "/api/entries",
      async ({ owner }) => ({ categoryId: (await newCategory(owner)).id, name: "x", value: { toString: 1 } }),
    ],
  ];
  test.each(MEMBERS)("with an object that cannot be written down is bad input (%s %s)", async (method, path, body) => {
    const answer = await vault.owner.send(method, path, {
      raw: JSON.stringify(await body(vault)),
      headers: { "content-type": "application/json" },
    });
    expect(answer).toMatchObject(refused(400, "VALIDATION_ERROR"));
  });

  test("a group may well have a variable named toString", async () => {
    const { id } = await newCategory(vault.owner, { keyType: "group", fieldDefinitions: ["toString"] });
    const entry = await newEntry(vault.owner, { categoryId: id, value: { toString: "text" } });
    const revealed = await vault.owner.post(`/api/entries/${entry.id}/reveal`);
    expect(revealed.body).toMatchObject({ value: { toString: "text" } });
  });

  test.each(["[", "a b", "<x>", 'a"b', "%", "x:abc", "[::1"])("with the host %j is bad input", async (host) => {
    for (const path of ["/sign-in", "/keys", "/api/categories", "/healthz"]) {
      const answer = await raw(vault, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(answer).toStartWith("HTTP/1.1 400 ");
      expect(answer).not.toContain(host === "%" ? "at=" : host);
    }
    expect(vault.log).not.toContain("request failed");
  });

  test("from a page whose session has ended leads to the sign-in page and back", async () => {
    for (const path of ["/keys", "/keys/new", "/settings/access-keys"]) {
      const answer = await vault.stranger.get(path, HTMX);
      expect(answer).toMatchObject({ status: 200, text: "" });
      expect(answer.headers.get("hx-redirect")).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
    }
    const headers = { ...FORM, ...HTMX, "hx-current-url": `${vault.url}/keys/new?service=openai` };
    const posted = await vault.stranger.send("POST", "/keys/new", { raw: "name=x", headers });
    expect(posted.status).toBe(200);
    expect(posted.headers.get("hx-redirect")).toBe(`/sign-in?next=${encodeURIComponent("/keys/new?service=openai")}`);
  });

  test("cannot colour or hide a line of an export by the name of a thing", async () => {
    const category = await newCategory(vault.owner, { name: `${fresh("C")}\u001b[31m\u202e\u0007` });
    await newEntry(vault.owner, { categoryId: category.id, name: "p\u001b]0;x\u0007\r\nEVIL=1" });
    const { text } = await vault.owner.get("/api/export");
    for (const sign of ["\u001b", "\u0007", "\u202e", "\r", "\nEVIL"]) expect(text).not.toContain(sign);
    expect(text).toContain("EVIL=1 (production)");
  });
});

/** Sends bytes that no client library would, and returns the whole answer. */
async function raw(vault: Vault, request: string): Promise<string> {
  const { hostname, port } = new URL(vault.url);
  const closed = Promise.withResolvers<void>();
  let answer = "";
  await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      open: (socket) => void socket.write(request),
      data: (_socket, bytes) => {
        answer += bytes.toString();
      },
      close: () => closed.resolve(),
      error: (_socket, error) => closed.reject(error),
    },
  });
  await closed.promise;
  return answer;
}
