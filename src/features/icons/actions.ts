import iconsFile from "../../../static/generated/icons.pack" with { type: "file" };
import { MAGIC, toWanted } from "../../../static/pack-format.ts";
import { once } from "../../once.ts";

/** A brand's mark from Simple Icons. `hex` is its color as `#RRGGBB`, `path` the `d` of a path in a 24 × 24 view box. */
export type Icon = { slug: string; title: string; hex: string; path: string };

export async function isIconSlug(slug: string): Promise<boolean> {
  return (await catalogue()).lines.has(slug);
}

export async function findIcon(slug: string): Promise<Icon | undefined> {
  const { lines, draw } = await catalogue();
  const line = lines.get(slug);
  return line === undefined ? undefined : draw(line);
}

/** The known ones among `slugs`. */
export async function findIcons(slugs: Iterable<string>): Promise<Map<string, Icon>> {
  const { lines, draw } = await catalogue();
  const known = [...new Set(slugs)].flatMap((slug) => lines.get(slug) ?? []);
  const icons = await Promise.all(known.map(draw));
  return new Map(icons.map((icon) => [icon.slug, icon]));
}

const LONGEST_SEARCH = 100;

/**
 * At most `limit` icons whose slug, title or another name fits, best first: the name itself, its beginning, the
 * beginning of a word in it, anywhere in it; among equals by title. Case, accents, spaces and punctuation do not
 * count: "open ai" finds OpenAI. A text without a letter or digit finds nothing.
 */
export async function searchIcons(text: string, limit: number): Promise<Icon[]> {
  const wanted = toWanted(text.slice(0, LONGEST_SEARCH));
  if (wanted === "") return [];
  const { lines, draw } = await catalogue();
  const ways = [`=${wanted} `, `=${wanted}`, `+${wanted}`, wanted];
  const ranks: string[][] = ways.map(() => []);
  for (const line of lines.values()) {
    const keysAt = line.lastIndexOf("\t");
    ranks[ways.findIndex((way) => line.includes(way, keysAt))]?.push(line);
  }
  return Promise.all(ranks.flat().slice(0, Math.max(0, limit)).map(draw));
}

type Catalogue = {
  /** Slug → its line in the index; in the order of titles. */
  lines: ReadonlyMap<string, string>;
  draw: (line: string) => Promise<Icon>;
};

/** The index is read at the first use and kept; the 4 MB of paths stay in the file until one is asked for. */
const catalogue = once(readCatalogue);

async function readCatalogue(): Promise<Catalogue> {
  const file = Bun.file(iconsFile);
  const head = Buffer.from(await file.slice(0, MAGIC.length + 4).arrayBuffer());
  if (head.toString("latin1", 0, MAGIC.length) !== MAGIC) throw new Error("icons.pack is not a pack of icons");
  const indexEnd = head.length + head.readUInt32BE(MAGIC.length);
  const index = await file.slice(head.length, indexEnd).text();
  return {
    lines: new Map(index.split("\n").map((line) => [line.slice(0, line.indexOf("\t")), line])),
    draw: async (line) => {
      const [slug = "", hex, offset, length, title = ""] = line.split("\t");
      const start = indexEnd + Number(offset);
      return { slug, title, hex: `#${hex}`, path: await file.slice(start, start + Number(length)).text() };
    },
  };
}
