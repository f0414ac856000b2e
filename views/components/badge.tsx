import { ids } from "../urls.ts";

/** The drawing of a brand, as Simple Icons has it. */
export type Drawing = Readonly<{ slug: string; title: string; hex: string; path: string }>;

/** A drawing that is somewhere already, in a file of drawings or on the page: `href` is its address with its id. */
export type DrawingElsewhere = Readonly<{ hex: string; href: string }>;

/** What a badge shows; with `id`, for others to point to. */
export type Shown = (Drawing & Readonly<{ id?: string }>) | DrawingElsewhere;

type Props = { name: string; color: string | null; drawing: Shown | null; small?: boolean };

/**
 * The drawings of a list that shows some of them often: where one stands first it is drawn, and the others point to it.
 * `place` tells the parts of a list apart that come one after another.
 */
export function eachOnce(drawings: ReadonlyMap<string, Drawing>, place: string): (icon: string | null) => Shown | null {
  const drawn = new Set<string>();
  return (icon) => {
    const drawing = drawings.get(icon ?? "");
    if (drawing === undefined) return null;
    const id = ids.brand(place, drawing.slug);
    if (drawn.has(id)) return { hex: drawing.hex, href: `#${id}` };
    drawn.add(id);
    return { ...drawing, id };
  };
}

/** A brand's mark on its color, or the first letter of the name. Decoration: the name stands beside it. */
export const Badge = ({ name, color, drawing, small = false }: Props): JSX.Element => {
  const ground = color ?? drawing?.hex ?? colorOf(name);
  const ink = inkOn(ground);
  return (
    <svg class={small ? "badge small" : "badge"} viewBox="0 0 24 24" aria-hidden="true">
      <rect class="edge" x=".25" y=".25" width="23.500" height="23.500" rx="4" fill={ground} stroke-width=".5" />
      {drawing === null ? (
        <text x="12" y="16.400" text-anchor="middle" fill={ink} safe>
          {firstLetter(name)}
        </text>
      ) : "href" in drawing ? (
        <use transform="translate(4.800 4.800) scale(.6)" fill={ink} href={drawing.href} />
      ) : (
        <g transform="translate(4.800 4.800) scale(.6)" fill={ink}>
          <path id={drawing.id} d={drawing.path} />
        </g>
      )}
    </svg>
  );
};

function firstLetter(name: string): string {
  const [letter = "?"] = name.trim();
  return letter.toUpperCase();
}

/** Quiet grounds for names without a brand; the same name always has the same. */
const GROUNDS = ["#2f5d50", "#37506e", "#5b4770", "#6e4238", "#4f5a2c", "#35606b"] as const;

function colorOf(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return GROUNDS[sum % GROUNDS.length] ?? GROUNDS[0];
}

/** Black or white, whichever contrasts more (WCAG 2.2, relative luminance). */
function inkOn(ground: string): "#000" | "#fff" {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(ground.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  // Brands are drawn white up to a lighter ground than the sum would have it: 3 : 1 is enough for a drawing.
  return luminance > 0.36 ? "#000" : "#fff";
}
