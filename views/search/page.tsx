import { NAME_LENGTH } from "../../src/schema.ts";
import { attribute } from "../components/attribute.ts";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import { PageResults, type Results } from "./results.tsx";

type Props = Omit<Results, "here"> & { frame: Frame };

/** Search everywhere as a page of its own, for browsers without script and for links. */
export const SearchPage = ({ frame, ...results }: Props): JSX.Element => (
  <Page frame={frame} title={results.text === "" ? "Search" : `Search: ${results.text}`}>
    <div class="head">
      <div>
        <h1>Search</h1>
      </div>
    </div>
    <search>
      <form class="filter" method="get" action={urls.search}>
        <div class="search">
          <label class="visually-hidden" for="everywhere">
            Search everywhere
          </label>
          <input
            class="input"
            id="everywhere"
            type="search"
            name="q"
            value={attribute(results.text) || undefined}
            placeholder="A name, a page, an action"
            autocomplete="off"
            maxlength={NAME_LENGTH}
            autofocus={results.text === ""}
          />
        </div>
        <button class="button" type="submit">
          Search
        </button>
      </form>
    </search>
    <PageResults {...results} here={frame.here} />
  </Page>
);
