/**
 * What a client says it is, in words that its owner knows: "Firefox on Linux". The first that fits; browsers name each
 * other, so those that do it most come first.
 */
const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bVivaldi\//, "Vivaldi"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bChrom(e|ium)\/|\bHeadlessChrome\/|\bCriOS\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
  [/^Wget\//, "Wget"],
  [/^(Bun|node|undici|axios)\b/i, "A script"],
  [/^python|^Python|^Go-http-client|^okhttp|^Java\//, "A script"],
];

const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

export function deviceOf(userAgent: string | null): string {
  const find = (table: typeof PROGRAMS) => table.find(([pattern]) => pattern.test(userAgent ?? ""))?.[1];
  const program = find(PROGRAMS);
  const system = find(SYSTEMS);
  if (program === undefined && system === undefined) return "Unknown device";
  return system === undefined ? (program as string) : `${program ?? "A browser"} on ${system}`;
}
