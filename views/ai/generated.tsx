import type { Framework, SecretFormat } from "../../src/features/ai/model.ts";
import type { Environment } from "../../src/features/entries/model.ts";
import { attribute } from "../components/attribute.ts";
import { count, Empty } from "../components/bits.tsx";
import { fileName } from "../envs/words.ts";
import { ids, urls } from "../urls.ts";
import type { Place } from "./page.tsx";
import { type Preview, Told } from "./told.tsx";
import { figure, listed } from "./words.ts";

type Source = Readonly<{
  id: string;
  categoryId: string;
  category: string;
  name: string;
  environment: Environment;
}>;

/** A variable that an entry of the vault has the value of. */
export type Pick = Readonly<{
  key: string;
  variable: string;
  source: Source;
  reason: string;
  notes: readonly string[];
  /** Programs that would read another value; null when no form of it is safe. */
  misreadBy: readonly string[] | null;
}>;

/** A variable whose value is going to be made. */
export type Made = Readonly<{ key: string; variable: string; format: SecretFormat; bytes: number; reason: string }>;

export type Proposal = Readonly<{
  by: "model" | "names";
  /** What chose, when it was a model. */
  model: string | null;
  picks: readonly Pick[];
  offered: readonly Pick[];
  generated: readonly Made[];
  leftOut: readonly Readonly<{ source: Source; reason: string }>[];
  dropped: number;
  /** Variables that fit as well, and are too many for a form. */
  more: number;
  framework: Framework | null;
  ticket: string;
}>;

/** What a prompt led to. */
export type Outcome =
  | Readonly<{
      kind: "proposed";
      proposal: Proposal;
      ticked: ReadonlySet<string> | null;
      into: Into;
      problem: string | null;
    }>
  /** Another request than the page had shown, and so not sent. */
  | Readonly<{ kind: "held" }>
  | Readonly<{ kind: "failed"; message: string; byModel: boolean }>;

export type Into = "add" | "replace";

type Props = Place & Readonly<{ prompt: string; outcome: Outcome | null }>;

/** What came of the prompt, with the request that it was about. */
export const Answered = ({ preview, ...view }: Props & { preview: Preview | null }): JSX.Element => (
  <>
    <Generated {...view} />
    {preview === null ? null : <Told preview={preview} prompt={view.prompt} beside />}
  </>
);

/** What came of the prompt; swapped when another is sent. */
export const Generated = ({ outcome, ...place }: Props): JSX.Element => (
  <div id={ids.generated} class="stack">
    {outcome === null ? null : outcome.kind === "held" ? (
      <p class="notice warns" role="alert">
        Nothing is sent yet, because the request is another one than you had seen: your words or your keys have changed.
        Look at it once more, then press Generate again.
      </p>
    ) : outcome.kind === "failed" ? (
      <Failed message={outcome.message} byModel={outcome.byModel} />
    ) : isEmpty(outcome.proposal) ? (
      <Nothing proposal={outcome.proposal} />
    ) : (
      <ProposalForm {...place} {...outcome} />
    )}
  </div>
);

function isEmpty({ picks, offered, generated }: Proposal): boolean {
  return picks.length + offered.length + generated.length === 0;
}

const Failed = ({ message, byModel }: { message: string; byModel: boolean }): JSX.Element => (
  <>
    <p class="notice bad" role="alert" tabindex="-1" autofocus safe>
      {sentence(message)}
    </p>
    <div class="actions">
      {byModel ? (
        <button class="button" type="submit" name="by" value="names" form={ids.generateForm}>
          Match without AI instead
        </button>
      ) : null}
      <span class="muted small">Your prompt is still above.</span>
    </div>
  </>
);

const Nothing = ({ proposal }: { proposal: Proposal }): JSX.Element => (
  <>
    <h2 class="visually-hidden" tabindex="-1" autofocus data-announce>
      Nothing fits
    </h2>
    <Empty title="Nothing fits">
      <p>
        {proposal.by === "model"
          ? "The model chose none of your keys. Name the services or the project as they stand under Keys, or ask for less at once."
          : "None of your keys has a name like these words. Name the services or the project as they stand under Keys."}
      </p>
      <LeftOut proposal={proposal} />
      <div class="actions">
        <a class="button" href={urls.keys}>
          See the keys
        </a>
        <a class="button" href={urls.newCategory}>
          New category
        </a>
      </div>
    </Empty>
  </>
);

