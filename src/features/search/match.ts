import { fold } from "../../fold.ts";

/**
 * Names against what somebody typed. A query is words; each must be in a name: as a word of it, as the beginning of
 * one, inside it, or, where nothing is found otherwise, with a slip or two of the keyboard. Case, accents, punctuation
 * and the order of words do not count, and "open ai" is "OpenAI". All names are looked through each time,
 * ten thousand in a few milliseconds; what is made ready for that is remembered with the rows it was made of, and
 * outlives none of them.
 */

/** How well something fits, the best first; 0 is not at all. */
const EXACT = 1;
const PREFIX = 2;
const INSIDE = 3;
const ONE_SLIP = 4;
const TWO_SLIPS = 5;

const LONGEST_TOKEN = 40;

export type Query = Readonly<{
  tokens: readonly string[];
  /** Without what stands between them. */
  joined: string;
}>;

export function queryOf(text: string): Query {
  const tokens = wordsOf(plain(text))
    .slice(0, 8)
    .map((word) => word.slice(0, LONGEST_TOKEN));
  return { tokens, joined: tokens.join("") };
}

/** Text for comparing: folded, without accents and foreign punctuation, and with letters as others type them. */
function plain(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return fold(text)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæœøłđðþı]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[^\p{L}\p{N}\p{So}]+/gu, " ");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
const ASCII = /^[\x00-\x7f]*$/;
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

const BETWEEN_WORDS = /[^a-z0-9\u0080-\uffff]+/g;

function wordsOf(text: string): string[] {
  return text.split(BETWEEN_WORDS).filter((word) => word !== "");
}

/** What a query makes of one field of many things: of the whole field, and word by word. Row → fit. */
export type Look = Readonly<{ whole: Uint8Array; parts: readonly Uint8Array[]; lengths: Uint16Array }>;

/** One field of many things, such as the names of all entries. */
export class Names {
  readonly #texts: readonly string[];
  /** Row → which letters it has, and its words; made when slips are looked for. */
  #letters: Int32Array | undefined;
  readonly #words: (readonly string[] | undefined)[] = [];

  constructor(names: readonly string[]) {
    this.#texts = names.map(plain);
  }

