import type { Entry } from "../../src/features/entries/model.ts";
import { attribute } from "../components/attribute.ts";
import { Path } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { ENVIRONMENT_WORDS } from "../words.ts";

/** `field` is one field of a group; null is the whole value. */
type Which = { entry: Entry; field: string | null };

/** A value that is not here: dots of one length, and the ways to get at it. */
export const HiddenValue = ({ entry, field }: Which): JSX.Element => {
  const { keyType } = entry.category;
  const what = ` ${nameOf(entry, field)} of ${entry.name}, ${ENVIRONMENT_WORDS[entry.environment]}`;
  const isFile = keyType === "ssh" || keyType === "json";
  return (
    <div class="value">
      <div class="what">
        {field === null ? null : <FieldName of={field} />}
        {entry.fileName === null ? null : <span safe>{entry.fileName}</span>}
        {entry.sshKey === null ? null : <Fingerprint of={entry.sshKey} />}
        <span class="dots" aria-hidden="true">
          ••••••••
        </span>
      </div>
      <div class="revealed" id={ids.revealed(entry.id, field)}></div>
      <div class="actions">
        <form
          class="reveal"
          method="post"
          action={urls.revealEntry(entry.id)}
          hx-post={urls.revealEntry(entry.id)}
          hx-target={`#${ids.revealed(entry.id, field)}`}
        >
          <Field field={field} />
          <button class="button small" type="submit">
            Reveal
            <Of text={what} />
          </button>
        </form>
        <Copy entry={entry} field={field} />
        {isFile ? (
          <form method="post" action={urls.downloadEntry(entry.id)} data-download>
            <button class="button small" type="submit">
              Download
              <Of text={what} />
            </button>
          </form>
        ) : null}
      </div>
    </div>
  );
};

const Copy = ({ entry, field }: Which): JSX.Element => (
  <form
    class="needs-script"
    method="post"
    action={urls.copyEntry(entry.id)}
    data-copy={attribute(nameOf(entry, field))}
  >
    <Field field={field} />
    <button class="button small" type="submit">
      Copy
      <Of text={` ${nameOf(entry, field)} of ${entry.name}, ${ENVIRONMENT_WORDS[entry.environment]}`} />
    </button>
  </form>
);

/** A field of a group that this entry has no value for. */
export const UnsetValue = ({ field }: { field: string }): JSX.Element => (
  <div class="value">
    <div class="what">
      <FieldName of={field} />
      <span class="unset">not set</span>
    </div>
  </div>
);

/** A long one is broken between its words. */
const FieldName = ({ of }: { of: string }): JSX.Element => (
  <span>
    {of.split(/(?<=_)/).map((word) => (
      <>
        <span safe>{word}</span>
        <wbr />
      </>
    ))}
  </span>
);

/** The digest stays in one piece where there is room for it. */
const Fingerprint = ({ of: { type, fingerprint } }: { of: NonNullable<Entry["sshKey"]> }): JSX.Element => {
  const [algorithm = "", digest = ""] = fingerprint.split(/(?<=:)/);
  return (
    <span class="fingerprint">
      <span safe>{`${type} `}</span>
      <span safe>{algorithm}</span>
      <span class="digest" safe>
        {digest}
      </span>
    </span>
  );
};

const Field = ({ field }: { field: string | null }): JSX.Element =>
  field === null ? "" : <input type="hidden" name="field" value={field} />;

const Of = ({ text }: { text: string }): JSX.Element => (
  <span class="visually-hidden" safe>
    {text}
  </span>
);

/** A value in place of its dots, until it hides itself. */
export const RevealedValue = ({ name, text }: { name: string; text: string }): JSX.Element => (
  <div data-revealed>
    <Plain name={name} text={text} />
    <div class="shown-for">
      <button class="button small" type="button" data-hide autofocus>
        Hide
      </button>
      <span class="muted small">Hides itself after 30 seconds</span>
    </div>
  </div>
);

/** Long values scroll, so that keys must be able to get inside. */
export const Plain = ({ name, text, id }: { name: string; text: string; id?: string }): JSX.Element => (
  <section class="plain" aria-label={attribute(`Value of ${name}`)} tabindex="0">
    <pre id={id} safe>{/* The first line break inside `pre` is not part of it. */ `\n${text}`}</pre>
  </section>
);

type PageProps = { frame: Frame; entry: Entry; values: readonly { name: string; text: string }[] };

/** The values on a page of their own, for browsers without script. */
export const RevealedPage = ({ frame, entry, values }: PageProps): JSX.Element => (
  <Page frame={frame} title={`${titleOf(entry)}, revealed`} section="keys">
    <Path
      steps={[
        { name: "Keys", href: urls.keys },
        { name: entry.category.name, href: urls.category(entry.categoryId) },
        { name: entry.name },
      ]}
    />
    <div class="head">
      <div>
        <h1 safe>{titleOf(entry)}</h1>
        <p class="muted needs-script">Hides itself after 30 seconds, and when you leave the tab.</p>
        <p class="muted without-script">
          Stays on this screen until you leave the page: without JavaScript nothing hides it.
        </p>
      </div>
      <div class="actions">
        <a class="button primary" href={urls.entryIn(entry.categoryId, entry.id)}>
          Hide
        </a>
      </div>
    </div>
    <div class="stack" data-revealed>
      {values.map(({ name, text }) => (
        <section class="stack tight">
          <div class="panel-head">
            <h2 class="mono" safe>
              {name}
            </h2>
            <Copy entry={entry} field={entry.category.keyType === "group" ? name : null} />
          </div>
          <Plain name={name} text={text} />
        </section>
      ))}
    </div>
  </Page>
);

/** An entry by its service, project and environment, as titles name it. */
export function titleOf({ name, environment, category }: Entry): string {
  return `${category.name} · ${name} · ${ENVIRONMENT_WORDS[environment].toLowerCase()}`;
}

/** What people call the value: its variable, its file, or what it is. */
export function nameOf(entry: Entry, field: string | null): string {
  if (field !== null) return field;
  const fallback = { simple: "value", group: "values", ssh: "private key", json: "JSON" }[entry.category.keyType];
  return entry.category.envVarName ?? entry.fileName ?? fallback;
}
