import type { AccessKey } from "../../src/features/access-keys/model.ts";
import { ACTIVITY_DAYS, type Activity, type ActivityFilter, type ThingPlace } from "../../src/features/audit/model.ts";
import { Ago, Empty } from "../components/bits.tsx";
import { FilterChoice } from "../components/filter-bar.tsx";
import type { Frame } from "../layout/frame.ts";
import { Settings } from "../settings/layout.tsx";
import { ids, query, urls } from "../urls.ts";
import { ACTION_WORDS, deedOf, pageOfThing, subjectOf, THING_WORDS, thingOf } from "./words.ts";

export type ActivityList = Readonly<{
  events: readonly Activity[];
  /** Where the things are that are still there. */
  places: ReadonlyMap<string, ThingPlace>;
  filter: ActivityFilter;
  /** The cursor of the first row of the page, null at the beginning. */
  from: string | null;
  /** The cursor after the last one, null at the end. */
  next: string | null;
  now: Date;
  /** For how many days events are kept. */
  retention: number | "forever";
}>;

const DAYS_WORDS: Readonly<Record<(typeof ACTIVITY_DAYS)[number], string>> = {
  "1": "Last 24 hours",
  "7": "Last 7 days",
  "30": "Last 30 days",
  "90": "Last 90 days",
};

/** Where the list is with a filter, and whatever else its address says. */
export const addressOf = (filter: ActivityFilter, more: Readonly<Record<string, string | null>> = {}) =>
  urls.activity + query({ ...filter, ...more });

/** Who did what with the vault. */
export const ActivityPage = ({
  frame,
  keys,
  ...list
}: ActivityList & { frame: Frame; keys: readonly AccessKey[] }): JSX.Element => (
  <Settings frame={frame} title="Activity" place="activity">
    <div class="head">
      <div>
        <h1>Activity</h1>
        <p class="muted" safe>
          {`Who did what in your vault, with which credential and from where. ${
            list.retention === "forever" ? "It is never forgotten." : `It is forgotten after ${list.retention} days.`
          }`}
        </p>
      </div>
    </div>
    <Filters filter={list.filter} keys={keys} />
    <ActivityResults {...list} />
  </Settings>
);

const Filters = ({ filter, keys }: { filter: ActivityFilter; keys: readonly AccessKey[] }): JSX.Element => (
  <search>
    <form
      class="filter"
      method="get"
      action={urls.activity}
      hx-get={urls.activity}
      hx-target={`#${ids.results}`}
      hx-trigger="input, submit"
      hx-sync="this:replace"
      hx-swap="outerHTML"
    >
      {filter.item === null ? null : <input type="hidden" name="item" value={filter.item} />}
      <FilterChoice
        name="thing"
        label="Thing"
        all="Everything"
        options={Object.entries(THING_WORDS)}
        chosen={filter.thing}
      />
      <FilterChoice name="action" label="Action" all="Every action" options={ACTION_WORDS} chosen={filter.action} />
      <FilterChoice
        name="key"
        label="Access key"
        all="Every credential"
        options={keysOf(keys, filter.key)}
        chosen={filter.key}
      />
      <FilterChoice
        name="days"
        label="Time"
        all="Any time"
        options={ACTIVITY_DAYS.map((days) => [days, DAYS_WORDS[days]])}
        chosen={filter.days}
      />
      <button class="button without-script" type="submit">
        Filter
      </button>
    </form>
  </search>
);

/** Those that there are, and the one that is asked for when it is revoked. */
function keysOf(keys: readonly AccessKey[], asked: string | null): [id: string, name: string][] {
  const known = keys.map(({ id, name, keyPrefix }): [string, string] => [id, `${name} (${keyPrefix}…)`]);
  return asked === null || keys.some(({ id }) => id === asked) ? known : [...known, [asked, "A revoked key"]];
}

