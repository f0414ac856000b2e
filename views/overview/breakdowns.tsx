import type { Overview } from "../../src/features/overview/model.ts";
import { query, urls } from "../urls.ts";
import { ENVIRONMENT_OPTIONS, KEY_TYPE_OPTIONS } from "../words.ts";

type Props = Pick<Overview, "stats" | "categories">;

/** What the entries are made of: each chart beside the numbers that it is drawn from. */
export const Breakdowns = ({ stats, categories }: Props): JSX.Element => {
  const types = sharesOf(stats.byKeyType, stats.totalEntries);
  const environments = sharesOf(stats.byEnvironment, stats.totalEntries);
  return (
    <div class="halves charts">
      <section class="panel" aria-labelledby="by-type">
        <h2 id="by-type">Key types</h2>
        <div class="breakdown">
          <Chart kind="doughnut" table="types" />
          <table id="types" class="figures" aria-labelledby="by-type">
            <thead>
              <tr>
                <th class="cell" scope="col">
                  Type
                </th>
                <th class="cell" scope="col">
                  Categories
                </th>
                <th class="cell" scope="col">
                  Entries
                </th>
                <th class="cell" scope="col">
                  Share
                </th>
              </tr>
            </thead>
            <tbody>
              {KEY_TYPE_OPTIONS.map(([type, name], at) => (
                <tr>
                  <Name name={name} at={at} />
                  <Figure number={categories[type]} of={`${name} categories`} href={urls.keys + query({ type })} />
                  <Figure
                    number={stats.byKeyType[type]}
                    of={`${name} entries`}
                    href={urls.entries + query({ type })}
                    drawn
                  />
                  <Share text={types[type]} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section class="panel" aria-labelledby="by-environment">
        <h2 id="by-environment">Environments</h2>
        <div class="breakdown">
          <Chart kind="bar" table="environments" />
          <table id="environments" class="figures" aria-labelledby="by-environment">
            <thead>
              <tr>
                <th class="cell" scope="col">
                  Environment
                </th>
                <th class="cell" scope="col">
                  Entries
                </th>
                <th class="cell" scope="col">
                  Share
                </th>
              </tr>
            </thead>
            <tbody>
              {ENVIRONMENT_OPTIONS.map(([environment, name], at) => (
                <tr>
                  <Name name={name} at={at} />
                  <Figure
                    number={stats.byEnvironment[environment]}
                    of={`${name} entries`}
                    href={urls.entries + query({ environment })}
                    drawn
                  />
                  <Share text={environments[environment]} />
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
};

/** A drawing of a table's numbers, and nothing that the table does not say. */
const Chart = ({ kind, table }: { kind: "doughnut" | "bar"; table: string }): JSX.Element => (
  <div class="chart needs-script" aria-hidden="true">
    <canvas data-chart={kind} data-table={table}></canvas>
  </div>
);

const Name = ({ name, at }: { name: string; at: number }): JSX.Element => (
  <th class="cell" scope="row">
    <i class={`swatch n${at + 1}`}></i>
    <span safe>{name}</span>
  </th>
);

type FigureProps = { number: number; of: string; href: string; drawn?: boolean };

const Figure = ({ number, of, href, drawn = false }: FigureProps): JSX.Element => (
  <td class="cell" data-drawn={drawn ? String(number) : undefined}>
    <a class="figure" href={href} aria-label={`${number} ${of}`} safe>
      {number.toLocaleString("en")}
    </a>
  </td>
);

const Share = ({ text }: { text: string }): JSX.Element => (
  <td class="cell muted" safe>
    {text}
  </td>
);

/**
 * Shares in whole hundredths that add up to a hundred: what rounding down leaves goes to those that lose the most by it.
 * A few among thousands are not nothing.
 */
function sharesOf<Name extends string>(numbers: Readonly<Record<Name, number>>, of: number): Record<Name, string> {
  const parts = Object.entries<number>(numbers).map(([name, number]) => {
    const exact = (100 * number) / Math.max(1, of);
    return { name, number, whole: Math.floor(exact), rest: exact % 1 };
  });
  const left = of === 0 ? 0 : 100 - parts.reduce((sum, { whole }) => sum + whole, 0);
  for (const part of parts.toSorted((one, other) => other.rest - one.rest).slice(0, left)) part.whole += 1;
  return Object.fromEntries(
    parts.map(({ name, number, whole }) => [name, number > 0 && whole === 0 ? "< 1 %" : `${whole} %`]),
  ) as Record<Name, string>;
}
