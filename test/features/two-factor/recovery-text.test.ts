import { describe, expect, test } from "bun:test";
import { readRecoveryCodes } from "../../../src/features/two-factor/recovery-text.ts";

const GOOGLE = `SAVE YOUR BACKUP CODES
Keep these backup codes somewhere safe but accessible.

1. 1234 5678\t\t 6. 2345 6789
2. 3456 7890\t\t 7. 4567 8901
3. 5678 9012\t\t 8. 6789 0123
4. 7890 1234\t\t 9. 8901 2345
5. 9012 3456\t\t 10. 0123 4567

(ada@example.com)

* You can only use each backup code once.
* Need more? Visit https://g.co/2sv
* These codes were generated on: Nov 21, 2026.`;

const DISCORD = `These are your Discord backup codes for account ada@example.com. Keep them safe!

* 1a2b-3c4d
* abcd-efgh
* 9z8y-7x6w`;

const AWS = `Recovery codes for the root user of 123456789012

  12ABCDEFGHIJ   34KLMNOPQRST
  56UVWXYZABCD   78EFGHIJKLMN

Amazon Web Services`;

const PRINTED: [layout: string, text: string, codes: string[]][] = [
  ["one a line", "a1b2c-3d4e5\nf6a7b-8c9d0\r\n01234-56789\n", ["a1b2c-3d4e5", "f6a7b-8c9d0", "01234-56789"]],
  [
    "GitHub's two columns",
    "a1b2c-3d4e5 f6a7b-8c9d0\nabcde-fabcd 01234-56789",
    ["a1b2c-3d4e5", "f6a7b-8c9d0", "abcde-fabcd", "01234-56789"],
  ],
  [
    "GitHub's bullets",
    "   • a1b2c-3d4e5    • f6a7b-8c9d0\n   • abcde-fabcd",
    ["a1b2c-3d4e5", "f6a7b-8c9d0", "abcde-fabcd"],
  ],
  [
    "Google's numbered columns, in the order of their numbers",
    GOOGLE,
    [
      "1234 5678",
      "3456 7890",
      "5678 9012",
      "7890 1234",
      "9012 3456",
      "2345 6789",
      "4567 8901",
      "6789 0123",
      "8901 2345",
      "0123 4567",
    ],
  ],
  [
    "numbered columns with single spaces",
    "1. 1234 5678 3. 2345 6789\n2. 3456 7890 4. 4567 8901",
    ["1234 5678", "3456 7890", "2345 6789", "4567 8901"],
  ],
  ["columns of groups with single spaces", "1234 5678 2345 6789\n3456 7890", ["1234 5678", "2345 6789", "3456 7890"]],
  [
    "columns of groups of letters and digits",
    "AB12 CD34\nEF56 GH78 JK90 LM12",
    ["AB12 CD34", "EF56 GH78", "JK90 LM12"],
  ],
  ["Discord's file", DISCORD, ["1a2b-3c4d", "abcd-efgh", "9z8y-7x6w"]],
  ["Microsoft's one code", "ABCDE-FGHIJ-KLMNO-PQRST-UVWXY", ["ABCDE-FGHIJ-KLMNO-PQRST-UVWXY"]],
  [
    "a code after its label",
    "Your recovery code is: ABCDE-FGHIJ-KLMNO-PQRST-UVWXY\nKeep it.",
    ["ABCDE-FGHIJ-KLMNO-PQRST-UVWXY"],
  ],
  [
    "a code in a sentence",
    "Your new code is ABCDE-FGHIJ-KLMNO-PQRST-UVWXY. Keep it.",
    ["ABCDE-FGHIJ-KLMNO-PQRST-UVWXY"],
  ],
  ["AWS's columns", AWS, ["12ABCDEFGHIJ", "34KLMNOPQRST", "56UVWXYZABCD", "78EFGHIJKLMN"]],
  ["six digits in two columns", "123456 234567\n345678 456789", ["123456", "234567", "345678", "456789"]],
  ["groups of three digits", "123 456\n234 567", ["123 456", "234 567"]],
  [
    "many groups, as Bitwarden has them",
    "AB12 CD34 EF56 GH78 JK90 LM12 NO34 PQ56",
    ["AB12 CD34 EF56 GH78 JK90 LM12 NO34 PQ56"],
  ],
  ["Stripe's one code", "abcd-efgh-ijkl-mnop-qrst", ["abcd-efgh-ijkl-mnop-qrst"]],
  ["labels with numbers", "Code 1: abcd-1234\nCode 2: efgh-5678", ["abcd-1234", "efgh-5678"]],
  ["a list with commas", "Backup codes: 12345678, 23456789; 34567890.", ["12345678", "23456789", "34567890"]],
  ["JSON", '["abcd-1234","efgh-5678", "ijkl-mnop"]', ["abcd-1234", "efgh-5678", "ijkl-mnop"]],
  ["a table", "| # | code |\n|---|---|\n| 1 | a1b2-c3d4 |\n| 2 | e5f6-a7b8 |", ["a1b2-c3d4", "e5f6-a7b8"]],
  ["a table's cells", "1\t1234 5678\n2\t2345 6789", ["1234 5678", "2345 6789"]],
  ["numbers without a point", "1 abcd-1234\n2 efgh-5678", ["abcd-1234", "efgh-5678"]],
  ["numbers in brackets", "(1) a1b2c3d4\n(2) b2c3d4e5\n#3: c3d4e5f6", ["a1b2c3d4", "b2c3d4e5", "c3d4e5f6"]],
  ["dashes for bullets", "- a1b2c3d4\n– b2c3d4e5\n[ ] c3d4e5f6", ["a1b2c3d4", "b2c3d4e5", "c3d4e5f6"]],
  ["a quoted mail", "> a1b2c3d4e5\n> f6a7b8c9d0", ["a1b2c3d4e5", "f6a7b8c9d0"]],
  ["wide spaces", "a1b2c3d4\u00a0\u00a0\u00a0b2c3d4e5\u200b", ["a1b2c3d4", "b2c3d4e5"]],
  ["letters among others", "deadbeef\n12ab34cd\nfeedface", ["deadbeef", "12ab34cd", "feedface"]],
  ["letters alone", "qwertzui\nasdfghjk\nyxcvbnml", ["qwertzui", "asdfghjk", "yxcvbnml"]],
  ["letters alone in a list", "1. qwertzui\n2. asdfghjk", ["qwertzui", "asdfghjk"]],
  ["64 characters", "3f1c6f0e".repeat(8), ["3f1c6f0e".repeat(8)]],
  ["a code twice", "a1b2c3d4\nb2c3d4e5\na1b2c3d4", ["a1b2c3d4", "b2c3d4e5"]],
  ["what is not used yet", "a1b2c3d4 (unused)\nb2c3d4e5 (not used)", ["a1b2c3d4", "b2c3d4e5"]],
];

