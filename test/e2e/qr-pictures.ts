import { test as bunTest } from "bun:test";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Pictures of QR codes, made by programs that share no code with the reader. */

const CONVERT = Bun.which("magick") ?? Bun.which("convert");
const ENCODE = Bun.which("qrencode");
const MISSING = "No qrencode or no ImageMagick: tests of QR pictures are skipped. `apt install qrencode imagemagick`";
const folder = mkdtempSync(join(tmpdir(), "kagi-qr-"));
let made = 0;
let missingIsSaid = false;

/** The `test` for claims that need pictures: skipped with a word where they cannot be made, a failure in CI. */
export function withPictures<Test extends (name: string, ...more: never[]) => void>(test: Test): Test {
  if (CONVERT !== null && ENCODE !== null) return test;
  return ((name: string) => {
    if (process.env.CI === "true") {
      bunTest(name, () => {
        throw new Error(MISSING);
      });
      return;
    }
    if (!missingIsSaid) console.warn(MISSING);
    missingIsSaid = true;
    bunTest.skip(name, () => {});
  }) as Test;
}

export type Picture = { name: string; mimeType: string; buffer: Buffer };

type Look = {
  /** Pixels of one module. */
  module?: number;
  degrees?: number;
  level?: "L" | "M" | "Q" | "H";
  /** What else ImageMagick is to do, such as putting it into a photograph. */
  more?: readonly string[];
  ending?: "png" | "jpg";
};

export function qrPicture(
  text: string,
  { module = 6, degrees = 0, level = "M", more = [], ending = "png" }: Look = {},
) {
  const plain = newFile("png");
  run([ENCODE as string, "-o", plain, "-s", String(module), "-m", "4", "-l", level, text]);
  return converted([plain, "-background", "white", "-rotate", String(degrees), ...more], ending);
}

/** A picture by ImageMagick's words alone. */
export function converted(words: readonly string[], ending: "png" | "jpg" = "png"): Picture {
  const file = newFile(ending);
  run([CONVERT as string, ...words, file]);
  const name = file.slice(folder.length + 1);
  return { name, mimeType: ending === "png" ? "image/png" : "image/jpeg", buffer: readFileSync(file) };
}

function newFile(ending: string): string {
  made += 1;
  return join(folder, `picture-${made}.${ending}`);
}

function run(words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(words);
  if (exitCode !== 0) throw new Error(`${words[0]}: ${stderr}`);
}

export type Exported = {
  secret: Uint8Array;
  name: string;
  issuer?: string;
  algorithm?: number;
  digits?: number;
  type?: number;
};

/** One QR code of an export, as Google Authenticator writes it: a protocol buffer, here put together by hand. */
export function exportLink(accounts: readonly Exported[], { size = 1, index = 0, id = 4711 } = {}): string {
  const bytes = [
    ...accounts.flatMap(({ secret, name, issuer = "", algorithm = 1, digits = 1, type = 2 }) =>
      nested(1, [
        ...nested(1, [...secret]),
        ...nested(2, textOf(name)),
        ...nested(3, textOf(issuer)),
        ...number(4, algorithm),
        ...number(5, digits),
        ...number(6, type),
      ]),
    ),
    ...number(2, 1),
    ...number(3, size),
    ...number(4, index),
    ...number(5, id),
  ];
  return `otpauth-migration://offline?data=${encodeURIComponent(Buffer.from(bytes).toString("base64"))}`;
}

const textOf = (text: string) => [...new TextEncoder().encode(text)];
const nested = (field: number, bytes: readonly number[]) => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const number = (field: number, value: number) => [...varint(field * 8), ...varint(value)];

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
