import { NAME_LENGTH } from "../../src/schema.ts";
import { Lens } from "../components/glyphs.tsx";
import { ids, urls } from "../urls.ts";

/** Leads to the page of the search, and opens the box where there is script. */
export const SearchLink = (): JSX.Element => (
  <a
    class="button icon search-link"
    href={urls.search}
    aria-label="Search everywhere"
    aria-keyshortcuts="/ Control+K Meta+K"
    title="Search everywhere: / or Ctrl+K"
    data-search
  >
    <Lens />
    <kbd>/</kbd>
  </a>
);

/** Empty until it is opened; `script` is what it works by, loaded then. */
export const SearchBox = ({ script }: { script: string }): JSX.Element => (
  <dialog id={ids.searchBox} class="search-box" aria-label="Search everywhere" data-script={script}>
    <form
      method="get"
      action={urls.search}
      hx-get={urls.search}
      hx-target={`#${ids.searchFound}`}
      hx-trigger="input delay:80ms, ask"
      hx-sync="this:replace"
    >
      <input
        class="input"
        name="q"
        role="combobox"
        aria-label="Search everywhere"
        aria-controls={ids.searchList}
        aria-expanded="false"
        aria-autocomplete="list"
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        enterkeyhint="go"
        placeholder="A name, a page, an action"
        maxlength={NAME_LENGTH}
      />
      <button class="button" type="button" data-close>
        Close
      </button>
    </form>
    <div id={ids.searchFound} class="found-box"></div>
    <p class="visually-hidden" role="status"></p>
  </dialog>
);
