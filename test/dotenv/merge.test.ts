import { describe, expect, test } from "bun:test";
import { appendLines, mergeEnv } from "../../src/dotenv/merge.ts";
import { readEnv } from "../../src/dotenv/read.ts";
import { formatLine } from "../../src/dotenv/write.ts";

const COMMENT = "# OpenAI — Blog (production)";

const assign = (pairs: Record<string, string>) =>
  Object.entries(pairs).map(([key, value]) => ({ key, value, line: formatLine(key, value).line, comment: COMMENT }));

describe("values put into a file", () => {
  test("take the place of those that are there, and leave everything else as it stands", () => {
    const text = "# Shop\nA=1\n\nexport B='two words' # why\nC=3\n# end\n";
    const merged = mergeEnv(text, assign({ B: "new one", C: "3", D: "4" }));
    expect(merged).toEqual({
      content: "# Shop\nA=1\n\nexport B='new one'\nC=3\n# end\n",
      replaced: ["B"],
      missing: ["D"],
    });
  });

  test("take the place of several lines, and may be several lines", () => {
    const text = "KEY='-----BEGIN\nA=1\n-----END'\nB=2\n";
    const merged = mergeEnv(text, assign({ KEY: "short" }));
    expect(merged.content).toBe("KEY=short\nB=2\n");
    const back = mergeEnv(merged.content, assign({ KEY: "-----BEGIN\nB=9\n-----END", B: "3" }));
    expect([...readEnv(back.content).values]).toEqual([
      ["KEY", "-----BEGIN\nB=9\n-----END"],
      ["B", "3"],
    ]);
  });

  test("change the last of several lines of one key, which is the one that counts", () => {
    expect(mergeEnv("A=1\nA=2\n", assign({ A: "3" })).content).toBe("A=1\nA=3\n");
  });

  test("are written again where programs do not agree on how they stand there", () => {
    const merged = mergeEnv("A=two words\n", assign({ A: "two words" }));
    expect(merged).toMatchObject({ content: "A='two words'\n", replaced: ["A"] });
  });

  test("are what a reader gets, whatever they are", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what some programs expand
    const values = ["", "$1 $& $`", "a'b", 'a"b', "a\\", "#x", "a\nKEY=injected", "${HOME}", "`id`", "é 🔑"];
    for (const value of values) {
      const { content } = mergeEnv("KEY=old\nexport OTHER=1\n", assign({ KEY: value, OTHER: value }));
      expect(Object.fromEntries(readEnv(content).values)).toEqual({ KEY: value, OTHER: value });
    }
  });

  test("change nothing when they are put in again", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what some programs expand
    for (const value of ["plain", "two words", "$HOME", "it's ${x}", "a\\", "'\\", "one\ntwo"]) {
      const once = mergeEnv("KEY=old\nOTHER=1\n", assign({ KEY: value }));
      expect(once.replaced).toEqual(["KEY"]);
      expect(mergeEnv(once.content, assign({ KEY: value }))).toEqual({
        content: once.content,
        replaced: [],
        missing: [],
      });
      expect(mergeEnv(once.content, assign({ KEY: "plain2" })).content).toBe("KEY=plain2\nOTHER=1\n");
    }
  });

  test("change the comment that told where the one before came from, and no other", () => {
    const text = "# mine\nA=1\n# OpenAI — Blog (staging): asked for\nB=2\n";
    expect(mergeEnv(text, assign({ A: "3", B: "4" })).content).toBe(`# mine\nA=3\n${COMMENT}\nB=4\n`);
  });

  test("leave line endings and a byte order mark as they are", () => {
    expect(mergeEnv("\ufeffA=1\r\nB=2\r\n", assign({ A: "3" })).content).toBe("\ufeffA=3\r\nB=2\r\n");
    const mixed = "A=1\nB='x\ry'\r\nC=3\nD=4\n";
    expect(mergeEnv(mixed, assign({ C: "5" })).content).toBe("A=1\nB='x\ry'\r\nC=5\nD=4\n");
    expect(mergeEnv("A=1", assign({ A: "2" })).content).toBe("A=2");
  });
});

describe("lines put behind a file", () => {
  test("stand after an empty line, and end as the others do", () => {
    expect(appendLines("", "A=1\n")).toBe("A=1\n");
    expect(appendLines("A=1", "B=2\n")).toBe("A=1\n\nB=2\n");
    expect(appendLines("A=1\n", "B=2\n")).toBe("A=1\n\nB=2\n");
    expect(appendLines("A=1\n\n", "B=2\n")).toBe("A=1\n\nB=2\n");
    expect(appendLines("A=1\r\n", "B=2\n")).toBe("A=1\r\n\r\nB=2\r\n");
  });
});
