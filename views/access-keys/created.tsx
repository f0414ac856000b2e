import type { CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";

type Props = { created: CreatedAccessKey; origin: string };

export const CreatedAccessKeyPage = ({ frame, ...props }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="Access key created" section="settings">
    <Created {...props} />
  </Page>
);

/** The one time that the key is shown. */
export const Created = ({ created, origin }: Props): JSX.Element => (
  <div class="stack loose">
    <div class="head">
      <div>
        <h1 tabindex="-1" autofocus>
          Access key created
        </h1>
        <p class="muted">
          Copy the key of <strong safe>{created.name}</strong> now. Kagi keeps only a fingerprint of it and cannot show
          it again.
        </p>
      </div>
    </div>
    <div class="once">
      <code id={ids.newKey} data-forget safe>
        {created.key}
      </code>
      <button class="button primary needs-script" type="button" data-copy-from={ids.newKey}>
        Copy key
      </button>
    </div>
    <section class="stack">
      <h2>Try it</h2>
      <pre class="code" id={ids.curlExample} safe>
        {`\nexport KAGI_KEY='paste the key here'\ncurl -H "Authorization: Bearer $KAGI_KEY" ${origin}${examplePath(created)}`}
      </pre>
      <div class="actions">
        <button class="button small needs-script" type="button" data-copy-from={ids.curlExample}>
          Copy example
        </button>
      </div>
    </section>
    <div class="actions">
      <a class="button" href={urls.accessKeys}>
        I have it
      </a>
    </div>
  </div>
);

/** A request that this key may make. */
function examplePath({ scopes }: CreatedAccessKey): string {
  const known: readonly [string, string][] = [
    ["entries:read", "/api/entries"],
    ["categories:read", "/api/categories"],
    ["stats:read", "/api/stats"],
    ["export:read", "/api/export"],
  ];
  return known.find(([scope]) => scopes.some((owned) => owned === scope))?.[1] ?? "/api/openapi";
}
