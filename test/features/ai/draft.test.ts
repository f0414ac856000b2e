import { describe, expect, test } from "bun:test";
import { parse } from "dotenv";
import { addBlocks, type Block, fillIn } from "../../../src/features/ai/draft.ts";
import type { Line } from "../../../src/features/ai/proposal.ts";

const OPENAI: Block = {
  comment: "OpenAI — Blog (production): asked for",
  lines: [{ key: "OPENAI_API_KEY", value: "new" }],
};
const STRIPE: Block = {
  comment: "Stripe — Shop (production)",
  lines: [
    { key: "STRIPE_SECRET_KEY", value: "one" },
    { key: "STRIPE_NOTE", value: "two\nlines" },
  ],
};

const withEnds = (text: string, end: string) => text.replaceAll("\n", end);
const loneLf = /(?<!\r)\n/g;

describe("lines that are added to a file", () => {
  const content = "# mine\nPORT=3000\nOPENAI_API_KEY=old\nDEBUG=1\n";

  test.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
  ])("end as its own do, and leave the rest byte for byte: %s", (_, end) => {
    const { text, replaced } = addBlocks(withEnds(content, end), [OPENAI, STRIPE]);
    expect(replaced).toEqual(["OPENAI_API_KEY"]);
    expect(text.startsWith(withEnds("# mine\nPORT=3000\nOPENAI_API_KEY=new\nDEBUG=1\n\n# Stripe — Shop", end))).toBe(
      true,
    );
    expect(parse(text)).toEqual({
      PORT: "3000",
      OPENAI_API_KEY: "new",
      DEBUG: "1",
      STRIPE_SECRET_KEY: "one",
      STRIPE_NOTE: "two\nlines",
    });
    if (end === "\n") expect(text).not.toContain("\r");
    else expect(text.match(loneLf)).toBeNull();
  });

  test("keep a byte order mark where it is, also before the line that changes", () => {
    for (const [before, after] of [
      ["\ufeffOPENAI_API_KEY=old\nA=1\n", "\ufeffOPENAI_API_KEY=new\nA=1\n"],
      ["\ufeffA=1\n", "\ufeffA=1\n\n# OpenAI — Blog (production): asked for\nOPENAI_API_KEY=new\n"],
    ] as const) {
      const { text } = addBlocks(before, [OPENAI]);
      expect(text).toBe(after);
      expect(text.lastIndexOf("\ufeff")).toBe(0);
    }
  });

  test("end as most do in a file of mixed ends, each of whose lines keeps its own", () => {
    const { text } = addBlocks("A=1\r\nOPENAI_API_KEY=old\nB=2\r\nC=3", [OPENAI, STRIPE]);
    expect(text.startsWith("A=1\r\nOPENAI_API_KEY=new\nB=2\r\nC=3\r\n\r\n# Stripe — Shop (production)\r\n")).toBe(true);
    expect(text).toContain("STRIPE_SECRET_KEY=one\r\n");
    expect(parse(text)).toMatchObject({ A: "1", OPENAI_API_KEY: "new", B: "2", C: "3", STRIPE_SECRET_KEY: "one" });
  });

  test.each([
    ["an empty file", ""],
    ["LF", content],
    ["CRLF", withEnds(content, "\r\n")],
    ["a byte order mark", `\ufeff${content}`],
    ["no end at all", "A=1"],
    ["mixed ends", "A=1\r\nOPENAI_API_KEY=old\nB=2\r\nC=3"],
    ["a line that is exported", "export OPENAI_API_KEY='old' # the blog's\n"],
  ])("change nothing when they are added once more: %s", (_, before) => {
    const once = addBlocks(before, [OPENAI, STRIPE]);
    const twice = addBlocks(once.text, [OPENAI, STRIPE]);
    expect(once.text).not.toBe(before);
    expect(twice.text).toBe(once.text);
    expect(twice.replaced).toEqual([]);
  });

  test("that cannot be written leave what is there, and are told of", () => {
    const unsafe: Block = { comment: "Odd — Blog (production)", lines: [{ key: "A", value: "'\"`$x\n\\" }] };
    const { text, notWritten, replaced } = addBlocks("A=1\nB=2\n", [unsafe]);
    expect(notWritten).toEqual(["A"]);
    expect(replaced).toEqual([]);
    expect(parse(text)).toMatchObject({ A: "1", B: "2" });
    expect(text).not.toContain("$x");
  });
});

describe("what was chosen", () => {
  const updatedAt = "2026-01-02T03:04:05.000Z";
  const line = (variable: string, id: string, field: string | null = null): Line => ({
    key: variable,
    variable,
    source: {
      id,
      categoryId: "c",
      category: "OpenAI",
      keyType: field === null ? "simple" : "group",
      name: "Blog",
      environment: "production",
      updatedAt,
    },
    field,
    reason: "",
    notes: [],
    misreadBy: [],
  });

  test("is gone when its entry is, was changed, does not open, or has lost the field, and nothing else is", () => {
    const picks = [
      line("DELETED", "deleted"),
      line("CHANGED", "changed"),
      line("UNREADABLE", "unreadable"),
      line("LOST", "group", "LOST"),
      line("KEPT", "group", "KEPT"),
      line("INHERITED", "group", "constructor"),
      line("SOUND", "sound"),
    ];
    const opened = new Map([
      ["changed", { value: "planted", updatedAt: "2026-01-02T03:04:05.001Z" }],
      ["unreadable", { value: null, updatedAt }],
      ["group", { value: { KEPT: "kept" }, updatedAt }],
      ["sound", { value: "sound", updatedAt }],
    ]);
    const { blocks, gone } = fillIn(picks, [], opened);
    expect(gone).toEqual(["DELETED", "CHANGED", "UNREADABLE", "LOST", "INHERITED"]);
    expect(blocks.flatMap(({ lines }) => lines)).toEqual([
      { key: "KEPT", value: "kept" },
      { key: "SOUND", value: "sound" },
    ]);
    expect(JSON.stringify(blocks)).not.toContain("planted");
  });
});