  /** With `slips`, a word of the query that no name has is looked for with slips. */
  look({ tokens, joined }: Query, slips: boolean): Look {
    const texts = this.#texts;
    const whole = new Uint8Array(texts.length);
    const lengths = new Uint16Array(texts.length);
    for (let row = 0; row < texts.length; row++) {
      const text = texts[row] as string;
      lengths[row] = text.length;
      whole[row] = wholeFit(text, joined);
    }
    return { whole, parts: tokens.map((token) => this.#fits(token, slips ? slipsIn(token) : 0)), lengths };
  }

  #fits(token: string, slips: number): Uint8Array {
    const texts = this.#texts;
    const fits = new Uint8Array(texts.length);
    for (let row = 0; row < texts.length; row++) fits[row] = fitIn(texts[row] as string, token);
    // A word that is known here was typed as it was meant.
    if (slips === 0 || fits.some((fit) => fit === EXACT || fit === PREFIX)) return fits;
    this.#letters ??= Int32Array.from(texts, lettersOf);
    const letters = Array.from(token, lettersOf);
    const known = new Map<string, number>();
    const slipsIn = (word: string) => {
      const found = known.get(word) ?? slipsBetween(token, word, slips);
      known.set(word, found);
      return found;
    };
    for (let row = 0; row < texts.length; row++) {
      if (fits[row] !== 0 || missing(letters, this.#letters[row] as number) > slips) continue;
      this.#words[row] ??= wordsOf(texts[row] as string);
      fits[row] = slipFit(this.#words[row] as readonly string[], token, slips, slipsIn);
    }
    return fits;
  }
}

/** How many letters of a token a name has not: as many slips there are at least. */
function missing(letters: readonly number[], own: number): number {
  let count = 0;
  for (const letter of letters) if ((letter & own) === 0) count++;
  return count;
}

/** Whether a name is the query, or begins with it, without what stands between words. */
function wholeFit(text: string, joined: string): number {
  if (joined === "" || text.length < joined.length) return 0;
  let fitting = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isWord(code)) continue;
    if (fitting === joined.length) return PREFIX;
    if (code !== joined.charCodeAt(fitting)) return 0;
    fitting++;
  }
  return fitting === joined.length ? EXACT : 0;
}

function fitIn(text: string, token: string): number {
  let best = 0;
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
    if (at > 0 && isWord(text.charCodeAt(at - 1))) {
      best ||= INSIDE;
      continue;
    }
    const end = at + token.length;
    if (end === text.length || !isWord(text.charCodeAt(end))) return EXACT;
    best = PREFIX;
  }
  return best;
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code >= 128;
}

/** The words of a name one by one, and all of them as one, where somebody left out the space as well. */
function slipFit(words: readonly string[], token: string, most: number, slipsIn: (word: string) => number): number {
  let least = most + 1;
  for (const word of words) least = Math.min(least, slipsIn(word));
  const spans = words.length > 1 && token.length > (words[0] as string).length;
  if (spans) least = Math.min(least, slipsBetween(token, words.join(""), most));
  return least > most ? 0 : least > 1 ? TWO_SLIPS : ONE_SLIP;
}

/** Short words have no room for slips: every other one would be near. */
function slipsIn({ length }: string): number {
  return length < 3 ? 0 : length < 7 ? 1 : 2;
}

/** Of the rows of slipsBetween: this one, the one before, and the one before that. */
const ROWS = [0, 1, 2].map(() => new Uint8Array(LONGEST_TOKEN + 4));

/**
 * The slips between a token and a word, or the beginning of one: letters left out, put in, exchanged, or two in the
 * wrong order (optimal string alignment). More than `most` is told as `most + 1`. A token of three letters is a whole
 * word with the same first letter, or with two letters in the wrong order.
 */
function slipsBetween(token: string, word: string, most: number): number {
  const short = token.length < 4;
  if (word.length < token.length - most || (short && word.length > token.length + most)) return most + 1;
  if (short && token[0] !== word[0] && !(token[0] === word[1] && token[1] === word[0])) return most + 1;
  const columns = Math.min(word.length, token.length + most);
  let [before, row, next] = ROWS as [Uint8Array, Uint8Array, Uint8Array];
  for (let column = 0; column <= columns; column++) row[column] = column;
  for (let at = 1; at <= token.length; at++) {
    next[0] = at;
    let least = at;
    const letter = token.charCodeAt(at - 1);
    for (let column = 1; column <= columns; column++) {
      const other = word.charCodeAt(column - 1);
      let slips = Math.min(
        (row[column - 1] as number) + (letter === other ? 0 : 1),
        (row[column] as number) + 1,
        (next[column - 1] as number) + 1,
      );
      if (at > 1 && column > 1 && letter === word.charCodeAt(column - 2) && token.charCodeAt(at - 2) === other)
        slips = Math.min(slips, (before[column - 2] as number) + 1);
      next[column] = slips;
      if (slips < least) least = slips;
    }
    if (least > most) return most + 1;
    [before, row, next] = [row, next, before];
  }
  let slips = short ? (row[columns] as number) : most + 1;
  if (!short) for (let column = 0; column <= columns; column++) slips = Math.min(slips, row[column] as number);
  return Math.min(slips, most + 1);
}

/** Which letters and digits a text has: a bit for each of a to z, and six that the others share. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    letters |= 1 << (code >= 97 && code <= 122 ? code - 97 : 26 + (code % 6));
  }
  return letters;
}

/** The looks at several texts a thing as one look: those of a row are `starts[row]` to `starts[row + 1]`, without it. */
export function together({ whole, parts }: Look, starts: readonly number[]): Look {
  const merged = (fits: Uint8Array) =>
    Uint8Array.from(starts.slice(1), (end, row) => {
      let best = 0;
      for (let text = starts[row] as number; text < end; text++) best = better(best, fits[text] as number);
      return best;
    });
  return { whole: merged(whole), parts: parts.map(merged), lengths: new Uint16Array(starts.length - 1) };
}

function better(one: number, other: number): number {
  return one === 0 || (other !== 0 && other < one) ? other : one;
}

/** What a query makes of the fields of things: of what they are called, and of what is only beside it. */
export type Fields = Readonly<{
  names: readonly Look[];
  /** A field that a query may name but never is: "production" calls nothing. */
  aside?: Look;
}>;

/** How a thing fits: less is better. `field` is the last of its fields that was needed. */
export type Rank = Readonly<{ order: number; field: number }>;

/**
 * Exact before beginning before words before slips; within each, the name, which comes first, before what comes after
 * it, and a name that leaves less over before a longer one. `rows` are the thing's in each of the fields, the one aside
 * last; it may be the same array for each thing. Null when a word of the query is nowhere in the thing.
 */
export function rank({ tokens }: Query, { names, aside }: Fields, rows: readonly number[]): Rank | null {
  if (tokens.length === 0) return null;
  let tier = 0;
  let wholeField = 0;
  for (let field = 0; field < names.length; field++) {
    const fit = (names[field] as Look).whole[rows[field] as number] as number;
    if (better(tier, fit) === tier) continue;
    tier = fit;
    wholeField = field;
  }
  const length = (names[0] as Look).lengths[rows[0] as number] as number;
  if (tier !== 0) return { order: orderOf(tier - EXACT, wholeField, 0, length), field: wholeField };

  let fields = 0;
  let fits = 0;
  let last = 0;
  for (let token = 0; token < tokens.length; token++) {
    let best = 0;
    let bestField = 0;
    for (let field = 0; field <= names.length; field++) {
      const look = names[field] ?? aside;
      if (look === undefined) continue;
      const fit = (look.parts[token] as Uint8Array)[rows[field] as number] as number;
      if (better(best, fit) === best) continue;
      best = fit;
      bestField = field;
    }
    if (best === 0) return null;
    tier = Math.max(tier, best, PREFIX);
    fields += bestField;
    fits += best;
    last = Math.max(last, bestField);
  }
  return { order: orderOf(tier, fields, fits, length), field: last };
}

/** One after the other, in one number. */
function orderOf(tier: number, fields: number, fits: number, length: number): number {
  return ((tier * 64 + fields) * 64 + fits) * 1024 + Math.min(length, 1023);
}

/** Where the orders begin of things that neither are what was typed nor begin with it. */
export const WORDS = orderOf(PREFIX, 0, 0, 0);
