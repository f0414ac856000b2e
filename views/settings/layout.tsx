import type { PropsWithChildren } from "@elysiajs/html";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

const PLACES = [
  ["account", "Account", urls.settings],
  ["sign-in", "Sign-in & security", urls.signInSettings],
  ["sessions", "Sessions", urls.sessions],
  ["access-keys", "Access keys", urls.accessKeys],
  ["activity", "Activity", urls.activity],
  ["export", "Export", urls.exports],
  ["encryption", "Encryption", urls.encryption],
  ["danger", "Danger zone", urls.danger],
] as const;

type Props = PropsWithChildren<{ frame: Frame; title: string; place: (typeof PLACES)[number][0] }>;

/** A page of the settings, with the way to its neighbours. */
export const Settings = ({ frame, title, place, children }: Props): JSX.Element => (
  <Page frame={frame} title={title} section="settings">
    <nav class="tabs places" aria-label="Settings">
      {PLACES.map(([id, name, href]) => (
        <a href={href} aria-current={id === place ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
    {children}
  </Page>
);

/** One matter of the settings: what it is about on one side, what one does about it on the other. */
export const Matter = ({
  title,
  about,
  children,
}: PropsWithChildren<{ title: string; about: JSX.Element }>): JSX.Element => (
  <section class="matter">
    <div class="stack tight">
      <h2 safe>{title}</h2>
      <div class="muted small">{about}</div>
    </div>
    <div class="stack">{children}</div>
  </section>
);