/** The events that the filter leaves; swapped when it changes. */
export const ActivityResults = (list: ActivityList): JSX.Element => {
  const { events, filter, from } = list;
  const isFiltered = Object.values(filter).some((choice) => choice !== null);
  return (
    <div id={ids.results} class="stack fades">
      {filter.item === null ? null : (
        <p class="small">
          Of one thing only. <a href={addressOf({ ...filter, item: null })}>Show all things</a>
        </p>
      )}
      {events.length > 0 ? (
        <table class="table activity" aria-label="Activity">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">When</th>
              <th scope="col">From</th>
            </tr>
          </thead>
          <tbody>
            <ActivityRows {...list} />
          </tbody>
        </table>
      ) : isFiltered || from !== null ? (
        <div class="empty">
          <h2 data-announce>Nothing of that kind</h2>
          <p>Nothing that was done fits the chosen filters.</p>
          <div class="actions">
            <a class="button" href={urls.activity}>
              Show everything
            </a>
          </div>
        </div>
      ) : (
        <Empty title="Nothing yet">
          <p>Whatever you or your access keys do is listed here: what was read, changed, exported and refused.</p>
          <div class="actions">
            <a class="button primary" href={urls.keys}>
              Go to your keys
            </a>
          </div>
        </Empty>
      )}
      {from === null ? null : (
        <nav class="actions" aria-label="Later events">
          <a class="button" href={addressOf(filter)}>
            From the newest
          </a>
        </nav>
      )}
    </div>
  );
};

/** Rows, and behind them what fetches more of them once it is seen. */
export const ActivityRows = ({ events, places, filter, next, now }: ActivityList): JSX.Element => (
  <>
    {events.map((event) => (
      <ActivityRow event={event} place={places.get(event.thingId ?? "") ?? null} now={now} />
    ))}
    {next === null ? null : (
      <tr
        class="more"
        hx-get={addressOf(filter, { cursor: next, rows: "more" })}
        hx-trigger="revealed rootMargin:1000px"
        hx-swap="outerHTML"
        hx-target="this"
      >
        <td colspan="3">
          <a class="button" href={addressOf(filter, { cursor: next })}>
            More events
          </a>
        </td>
      </tr>
    )}
  </>
);

type RowProps = { event: Activity; place: ThingPlace | null; now: Date };

const ActivityRow = ({ event, place, now }: RowProps): JSX.Element => {
  const { text, named } = deedOf(event);
  return (
    <tr>
      <th scope="row">
        <span class={event.credential === "key" ? "mono" : undefined} safe>
          {subjectOf(event)}
        </span>
        <span safe>{` ${text}${named ? " " : ""}`}</span>
        {named ? <Named event={event} place={place} /> : null}
        {event.result === "refused" ? (
          <>
            {" "}
            <span class="tag bad">refused</span>
          </>
        ) : null}
        <Detail of={event.detail} />
      </th>
      <td data-label="When" class="small">
        <Ago at={event.at} now={now} />
      </td>
      <td data-label="From" class="small">
        <span class="mono" safe>
          {event.address}
        </span>
      </td>
    </tr>
  );
};

/** What the sentence has said already, and ids that nobody knows by heart. */
const UNSAID = /^(why|rotated-from|replaced-by)=|^by=keycloak|^(unreadable=0|environment=all|generated=none)$/;

/** `a=1 at=2026-01-15T09:00:00.000Z`, as people read it. */
const Detail = ({ of: detail }: { of: string | null }): JSX.Element => {
  const parts = (detail ?? "").split(/ (?=[\w-]+=)/).filter((part) => part !== "" && !UNSAID.test(part));
  if (parts.length === 0) return "";
  const words = parts.map((part) => part.replace("=", ": ").replace(/(\d)T(\d\d:\d\d):[\d.]+Z$/, "$1 $2 UTC"));
  return (
    <p class="muted small clip" safe>
      {words.join(" · ")}
    </p>
  );
};

const Named = ({ event, place }: Omit<RowProps, "now">): JSX.Element => {
  const page = pageOfThing(event, place);
  const name = thingOf(event, place);
  if (page === null) return <span safe>{name}</span>;
  return (
    <a href={page} safe>
      {name}
    </a>
  );
};
