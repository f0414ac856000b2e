import type { PropsWithChildren } from "@elysiajs/html";
import { attribute } from "../components/attribute.ts";
import { Mark, Moon, Person, Sun } from "../components/glyphs.tsx";
import { SearchBox, SearchLink } from "../search/box.tsx";
import { ids, urls } from "../urls.ts";
import type { Frame, Section } from "./frame.ts";

type Props = PropsWithChildren<{ frame: Frame; title: string; section?: Section }>;

/** The whole document around a page's content. */
export const Page = ({ frame, title, section = null, children }: Props): JSX.Element => (
  <>
    {"<!doctype html>"}
    <html lang="en" data-theme={frame.theme ?? undefined}>
      <head>
        <meta charset="utf-8" />
        <title safe>{`${title} · Kagi`}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="htmx-config" content='{"includeIndicatorCSS":false,"history":"reload","defaultTimeout":30000}' />
        <meta name="robots" content="noindex" />
        <link rel="icon" href={frame.files.icon} type="image/svg+xml" />
        <link rel="stylesheet" href={frame.files.css} />
        <script src={frame.files.htmx} defer></script>
        <script src={frame.files.script} defer></script>
      </head>
      <body>
        <a class="skip" href={`#${ids.main}`}>
          Skip to content
        </a>
        <Bar frame={frame} section={section} />
        <main id={ids.main} tabindex="-1">
          {frame.done === null ? null : <Done text={frame.done} />}
          {children}
        </main>
        <Foot version={frame.version} />
        <dialog id={ids.dialog} aria-labelledby="dialog-title"></dialog>
        {frame.user === null ? null : <SearchBox script={frame.files.search} />}
        <div id={ids.toast} class="toast" role="status" aria-live="polite"></div>
        <div id={ids.announcer} class="visually-hidden" aria-live="polite"></div>
      </body>
    </html>
  </>
);

const Bar = ({ frame, section }: { frame: Frame; section: Section }): JSX.Element => (
  <header class="bar">
    <div>
      <a class="brand" href={urls.home}>
        <Mark />
        <span>
          <span lang="ja">鍵</span> Kagi
        </span>
      </a>
      {frame.user === null ? null : (
        <nav class="nav" aria-label="Main">
          <Place section="overview" href={urls.home} here={section}>
            Overview
          </Place>
          <Place section="keys" href={urls.keys} here={section}>
            Keys
          </Place>
          <Place section="entries" href={urls.entries} here={section}>
            Entries
          </Place>
          <Place section="2fa" href={urls.twoFactors} here={section}>
            2FA
          </Place>
          <Place section="envs" href={urls.envProjects} here={section}>
            <span>
              Env<span class="rest"> files</span>
            </span>
          </Place>
          <Place section="settings" href={urls.settings} here={section}>
            Settings
          </Place>
        </nav>
      )}
      <div class="end">
        {frame.user === null ? null : <SearchLink />}
        <ThemeSwitch here={frame.here} />
        {frame.user === null ? null : <Account user={frame.user} />}
      </div>
    </div>
  </header>
);

type PlaceProps = PropsWithChildren<{ section: Section; href: string; here: Section }>;

const Place = ({ section, href, here, children }: PlaceProps): JSX.Element => (
  <a href={href} aria-current={section === here ? "page" : undefined}>
    {children}
  </a>
);

/** Both ways are in the page, because only the browser knows what the system prefers; the style sheet shows one. */
const ThemeSwitch = ({ here }: { here: string }): JSX.Element => (
  <form class="theme" method="post" action={urls.theme}>
    <input type="hidden" name="next" value={attribute(here)} />
    <button
      class="button icon to-light"
      type="submit"
      name="theme"
      value="light"
      aria-label="Light theme"
      title="Light theme"
    >
      <Sun />
    </button>
    <button
      class="button icon to-dark"
      type="submit"
      name="theme"
      value="dark"
      aria-label="Dark theme"
      title="Dark theme"
    >
      <Moon />
    </button>
  </form>
);

const Account = ({ user }: { user: NonNullable<Frame["user"]> }): JSX.Element => (
  <details class="menu">
    <summary class="button icon" aria-label="Account" title="Account">
      <Person />
    </summary>
    <div>
      <p>
        <strong safe>{user.name}</strong>
        <br />
        <span class="muted small" safe>
          {user.email}
        </span>
      </p>
      <form method="post" action={urls.signOut}>
        <button class="button" type="submit">
          Sign out
        </button>
      </form>
    </div>
  </details>
);

const Done = ({ text }: { text: string }): JSX.Element => (
  <p class="notice good done" role="status" safe>
    {text}
  </p>
);

const Foot = ({ version }: { version: string }): JSX.Element => (
  <footer class="foot">
    <div>
      <span class="mono" safe>{`Kagi ${version}`}</span>
      <a href={urls.apiDocs}>API documentation</a>
    </div>
  </footer>
);
