import { type EnvFile, type EnvProjectWithFiles, FILE_TYPES, type FileType } from "../../src/features/envs/model.ts";
import { GenerateLink } from "../ai/link.tsx";
import type { Generator } from "../ai/words.ts";
import { Ago, Empty, Path } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { FileEditor, type Opened, type Outcome, SaveState } from "./editor.tsx";
import { fileName } from "./words.ts";

export type FileView = Readonly<{
  project: EnvProjectWithFiles;
  fileType: FileType;
  /** What the editor shows; null while the file is closed. */
  opened: Opened | null;
  outcome: Outcome | null;
  /** What chooses keys for a file: a model, the words of their names, or nothing. */
  generator: Generator;
  script: string;
  now: Date;
}>;

/** One project, with the tab of one of its files. */
export const EnvProjectPage = ({ frame, ...view }: FileView & { frame: Frame }): JSX.Element => {
  const { project, fileType } = view;
  return (
    <Page frame={frame} title={`${fileName(fileType)} of ${project.name}`} section="envs">
      <Path steps={[{ name: "Env files", href: urls.envProjects }, { name: project.name }]} />
      <div class="head">
        <div>
          <h1 safe>{project.name}</h1>
          {project.description === null ? null : (
            <p class="clip" safe>
              {project.description}
            </p>
          )}
        </div>
        <div class="actions">
          {project.files.length === 0 ? null : (
            <a class="button" href={urls.compareEnvFiles(project.id)}>
              Compare
            </a>
          )}
          <a class="button" href={urls.editEnvProject(project.id)}>
            Edit<span class="visually-hidden"> project</span>
          </a>
          <a
            class="button warns"
            href={urls.deleteEnvProject(project.id)}
            hx-get={urls.deleteEnvProject(project.id)}
            hx-target={`#${ids.dialog}`}
          >
            Delete<span class="visually-hidden"> project</span>
          </a>
        </div>
      </div>
      <FileTabs project={project} fileType={fileType} />
      <section id={ids.envPanel} class="env-panel" aria-label={fileName(fileType)}>
        <FilePanel {...view} />
      </section>
    </Page>
  );
};

type TabProps = Pick<FileView, "project" | "fileType">;

/** The four files, and which of them there are. */
export const FileTabs = ({ project, fileType }: TabProps): JSX.Element => (
  <nav id={ids.envTabs} class="tabs" aria-label="Files">
    {FILE_TYPES.map((type) => {
      const isThere = project.files.some((file) => file.fileType === type);
      return (
        <a
          class={isThere ? "there" : undefined}
          href={urls.envTab(project.id, type)}
          aria-current={type === fileType ? "page" : undefined}
        >
          <span safe>{fileName(type)}</span>
          <span class="mark" aria-hidden="true">
            {isThere ? "●" : "○"}
          </span>
          <span class="visually-hidden">{isThere ? " stored" : " not there yet"}</span>
        </a>
      );
    })}
  </nav>
);

/** What a tab holds: a file that is closed or open, or the first step to one. */
export const FilePanel = (view: FileView): JSX.Element => {
  const { opened } = view;
  const file = fileOf(view);
  if (opened === null && file === undefined) return <NoFile {...view} />;
  return (
    <>
      <FileHead {...view} />
      {opened !== null ? <FileEditor {...view} opened={opened} /> : null}
      {opened === null && file !== undefined ? <ClosedFile {...view} file={file} /> : null}
    </>
  );
};

export function fileOf({ project, fileType }: TabProps): EnvFile | undefined {
  return project.files.find((file) => file.fileType === fileType);
}

/** The parts that a save changes, for the editor to put in place. */
export const AfterSave = (view: FileView): JSX.Element => (
  <>
    <FileTabs {...view} />
    <FileHead {...view} />
    <SaveState projectId={view.project.id} outcome={view.outcome} />
  </>
);

