import { expect, test } from "bun:test";
import { onEachEngine } from "../support/vault.ts";

onEachEngine("health", (vault) => {
  test("says that the process is up and the vault is ready, to anybody and in few words", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      expect(await vault.stranger.get(path)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    }
  });

  test("says so when the key no longer fits the database, and the log says why", async () => {
    await vault.storage.rows("UPDATE meta SET value = 'damaged' WHERE key = 'canary'");
    expect(await vault.stranger.get("/readyz")).toMatchObject({ status: 503, text: '{"status":"unavailable"}' });
    expect(await vault.stranger.get("/healthz")).toMatchObject({ status: 200 });
    await vault.logged("error not ready");
  });

  test("says so when the tables are gone", async () => {
    await vault.storage.rows("DROP TABLE meta");
    expect(await vault.stranger.get("/readyz")).toMatchObject({ status: 503 });
    expect(await vault.stranger.get("/healthz")).toMatchObject({ status: 200 });
  });
});
