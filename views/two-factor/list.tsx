import type { TwoFactor } from "../../src/features/two-factor/model.ts";
import type { Drawing } from "../components/badge.tsx";
import { count, Empty } from "../components/bits.tsx";
import { FilterBar } from "../components/filter-bar.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { TwoFactorCard } from "./card.tsx";

type Props = {
  items: readonly TwoFactor[];
  /** The brand of a service, by the service's name. */
  drawings: ReadonlyMap<string, Drawing>;
  search: string;
};

export const TwoFactorsPage = ({ frame, script, ...list }: Props & { frame: Frame; script: string }): JSX.Element => {
  const isEmpty = list.search === "" && list.items.length === 0;
  return (
    <Page frame={frame} title="2FA" section="2fa">
      <script type="module" src={script}></script>
      <div class="head">
        <div>
          <h1>2FA</h1>
        </div>
        {isEmpty ? null : (
          <div class="actions">
            <a class="button" href={urls.importTwoFactors}>
              Import
            </a>
            <a class="button primary" href={urls.newTwoFactor}>
              Add 2FA
            </a>
          </div>
        )}
      </div>
      {isEmpty ? <FirstStep /> : <Searched {...list} />}
    </Page>
  );
};

const FirstStep = (): JSX.Element => (
  <Empty title="No second factors yet">
    <p>
      What an authenticator app keeps belongs here: the key behind a service's six-digit codes, and the recovery codes
      for the day the phone is gone. Both are encrypted before they are stored.
    </p>
    <div class="actions">
      <a class="button primary" href={urls.newTwoFactor}>
        Add the first service
      </a>
      <a class="button" href={urls.importTwoFactors}>
        Import from Google Authenticator
      </a>
    </div>
  </Empty>
);

const Searched = (list: Props): JSX.Element => (
  <>
    <FilterBar
      action={urls.twoFactors}
      label="Search 2FA"
      placeholder="Search by service, account or notes"
      search={list.search}
    />
    <TwoFactorResults {...list} />
  </>
);

/** What the search finds; swapped while somebody types. */
export const TwoFactorResults = ({ items, drawings, search }: Props): JSX.Element => (
  <div id={ids.results} class="stack fades">
    {items.length === 0 ? (
      <NoMatch search={search} />
    ) : (
      <>
        <p class="muted small" data-announce safe>
          {count(items.length, "service")}
        </p>
        <ul class="cards two-factors">
          {items.map((item) => (
            <TwoFactorCard item={item} drawing={drawings.get(item.service) ?? null} />
          ))}
        </ul>
      </>
    )}
  </div>
);

const NoMatch = ({ search }: { search: string }): JSX.Element => (
  <div class="empty">
    <h2 data-announce safe>{`Nothing matches “${search}”`}</h2>
    <p>No service, account or note of yours is called so.</p>
    <div class="actions">
      <a class="button" href={urls.twoFactors}>
        Show all
      </a>
      <a class="button" href={urls.newTwoFactor}>
        Add 2FA
      </a>
    </div>
  </div>
);
