/** What one prompt brought, beside what was wanted. */
export type Verdict = Readonly<{ kind: string; wanted: readonly string[]; got: readonly string[] }>;

export type Sums = { prompts: number; exact: number; right: number; wrong: number; missing: number };

export function isExact({ wanted, got }: Verdict): boolean {
  return wanted.length === got.length && wanted.every((line) => got.includes(line));
}

export function sumUp(verdicts: readonly Verdict[]): Sums {
  const sums: Sums = { prompts: 0, exact: 0, right: 0, wrong: 0, missing: 0 };
  for (const verdict of verdicts) {
    sums.prompts += 1;
    if (isExact(verdict)) sums.exact += 1;
    sums.right += verdict.got.filter((line) => verdict.wanted.includes(line)).length;
    sums.wrong += verdict.got.filter((line) => !verdict.wanted.includes(line)).length;
    sums.missing += verdict.wanted.filter((line) => !verdict.got.includes(line)).length;
  }
  return sums;
}

/** Of what was brought, how much was wanted. 1 where nothing was. */
export function precision({ right, wrong }: Sums): number {
  return right + wrong === 0 ? 1 : right / (right + wrong);
}

/** Of what was wanted, how much was brought. 1 where nothing was. */
export function recall({ right, missing }: Sums): number {
  return right + missing === 0 ? 1 : right / (right + missing);
}
