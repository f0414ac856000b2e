import type { PropsWithChildren } from "@elysiajs/html";
import type { Environment } from "../../src/features/entries/model.ts";
import { ENVIRONMENT_OPTIONS } from "../words.ts";

export type Step = Readonly<{ name: string; href?: string }>;

/** Where a page stands, as a path; the last step is the page itself. */
export const Path = ({ steps }: { steps: readonly Step[] }): JSX.Element => (
  <nav aria-label="Breadcrumb">
    <ol class="path">
      {steps.map((step) => (
        <li>
          {step.href === undefined ? (
            <span aria-current="page" safe>
              {step.name}
            </span>
          ) : (
            <a href={step.href} safe>
              {step.name}
            </a>
          )}
        </li>
      ))}
    </ol>
  </nav>
);

/** An empty list: what belongs in it, and the first step. */
export const Empty = ({ title, children }: PropsWithChildren<{ title: string }>): JSX.Element => (
  <div class="empty">
    <span class="prompt" aria-hidden="true">
      $ _
    </span>
    <h2 safe>{title}</h2>
    {children}
  </div>
);

export const Tag = ({ text, kind }: { text: string; kind?: string }): JSX.Element => (
  <span class={kind ? `tag ${kind}` : "tag"} safe>
    {text}
  </span>
);

const DAY_MS = 86_400_000;
export const SOON_DAYS = 30;

/** When something ends: a day, and in words before it when that is near or past. */
export const Expiry = ({ at, now }: { at: string | null; now: Date }): JSX.Element => {
  if (at === null) return <span class="muted small whole">No expiry</span>;
  const left = Date.parse(at) - now.getTime();
  const days = Math.ceil(left / DAY_MS);
  const near =
    left <= 0 ? <Tag text="expired" kind="bad" /> : days <= SOON_DAYS ? <Tag text={inDays(days)} kind="warn" /> : "";
  return (
    <time class="expiry" datetime={at} title={`Expires ${at.slice(0, 16).replace("T", " ")} UTC`}>
      {near as "safe"} <span safe>{at.slice(0, "2027-01-15".length)}</span>
    </time>
  );
};

function inDays(days: number): string {
  return days === 1 ? "in 1 day" : `in ${days} days`;
}

/** How long ago, for what is recent, and the day otherwise. */
export const Ago = ({ at, now }: { at: string; now: Date }): JSX.Element => (
  <time datetime={at} title={`${at.slice(0, 16).replace("T", " ")} UTC`} safe>
    {ago(Date.parse(at), now)}
  </time>
);

function ago(at: number, now: Date): string {
  const minutes = Math.floor((now.getTime() - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  if (days < SOON_DAYS) return days === 1 ? "yesterday" : `${days} days ago`;
  return new Date(at).toISOString().slice(0, 10);
}

export function count(number: number, one: string, many = `${one}s`): string {
  return number === 1 ? `1 ${one}` : `${grouped(number)} ${many}`;
}

/** "3 entries: 2 production, 1 staging", in the order in which people choose. */
export function countByEnvironment(entries: readonly Readonly<{ environment: Environment }>[]): string {
  const parts = ENVIRONMENT_OPTIONS.map(([environment, word]) => {
    const number = entries.filter((entry) => entry.environment === environment).length;
    return number === 0 ? "" : `${grouped(number)} ${word.toLowerCase()}`;
  }).filter((part) => part !== "");
  return `${count(entries.length, "entry", "entries")}: ${parts.join(", ")}`;
}

/** 10,000 is easier to read than 10000. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

const EXCERPT_BEFORE = 30;
const EXCERPT_LENGTH = 100;

/** The piece of a text where a search has found something; nothing where it found none. */
export const Excerpt = ({ text, around }: { text: string; around: string }): JSX.Element => {
  const at = text.toLowerCase().indexOf(around.toLowerCase());
  if (at < 0) return "";
  const from = Math.max(0, at - EXCERPT_BEFORE);
  const piece = text.slice(from, from + EXCERPT_LENGTH).toWellFormed();
  return (
    <span class="excerpt" safe>
      {`${from > 0 ? "…" : ""}${piece}${from + EXCERPT_LENGTH < text.length ? "…" : ""}`}
    </span>
  );
};