/** What there is to do with a file besides editing it; one that is written for the first time can be generated. */
const FileHead = (view: FileView): JSX.Element => {
  const { project, fileType, generator, now } = view;
  const file = fileOf(view);
  return (
    <div id="env-head" class="env-head">
      <p class="muted small saved">
        <span class="mono" safe>
          {fileName(fileType)}
        </span>
        {file === undefined ? (
          ", not saved yet"
        ) : (
          <>
            {", saved "}
            <Ago at={file.updatedAt} now={now} />
          </>
        )}
      </p>
      <div class="actions">
        <GenerateLink projectId={project.id} fileType={fileType} generator={generator} class="button small" />
        {file === undefined ? null : <FileActions projectId={project.id} file={file} />}
      </div>
    </div>
  );
};

const FileActions = ({ projectId, file }: { projectId: string; file: EnvFile }): JSX.Element => (
  <>
    <form
      class="needs-script"
      method="post"
      action={urls.copyEnvFile(projectId, file.id)}
      data-copy={fileName(file.fileType)}
    >
      <button class="button small" type="submit">
        Copy<span class="visually-hidden"> what is saved</span>
      </button>
    </form>
    <form method="post" action={urls.downloadEnvFile(projectId, file.id)} data-download>
      <button class="button small" type="submit">
        Download
      </button>
    </form>
    <a class="button small" href={urls.envHistory(projectId, file.id)}>
      History
    </a>
    <a class="button small" href={urls.importEnvFile(projectId, file.id)}>
      Import into entries
    </a>
    <a
      class="button small warns"
      href={urls.deleteEnvFile(projectId, file.id)}
      hx-get={urls.deleteEnvFile(projectId, file.id)}
      hx-target={`#${ids.dialog}`}
    >
      Delete<span class="visually-hidden"> file</span>
    </a>
  </>
);

const ClosedFile = ({ project, file }: FileView & { file: EnvFile }): JSX.Element => (
  <div class="closed">
    <p class="veil" aria-hidden="true">
      ••••••••••••••
      <br />
      ••••••••
      <br />
      •••••••••••••••••••
    </p>
    <form
      method="post"
      action={urls.revealEnvFile(project.id, file.id)}
      hx-post={urls.revealEnvFile(project.id, file.id)}
      hx-target={`#${ids.envPanel}`}
    >
      <button class="button primary" type="submit">
        Reveal to edit
      </button>
    </form>
    <p class="muted small">The audit trail keeps who opened it and when.</p>
  </div>
);

const NoFile = ({ project, fileType, outcome, generator }: FileView): JSX.Element => (
  <Empty title={`No ${fileName(fileType)} yet`}>
    <p safe>{PURPOSE[fileType]}</p>
    {outcome?.kind === "refused" ? (
      <p class="error" role="alert" tabindex="-1" autofocus safe>
        {outcome.message}
      </p>
    ) : null}
    <div class="actions">
      <GenerateLink projectId={project.id} fileType={fileType} generator={generator} class="button primary" />
      <a class={generator === "off" ? "button primary" : "button"} href={urls.newEnvFile(project.id, fileType)}>
        Write it here
      </a>
    </div>
    <form class="upload" method="post" action={urls.saveEnvFile(project.id)} enctype="multipart/form-data">
      <input type="hidden" name="fileType" value={fileType} />
      <input type="hidden" name="version" value="" />
      <div class="drop">
        <label for="field-file">
          Or take the file as it is<span class="needs-script">, chosen or dropped here</span>
        </label>
        <input id="field-file" name="file" type="file" required />
      </div>
      <button class="button" type="submit">
        Store the file
      </button>
    </form>
  </Empty>
);

const PURPOSE: Readonly<Record<FileType, string>> = {
  env: "What every environment shares.",
  "env.local": "What is only for one machine, and goes over the others there.",
  "env.production": "What production runs with.",
  "env.development": "What development runs with.",
};
