import { DESCRIPTION_LENGTH } from "../../src/features/categories/model.ts";
import type { EnvProject } from "../../src/features/envs/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { type Problem, TextArea, TextField } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { urls } from "../urls.ts";

/** The form as it was typed. */
export type ProjectDraft = Readonly<{ name: string; description: string }>;

type Props = { draft: ProjectDraft; problem: Problem | null; project: Pick<EnvProject, "id" | "name"> | null };

export const NewEnvProjectPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Sheet
    frame={frame}
    title="New env project"
    section="envs"
    steps={[{ name: "Env files", href: urls.envProjects }, { name: "New" }]}
  >
    <EnvProjectForm {...form} />
  </Sheet>
);

export const EditEnvProjectPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Sheet
    frame={frame}
    title={`Edit ${form.project?.name ?? ""}`}
    section="envs"
    steps={[
      { name: "Env files", href: urls.envProjects },
      { name: form.project?.name ?? "", href: urls.envProject(form.project?.id ?? "") },
      { name: "Edit" },
    ]}
  >
    <EnvProjectForm {...form} />
  </Sheet>
);

export const EnvProjectForm = ({ draft, problem, project }: Props): JSX.Element => (
  <Form
    action={project === null ? urls.newEnvProject : urls.editEnvProject(project.id)}
    problem={problem}
    shows={["name", "description"]}
    submit={project === null ? "Create project" : "Save changes"}
    back={project === null ? urls.envProjects : urls.envProject(project.id)}
  >
    <TextField
      name="name"
      label="Name"
      hint="The program or repository whose .env files these are."
      value={draft.name}
      problem={problem}
      maxlength={NAME_LENGTH}
      required
      autofocus={project === null}
    />
    <TextArea
      name="description"
      label="Description"
      hint="Not a place for secrets: descriptions are searched and listed."
      value={draft.description}
      problem={problem}
      maxlength={DESCRIPTION_LENGTH}
      optional
    />
  </Form>
);
