import { expect, test } from "bun:test";
import { isCommonPassword } from "../../src/crypto/common-passwords.ts";
import listFile from "../../static/generated/common-passwords.txt" with { type: "file" };

test.each([
  ["password123", "in the list"],
  ["PassWord123", "in another case"],
  ["ｐａｓｓｗｏｒｄ123", "in full-width letters, which are the same once normalized"],
  ["basketball", "a word in the list"],
  ["1qaz2wsx3edc", "keyboard columns"],
  ["aaaaaaaaaa", "one character"],
  ["🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑", "one character beyond the basic plane"],
  ["1212121212", "two in turn"],
  ["abc1abc1abc1", "a short chunk"],
  ["1234567890", "digits"],
  ["12345678901234567890", "digits, round and round"],
  ["9876543210", "digits backwards"],
  ["abcdefghijklm", "the alphabet"],
  ["qwertyuiop", "a keyboard row"],
  ["poiuytrewq", "a keyboard row backwards"],
  ["qwertzuiop", "a German keyboard row"],
  ["azertyuiop", "a French keyboard row"],
  ["qwertyuiop123", "two walks"],
  ["!1234567890", "a walk behind one character"],
  ["!@#$%^&*()", "digits with shift"],
])("%s is common: %s", async (password) => {
  expect(await isCommonPassword(password)).toBe(true);
});

test.each([
  "correct horse battery staple",
  "kettle-anvil-19-Thames",
  "Xk7!qPz2vLm9",
  "e5c1f0a97b3d",
  "password-of-the-Owl",
])("%s is not", async (password) => {
  expect(await isCommonPassword(password)).toBe(false);
});

test("random passwords are not", async () => {
  for (let i = 0; i < 2_000; i++) {
    const password = Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64");
    expect(await isCommonPassword(password)).toBe(false);
  }
});

test("the list holds more than a thousand, all long enough to get past the limit on length", async () => {
  const listed = (await Bun.file(listFile).text()).trimEnd().split("\n");
  expect(listed.length).toBeGreaterThan(1_000);
  expect(listed.every((password) => password.length >= 10 && password === password.toLowerCase())).toBe(true);
  for (const password of listed) expect(await isCommonPassword(password)).toBe(true);
});
