/**
 * What each program that loads `.env` files makes of one written value, as measured by running them: dotenv 18,
 * dotenvx 2, @next/env 16, Vite 8, Bun 1.4, Node 20, python-dotenv 1.2, compose-go 2, godotenv 1.5, bash/dash/zsh and
 * docker 28. ruby-dotenv is modelled to be named rather than missed. Writing names the programs that misread a value,
 * reading flags what they would not agree on.
 */
export const PARSERS = [
  "dotenv",
  "dotenvx",
  "Next",
  "Vite",
  "Bun",
  "Node",
  "python-dotenv",
  "Compose",
  "shells",
  "godotenv",
  "ruby-dotenv",
  "docker",
  "Kagi",
] as const;
export type Parser = (typeof PARSERS)[number];

export type Quote = "" | "'" | '"' | "`";

/** A value as it stands in the file: `inner` is what is between the quotes, or the bare text. */
export type Written = { quote: Quote; inner: string };

/** The text a program ends up with; null when it fails, expands a variable, runs a command, or may. */
type Decoder = (written: Written) => string | null;

const EXPANDS = /(?<!\\)\$[\w{]/;

const lines = (text: string) => text.replace(/\r\n?/g, "\n");
const oddBackslashesAtEnd = (text: string) => {
  let at = text.length;
  while (text[at - 1] === "\\") at--;
  return (text.length - at) % 2 === 1;
};
const hasBraced = (text: string) => text.includes("${") && text.includes("}", text.indexOf("${"));

/** The text without its `\x` pairs: what is left of a sign stands there unescaped. */
const withoutPairs = (text: string) => text.replace(/\\[\s\S]/g, "");

/** Replaces `\x` by what `table` has for x; other pairs stay as they are. */
export const decodePairs = (text: string, table: Record<string, string>): string =>
  text.replace(/\\([\s\S])/g, (pair, next: string) => table[next] ?? pair);

export const KAGI_ESCAPES = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };
const PYTHON_ESCAPES = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const GO_ESCAPES = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", '"': '"', "\\": "\\", $: "$" };

/** dotenv's regular expression, which @next/env and dotenvx share: any `#` ends bare text, and `"` knows two escapes. */
const asDotenv: Decoder = ({ quote, inner }) => {
  const text = lines(inner);
  if (quote === "") return text.replace(/#[\s\S]*/, "").trim();
  return quote === '"' ? text.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : text;
};

/** Node's: the first closing quote counts, escaped or not, carriage returns vanish, and `"` knows `\n` alone. */
const asNode: Decoder = ({ quote, inner }) => {
  const text = inner.replaceAll("\r", "");
  if (quote === "") return text.replace(/#[\s\S]*/, "").trim();
  const end = text.indexOf(quote);
  const kept = end === -1 ? text : text.slice(0, end);
  return quote === '"' ? kept.replaceAll("\\n", "\n") : kept;
};

/** dotenv-expand and Bun replace `$NAME` in every kind of quotes, and `\$` is how to write the sign. */
const expanded = (text: string | null) => (text === null || EXPANDS.test(text) ? null : text.replaceAll("\\$", "$"));

/** Between double quotes, `$` starts an expansion for the Go parsers unless it is escaped. */
const goEscapes = (text: string) => (withoutPairs(text).includes("$") ? null : decodePairs(text, GO_ESCAPES));

const SHELL_WORD = /^(?![~=#])[^\s"'`$\\;&|<>()]*$/;

const DECODERS: Record<Parser, Decoder> = {
  dotenv: asDotenv,
  dotenvx: (written) => {
    const text = asDotenv(written);
    if (text === null || written.quote === "'") return text;
    if (/(?<!\\)\$[A-Za-z_{]|\$\(/.test(text)) return null;
    return (written.quote === '"' ? text.replaceAll("\\t", "\t") : text).replaceAll("\\$", "$");
  },
  Next: (written) => expanded(asDotenv(written)),
  Vite: (written) => expanded(asNode(written)),
  Bun: ({ quote, inner }) => {
    if (quote !== "" && inner.endsWith("\\")) return null;
    return expanded(quote === '"' ? decodePairs(lines(inner), { n: "\n", r: "\r" }) : asDotenv({ quote, inner }));
  },
  Node: asNode,
  "python-dotenv": ({ quote, inner }) => {
    if (quote === "`" || hasBraced(inner)) return null;
    if (quote === "") return inner.replace(/\s#[^\n]*/, "").trimEnd();
    if (inner.endsWith("\\")) return null;
    return decodePairs(lines(inner), quote === "'" ? { "\\": "\\", "'": "'" } : PYTHON_ESCAPES);
  },
  Compose: ({ quote, inner }) => {
    if (quote === "'") return oddBackslashesAtEnd(inner) ? null : inner;
    if (quote === "`" || (quote === "" && inner.includes("$"))) return null;
    return quote === "" ? inner.replace(/ #[^\n]*/, "").trimEnd() : goEscapes(inner);
  },
  shells: ({ quote, inner }) => {
    if (quote === "'") return inner;
    if (quote === "") return SHELL_WORD.test(inner) ? inner : null;
    if (quote === "`" || /[$`]/.test(withoutPairs(inner))) return null;
    return decodePairs(inner, { "\\": "\\", '"': '"', $: "$", "`": "`", "\n": "" });
  },
  godotenv: ({ quote, inner }) => {
    if (quote === "'") return inner.endsWith("\\") ? null : lines(inner);
    // It trims every quote off both ends, whether it belongs to the value or not.
    if (quote === "`" || inner.endsWith("\\") || (quote !== "" && /^"|"$/.test(inner))) return null;
    const text =
      quote === ""
        ? inner.replace(/\s#[^\n]*/, "").trim()
        : decodePairs(lines(inner), { n: "\n", r: "\r" }).replace(/\\([^$])/g, "$1");
    return /(?<!\\)\$\(?\{?[A-Z0-9_]/.test(text) ? null : text.replaceAll("\\$", "$");
  },
  "ruby-dotenv": ({ quote, inner }) => {
    if (/[\r\n]/.test(inner) || inner.endsWith("\\")) return null;
    if (quote === "'") return inner;
    if (quote === "`" || /(?<!\\)\$[\w{(]/.test(inner)) return null;
    if (quote === "") return inner.replace(/\s#[^\n]*/, "").trimEnd();
    return inner
      .replaceAll("\\n", "\n")
      .replaceAll("\\r", "\r")
      .replace(/\\([^$])/g, "$1")
      .replaceAll("\\$", "$");
  },
  docker: ({ quote, inner }) => (quote === "" && !/[\r\n]/.test(inner) ? inner : null),
  Kagi: ({ quote, inner }) => {
    if (quote === '"') return decodePairs(inner.replaceAll("\r\n", "\n"), KAGI_ESCAPES);
    return quote === "" ? inner.replace(/\s#[^\n]*/, "").trimEnd() : inner.replaceAll("\r\n", "\n");
  },
};

/** The programs that read something else than `value` where `written` stands. */
export const misreadBy = (written: Written, value: string): Parser[] =>
  PARSERS.filter((parser) => DECODERS[parser](written) !== value);
