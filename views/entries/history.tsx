import type { LastSeen, ToldEvent } from "../../src/features/audit/model.ts";
import { ACTIVITY_EVENTS, ENTRY_VERSIONS, type Entry, type EntryVersion } from "../../src/features/entries/model.ts";
import { attribute } from "../components/attribute.ts";
import { Ago, count, Path } from "../components/bits.tsx";
import type { Problem } from "../components/field.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { writerWords } from "../words.ts";
import { HiddenValue, Plain, titleOf } from "./value.tsx";

type Props = {
  entry: Entry;
  /** The names of a group's fields that are set, none for other types. */
  fields: readonly string[];
  versions: readonly EntryVersion[];
  /** Newest first. */
  activity: readonly ToldEvent[];
  seen: LastSeen | null;
  problem: Problem | null;
  now: Date;
};

/** Who got the value last, the values that it was before, each to be shown and restored, and who did what. */
export const EntryHistoryPage = ({
  frame,
  entry,
  fields,
  versions,
  activity,
  seen,
  problem,
  now,
}: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`History of ${titleOf(entry)}`} section="keys">
    <HistoryPath entry={entry} last="History" />
    <div class="head">
      <div>
        <h1 safe>{`History of ${titleOf(entry)}`}</h1>
        <LastGot seen={seen} now={now} />
      </div>
    </div>
    {problem === null ? null : (
      <p class="notice bad" role="alert" tabindex="-1" autofocus safe>
        {`${problem.message}.`}
      </p>
    )}
    <div class="stack loose">
      <div class="stack">
        <ol class="versions">
          <Current entry={entry} fields={fields} versions={versions} now={now} />
          {versions.map((version) => (
            <li class="version" data-holder>
              <VersionHead entry={entry} version={version} now={now} />
              <div class="shown" id={ids.version(version.number)}></div>
            </li>
          ))}
        </ol>
        {versions.length > 0 ? null : (
          <p class="muted small">
            {`No earlier value. When this one is replaced it is kept here, encrypted: the last ${ENTRY_VERSIONS} of them.`}
          </p>
        )}
      </div>
      <Activity entry={entry} activity={activity} now={now} />
    </div>
  </Page>
);

/** The value that it has, first of those that it had. */
const Current = ({ entry, fields, versions, now }: Pick<Props, "entry" | "fields" | "versions" | "now">) => {
  const [before] = versions;
  // Otherwise nobody knows: a change of the notes alone is a change, too.
  const since = before?.replacedAt ?? (entry.updatedAt === entry.createdAt ? entry.createdAt : null);
  return (
    <li class="version">
      <div class="when">
        <h2>Current value</h2>
        {entry.fileName === null ? null : (
          <span class="tag" safe>
            {entry.fileName}
          </span>
        )}
        {since === null ? null : (
          <p class="muted small">
            {"written "}
            <Ago at={since} now={now} />
          </p>
        )}
      </div>
      <div class="shown">
        {entry.category.keyType === "group" ? (
          <ul class="values">
            {fields.map((field) => (
              <li>
                <HiddenValue entry={entry} field={field} />
              </li>
            ))}
          </ul>
        ) : (
          <HiddenValue entry={entry} field={null} />
        )}
      </div>
    </li>
  );
};

type ActivityProps = Pick<Props, "activity" | "now">;

/** The first thing that people come for. */
const LastGot = ({ seen, now }: Pick<Props, "seen" | "now">): JSX.Element => {
  if (seen === null) return <p class="muted">Nobody has got the value yet.</p>;
  const how = { export: "exported", extract: "put into an env file" }[String(seen.verb)] ?? "revealed";
  return (
    <p>
      <span safe>{`Last ${how} `}</span>
      <Ago at={seen.at} now={now} />
      <span safe>{` by ${whoOf(seen)}, from ${seen.address}`}</span>
    </p>
  );
};

