import type { Environment } from "../../src/features/entries/model.ts";
import { count } from "../components/bits.tsx";
import { ENVIRONMENT_WORDS } from "../words.ts";

type Named = Readonly<{ name: string; environment: Environment; category?: Readonly<{ name: string }> }>;

const NAMED = 5;

/** The first of them by name, and how many there are besides. */
export const Few = ({ entries }: { entries: readonly Named[] }): JSX.Element => (
  <ul class="few">
    {entries.slice(0, NAMED).map((entry) => (
      <li safe>{nameOf(entry)}</li>
    ))}
    {entries.length <= NAMED ? null : (
      <li class="muted" safe>
        {`and ${count(entries.length - NAMED, "other")}`}
      </li>
    )}
  </ul>
);

export function nameOf({ name, environment, category }: Named): string {
  const where = category === undefined ? "" : `, in ${category.name}`;
  return `${name}, ${ENVIRONMENT_WORDS[environment].toLowerCase()}${where}`;
}
