import type { PropsWithChildren } from "@elysiajs/html";
import type { Environment } from "../../src/features/entries/model.ts";
import {
  type EnvFile,
  type EnvProject,
  IMPORT_COUNT,
  type ImportPlan,
  type ImportRow,
} from "../../src/features/envs/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { attribute } from "../components/attribute.ts";
import { count, Path } from "../components/bits.tsx";
import { Choices, FormProblem, type Problem, TextField } from "../components/field.tsx";
import { Segments } from "../components/segments.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, query, urls } from "../urls.ts";
import { ENVIRONMENT_OPTIONS, ENVIRONMENT_WORDS } from "../words.ts";
import { fileName } from "./words.ts";

type Place = { project: Pick<EnvProject, "id" | "name">; file: EnvFile };
/** After an import the file may be gone. */
type Afterwards = Omit<Place, "file"> & { file: EnvFile | null };

export type PlanView = Place &
  Readonly<{
    name: string;
    environment: Environment;
    plan: ImportPlan;
    /** Names that were ticked, null for all that can be, as far as one import takes them. */
    ticked: ReadonlySet<string> | null;
    problem: Problem | null;
  }>;

/** What would become of a file, before anything is made. */
export const ImportPage = ({ frame, ...view }: PlanView & { frame: Frame }): JSX.Element => (
  <ImportFrame frame={frame} {...view}>
    <PlanForm {...view} />
    <PlanResults {...view} />
  </ImportFrame>
);

type FrameProps = PropsWithChildren<Afterwards & { frame: Frame }>;

const ImportFrame = ({ frame, project, file, children }: FrameProps): JSX.Element => {
  const name = file === null ? "a file" : fileName(file.fileType);
  return (
    <Page frame={frame} title={`Import ${name} of ${project.name}`} section="envs">
      <Path
        steps={[
          { name: "Env files", href: urls.envProjects },
          { name: project.name, href: urls.envProject(project.id) },
          ...(file === null ? [] : [{ name, href: urls.envTab(project.id, file.fileType) }]),
          { name: "Import" },
        ]}
      />
      <div class="head">
        <div>
          <h1 safe>{`Import ${name} into entries`}</h1>
          <p class="muted">
            Each variable becomes an entry under Keys.{" "}
            {file === null ? "The file is gone." : "The file stays as it is."}
          </p>
        </div>
      </div>
      <div class="stack loose">{children}</div>
    </Page>
  );
};

const PlanForm = ({ project, file, name, environment, problem }: PlanView): JSX.Element => {
  const action = urls.importEnvFile(project.id, file.id);
  return (
    <form
      class="form"
      method="get"
      action={action}
      hx-get={action}
      hx-target={`#${ids.results}`}
      hx-trigger="input delay:300ms, submit"
      hx-sync="this:replace"
      hx-swap="outerHTML"
    >
      <TextField
        name="name"
        label="Project"
        hint="The name that the entries get."
        value={name}
        problem={problem}
        maxlength={NAME_LENGTH}
        required
      />
      <Choices name="environment" legend="Environment" problem={problem}>
        <Segments name="environment" options={ENVIRONMENT_OPTIONS} chosen={environment} />
      </Choices>
      <div class="actions without-script">
        <button class="button" type="submit">
          Look again
        </button>
      </div>
    </form>
  );
};

/** Four times what one import takes, and few enough for one page. */
const SHOWN = 4 * IMPORT_COUNT;

/** The plan; swapped when the name or the environment changes. */
export const PlanResults = (view: PlanView): JSX.Element => {
  const { project, file, name, environment, plan, problem } = view;
  const { counts, rows, unread } = plan;
  const possible = rows.filter(canImport).map(({ key }) => key);
  const ticked = view.ticked ?? new Set(possible.slice(0, IMPORT_COUNT));
  return (
    <form
      id={ids.results}
      class="stack fades"
      method="post"
      action={urls.importEnvFile(project.id, file.id)}
      hx-post={urls.importEnvFile(project.id, file.id)}
      hx-swap="outerHTML"
    >
      <input type="hidden" name="name" value={attribute(name)} />
      <input type="hidden" name="environment" value={environment} />
      <input type="hidden" name="version" value={String(plan.version)} />
      <input type="hidden" name="plan" value={plan.digest} />
      <FormProblem problem={problem} shown={["name", "environment"]} />
      <h2 safe>{`For ${name || "…"}, ${ENVIRONMENT_WORDS[environment].toLowerCase()}`}</h2>
      <p class="muted" data-announce safe>
        {[
          count(counts.keys, "variable"),
          `${counts.importable} can be imported`,
          ...(counts.duplicates === 0 ? [] : [`${counts.duplicates} set more than once`]),
          ...(counts.ambiguous === 0 ? [] : [`${counts.ambiguous} that programs read differently`]),
        ].join(", ")}
        .
      </p>
      {counts.importable <= IMPORT_COUNT ? null : (
        <p class="notice" safe>
          {`One import takes ${IMPORT_COUNT} variables at most${
            view.ticked === null ? ": the first of them are ticked, and the others can follow" : ""
          }.`}
        </p>
      )}
      {unread.length === 0 ? null : <Unread unread={unread} />}
      {rows.length === 0 ? (
        <p class="notice">There is nothing in this file to import.</p>
      ) : (
        <>
          <table class="table plan">
            <thead>
              <tr>
                <th scope="col" class="c-tick">
                  <span class="visually-hidden">Import</span>
                </th>
                <th scope="col">Variable</th>
                <th scope="col" class="c-lines">
                  Line
                </th>
                <th scope="col">Becomes an entry of</th>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, SHOWN).map((row) => (
                <PlanRow row={row} ticked={ticked.has(row.key)} environment={environment} />
              ))}
            </tbody>
          </table>
          {rows.length <= SHOWN ? null : (
            <p class="muted" safe>{`${count(rows.length - SHOWN, "more variable")} are not shown.`}</p>
          )}
          <div class="actions">
            <button class="button primary" type="submit" disabled={counts.importable === 0}>
              Import what is ticked
            </button>
            <a class="button" href={urls.envTab(project.id, file.fileType)}>
              Cancel
            </a>
            <span class="muted small">All of it or nothing. It can be undone while the next page is open.</span>
          </div>
        </>
      )}
    </form>
  );
};

