import { type Static, t } from "elysia";
import { KEY_TYPES } from "../categories/model.ts";
import { ENVIRONMENTS } from "../entries/model.ts";

const count = t.Integer({ minimum: 0, examples: [12] });
const counts = <T extends string>(names: readonly T[]) =>
  t.Object(Object.fromEntries(names.map((name) => [name, count])) as Record<T, typeof count>, {
    additionalProperties: false,
  });

/** Zeros included; both breakdowns count entries and add up to `totalEntries`. */
export const Stats = t.Object(
  {
    totalCategories: count,
    totalEntries: count,
    total2fa: count,
    byKeyType: counts(KEY_TYPES),
    byEnvironment: counts(ENVIRONMENTS),
  },
  { additionalProperties: false },
);
export type Stats = Static<typeof Stats>;
