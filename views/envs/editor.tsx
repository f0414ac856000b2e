import type { Difference, EnvProject, FileType } from "../../src/features/envs/model.ts";
import { attribute } from "../components/attribute.ts";
import { count } from "../components/bits.tsx";
import { ids, urls } from "../urls.ts";
import { DifferenceView } from "./difference.tsx";
import { fileName } from "./words.ts";

/** What the reader has to say of one line. */
export type Warning = Readonly<{ line: number; severity: "error" | "warning" | "info"; message: string }>;

/** A file that is open: its lines, how they end, and the version that a save says it began from. */
export type Opened = Readonly<{
  text: string;
  layout: string;
  hasMark: boolean;
  /** How the lines end, null when they do not agree. */
  ending: string | null;
  /** null for a file that is not there yet. */
  version: number | null;
  warnings: readonly Warning[];
  /** For a content that is saved nowhere yet. */
  draft: Draft | null;
}>;

/** How a draft differs from what is saved, if anything is, and what there is to say of it. */
export type Draft = Readonly<{ difference: Difference | null; notes: readonly string[] }>;

/** What became of the last save. */
export type Outcome =
  | Readonly<{ kind: "saved"; as: "new" | "changed" | "same" }>
  | Readonly<{ kind: "refused"; message: string }>
  | Readonly<{ kind: "conflict"; theirs: Theirs | null; difference: Difference }>;

/** What somebody else saved meanwhile. */
export type Theirs = Readonly<{ fileId: string; version: number; text: string; layout: string }>;

type Props = {
  project: Pick<EnvProject, "id">;
  fileType: FileType;
  opened: Opened;
  outcome: Outcome | null;
  /** The address of the editor's script. */
  script: string;
};

/** An open file: a textarea, whose place the editor takes. */
export const FileEditor = ({ project, fileType, opened, outcome, script }: Props): JSX.Element => (
  <form
    id={ids.envForm}
    class="env-form"
    method="post"
    action={urls.saveEnvFile(project.id)}
    enctype="multipart/form-data"
    data-editor={script}
    data-name={fileName(fileType)}
    data-draft={opened.draft === null ? undefined : urls.envTab(project.id, fileType)}
  >
    <input type="hidden" name="fileType" value={fileType} />
    <input type="hidden" name="version" value={opened.version === null ? "" : String(opened.version)} />
    <input type="hidden" name="layout" value={attribute(opened.layout)} />
    {opened.draft === null ? null : <DraftNotice draft={opened.draft} />}
    <div class="env-area">
      <div class="field env-plain">
        <label for="field-content">
          Content of <span safe>{fileName(fileType)}</span>
        </label>
        <textarea
          class="input mono"
          id="field-content"
          name="content"
          rows="20"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          data-1p-ignore
          data-lpignore="true"
          safe
        >
          {/* The first line break of a textarea is not part of it. */ `\n${opened.text}`}
        </textarea>
      </div>
    </div>
    <div class="env-cover" hidden>
      <p>Hidden while nobody was looking. What you typed is kept.</p>
      <button class="button" type="button" data-uncover>
        Show
      </button>
    </div>
    <div class="actions">
      <button class="button primary" type="submit" data-save>
        Save
      </button>
      <a class="button" href={urls.envTab(project.id, fileType)}>
        Close
      </a>
      <span class="tag warn env-dirty" hidden={opened.draft === null}>
        Unsaved changes
      </span>
      <Layout opened={opened} />
    </div>
    <div aria-live="polite">
      <SaveState projectId={project.id} outcome={outcome} />
      <p class="notice bad env-signed-out" hidden>
        <span>
          <a href={urls.signIn} target="_blank" rel="noopener">
            Sign in again in another tab
          </a>
          , come back here, and save.
        </span>
      </p>
    </div>
    {opened.draft === null || opened.draft.difference === null ? null : (
      <section class="env-draft" aria-labelledby="draft-difference">
        <h2 id="draft-difference">From what is saved to this draft</h2>
        <DifferenceView
          of={opened.draft.difference}
          label="Difference to what is saved"
          from="what is saved"
          to="the draft"
        />
      </section>
    )}
    <Warnings warnings={opened.warnings} />
    <p class="muted small needs-script">
      <kbd>Tab</kbd> leaves the editor. <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>S</kbd> saves, with <kbd>F</kbd>{" "}
      searches. <kbd>F8</kbd> goes to the next warning. Copy and Download give what is saved.
    </p>
  </form>
);

const DraftNotice = ({ draft: { difference, notes } }: { draft: Draft }): JSX.Element => (
  <div class="notice warns env-draft">
    <div class="stack tight">
      <h2>Unsaved draft</h2>
      <p>
        Nothing of it is stored until you save.
        {difference === null ? null : " What differs from the saved file stands below."}
      </p>
      {notes.map((note) => (
        <p class="small" safe>
          {note}
        </p>
      ))}
    </div>
  </div>
);

