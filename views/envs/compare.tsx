import type { Column, Comparison, EnvProject, KeyState } from "../../src/features/envs/model.ts";
import { count, Path } from "../components/bits.tsx";
import { TextArea } from "../components/field.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { columnName } from "./words.ts";

type Props = { project: Pick<EnvProject, "id" | "name">; comparison: Comparison; example: string };

/** Which file sets which variable: names only. */
export const ComparePage = ({ frame, project, comparison, example }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Compare the files of ${project.name}`} section="envs">
    <Path
      steps={[
        { name: "Env files", href: urls.envProjects },
        { name: project.name, href: urls.envProject(project.id) },
        { name: "Compare" },
      ]}
    />
    <div class="head">
      <div>
        <h1>Compare</h1>
        <p class="muted">Which file sets which variable. No value is shown.</p>
      </div>
    </div>
    <div class="stack loose">
      <ComparisonTable comparison={comparison} />
      <section class="stack" aria-labelledby="compare-example">
        <h2 id="compare-example">With an example</h2>
        <form class="form" method="post" action={urls.compareEnvFiles(project.id)}>
          <TextArea
            name="example"
            label="Lines of a .env.example"
            hint="What every file should set. It is not stored."
            value={example}
            rows={6}
            placeholder={"DATABASE_URL=\nSTRIPE_SECRET_KEY="}
            mono
          />
          <div class="actions">
            <button class="button primary" type="submit">
              Compare with it
            </button>
          </div>
        </form>
      </section>
    </div>
  </Page>
);

const ComparisonTable = ({
  comparison: { columns, reference, rows, more },
}: {
  comparison: Comparison;
}): JSX.Element =>
  rows.length === 0 ? (
    <p class="notice">The files set no variable.</p>
  ) : (
    <section class="stack" id={ids.results} aria-label="Variables and files">
      <p class="muted small" safe>
        {`${count(rows.length, "variable")}. ${
          reference === null
            ? "There is no .env to compare with."
            : reference === "env"
              ? "Compared with .env: a variable that a file does not set is inherited from there."
              : "Compared with the example that you pasted, by names alone."
        }${more > 0 ? ` ${count(more, "more variable")} are not shown.` : ""}`}
      </p>
      <table class="table compare">
        <thead>
          <tr>
            <th scope="col">Variable</th>
            {columns.map((column) => (
              <th scope="col" class="mono" safe>
                {columnName(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, states }) => (
            <tr>
              <th scope="row" safe>
                {key}
              </th>
              {columns.map((column) => (
                <td data-label={columnName(column)}>
                  <State state={states[column] ?? "absent"} reference={reference} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr class="sums">
            <th scope="row">Together</th>
            {columns.map((column) => (
              <td data-label={columnName(column)} class="small muted" safe>
                {sumOf(
                  rows.map(({ states }) => states[column] ?? "absent"),
                  reference,
                )}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </section>
  );

const SIGNS = {
  set: "✓",
  same: "=",
  differs: "≠",
  inherited: "↑",
  empty: "○",
  missing: "✕",
  extra: "+",
  absent: "–",
} as const satisfies Record<KeyState, string>;

/** What a state is called beside the file, or the example, that it is compared with. */
function wordsOf(state: KeyState, reference: Column | null): string {
  if (state === "absent") return "not set";
  if (state !== "extra") return state;
  return reference === "example" ? "not in the example" : "not in .env";
}

const State = ({ state, reference }: { state: KeyState; reference: Column | null }): JSX.Element => (
  <span class="state" data-state={state}>
    <span aria-hidden="true">{SIGNS[state]}</span> <span safe>{wordsOf(state, reference)}</span>
  </span>
);

function sumOf(states: readonly KeyState[], reference: Column | null): string {
  return (Object.keys(SIGNS) as KeyState[])
    .map((state) => [state, states.filter((one) => one === state).length] as const)
    .filter(([, number]) => number > 0)
    .map(([state, number]) => `${number} ${wordsOf(state, reference)}`)
    .join(", ");
}
