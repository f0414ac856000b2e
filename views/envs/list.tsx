import { type EnvProject, FILE_TYPES } from "../../src/features/envs/model.ts";
import { count, Empty } from "../components/bits.tsx";
import { FilterBar } from "../components/filter-bar.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, query, urls } from "../urls.ts";

type Props = {
  projects: readonly EnvProject[];
  filter: Readonly<{ search: string; cursor: string | null }>;
  /** Where the projects after these begin, null at the end. */
  next: string | null;
};

export const EnvProjectsPage = ({ frame, ...list }: Props & { frame: Frame }): JSX.Element => {
  const isEmpty = list.filter.search === "" && list.filter.cursor === null && list.projects.length === 0;
  return (
    <Page frame={frame} title="Env files" section="envs">
      <div class="head">
        <div>
          <h1>Env files</h1>
          {isEmpty ? null : <p class="muted">The .env files of each project, encrypted, with their history.</p>}
        </div>
        {isEmpty ? null : (
          <div class="actions">
            <a class="button primary" href={urls.newEnvProject}>
              New project
            </a>
          </div>
        )}
      </div>
      {isEmpty ? (
        <FirstStep />
      ) : (
        <>
          <FilterBar
            action={urls.envProjects}
            label="Search projects"
            placeholder="Search by name or description"
            search={list.filter.search}
          />
          <EnvProjectResults {...list} />
        </>
      )}
    </Page>
  );
};

const FirstStep = (): JSX.Element => (
  <Empty title="No env files yet">
    <p>
      A project keeps up to four files: .env, .env.local, .env.production and .env.development. Each is stored byte for
      byte and encrypted, and every save keeps the version before it.
    </p>
    <div class="actions">
      <a class="button primary" href={urls.newEnvProject}>
        Create the first project
      </a>
    </div>
  </Empty>
);

/** What the search finds; swapped while somebody types. */
export const EnvProjectResults = ({ projects, filter: { search, cursor }, next }: Props): JSX.Element => (
  <div id={ids.results} class="stack fades">
    {projects.length === 0 ? (
      <div class="empty">
        <h2 data-announce safe>{`Nothing matches “${search}”`}</h2>
        <p>No project is called or described so.</p>
        <div class="actions">
          <a class="button" href={urls.envProjects}>
            Show all
          </a>
          <a class="button" href={urls.newEnvProject}>
            New project
          </a>
        </div>
      </div>
    ) : (
      <>
        <p class="muted small" data-announce safe>
          {`${count(projects.length, "project")}${next === null && cursor === null ? "" : " on this page"}`}
        </p>
        <ul class="cards">
          {projects.map((project) => (
            <li class="card project">
              <ProjectCard project={project} />
            </li>
          ))}
        </ul>
      </>
    )}
    {next === null && cursor === null ? null : (
      <nav class="actions" aria-label="More projects">
        {cursor === null ? null : (
          <a class="button" href={urls.envProjects + query({ search })}>
            Newest projects
          </a>
        )}
        {next === null ? null : (
          <a class="button" href={urls.envProjects + query({ search, cursor: next })}>
            Older projects
          </a>
        )}
      </nav>
    )}
  </div>
);

const ProjectCard = ({ project }: { project: EnvProject }): JSX.Element => (
  <>
    <h2>
      <a class="cover" href={urls.envProject(project.id)} safe>
        {project.name}
      </a>
    </h2>
    {project.description === null ? null : (
      <p class="about" safe>
        {project.description}
      </p>
    )}
    <p class="count" safe>
      {project.fileCount === 0 ? "no files yet" : `${project.fileCount} of ${FILE_TYPES.length} files`}
    </p>
  </>
);
