import {
  type Difference,
  type EnvFile,
  type EnvFileVersion,
  type EnvProject,
  FILE_VERSIONS,
} from "../../src/features/envs/model.ts";
import { Ago, Path, Tag } from "../components/bits.tsx";
import type { Problem } from "../components/field.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { writerWords } from "../words.ts";
import { DifferenceView } from "./difference.tsx";
import { fileName } from "./words.ts";

type Props = {
  project: Pick<EnvProject, "id" | "name">;
  file: EnvFile;
  versions: readonly EnvFileVersion[];
  problem: Problem | null;
  now: Date;
};

/** What a file was: when each version was saved, and by whom. */
export const EnvHistoryPage = ({
  frame,
  project,
  file,
  versions,
  problem,
  now,
}: Props & { frame: Frame }): JSX.Element => {
  const name = fileName(file.fileType);
  const current = versions.find((version) => version.current)?.version ?? 0;
  return (
    <Page frame={frame} title={`History of ${name} of ${project.name}`} section="envs">
      <HistoryPath project={project} file={file} last="history" />
      <div class="head">
        <div>
          <h1 safe>{`History of ${name}`}</h1>
          <p class="muted">{`Each save keeps the version before it, the last ${FILE_VERSIONS} of them.`}</p>
        </div>
      </div>
      {problem === null ? null : (
        <p class="notice bad" role="alert" tabindex="-1" autofocus safe>
          {`${problem.message}.`}
        </p>
      )}
      {versions.length < 2 ? <p class="muted">There is no earlier version yet.</p> : null}
      <ol class="versions">
        {versions.map((version) => (
          <li class="version" data-holder>
            <div class="when">
              <h2 safe>{`Version ${version.version}`}</h2>
              {version.current ? <Tag text="current" kind="production" /> : null}
              <p class="muted small">
                {"saved "}
                <Ago at={version.writtenAt} now={now} />
                <span safe>{`, ${writerWords(version.writtenBy)}`}</span>
              </p>
            </div>
            {version.current ? null : (
              <div class="actions">
                <Show project={project} file={file} version={version} />
                <Restore project={project} file={file} version={version} current={current} />
              </div>
            )}
            <div class="shown" id={ids.version(version.version)}></div>
          </li>
        ))}
      </ol>
    </Page>
  );
};

type VersionProps = Pick<Props, "project" | "file"> & { version: Pick<EnvFileVersion, "version"> };

const Show = ({ project, file, version: { version } }: VersionProps): JSX.Element => {
  const action = urls.envDifference(project.id, file.id, String(version));
  return (
    <form class="reveal" method="post" action={action} hx-post={action} hx-target={`#${ids.version(version)}`}>
      <button class="button small" type="submit">
        Show difference
        <span class="visually-hidden" safe>{` of version ${version}`}</span>
      </button>
    </form>
  );
};

const Restore = ({ project, file, version: { version }, current }: VersionProps & { current: number }): JSX.Element => (
  <form method="post" action={urls.restoreEnvVersion(project.id, file.id, String(version))}>
    <input type="hidden" name="expected" value={String(current)} />
    <button class="button small" type="submit">
      Restore
      <span class="visually-hidden" safe>{` version ${version}`}</span>
    </button>
  </form>
);

type ShownProps = { version: number; current: number; difference: Difference };

/** What has changed since a version, until it hides itself. */
export const ShownDifference = ({ version, current, difference }: ShownProps): JSX.Element => (
  <div class="stack tight" data-revealed>
    <DifferenceView
      of={difference}
      label={`Difference from version ${version} to version ${current}`}
      from={`version ${version}`}
      to={`version ${current}, the current one`}
    />
    <div class="shown-for">
      <button class="button small" type="button" data-hide autofocus>
        Hide
      </button>
      <span class="muted small">Hides itself after 30 seconds</span>
    </div>
  </div>
);

type DifferencePageProps = Pick<Props, "project" | "file"> & ShownProps & { frame: Frame };

/** The same on a page of its own, for browsers without script. */
export const DifferencePage = ({ frame, project, file, ...shown }: DifferencePageProps): JSX.Element => (
  <Page
    frame={frame}
    title={`Version ${shown.version} of ${fileName(file.fileType)} of ${project.name}`}
    section="envs"
  >
    <HistoryPath project={project} file={file} last={`version ${shown.version}`} />
    <div class="head">
      <div>
        <h1 safe>{`Since version ${shown.version}`}</h1>
      </div>
      <div class="actions">
        <a class="button primary" href={urls.envHistory(project.id, file.id)}>
          Back to the history
        </a>
        <Restore project={project} file={file} version={shown} current={shown.current} />
      </div>
    </div>
    <DifferenceView
      of={shown.difference}
      label="Difference"
      from={`version ${shown.version}`}
      to={`version ${shown.current}, the current one`}
    />
  </Page>
);

const HistoryPath = ({ project, file, last }: Pick<Props, "project" | "file"> & { last: string }): JSX.Element => (
  <Path
    steps={[
      { name: "Env files", href: urls.envProjects },
      { name: project.name, href: urls.envProject(project.id) },
      { name: fileName(file.fileType), href: urls.envTab(project.id, file.fileType) },
      { name: last },
    ]}
  />
);
