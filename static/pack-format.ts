/**
 * The file `icons.pack`, as written by `static/pack.ts` and read by `src/features/icons`: eight bytes of magic, the
 * length of the index as a 32-bit big-endian number, the index in UTF-8, and then the paths of all icons in ASCII, end
 * to end. The index has a line for each icon, sorted by title, with columns between tabs: slug, color as RRGGBB, where
 * its path begins among the paths, how long it is, title, and the keys that a search looks at.
 */
export const MAGIC = "KAGIICO1";

/**
 * Each name as one word behind `=`, and what begins at its later words behind `+`; each key ends with a space:
 * "Google Cloud" gives "=googlecloud +cloud ".
 */
export function toKeys(names: readonly string[]): string {
  const keys = names.flatMap((name) => {
    const words = simplify(name).match(LETTERS_AND_DIGITS) ?? [];
    return words.map((_word, i) => `${i === 0 ? "=" : "+"}${words.slice(i).join("")} `);
  });
  return [...new Set(keys)].join("");
}

/** What somebody searches for, in the manner of the keys: without case, accents, spaces and punctuation. */
export function toWanted(text: string): string {
  return (simplify(text).match(LETTERS_AND_DIGITS) ?? []).join("");
}

const LETTERS_AND_DIGITS = /[\p{L}\p{N}]+/gu;

function simplify(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
