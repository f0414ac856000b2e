import listFile from "../../static/generated/common-passwords.txt" with { type: "file" };
import { once } from "../once.ts";

/**
 * Whether a password is among the first that anybody would try: in the list of the most common ones (case does not
 * count), or so regular that a list need not name it. Meant for passwords of ten characters or more: the list leaves
 * out shorter ones, which are refused for their length.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const candidate = password.normalize("NFKC").toLowerCase();
  return repeatsItself(candidate) || isWalk(candidate) || (await listed()).has(candidate);
}

const LONGEST_PATTERN = 4;

/** "aaaaaaaaaa", "1212121212", "abc1abc1ab". */
function repeatsItself(password: string): boolean {
  const characters = [...password];
  for (let period = 1; period <= LONGEST_PATTERN; period++) {
    if (characters.every((character, i) => i < period || character === characters[i - period])) return true;
  }
  return false;
}

/** Orders that fingers and minds know. Each is a ring, and each character is in it once. */
const RINGS = [
  "1234567890qwertyuiopasdfghjklzxcvbnm",
  "1234567890qwertzuiopasdfghjklyxcvbnm",
  "1234567890azertyuiopqsdfghjklmwxcvbn",
  "0123456789abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
  "!@#$%^&*()",
  "0123456789",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
];

/** Onwards and backwards around each ring, and staying where one is. */
const WAYS: readonly ((from: string, to: string) => boolean)[] = [
  ...RINGS.flatMap((ring) => [
    (from: string, to: string) => followsIn(ring, from, to),
    (from: string, to: string) => followsIn(ring, to, from),
  ]),
  (from, to) => from === to,
];

/** One or two walks make it up: "1234567890", "9876543210", "qwertyuiop123", "aaaaabbbbb", "abcdefghij!". */
function isWalk(password: string): boolean {
  const characters = [...password];
  return walkFrom(characters, walkFrom(characters, 0)) === characters.length;
}

/** Where the longest walk that begins at `start` ends. */
function walkFrom(characters: readonly string[], start: number): number {
  if (start >= characters.length) return characters.length;
  const ends = WAYS.map((follows) => {
    let end = start + 1;
    while (end < characters.length && follows(characters[end - 1] ?? "", characters[end] ?? "")) end++;
    return end;
  });
  return Math.max(...ends);
}

function followsIn(ring: string, from: string, to: string): boolean {
  const at = ring.indexOf(from);
  return at !== -1 && ring[(at + 1) % ring.length] === to;
}

/** Read at the first use: 18 kB that a start does not need. */
const listed = once(async (): Promise<ReadonlySet<string>> => new Set((await Bun.file(listFile).text()).split("\n")));