describe("recovery codes", () => {
  test.each(PRINTED)("are read as %s", (_layout, text, codes) => {
    expect(readRecoveryCodes(text).codes).toEqual(codes);
  });

  test("leave the text around them, which is told", () => {
    expect(readRecoveryCodes(DISCORD).ignored).toEqual([DISCORD.split("\n")[0] as string]);
    expect(readRecoveryCodes(GOOGLE).ignored).toEqual(GOOGLE.split("\n").filter((line) => /[a-z]/i.test(line)));
    expect(readRecoveryCodes(AWS).ignored).toEqual([
      "Recovery codes for the root user of 123456789012",
      "Amazon Web Services",
    ]);
  });

  test("are not looked for in a line longer than anybody prints, nor in a text longer than that", () => {
    const line = "ab-".repeat(1000);
    expect(readRecoveryCodes(`abcd-1234\n${line}\nefgh-5678`)).toEqual({
      codes: ["abcd-1234", "efgh-5678"],
      ignored: [line],
    });
    expect(() => readRecoveryCodes("abcd-1234\n".repeat(5001))).toThrow("longer than");
  });

  test("that are marked as used are not taken", () => {
    const used = ["* qrst-uvw1 (used)", "[x] q1st-uvwx", "~~q2st-uvwx~~", "q3st-uvwx ✓", "2. ALREADY USED"];
    expect(readRecoveryCodes(["1. a1b2-c3d4", ...used].join("\n"))).toEqual({ codes: ["a1b2-c3d4"], ignored: used });
    expect(readRecoveryCodes("1. 1234 5678 (used)\t2. 2345 6789")).toEqual({
      codes: ["2345 6789"],
      ignored: ["1. 1234 5678 (used)"],
    });
  });

  test("do not take a name or a date for one of them", () => {
    const codes = ["a1b2c-3d4e5", "f6a7b-8c9d0", "abcde-fabcd", "01234-56789"];
    const text = ["GitHub recovery codes", "ada1990x", ...codes, "2026-11-21", "Generated 2026-11-21 10:00:00"].join(
      "\n",
    );
    expect(readRecoveryCodes(text)).toEqual({
      codes,
      ignored: ["GitHub recovery codes", "ada1990x", "2026-11-21", "Generated 2026-11-21 10:00:00"],
    });
  });

  test.each([
    [""],
    [" \n\t\n"],
    ["---\n***"],
    ["Dear Ada,\nwelcome to the well-kept house.\nRegister\nRecovery\nThanks"],
    ["https://example.com/a1b2c3d4\nada1990@example.com"],
    [`${"a1".repeat(200)}`],
  ])("are none in %p", (text) => {
    expect(readRecoveryCodes(text).codes).toEqual([]);
  });
});
