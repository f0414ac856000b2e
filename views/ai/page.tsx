import { PROMPT_LENGTH } from "../../src/features/ai/model.ts";
import type { EnvProjectWithFiles, FileType } from "../../src/features/envs/model.ts";
import { attribute } from "../components/attribute.ts";
import { Path } from "../components/bits.tsx";
import { FormProblem, type Problem } from "../components/field.tsx";
import { fileName } from "../envs/words.ts";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { Generated, type Outcome } from "./generated.tsx";
import { type Preview, Told } from "./told.tsx";
import { figure, type Generator, titleOf } from "./words.ts";

/** The file that is asked for, and what answers. */
export type Place = Readonly<{
  project: EnvProjectWithFiles;
  fileType: FileType;
  generator: Exclude<Generator, "off">;
}>;

export type GenerateView = Place &
  Readonly<{
    prompt: string;
    /** Null without a model, which alone is told something. */
    preview: Preview | null;
    /** Seconds that a model may take for an answer, and that Kagi waits for it when its server has to be asked again. */
    patience: Readonly<{ once: number; atMost: number }>;
    outcome: Outcome | null;
    /** What is wrong with the prompt. */
    problem: Problem | null;
  }>;

/** From a sentence to the keys that a file needs. */
export const GeneratePage = ({ frame, ...view }: GenerateView & { frame: Frame }): JSX.Element => {
  const { project, fileType, generator, prompt, preview } = view;
  const title = titleOf(generator, fileType);
  return (
    <Page frame={frame} title={`${title} of ${project.name}`} section="envs">
      <Path
        steps={[
          { name: "Env files", href: urls.envProjects },
          { name: project.name, href: urls.envProject(project.id) },
          { name: fileName(fileType), href: urls.envTab(project.id, fileType) },
          { name: "Generate" },
        ]}
      />
      <div class="head">
        <div>
          <h1 safe>{title}</h1>
          <p class="muted">
            Say what the file needs. You see which keys were chosen and why, and nothing is saved before you save it.
          </p>
        </div>
      </div>
      <div class="generate">
        <PromptForm {...view} />
        <Generated {...view} />
        {preview === null ? <WithoutModel /> : <Told preview={preview} prompt={prompt} />}
      </div>
    </Page>
  );
};

const EXAMPLES: readonly string[] = [
  "Everything this project has, for production",
  "OpenAI, S3 and Stripe of this project for a Next.js app",
  "Database and mail for local development, and a session secret",
  "A JWT secret of 64 bytes as hex",
];

const PromptForm = ({ project, fileType, generator, prompt, patience, outcome, problem, preview }: GenerateView) => {
  const action = urls.generateFor(project.id, fileType);
  return (
    <form
      id={ids.generateForm}
      class="prompt-form"
      method="post"
      action={action}
      hx-post={action}
      hx-target={`#${ids.generated}`}
      hx-swap="outerHTML"
      // Longer than the model may take, so that the answer to that is the one which is seen.
      hx-config={`timeout:${patience.atMost + 15}s`}
      data-progress
    >
      <FormProblem problem={problem} shown={["prompt"]} />
      <div class="field">
        <label for="field-prompt">What does the file need?</label>
        <p class="hint" id="prompt-hint">
          {generator === "model"
            ? "In your own words, in any language. It goes to the model as it is, so leave secrets out of it."
            : "In a few words: services, this project or another, an environment, a framework, secrets to be made."}
        </p>
        <textarea
          id="field-prompt"
          class="input prompt-text"
          name="prompt"
          rows="4"
          maxlength={PROMPT_LENGTH}
          required
          aria-describedby={problem === null ? "prompt-hint" : "prompt-hint prompt-error"}
          aria-invalid={problem?.field === "prompt" ? "true" : undefined}
          autofocus={outcome === null}
          data-sends
          data-counts="prompt-count"
          data-shown-in={preview === null ? undefined : ids.told}
          hx-post={preview === null ? undefined : urls.previewFor(project.id, fileType)}
          hx-trigger={preview === null ? undefined : "input delay:200ms, show"}
          hx-target={preview === null ? undefined : `#${ids.told}`}
          hx-swap={preview === null ? undefined : "outerHTML"}
          hx-sync={preview === null ? undefined : "this:replace"}
          hx-indicator={preview === null ? undefined : `#${ids.told}`}
          safe
        >
          {/* The first line break of a textarea is not part of it. */ `\n${prompt}`}
        </textarea>
        <p class="hint" id="prompt-count" role="status" data-most={String(PROMPT_LENGTH)}></p>
        {problem?.field === "prompt" ? (
          <p class="error" id="prompt-error" safe>
            {`${problem.message.replace(/^prompt /, "The prompt ")}.`}
          </p>
        ) : null}
      </div>
      <div class="actions">
        <button class="button primary" type="submit" name="by" value={generator}>
          Generate
        </button>
        {generator === "model" ? (
          <button class="button" type="submit" name="by" value="names">
            Match without AI
          </button>
        ) : null}
        <span class="muted small needs-script">
          <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd>
        </span>
      </div>
      <div class="notice progress" hidden>
        <p>
          <span role="status" data-said={saidOf(generator, preview, patience)}></span>{" "}
          <span class="mono whole" role="timer" aria-label="Seconds so far"></span>
        </p>
        <button class="button small" type="button" data-cancel>
          Cancel
        </button>
      </div>
      <div class="field for-example">
        <h2 class="label">For example</h2>
        <ul class="examples">
          {EXAMPLES.map((example) => (
            <li>
              <a href={attribute(urls.generateFor(project.id, fileType, example))} data-fills="field-prompt" safe>
                {example}
              </a>
            </li>
          ))}
        </ul>
      </div>
    </form>
  );
};

function saidOf(generator: Generator, preview: Preview | null, { once }: GenerateView["patience"]): string {
  if (generator === "names" || preview === null) return "Matching…";
  return attribute(
    `Asking ${preview.model} at ${preview.host}. Up to ${figure(once)} s, and once more if the server fails.`,
  );
}

const WithoutModel = (): JSX.Element => (
  <section class="panel told" aria-labelledby="told-title">
    <h2 id="told-title">Matched without AI</h2>
    <p>
      No model is configured. Kagi itself looks for your words among the names of your categories, projects, variables
      and environments. Nothing leaves this server.
    </p>
    <p class="muted small">
      For a model that understands whole sentences, the operator sets <code>OPENAI_API_KEY</code>, or{" "}
      <code>OPENAI_BASE_URL</code> for one of your own.
    </p>
  </section>
);
