import type { PropsWithChildren } from "@elysiajs/html";
import type {
  CommandName,
  Found,
  FoundCategory,
  FoundEntry,
  Group,
  GroupName,
  PlaceName,
} from "../../src/features/search/model.ts";
import { attribute } from "../components/attribute.ts";
import { Badge, type Drawing } from "../components/badge.tsx";
import { count, Tag } from "../components/bits.tsx";
import { Copies, Eye } from "../components/glyphs.tsx";
import { ids, urls } from "../urls.ts";
import { ENVIRONMENT_WORDS, KEY_TYPE_WORDS } from "../words.ts";

export type Results = Readonly<{
  text: string;
  groups: readonly Group[];
  drawings: ReadonlyMap<string, Drawing>;
  /** Where a form leads back to. */
  here: string;
}>;

const GROUP_NAMES: Readonly<Record<GroupName, string>> = {
  recent: "Recent",
  categories: "Categories",
  entries: "Entries",
  "two-factors": "2FA",
  "env-files": "Env files",
  actions: "Actions",
  places: "Go to",
};

/** The options of the box: links and buttons that the field above them chooses from. */
export const BoxResults = (results: Results): JSX.Element => {
  const { groups } = results;
  const total = groups.reduce((sum, group) => sum + group.results.length, 0);
  if (total === 0) return <NothingFound text={results.text} />;
  let number = 0;
  return (
    <div
      id={ids.searchList}
      role="listbox"
      aria-label="Results"
      data-said={said(groups)}
      data-found-for={attribute(results.text)}
    >
      {groups.map(({ name, results: found, more }) => (
        // biome-ignore lint/a11y/useSemanticElements: a set of options in a list box is no set of fields
        <div role="group" aria-labelledby={ids.searchGroup(name)}>
          <p id={ids.searchGroup(name)} role="presentation">
            <span safe>{GROUP_NAMES[name]}</span>
            {more === 0 ? null : <span class="more" safe>{` · ${more} more`}</span>}
          </p>
          {found.map((one) => {
            number += 1;
            return <Result found={one} option={ids.searchOption(number)} results={results} />;
          })}
        </div>
      ))}
    </div>
  );
};

/** The same on a page. */
export const PageResults = (results: Results): JSX.Element =>
  results.groups.length === 0 ? (
    <NothingFound text={results.text} />
  ) : (
    <div class="stack loose">
      {results.groups.map(({ name, results: found, more }) => (
        <section class="stack tight" aria-labelledby={ids.searchGroup(name)}>
          <h2 id={ids.searchGroup(name)} safe>
            {GROUP_NAMES[name]}
          </h2>
          <ul class="hits">
            {found.map((one) => (
              <li class={needsScript(one) ? "needs-script" : undefined}>
                <Result found={one} option={null} results={results} />
              </li>
            ))}
          </ul>
          {more === 0 ? null : (
            <p class="muted small" safe>
              {`${more} more. A longer search narrows them down.`}
            </p>
          )}
        </section>
      ))}
    </div>
  );

const NothingFound = ({ text }: { text: string }): JSX.Element => (
  <div class="nothing" data-said="Nothing found">
    <p safe>{`Nothing is called anything like “${text}”`}</p>
    <p class="muted small">
      Looked at: names of categories, projects, variables, environments, 2FA, env files, pages and actions. Notes and
      values are not searched here.
    </p>
  </div>
);

function said(groups: readonly Group[]): string {
  const shown = groups.reduce((sum, group) => sum + group.results.length, 0);
  const more = groups.reduce((sum, group) => sum + group.more, 0);
  return more === 0 ? count(shown, "result") : `${count(shown, "result")}, and ${more} more`;
}

function needsScript({ kind }: Found): boolean {
  return kind === "copy" || kind === "copy-code";
}

type ResultProps = { found: Found; option: string | null; results: Results };

const Result = ({ found, option, results }: ResultProps): JSX.Element => {
  const { drawings } = results;
  switch (found.kind) {
    case "category": {
      const { category } = found;
      return (
        <Hit href={urls.category(category.id)} option={option}>
          <CategoryBadge category={category} drawings={drawings} />
          <Name text={category.name} in={category.variables.join(", ")} />
          <Tag text={KEY_TYPE_WORDS[category.keyType].name} />
        </Hit>
      );
    }
    case "entry": {
      const { entry } = found;
      return (
        <Hit href={urls.entryIn(entry.category.id, entry.id)} option={option}>
          <CategoryBadge category={entry.category} drawings={drawings} />
          <Name text={entry.name} in={entry.category.name} />
          <Tag text={ENVIRONMENT_WORDS[entry.environment]} kind={entry.environment} />
        </Hit>
      );
    }
    case "two-factor":
      return (
        <Hit href={urls.twoFactorIn(found.twoFactor.id)} option={option}>
          <Badge name={found.twoFactor.service} color={null} drawing={null} small />
          <Name text={found.twoFactor.service} in={found.twoFactor.accountName} />
          <Tag text="2FA" />
        </Hit>
      );
    case "project": {
      const { id, name, files } = found.project;
      return (
        <Hit href={urls.envProject(id)} option={option}>
          <Sign text="=" />
          <Name text={name} in={files.length === 0 ? "no files yet" : files.map(({ type }) => `.${type}`).join(" ")} />
          <Tag text="Env project" />
        </Hit>
      );
    }
    case "file":
      return (
        <Hit href={urls.envTab(found.project.id, found.file)} option={option}>
          <Sign text="=" />
          <Name text={`.${found.file}`} in={found.project.name} />
          <Tag text="Env file" />
        </Hit>
      );
    case "place":
      return (
        <Hit href={PLACE_URLS[found.place]} option={option}>
          <Sign text="/" />
          <Name text={found.name} />
        </Hit>
      );
    case "new-entry":
      return (
        <Hit href={urls.newEntry(found.category.id)} option={option}>
          <Sign text="+" />
          <Name text={`New entry in ${found.category.name}`} />
        </Hit>
      );
    case "copy": {
      const { entry, field } = found;
      const what = field ?? whatOf(entry.category);
      return (
        <Press action={urls.copyEntry(entry.id)} copies={`${what} of ${nameOf(entry)}`} field={field} option={option}>
          <Sign drawing={<Copies />} />
          <Name text={`Copy ${what} of ${nameOf(entry)}`} />
        </Press>
      );
    }
    case "copy-code": {
      const { id, service, accountName } = found.twoFactor;
      return (
        <Press action={urls.copyTwoFactorCode(id)} copies={`the code of ${service}`} option={option}>
          <Sign drawing={<Copies />} />
          <Name text={`Copy the code of ${service}`} in={accountName} />
        </Press>
      );
    }
    case "reveal":
      return (
        <Press action={urls.revealEntry(found.entry.id)} option={option}>
          <Sign drawing={<Eye />} />
          <Name text={`Reveal ${nameOf(found.entry)}`} />
        </Press>
      );
    case "command":
      return <Command command={found.command} name={found.name} option={option} here={results.here} />;
  }
};