const Unread = ({ unread }: { unread: ImportPlan["unread"] }): JSX.Element => (
  <details class="notice">
    <summary
      safe
    >{`${count(unread.length, "line")} cannot be read, and ${unread.length === 1 ? "is" : "are"} left out`}</summary>
    <ul>
      {unread.map(({ line, message }) => (
        <li safe>{`Line ${line}: ${message}`}</li>
      ))}
    </ul>
  </details>
);

function canImport({ skip, exists, target }: ImportRow): boolean {
  return skip === null && !exists && target !== null;
}

type RowProps = { row: ImportRow; ticked: boolean; environment: Environment };

const PlanRow = ({ row, ticked, environment }: RowProps): JSX.Element => {
  const { key, lines, duplicateOf, target, exists, skip, warning } = row;
  const can = canImport(row);
  const id = `import-${key}`;
  return (
    <tr class={can ? undefined : "off"}>
      <td class="c-tick">
        <input
          type="checkbox"
          id={id}
          name="keys"
          value={key}
          checked={can && ticked}
          disabled={!can}
          autocomplete="off"
        />
      </td>
      <th scope="row">
        <label for={id} safe>
          {key}
        </label>
        {warning === null ? null : (
          <p class="clip sans" safe>
            {`⚠ ${warning}`}
          </p>
        )}
      </th>
      <td data-label="Line">
        <span safe>{lines.join(", ")}</span>
        {duplicateOf === null ? null : (
          <span class="tag warn" safe>{`set ${lines.length} times, line ${duplicateOf} counts`}</span>
        )}
      </td>
      <td data-label="Becomes">
        {skip !== null ? (
          <span class="muted" safe>{`left out: ${skip}`}</span>
        ) : target === null ? (
          <span class="muted">left out</span>
        ) : (
          <>
            <span class="mono" safe>
              {target.kind === "existing" ? target.category.name : target.name}
            </span>{" "}
            {exists ? (
              <span
                class="tag"
                safe
              >{`has one in ${ENVIRONMENT_WORDS[environment].toLowerCase()} already, which stays`}</span>
            ) : target.kind === "new" ? (
              <span class="tag">new category</span>
            ) : target.category.keyType === "group" ? (
              <span class="tag">a field of its group</span>
            ) : null}
          </>
        )}
      </td>
    </tr>
  );
};

export type ImportedView = Afterwards &
  Readonly<{
    name: string;
    /** How many of each were made. */
    entries: number;
    categories: number;
    /** What undoes it. */
    token: string;
    problem: Problem | null;
  }>;

/** What was made, with the way back. */
export const ImportedPage = ({ frame, ...view }: ImportedView & { frame: Frame }): JSX.Element => (
  <ImportFrame frame={frame} {...view}>
    <ImportedResult {...view} />
  </ImportFrame>
);

export const ImportedResult = ({
  project,
  file,
  name,
  entries,
  categories,
  token,
  problem,
}: ImportedView): JSX.Element => (
  <section id={ids.results} class="stack" aria-labelledby="imported">
    <h2 id="imported" tabindex="-1" autofocus data-announce safe>
      {`${count(entries, "entry", "entries")} made${
        categories === 0 ? "" : `, and ${count(categories, "new category", "new categories")}`
      }`}
    </h2>
    {problem === null ? null : (
      <p class="notice bad" role="alert" safe>
        {`${problem.message}.`}
      </p>
    )}
    <div class="actions">
      <a class="button primary" href={urls.keys + query({ search: name })}>
        See the entries
      </a>
      <form
        method="post"
        action={urls.undoImport(project.id)}
        hx-post={urls.undoImport(project.id)}
        hx-target={`#${ids.results}`}
        hx-swap="outerHTML"
      >
        <input type="hidden" name="token" value={attribute(token)} />
        <input type="hidden" name="file" value={file?.id ?? ""} />
        <input type="hidden" name="name" value={attribute(name)} />
        <input type="hidden" name="entries" value={String(entries)} />
        <input type="hidden" name="categories" value={String(categories)} />
        <button class="button" type="submit">
          Undo
        </button>
      </form>
    </div>
    <p class="muted small">
      Undo takes back all that this import has made, while this page is open, for a day at most, and as long as nobody
      has changed it since.
    </p>
  </section>
);

export const UndonePage = ({ frame, ...view }: Afterwards & { frame: Frame }): JSX.Element => (
  <ImportFrame frame={frame} {...view}>
    <UndoneResult {...view} />
  </ImportFrame>
);

export const UndoneResult = ({ project, file }: Afterwards): JSX.Element => (
  <section id={ids.results} class="stack" aria-labelledby="undone">
    <h2 id="undone" tabindex="-1" autofocus data-announce>
      Undone
    </h2>
    <p>What the import had made is gone again.{file === null ? "" : " The file is as it was."}</p>
    <div class="actions">
      {file === null ? (
        <a class="button" href={urls.envProject(project.id)}>
          Back to the project
        </a>
      ) : (
        <>
          <a class="button" href={urls.importEnvFile(project.id, file.id)}>
            Import again
          </a>
          <a class="button" href={urls.envTab(project.id, file.fileType)}>
            Back to the file
          </a>
        </>
      )}
    </div>
  </section>
);
