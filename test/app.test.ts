import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { createApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { apiDoor, pageDoor, publicApiDoor } from "../src/http/guards.ts";
import { checkMounts } from "../src/http/mounts.ts";
import { OPERATIONS } from "../src/http/operations.ts";
import type { Kagi } from "../src/kagi.ts";

const kagi = { config: loadConfig({}) } as Kagi;

test("the API has the operations of the table and no other", () => {
  const { routes } = createApp(kagi);
  const served = routes.map(({ method, path }) => `${method} ${path}`).filter((name) => name.includes(" /api/"));
  const described = Object.keys(OPERATIONS).filter((name) => name.includes(" /api/"));
  expect(served.sort()).toEqual(described.sort());
});

describe("an app does not start", () => {
  const whole = createApp(kagi).routes;
  const without = (method: string, path: string) =>
    whole.filter((route) => route.method !== method || route.path !== path);
  const answer = () => "answer";

  test.each([
    [
      "whose API has a route without a door",
      new Elysia().get("/api/stats", answer),
      "GET /api/stats is behind no door",
    ],
    [
      "whose door was used after the route",
      new Elysia().get("/api/stats", answer).use(apiDoor(kagi)),
      "GET /api/stats is behind no door",
    ],
    [
      "whose closed operation is behind the public door",
      new Elysia().use(publicApiDoor(kagi)).get("/api/stats", answer),
      "GET /api/stats is behind the wrong (public) door",
    ],
    [
      "whose API is behind the pages' door",
      new Elysia().use(pageDoor(kagi)).get("/api/stats", answer),
      "GET /api/stats is behind the wrong (page) door",
    ],
  ])("%s", (_what, mounted, problem) => {
    expect(() => checkMounts([...without("GET", "/api/stats"), ...mounted.routes])).toThrow(problem);
  });

  test("with a page that anybody may see by mistake", () => {
    const { routes } = new Elysia().get("/secrets", answer);
    expect(() => checkMounts([...whole, ...routes])).toThrow("GET /secrets is behind no door");
  });

  test("with a route that the table lacks, or a row that no route serves", () => {
    const { routes } = new Elysia().use(apiDoor(kagi)).get("/api/other", answer);
    expect(() => checkMounts([...whole, ...routes])).toThrow("GET /api/other is not in the table");
    expect(() => checkMounts(without("GET", "/api/stats"))).toThrow("no route for GET /api/stats");
  });
});
