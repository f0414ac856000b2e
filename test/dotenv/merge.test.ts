import { describe, expect, test } from "bun:test";
import { mergeEnv } from "../../src/dotenv/merge.ts";
import { readEnv } from "../../src/dotenv/read.ts";
import { formatLine } from "../../src/dotenv/write.ts";

const assign = (pairs: Record<string, string>) =>
  Object.entries(pairs).map(([key, value]) => ({ key, value, line: formatLine(key, value).line }));

describe("values put into a file", () => {
  test("take the place of those that are there, and leave everything else as it stands", () => {
    const text = "# Shop\nA=1\n\nexport B='two words' # why\nC=3\n# end\n";
    const merged = mergeEnv(text, assign({ B: "new one", C: "3", D: "4" }));
    expect(merged).toEqual({
      text: "# Shop\nA=1\n\nexport B='new one'\nC=3\n# end\n",
      replaced: ["B"],
      same: ["C"],
      missing: ["D"],
    });
  });

  test("take the place of several lines, and may be several lines", () => {
    const text = "KEY='-----BEGIN\nA=1\n-----END'\nB=2\n";
    const merged = mergeEnv(text, assign({ KEY: "short" }));
    expect(merged.text).toBe("KEY=short\nB=2\n");
    const back = mergeEnv(merged.text, assign({ KEY: "-----BEGIN\nB=9\n-----END", B: "3" }));
    expect([...readEnv(back.text).values]).toEqual([
      ["KEY", "-----BEGIN\nB=9\n-----END"],
      ["B", "3"],
    ]);
  });

  test("change the last of several lines of one key, which is the one that counts", () => {
    expect(mergeEnv("A=1\nA=2\n", assign({ A: "3" })).text).toBe("A=1\nA=3\n");
  });

  test("are written again where programs do not agree on how they stand there", () => {
    const merged = mergeEnv("A=two words\n", assign({ A: "two words" }));
    expect(merged).toMatchObject({ text: "A='two words'\n", replaced: ["A"] });
  });

  test("are what a reader gets, whatever they are", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what some programs expand
    const values = ["", "$1 $& $`", "a'b", 'a"b', "a\\", "#x", "a\nKEY=injected", "${HOME}", "`id`", "é 🔑"];
    for (const value of values) {
      const { text } = mergeEnv("KEY=old\nexport OTHER=1\n", assign({ KEY: value, OTHER: value }));
      expect(Object.fromEntries(readEnv(text).values)).toEqual({ KEY: value, OTHER: value });
    }
  });
});