type CommandProps = { command: CommandName; name: string; option: string | null; here: string };

const Command = ({ command, name, option, here }: CommandProps): JSX.Element => {
  if (command === "sign-out")
    return (
      <Press action={urls.signOut} option={option}>
        <Sign text="›" />
        <Name text={name} />
      </Press>
    );
  if (command === "dark" || command === "light")
    return (
      <Press action={urls.theme} theme={{ value: command, next: here }} option={option}>
        <Sign text="›" />
        <Name text={name} />
      </Press>
    );
  return (
    <Hit href={COMMAND_URLS[command]} option={option}>
      <Sign text="+" />
      <Name text={name} />
    </Hit>
  );
};

const PLACE_URLS: Readonly<Record<PlaceName, string>> = {
  overview: urls.home,
  keys: urls.keys,
  entries: urls.entries,
  "two-factors": urls.twoFactors,
  "env-projects": urls.envProjects,
  settings: urls.settings,
  "sign-in-settings": urls.signInSettings,
  sessions: urls.sessions,
  "access-keys": urls.accessKeys,
  activity: urls.activity,
  "api-docs": urls.apiDocs,
};

const COMMAND_URLS: Readonly<Record<Exclude<CommandName, "dark" | "light" | "sign-out">, string>> = {
  "new-category": urls.newCategory,
  "new-two-factor": urls.newTwoFactor,
  "import-two-factors": urls.importTwoFactors,
  "new-env-project": urls.newEnvProject,
  "new-access-key": urls.newAccessKey,
};

/** An option of the field in a box, a plain link or button on a page. */
function optional(option: string | null) {
  return option === null
    ? { class: "hit" }
    : { class: "hit", id: option, role: "option", "aria-selected": "false" as const, tabindex: "-1" };
}

type HitProps = PropsWithChildren<{ href: string; option: string | null }>;

const Hit = ({ href, option, children }: HitProps): JSX.Element => (
  <a href={href} {...optional(option)}>
    {children}
  </a>
);

type PressProps = PropsWithChildren<{
  action: string;
  option: string | null;
  /** What it copies, past the page. */
  copies?: string;
  field?: string | null;
  theme?: { value: string; next: string };
}>;

const Press = ({ action, option, copies, field = null, theme, children }: PressProps): JSX.Element => (
  <form
    method="post"
    action={action}
    role={option === null ? undefined : "none"}
    class={theme === undefined ? undefined : "theme"}
    data-copy={copies === undefined ? undefined : attribute(copies)}
  >
    {field === null ? null : <input type="hidden" name="field" value={attribute(field)} />}
    {theme === undefined ? null : <input type="hidden" name="next" value={attribute(theme.next)} />}
    <button type="submit" name={theme && "theme"} value={theme?.value} {...optional(option)}>
      {children}
    </button>
  </form>
);

const Sign = (props: { text: string } | { drawing: JSX.Element }): JSX.Element =>
  "text" in props ? (
    <span class="sign" aria-hidden="true" safe>
      {props.text}
    </span>
  ) : (
    <span class="sign" aria-hidden="true">
      {props.drawing as "safe"}
    </span>
  );

const Name = ({ text, in: place }: { text: string; in?: string }): JSX.Element => (
  <span class="name">
    <span safe>{text}</span>
    {place === undefined ? null : <small safe>{` ${place}`}</small>}
  </span>
);

type BadgeProps = { category: FoundCategory; drawings: Results["drawings"] };

const CategoryBadge = ({ category: { name, color, icon }, drawings }: BadgeProps): JSX.Element => (
  <Badge name={name} color={color} drawing={drawings.get(icon ?? "") ?? null} small />
);

function nameOf({ name, environment, category }: FoundEntry): string {
  return `${category.name} · ${name} · ${ENVIRONMENT_WORDS[environment].toLowerCase()}`;
}

function whatOf({ keyType, variables }: FoundCategory): string {
  return { simple: variables[0] ?? "the value", group: "the value", ssh: "the private key", json: "the JSON" }[keyType];
}
