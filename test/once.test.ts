import { expect, test } from "bun:test";
import { once } from "../src/once.ts";

test("what works is done once, however many ask at the same time", async () => {
  let done = 0;
  const ask = once(async () => ++done);
  expect(await Promise.all([ask(), ask()])).toEqual([1, 1]);
  expect(await ask()).toBe(1);
});

test("what fails is told to whoever waits for it, and done again for the next", async () => {
  let tries = 0;
  const ask = once(async () => {
    tries += 1;
    if (tries === 1) throw new Error("not yet");
    return tries;
  });
  const first = await Promise.allSettled([ask(), ask()]);
  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask()).toBe(2);
});
