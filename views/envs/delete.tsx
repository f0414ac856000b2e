import type { EnvFile, EnvProject } from "../../src/features/envs/model.ts";
import { count } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import { fileName } from "./words.ts";

type ProjectProps = { project: EnvProject };
/** `version` is the one that whoever confirms has seen. */
type FileProps = { project: EnvProject; file: EnvFile; version: number };

export const DeleteEnvProjectPage = ({ frame, project }: ProjectProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete ${project.name}`} section="envs">
    <div class="narrow panel">
      <DeleteEnvProject project={project} inDialog={false} />
    </div>
  </Page>
);

export const DeleteEnvProject = ({ project, inDialog }: ProjectProps & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete ${project.name}?`}
    action={urls.deleteEnvProject(project.id)}
    verb="Delete project"
    back={urls.envProject(project.id)}
    inDialog={inDialog}
  >
    {project.fileCount === 0 ? (
      <p>
        The project <strong safe>{project.name}</strong> has no files. It cannot be brought back.
      </p>
    ) : (
      <p>
        The project <strong safe>{project.name}</strong> goes, and with it{" "}
        <strong safe>{count(project.fileCount, "file")}</strong> and {project.fileCount === 1 ? "its" : "their"}{" "}
        history. They cannot be brought back. Entries that were imported from them stay.
      </p>
    )}
  </Confirm>
);

export const DeleteEnvFilePage = ({ frame, project, file, version }: FileProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete ${fileName(file.fileType)} of ${project.name}`} section="envs">
    <div class="narrow panel">
      <DeleteEnvFile project={project} file={file} version={version} inDialog={false} />
    </div>
  </Page>
);

export const DeleteEnvFile = ({ project, file, version, inDialog }: FileProps & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete ${fileName(file.fileType)}?`}
    action={urls.deleteEnvFile(project.id, file.id)}
    verb="Delete file"
    back={urls.envTab(project.id, file.fileType)}
    inDialog={inDialog}
  >
    <input type="hidden" name="version" value={String(version)} />
    <p>
      The file <strong safe>{fileName(file.fileType)}</strong> of <strong safe>{project.name}</strong> goes, with its
      history. It cannot be brought back. Entries that were imported from it stay.
    </p>
  </Confirm>
);
