import type { PropsWithChildren } from "@elysiajs/html";
import type { Entry } from "../../src/features/entries/model.ts";
import { EXPIRING_DAYS, type Expiring, type Overview, STEPS_UNTIL_ENTRIES } from "../../src/features/overview/model.ts";
import { Badge, type Drawing } from "../components/badge.tsx";
import { Ago, count, Expiry, Tag } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { query, urls } from "../urls.ts";
import { ENVIRONMENT_WORDS } from "../words.ts";
import { Breakdowns } from "./breakdowns.tsx";
import { FirstSteps } from "./first-steps.tsx";

type Props = Overview & {
  frame: Frame;
  drawings: ReadonlyMap<string, Drawing>;
  now: Date;
  /** The address of what draws the charts. */
  script: string;
};

export const OverviewPage = ({ frame, drawings, now, script, ...overview }: Props): JSX.Element => {
  const { stats } = overview;
  const isEmpty = stats.totalCategories + stats.total2fa + overview.envProjects === 0;
  const asksForSteps = stats.totalEntries < STEPS_UNTIL_ENTRIES;
  return (
    <Page frame={frame} title="Overview" section="overview">
      {stats.totalEntries === 0 ? null : <script type="module" src={script}></script>}
      <div class="head">
        <div>
          <h1>Overview</h1>
        </div>
      </div>
      <div class="overview">
        {asksForSteps ? <FirstSteps {...overview} /> : null}
        {isEmpty ? null : <Totals {...overview} />}
        {stats.totalEntries === 0 ? null : (
          <>
            <Breakdowns stats={stats} categories={overview.categories} />
            <div class="halves">
              <Recent entries={overview.recent} drawings={drawings} now={now} />
              <Ending {...overview} drawings={drawings} now={now} />
            </div>
          </>
        )}
      </div>
    </Page>
  );
};

const Totals = ({ stats, envProjects }: Pick<Overview, "stats" | "envProjects">): JSX.Element => (
  <ul class="totals">
    <Total number={stats.totalCategories} one="category" many="categories" href={urls.keys} />
    <Total number={stats.totalEntries} one="entry" many="entries" href={urls.entries} />
    <Total number={stats.total2fa} one="second factor" many="second factors" href={urls.twoFactors} />
    <Total number={envProjects} one="env project" many="env projects" href={urls.envProjects} />
  </ul>
);

type TotalProps = { number: number; one: string; many: string; href: string };

const Total = ({ number, one, many, href }: TotalProps): JSX.Element => (
  <li>
    <a href={href}>
      <strong safe>{grouped(number)}</strong> <span safe>{number === 1 ? one : many}</span>
    </a>
  </li>
);

/** In threes, as large numbers are read. */
function grouped(number: number): string {
  return number.toLocaleString("en");
}

type ListProps = { drawings: Props["drawings"]; now: Date };

const Recent = ({ entries, drawings, now }: ListProps & { entries: Overview["recent"] }): JSX.Element => (
  <section class="panel" aria-labelledby="recent">
    <div class="panel-head">
      <h2 id="recent">Most recent</h2>
      <a href={urls.entries}>All entries</a>
    </div>
    <ul class="lines">
      {entries.map((entry) => (
        <Line entry={entry} href={urls.entryIn(entry.categoryId, entry.id)} drawings={drawings}>
          <span class="muted small">
            <Ago at={entry.createdAt} now={now} />
          </span>
        </Line>
      ))}
    </ul>
  </section>
);

type EndingProps = ListProps & Pick<Overview, "expired" | "expiring" | "endingThisMonth">;

const Ending = ({ expired, expiring, endingThisMonth, ...more }: EndingProps): JSX.Element => (
  <section class="panel ending" aria-labelledby="ending">
    <div class="panel-head">
      <h2 id="ending">Expiry</h2>
      <a href={urls.entries + query({ sort: "expiry" })}>Everything by expiry</a>
    </div>
    {expired.count === 0 ? null : (
      <EndingList
        title="Expired"
        all={`All ${count(expired.count, "expired entry", "expired entries")}`}
        href={urls.entries + query({ expires: "expired" })}
        list={expired}
        {...more}
      />
    )}
    <p>
      <a class="figure" href={urls.entries + query({ expires: "month" })} safe>
        {grouped(endingThisMonth)}
      </a>{" "}
      {endingThisMonth === 1 ? "expires" : "expire"} before this month ends
    </p>
    {expiring.count === 0 ? (
      <p class="muted">{`Nothing expires within ${EXPIRING_DAYS} days.`}</p>
    ) : (
      <EndingList
        title={`Within ${EXPIRING_DAYS} days`}
        all={`All ${count(expiring.count, "entry", "entries")} of the next ${EXPIRING_DAYS} days`}
        href={urls.entries + query({ expires: String(EXPIRING_DAYS) })}
        list={expiring}
        {...more}
      />
    )}
  </section>
);

type EndingListProps = ListProps & { title: string; all: string; href: string; list: Overview["expired"] };

const EndingList = ({ title, all, href, list, drawings, now }: EndingListProps): JSX.Element => (
  <div class="stack tight">
    <h3>
      <span safe>{title}</span>{" "}
      <a class="figure" href={href} aria-label={all} safe>
        {grouped(list.count)}
      </a>
    </h3>
    <ul class="lines">
      {list.first.map((entry) => (
        <Line entry={entry} href={urls.entryIn(entry.categoryId, entry.id)} drawings={drawings}>
          <Expiry at={entry.expiresAt} now={now} />
        </Line>
      ))}
    </ul>
    {list.count <= list.first.length ? null : (
      <p class="small">
        <a href={href} safe>{`and ${count(list.count - list.first.length, "more", "more")}`}</a>
      </p>
    )}
  </div>
);

type LineProps = PropsWithChildren<{ entry: Entry | Expiring; href: string; drawings: Props["drawings"] }>;

const Line = ({ entry, href, drawings, children }: LineProps): JSX.Element => (
  <li class="entry-line">
    <Badge
      name={entry.category.name}
      color={entry.category.color}
      drawing={drawings.get(entry.category.icon ?? "") ?? null}
      small
    />
    <span class="which">
      <a class="cover" href={href} safe>
        {entry.name}
      </a>{" "}
      <span class="muted small" safe>
        {entry.category.name}
      </span>
    </span>
    <Tag text={ENVIRONMENT_WORDS[entry.environment]} kind={entry.environment} />
    <span class="when">{children}</span>
  </li>
);
