import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The requirements of OWASP ASVS 5.0.0, by level. */
const LEVEL_1 = `
  V1.2.1 V1.2.2 V1.2.3 V1.2.4 V1.2.5 V1.3.1 V1.3.2 V1.5.1 V2.1.1 V2.2.1 V2.2.2 V2.3.1 V3.2.1 V3.2.2 V3.3.1 V3.4.1
  V3.4.2 V3.5.1 V3.5.2 V3.5.3 V4.1.1 V4.4.1 V5.2.1 V5.2.2 V5.3.1 V5.3.2 V6.1.1 V6.2.1 V6.2.2 V6.2.3 V6.2.4 V6.2.5
  V6.2.6 V6.2.7 V6.2.8 V6.3.1 V6.3.2 V6.4.1 V6.4.2 V7.2.1 V7.2.2 V7.2.3 V7.2.4 V7.4.1 V7.4.2 V8.1.1 V8.2.1 V8.2.2
  V8.3.1 V9.1.1 V9.1.2 V9.1.3 V9.2.1 V10.4.1 V10.4.2 V10.4.3 V10.4.4 V10.4.5 V11.3.1 V11.3.2 V11.4.1 V12.1.1
  V12.2.1 V12.2.2 V13.4.1 V14.2.1 V14.3.1 V15.1.1 V15.2.1 V15.3.1`;
const LEVEL_2 = `
  V1.1.1 V1.1.2 V1.2.6 V1.2.7 V1.2.8 V1.2.9 V1.3.3 V1.3.4 V1.3.5 V1.3.6 V1.3.7 V1.3.8 V1.3.9 V1.3.10 V1.3.11 V1.4.1
  V1.4.2 V1.4.3 V1.5.2 V2.1.2 V2.1.3 V2.2.3 V2.3.2 V2.3.3 V2.3.4 V2.4.1 V3.3.2 V3.3.3 V3.3.4 V3.4.3 V3.4.4 V3.4.5
  V3.4.6 V3.5.4 V3.5.5 V3.7.1 V3.7.2 V4.1.2 V4.1.3 V4.2.1 V4.3.1 V4.3.2 V4.4.2 V4.4.3 V4.4.4 V5.1.1 V5.2.3 V5.4.1
  V5.4.2 V5.4.3 V6.1.2 V6.1.3 V6.2.9 V6.2.10 V6.2.11 V6.2.12 V6.3.3 V6.3.4 V6.4.3 V6.4.4 V6.5.1 V6.5.2 V6.5.3
  V6.5.4 V6.5.5 V6.6.1 V6.6.2 V6.6.3 V6.8.1 V6.8.2 V6.8.3 V6.8.4 V7.1.1 V7.1.2 V7.1.3 V7.3.1 V7.3.2 V7.4.3 V7.4.4
  V7.4.5 V7.5.1 V7.5.2 V7.6.1 V7.6.2 V8.1.2 V8.2.3 V8.4.1 V9.2.2 V9.2.3 V9.2.4 V10.1.1 V10.1.2 V10.2.1 V10.2.2
  V10.3.1 V10.3.2 V10.3.3 V10.3.4 V10.4.6 V10.4.7 V10.4.8 V10.4.9 V10.4.10 V10.4.11 V10.5.1 V10.5.2 V10.5.3 V10.5.4
  V10.5.5 V10.6.1 V10.6.2 V10.7.1 V10.7.2 V10.7.3 V11.1.1 V11.1.2 V11.2.1 V11.2.2 V11.2.3 V11.3.3 V11.4.2 V11.4.3
  V11.4.4 V11.5.1 V11.6.1 V12.1.2 V12.1.3 V12.3.1 V12.3.2 V12.3.3 V12.3.4 V13.1.1 V13.2.1 V13.2.2 V13.2.3 V13.2.4
  V13.2.5 V13.3.1 V13.3.2 V13.4.2 V13.4.3 V13.4.4 V13.4.5 V14.1.1 V14.1.2 V14.2.2 V14.2.3 V14.2.4 V14.3.2 V14.3.3
  V15.1.2 V15.1.3 V15.2.2 V15.2.3 V15.3.2 V15.3.3 V15.3.4 V15.3.5 V15.3.6 V15.3.7 V16.1.1 V16.2.1 V16.2.2 V16.2.3
  V16.2.4 V16.2.5 V16.3.1 V16.3.2 V16.3.3 V16.3.4 V16.4.1 V16.4.2 V16.4.3 V16.5.1 V16.5.2 V16.5.3 V17.1.1 V17.2.1
  V17.2.2 V17.2.3 V17.2.4 V17.3.1 V17.3.2`;

const ROOT = join(import.meta.dir, "..");
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");
const idsOf = (text: string) => text.trim().split(/\s+/);

describe("docs/asvs.md", () => {
  const text = read("docs/asvs.md");
  const rows = [...text.matchAll(/^\| (V[\d.]+) \| (\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, id = "", level = "", , verdict = "", why = ""]) => ({ id, level, verdict: verdict.replaceAll("*", ""), why }),
  );
  const count = (chosen: (row: (typeof rows)[number]) => boolean) => rows.filter(chosen).length;

  test("has each requirement of levels 1 and 2 once, in its level, and no other", () => {
    const found = (level: string) => rows.filter((row) => row.level === level).map(({ id }) => id);
    expect(found("1")).toEqual(idsOf(LEVEL_1));
    expect(found("2")).toEqual(idsOf(LEVEL_2));
    expect(text.match(/^\| V\d+\.\d+\.\d+ /gm)).toHaveLength(idsOf(LEVEL_1).length + idsOf(LEVEL_2).length);
  });

  test("has a verdict for each, what it rests on, and adds up", () => {
    const verdicts = ["met", "partly", "not met", "does not apply"];
    for (const { id, verdict, why } of rows) {
      expect([id, verdicts.includes(verdict), why.trim() !== ""]).toEqual([id, true, true]);
    }
    const sums = (chosen: (row: (typeof rows)[number]) => boolean) =>
      verdicts.map((verdict) => String(count((row) => chosen(row) && row.verdict === verdict))).join(" | ");
    const chapters = [...text.matchAll(/^\| (V\d+) [^|]+ \| (\d+(?: \| \d+){3}) \|$/gm)];
    expect(chapters.map(([, chapter]) => chapter)).toEqual([...new Set(rows.map(({ id }) => id.split(".")[0]))]);
    for (const [, chapter = "", told = ""] of chapters) {
      expect(`${chapter}: ${told}`).toBe(`${chapter}: ${sums(({ id }) => id.startsWith(`${chapter}.`))}`);
    }
    expect(text).toContain(`| level 1 | ${sums(({ level }) => level === "1")} |`);
    expect(text).toContain(`| level 2 | ${sums(({ level }) => level === "2")} |`);
    expect(text).toContain(`| **all ${rows.length}** | ${sums(() => true)} |`);
  });
});

test.each(["docs/asvs.md", "docs/threat-model.md", "SECURITY.md"])("%s names files that there are", (name) => {
  const text = read(name);
  const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.(?:tsx?|js|json|lock|md|sql))`/g)].map(([, path]) => path);
  const linked = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = ""]) => join(name, "..", path));
  expect(named.length + linked.length).toBeGreaterThan(2);
  const missing = [...named, ...linked].filter((path = "") => !existsSync(join(ROOT, path)));
  expect(missing).toEqual([]);
});
