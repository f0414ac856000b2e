import { expect, test } from "bun:test";
import { randomSecret } from "../../src/crypto/secrets.ts";

const SHAPES = {
  hex: (bytes: number) => new RegExp(`^[0-9a-f]{${bytes * 2}}$`),
  base64: (bytes: number) => new RegExp(`^[A-Za-z0-9+/]{${Math.ceil((bytes * 4) / 3)}}={0,2}$`),
  base64url: (bytes: number) => new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$`),
  alphanumeric: (bytes: number) => new RegExp(`^[A-Za-z0-9]{${Math.ceil((bytes * 8) / Math.log2(62))}}$`),
} as const;

for (const [format, shape] of Object.entries(SHAPES)) {
  test(`a secret of ${format} holds as many bytes as were asked for, and is another each time`, () => {
    for (const bytes of [16, 17, 32, 64]) {
      const made = Array.from({ length: 50 }, () => randomSecret(format as keyof typeof SHAPES, bytes));
      for (const secret of made) expect(secret).toMatch(shape(bytes));
      expect(new Set(made).size).toBe(made.length);
    }
  });
}

test("no character of an alphanumeric secret is likelier than another", () => {
  const counts = new Map<string, number>();
  let total = 0;
  for (let round = 0; round < 3000; round++) {
    for (const sign of randomSecret("alphanumeric", 64)) {
      counts.set(sign, (counts.get(sign) ?? 0) + 1);
      total += 1;
    }
  }
  expect(counts.size).toBe(62);
  const wanted = total / 62;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - wanted) ** 2 / wanted, 0);
  // With 61 degrees of freedom a fair source goes past this once in 10^9 runs; taking bytes modulo 62 reaches thousands.
  expect(chiSquare).toBeLessThan(145);
});