const Activity = ({ entry, activity, now }: ActivityProps & { entry: Entry }): JSX.Element => (
  <section class="stack" aria-labelledby="activity">
    <h2 id="activity">Activity</h2>
    <p class="small">
      <a href={urls.activityOf({ item: entry.id })}>Everything that was done with it</a>
    </p>
    <p class="muted small">
      {`The last ${ACTIVITY_EVENTS} events. Revealed means that somebody got the value: shown, copied or downloaded.`}
      {entry.category.keyType === "simple" || entry.category.keyType === "group"
        ? " Exports of a project or of the whole vault are not among them; the newest that held this entry counts above."
        : ""}
    </p>
    <table class="table" aria-labelledby="activity">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">When</th>
          <th scope="col">By</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {activity.map((event) => (
          <tr>
            <th scope="row" safe>
              {whatOf(event)}
            </th>
            <td data-label="When" class="small">
              <Ago at={event.at} now={now} />
            </td>
            <td data-label="By" class="small" safe>
              {whoOf(event)}
            </td>
            <td data-label="From" class="small">
              <span class="mono" safe>
                {event.address}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

/** What was done, with what the trail adds as `name=value`. */
function whatOf({ verb, detail }: ToldEvent): string {
  const [name = "", value = ""] = detail?.split(/=(.*)/s) ?? [];
  switch (`${verb} ${name}`.trimEnd()) {
    case "create":
      return "Created";
    case "change":
      return "Changed";
    case "change selected":
      return value === "1" ? "Changed" : `Changed in one go with ${count(Number(value) - 1, "other")}`;
    case "reveal":
      return "Revealed";
    case "reveal version":
      return `Earlier value ${value} revealed`;
    case "restore-version version":
      return `Earlier value ${value} restored`;
    case "export selected":
      return value === "1" ? "Exported" : `Exported with ${count(Number(value) - 1, "other")}`;
    case "extract variables":
      return `Put into an env file: ${value.split(",").join(", ")}`;
    default:
      return `${verb} ${detail ?? ""}`.trimEnd();
  }
}

function whoOf({ credential, keyName, keyPrefix }: Pick<ToldEvent, "credential" | "keyName" | "keyPrefix">): string {
  switch (credential) {
    case "session":
      return "you, signed in";
    case "key":
      return keyName === null
        ? `an access key since revoked, ${keyPrefix}…`
        : `the access key ${keyName}, ${keyPrefix}…`;
    case "operator":
      return "the operator";
    case "anonymous":
      return "somebody who was not signed in";
  }
}

type VersionProps = { entry: Entry; version: EntryVersion; now: Date };

const VersionHead = ({
  entry,
  version: { number, fileName, writtenAt, replacedAt, replacedBy },
  now,
}: VersionProps) => {
  const reveal = urls.revealEntryVersion(entry.id, String(number));
  return (
    <>
      <div class="when">
        <h2 safe>{`Value ${number}`}</h2>
        {fileName === null ? null : (
          <span class="tag" safe>
            {fileName}
          </span>
        )}
        <p class="muted small">
          {"written "}
          {writtenAt === null ? "at an unknown time" : <Ago at={writtenAt} now={now} />}
          {", replaced "}
          <Ago at={replacedAt} now={now} />
          <span safe>{`, ${writerWords(replacedBy)}`}</span>
        </p>
      </div>
      <div class="actions">
        <form class="reveal" method="post" action={reveal} hx-post={reveal} hx-target={`#${ids.version(number)}`}>
          <button class="button small" type="submit">
            Reveal
            <span class="visually-hidden" safe>{` value ${number}`}</span>
          </button>
        </form>
        <Restore entry={entry} number={number} />
      </div>
    </>
  );
};

const Restore = ({ entry, number }: { entry: Entry; number: number }): JSX.Element => (
  <form method="post" action={urls.restoreEntryVersion(entry.id, String(number))}>
    <button class="button small" type="submit">
      Restore
      <span class="visually-hidden" safe>{` value ${number}`}</span>
    </button>
  </form>
);

type ShownProps = { number: number; values: readonly { name: string; text: string }[] };

/** A value that the entry had, until it hides itself. */
export const RevealedVersion = ({ number, values }: ShownProps): JSX.Element => (
  <div class="stack tight" data-revealed>
    <Values number={number} values={values} />
    <div class="shown-for">
      <button class="button small" type="button" data-hide autofocus>
        Hide
      </button>
      <span class="muted small">Hides itself after 30 seconds</span>
    </div>
  </div>
);

type PageProps = ShownProps & { frame: Frame; entry: Entry };

/** The same on a page of its own, for browsers without script. */
export const RevealedVersionPage = ({ frame, entry, number, values }: PageProps): JSX.Element => (
  <Page frame={frame} title={`Value ${number} of ${titleOf(entry)}`} section="keys">
    <HistoryPath entry={entry} last={`Value ${number}`} />
    <div class="head">
      <div>
        <h1 safe>{`Value ${number} of ${titleOf(entry)}`}</h1>
      </div>
      <div class="actions">
        <a class="button primary" href={urls.entryHistory(entry.id)}>
          Back to the history
        </a>
        <Restore entry={entry} number={number} />
      </div>
    </div>
    <div class="stack" data-revealed>
      <Values number={number} values={values} />
    </div>
  </Page>
);

const Values = ({ number, values }: ShownProps): JSX.Element => (
  <>
    {values.map(({ name, text }, place) => (
      <div class="stack tight">
        <div class="panel-head">
          <p class="mono small" safe>
            {name}
          </p>
          <button
            class="button small needs-script"
            type="button"
            data-copy-from={ids.versionValue(number, place)}
            data-name={attribute(name)}
          >
            Copy
            <span class="visually-hidden" safe>{` ${name}, value ${number}`}</span>
          </button>
        </div>
        <Plain name={name} text={text} id={ids.versionValue(number, place)} />
      </div>
    ))}
  </>
);

const HistoryPath = ({ entry, last }: { entry: Entry; last: string }): JSX.Element => (
  <Path
    steps={[
      { name: "Keys", href: urls.keys },
      { name: entry.category.name, href: urls.category(entry.categoryId) },
      { name: entry.name, href: urls.entryIn(entry.categoryId, entry.id) },
      { name: last },
    ]}
  />
);
