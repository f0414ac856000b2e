import { expect, test } from "bun:test";
import { findIcon, findIcons, isIconSlug, searchIcons } from "../../../src/features/icons/actions.ts";

const PATH = /^[Mm][-MmZzLlHhVvCcSsQqTtAaEe\d,. ]+$/;

async function slugsFor(text: string, limit = 50): Promise<string[]> {
  return (await searchIcons(text, limit)).map(({ slug }) => slug);
}

test("an icon has a title, a color and one whole path", async () => {
  const icon = await findIcon("github");
  expect(icon).toEqual({ slug: "github", title: "GitHub", hex: "#181717", path: expect.stringMatching(PATH) });
  expect(icon?.path).toStartWith("M12 .297c-6.63 0-12");
  expect(icon?.path).toEndWith("-12-12-12");
});

test("every icon in the pack is the one in the package", async () => {
  const { default: packaged } = await import("simple-icons/icons.json");
  const icons = await findIcons(packaged.map(({ slug }) => slug));
  expect(icons.size).toBe(packaged.length);
  for (const { slug, title, hex } of packaged) {
    const icon = icons.get(slug);
    const svg = await Bun.file(`${import.meta.dir}/../../../node_modules/simple-icons/icons/${slug}.svg`).text();
    expect(icon).toMatchObject({ title, hex: `#${hex}` });
    expect(svg).toContain(`<path d="${icon?.path}"/>`);
  }
});

test.each(["", "no-such-brand", "GitHub", "../github", "github\0", "__proto__", "constructor", "toString"])(
  "%j is no icon",
  async (slug) => {
    expect(await findIcon(slug)).toBeUndefined();
    expect(await isIconSlug(slug)).toBe(false);
  },
);

test("brands that left the newest release are still there", async () => {
  for (const slug of ["openai", "amazonwebservices", "slack", "heroku", "twilio"])
    expect(await isIconSlug(slug)).toBe(true);
  expect((await slugsFor("open ai"))[0]).toBe("openai");
});

test("several at once: each known one once", async () => {
  const icons = await findIcons(["stripe", "nothing", "github", "stripe"]);
  expect([...icons.keys()]).toEqual(["stripe", "github"]);
  expect(await findIcons([])).toEqual(new Map());
});

test("the name itself comes before its beginning, a word, and the rest", async () => {
  const found = await slugsFor("git", 500);
  const at = (slug: string) => found.indexOf(slug);
  expect(at("git")).toBe(0);
  expect(at("github")).toBeGreaterThan(at("git"));
  expect(at("digitalocean")).toBeGreaterThan(at("github"));
  expect((await slugsFor("cloud", 500)).indexOf("googlecloud")).toBeLessThan(
    (await slugsFor("cloud", 500)).indexOf("icloud"),
  );
});

test("case, accents, spaces and punctuation do not count, and other names do", async () => {
  expect((await slugsFor("  GitHub "))[0]).toBe("github");
  expect((await slugsFor("google cloud"))[0]).toBe("googlecloud");
  expect((await slugsFor("Next.js"))[0]).toBe("nextdotjs");
  expect((await slugsFor("metro de paris"))[0]).toBe("metrodeparis");
  expect(await slugsFor("Allied Irish")).toContain("aib");
});

test("nothing to search for, nothing found", async () => {
  expect(await slugsFor("")).toEqual([]);
  expect(await slugsFor("%_.*\0")).toEqual([]);
  expect(await slugsFor("no such brand anywhere")).toEqual([]);
  expect(await slugsFor("x".repeat(1_000_000))).toEqual([]);
  expect(await slugsFor("git", 0)).toEqual([]);
  expect(await slugsFor("git", 3)).toHaveLength(3);
});
