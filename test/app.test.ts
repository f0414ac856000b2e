import { expect, test } from "bun:test";
import { createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { OPERATIONS } from "../src/http/operations.ts";
import type { Kagi } from "../src/kagi.ts";

test("the API has the operations of the table and no other", () => {
  const { routes } = createApp({ config: loadConfig({}) } as Kagi);
  const served = routes.map(({ method, path }) => `${method} ${path}`).filter((name) => name.includes(" /api/"));
  const described = Object.keys(OPERATIONS).filter((name) => name.includes(" /api/"));
  expect(served.sort()).toEqual(described.sort());
});
