/** What some program reads as more than a character: quotes, the dollar sign, controls and line separators. */
const SPECIAL = /\\u[0-9a-fA-F]{4}|\\[\s\S]|['$`\p{Cc}\p{Zl}\p{Zp}]/gu;

const escapeCode = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

const safeString = (token: string) =>
  `"${token.slice(1, -1).replace(SPECIAL, (piece) => {
    if (piece.startsWith("\\u") || piece === "\\/") return piece.replace("\\/", "/");
    return escapeCode(piece.startsWith("\\") ? (JSON.parse(`"${piece}"`) as string) : piece);
  })}"`;

/**
 * A JSON document on one line that is always portable between single quotes: white space goes, and what programs treat
 * specially inside strings becomes `\u00XX`. Works on the text, so that numbers and the order of members stay as they
 * are. Throws a SyntaxError, without the text, for what is not JSON.
 */
export const compactJson = (text: string): string => {
  try {
    JSON.parse(text);
  } catch {
    throw new SyntaxError("Not a JSON document");
  }
  return text.replace(/"[^"\\]*(?:\\[\s\S][^"\\]*)*"|\s+/g, (token) =>
    token.startsWith('"') ? safeString(token) : "",
  );
};
