/** Text that somebody typed, for an attribute: the renderer escapes quotes there, and leaves `&lt;` to be read as `<`. */
export function attribute(text: string): string {
  return text.replaceAll("&", "&amp;");
}
