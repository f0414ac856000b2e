import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";

/** Shown for the moment in which the browser goes on to Keycloak, and to those whose browser asks before it does. */
export const LeavePage = ({ frame, href }: { frame: Frame; href: string }): JSX.Element => (
  <Page frame={frame} title="On to Keycloak">
    <div class="narrow stack">
      <h1>On to Keycloak</h1>
      <p class="muted">Your browser goes there by itself.</p>
      <div class="actions">
        <a class="button primary" href={href}>
          Go on to Keycloak
        </a>
      </div>
    </div>
  </Page>
);