type FormProps = Omit<Props, "outcome"> & Omit<Extract<Outcome, { kind: "proposed" }>, "kind">;

/** What was chosen, each with its tick, and the way into the editor. */
const ProposalForm = ({ project, fileType, prompt, proposal, ticked, into, problem }: FormProps): JSX.Element => {
  const { picks, offered, generated, by, model } = proposal;
  const isThere = project.files.some((file) => file.fileType === fileType);
  const chosen = picks.length + generated.length;
  const isTicked = (key: string) => (ticked === null ? !offered.some((one) => one.key === key) : ticked.has(key));
  return (
    <form
      class="stack loose proposal"
      method="post"
      action={urls.draftFor(project.id, fileType)}
      aria-labelledby="generated-title"
    >
      <input type="hidden" name="ticket" value={attribute(proposal.ticket)} />
      <input type="hidden" name="prompt" value={attribute(prompt)} />
      <header class="stack tight">
        <h2 id="generated-title" tabindex="-1" autofocus={problem === null} data-announce safe>
          {chosen === 0 ? "Nothing fits for sure" : count(chosen, "variable")}
        </h2>
        <p class="muted">
          {by === "names" || model === null ? (
            "Matched without AI"
          ) : (
            <>
              Chosen by{" "}
              <span class="mono" safe>
                {model}
              </span>
              . The reasons are the model's, and may be wrong
            </>
          )}
          {proposal.framework === null ? null : (
            <span safe>{`. Named for ${FRAMEWORK_WORDS[proposal.framework]}`}</span>
          )}
          .
        </p>
        {problem === null ? null : (
          <p class="notice bad" role="alert" tabindex="-1" autofocus safe>
            {sentence(problem)}
          </p>
        )}
        <div class="actions needs-script">
          <button class="button small" type="button" data-tick="all">
            Tick all
          </button>
          <button class="button small" type="button" data-tick="none">
            Tick none
          </button>
        </div>
      </header>
      <Picks title="From your keys" picks={picks} isTicked={isTicked} />
      {generated.length === 0 ? null : (
        <section class="stack tight" aria-labelledby="made-title">
          <h3 id="made-title">New secrets</h3>
          <ul class="chosen">
            {generated.map((made) => (
              <li class="key">
                <Tick tick={made} isTicked={isTicked(made.key)} />
                <p class="why" safe>
                  {`${made.bytes} random bytes, as ${made.format}. ${sentence(made.reason)}`.trim()}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Picks title="Other keys that may fit" picks={offered} isTicked={isTicked} />
      {proposal.more === 0 ? null : (
        <p class="notice" safe>
          {`${figure(proposal.more)} more ${proposal.more === 1 ? "fits" : "fit"}; ask for less at once.`}
        </p>
      )}
      <LeftOut proposal={proposal} />
      {isThere ? (
        <fieldset class="field">
          <legend safe>{`${fileName(fileType)} has content already`}</legend>
          <div class="choices">
            <IntoChoice
              value="add"
              name="Add to the file"
              help="Its lines stay. A variable that is there gets the new value in its place."
              chosen={into}
            />
            <IntoChoice
              value="replace"
              name="Replace the file"
              help="The draft holds what is ticked here, and nothing else."
              chosen={into}
            />
          </div>
        </fieldset>
      ) : null}
      <div class="actions within-reach">
        <button class="button primary" type="submit">
          Put into the editor
        </button>
        <span class="muted small">As an unsaved draft. The audit trail keeps which keys were opened.</span>
      </div>
    </form>
  );
};

type PicksProps = { title: string; picks: readonly Pick[]; isTicked: (key: string) => boolean };

/** The variables of an entry together: a group's fields, or the one of a simple key. */
const Picks = ({ title, picks, isTicked }: PicksProps): JSX.Element => {
  const entries = [...Map.groupBy(picks, ({ source }) => source.id).values()];
  const id = `${title.toLowerCase().replaceAll(" ", "-")}-title`;
  return picks.length === 0 ? (
    ""
  ) : (
    <section class="stack tight" aria-labelledby={id}>
      <h3 id={id} safe>
        {title}
      </h3>
      <ul class="chosen">
        {entries.map((fields) => (
          <ChosenEntry fields={fields} isTicked={isTicked} />
        ))}
      </ul>
    </section>
  );
};

const ChosenEntry = ({ fields, isTicked }: { fields: readonly Pick[]; isTicked: PicksProps["isTicked"] }) => {
  const [first] = fields;
  if (first === undefined) return "";
  const reasons = [...new Set(fields.map(({ reason }) => reason))].filter((reason) => reason !== "");
  // What is true of each of its variables is said of the entry.
  const shared = first.notes.filter((note) => fields.every(({ notes }) => notes.includes(note)));
  return (
    <li class="key">
      {fields.map((pick) => (
        <>
          <Tick tick={pick} isTicked={isTicked(pick.key)} from={sourceText(first.source)} />
          <Notes notes={pick.notes.filter((note) => !shared.includes(note))} />
          <Portability misreadBy={pick.misreadBy} />
        </>
      ))}
      <p class="source">
        <a href={urls.entryIn(first.source.categoryId, first.source.id)} safe>
          {sourceText(first.source)}
        </a>
      </p>
      <Notes notes={shared} />
      {reasons.map((reason) => (
        <p class="why" safe>
          {sentence(reason)}
        </p>
      ))}
    </li>
  );
};

const Notes = ({ notes }: { notes: readonly string[] }): JSX.Element =>
  notes.length === 0 ? (
    ""
  ) : (
    <p class="why" safe>
      {notes.map(sentence).join(" ")}
    </p>
  );

const Portability = ({ misreadBy }: { misreadBy: Pick["misreadBy"] }): JSX.Element =>
  misreadBy?.length === 0 ? (
    ""
  ) : (
    <p class="why">
      <span class="tag warn">not portable</span>{" "}
      <span safe>
        {misreadBy === null
          ? "no form of its value is safe for every program: a comment will stand in its place"
          : `read differently by ${listed(misreadBy)}`}
      </span>
    </p>
  );

type TickProps = { tick: Readonly<{ key: string; variable: string }>; isTicked: boolean; from?: string };

const Tick = ({ tick: { key, variable }, isTicked, from }: TickProps): JSX.Element => (
  <label class="check">
    <input
      type="checkbox"
      name="ticks"
      value={attribute(key)}
      checked={isTicked}
      autocomplete="off"
      data-variable={attribute(variable)}
    />
    <span class="mono" safe>
      {variable}
    </span>
    {from === undefined ? null : <span class="visually-hidden" safe>{` of ${from}`}</span>}
  </label>
);

type IntoProps = { value: Into; name: string; help: string; chosen: Into };

const IntoChoice = ({ value, name, help, chosen }: IntoProps): JSX.Element => (
  <label class="choice">
    <input type="radio" name="into" value={value} checked={value === chosen} autocomplete="off" />
    <span>
      <span safe>{name}</span>
      <small safe>{help}</small>
    </span>
  </label>
);

/** What was meant and is not among the choices. */
const LeftOut = ({ proposal: { leftOut, dropped, by } }: { proposal: Proposal }): JSX.Element =>
  leftOut.length === 0 && dropped === 0 ? (
    ""
  ) : (
    <div class="small stack tight left-out">
      {leftOut.map(({ source, reason }) => (
        <p safe>{`Left out: ${sourceText(source)}. ${reason}.`}</p>
      ))}
      {dropped === 0 ? null : (
        <p safe>
          {`${count(dropped, "part")} of ${by === "model" ? "the model's answer" : "the match"} ${
            dropped === 1 ? "was" : "were"
          } not used: ids it had not been told, names that are no variables', keys that only their service gives out, or the same twice.`}
        </p>
      )}
    </div>
  );

/** With a capital and a full stop; nothing of nothing. */
function sentence(text: string): string {
  const begun = text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
  return begun === "" || /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}

/** `OpenAI — Blog (production)`, as the comment above its line in the file has it. */
function sourceText({ category, name, environment }: Source): string {
  return `${category} — ${name} (${environment})`;
}

const FRAMEWORK_WORDS: Readonly<Record<Framework, string>> = {
  nextjs: "Next.js",
  vite: "Vite",
  "create-react-app": "Create React App",
  expo: "Expo",
  nuxt: "Nuxt",
  sveltekit: "SvelteKit",
  gatsby: "Gatsby",
  astro: "Astro",
  electron: "Electron",
  node: "Node",
  "react-native": "React Native",
};