/** What the editor cannot show, and keeps; what does not hold now may when it takes what somebody else saved. */
const Layout = ({ opened }: { opened: Opened }): JSX.Element => (
  <>
    <span class="muted small" data-ending="" hidden={opened.ending !== null}>
      The line endings are mixed, and stay so.
    </span>
    {["CRLF", "CR"].map((ending) => (
      <span class="muted small" data-ending={ending} hidden={opened.ending !== ending} safe>
        {`The lines end with ${ending}, and will.`}
      </span>
    ))}
    {opened.ending === null ? (
      <span class="muted small without-script">When lines come or go here, all of them will end as most do now.</span>
    ) : null}
    <label class="check small" hidden={!opened.hasMark}>
      <input type="checkbox" name="mark" value="yes" checked={opened.hasMark} autocomplete="off" />
      <span>Keep the byte order mark</span>
    </label>
  </>
);

const LISTED = 50;

/** What the reader has to say, each with its line; the editor shows it in the margin, too. */
const Warnings = ({ warnings }: { warnings: readonly Warning[] }): JSX.Element => (
  <section class="env-warnings" aria-label="Warnings" hidden={warnings.length === 0}>
    <h2 class="sum" safe>
      {warnings.length > LISTED
        ? `${warnings.length} things to look at, the first ${LISTED} of them:`
        : `${count(warnings.length, "thing")} to look at`}
    </h2>
    <ul>
      {warnings.slice(0, LISTED).map(({ line, severity, message }) => (
        <li class="warning" data-severity={severity}>
          <span class="where" safe>{`Line ${line}`}</span>{" "}
          <span class="message" safe>
            {message}
          </span>
        </li>
      ))}
    </ul>
    <template>
      <li class="warning">
        <button type="button">
          <span class="where"></span> <span class="message"></span>
        </button>
      </li>
    </template>
  </section>
);

const SAVED = {
  new: "Saved. The file is new.",
  changed: "Saved. The version before is in the history.",
  same: "Saved. It was the same already.",
} as const;

/** How the save went; the editor puts it in place of the one before. */
export const SaveState = ({ projectId, outcome }: { projectId: string; outcome: Outcome | null }): JSX.Element => (
  <div id={ids.envState}>
    {outcome === null ? null : outcome.kind === "saved" ? (
      <p class="notice good">{SAVED[outcome.as]}</p>
    ) : outcome.kind === "refused" ? (
      <p class="notice bad" role="alert" tabindex="-1" autofocus safe>
        {outcome.message}
      </p>
    ) : (
      <Conflict projectId={projectId} theirs={outcome.theirs} difference={outcome.difference} />
    )}
  </div>
);

type ConflictProps = { projectId: string; theirs: Theirs | null; difference: Difference };

/** Both sides of a conflict: mine is in the editor, theirs is here, with the ways out of it. */
const Conflict = ({ projectId, theirs, difference }: ConflictProps): JSX.Element => (
  <section class="env-conflict" aria-labelledby="conflict-title">
    <h2 id="conflict-title" tabindex="-1" autofocus>
      {theirs === null ? "Deleted meanwhile" : "Changed meanwhile"}
    </h2>
    <p>
      {theirs === null
        ? "Nothing was saved: somebody has deleted this file since you opened it. Yours is in the editor above."
        : "Nothing was saved: somebody has saved this file since you opened it. Yours is in the editor above; theirs is below. Take over there what you need, or choose one of the two."}
    </p>
    <div class="actions">
      <button class="button primary" type="submit" name="over" value={theirs === null ? "" : String(theirs.version)}>
        {theirs === null ? "Save mine as a new file" : "Save mine over theirs"}
      </button>
      {theirs === null ? null : (
        <>
          <button class="button needs-script" type="button" data-take>
            Take theirs into the editor
          </button>
          <button
            class="button without-script"
            type="submit"
            formaction={urls.revealEnvFile(projectId, theirs.fileId)}
            name="take"
            value="yes"
          >
            Take theirs, drop mine
          </button>
        </>
      )}
    </div>
    {theirs === null ? null : (
      <>
        <h3>From theirs to yours</h3>
        <DifferenceView of={difference} label="Difference from theirs to yours" from="theirs" to="yours" />
        <details>
          <summary>Theirs, whole</summary>
          <label class="visually-hidden" for="theirs">
            Their content
          </label>
          <textarea
            class="input mono"
            id="theirs"
            rows="12"
            readonly
            data-theirs
            data-layout={attribute(theirs.layout)}
            data-version={String(theirs.version)}
            autocomplete="off"
            spellcheck="false"
            safe
          >
            {`\n${theirs.text}`}
          </textarea>
        </details>
      </>
    )}
  </section>
);
