/**
 * Text folded for search and order, the same on every engine: SQLite's lower() knows ASCII only, PostgreSQL's depends
 * on the locale. Stored beside the text it folds.
 */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
