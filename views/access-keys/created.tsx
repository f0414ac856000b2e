import type { AccessKey, CreatedAccessKey } from "../../src/features/access-keys/model.ts";
import { Expiry } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";

type Props = {
  created: CreatedAccessKey;
  origin: string;
  /** The key that it took the place of. */
  old: Pick<AccessKey, "keyPrefix" | "expiresAt"> | null;
  now: Date;
  /** Each scope with its sentence. */
  sentences: Readonly<Record<string, string>>;
};

export const CreatedAccessKeyPage = ({ frame, ...props }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Access key ${props.created.name} created`} section="settings">
    <Created {...props} />
  </Page>
);

/** The one time that the key is shown. */
export const Created = ({ created, origin, old, now, sentences }: Props): JSX.Element => (
  <div class="stack loose">
    <div class="head">
      <div>
        <h1 tabindex="-1" autofocus>
          {old === null ? "Access key created" : "Access key rotated"}
        </h1>
        <p class="muted">
          Copy the key of <strong safe>{created.name}</strong> now. Kagi keeps only a fingerprint of it and cannot show
          it again.
        </p>
        {old === null ? null : <OldKey old={old} now={now} />}
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
    <dl class="allowed">
      <dt>Expires</dt>
      <dd>
        <Expiry at={created.expiresAt} now={now} />
      </dd>
      <Only of={created} />
      <dt>May</dt>
      <dd>
        <ul>
          {created.scopes.map((scope) => (
            <li>
              <span safe>{sentences[scope] as string}</span> <code class="muted small">{scope}</code>
            </li>
          ))}
        </ul>
      </dd>
    </dl>
    <section class="stack">
      <h2>Try it</h2>
      {created.addresses === null ? null : (
        <p class="muted small">From one of its addresses; from any other it is refused.</p>
      )}
      <pre class="code" id={ids.curlExample} safe>
        {`\nexport KAGI_KEY='paste the key here'\ncurl -H "Authorization: Bearer $KAGI_KEY"${exampleOf(created).replace("ORIGIN", origin)}`}
      </pre>
      <div class="actions">
        <button class="button small needs-script" type="button" data-copy-from={ids.curlExample}>
          Copy example
        </button>
      </div>
    </section>
    <div class="actions">
      <a class="button" href={urls.accessKeys}>
        Done, to the list of keys
      </a>
    </div>
  </div>
);

/** Where it ends, if it does. */
const Only = ({ of: { project, environment, addresses } }: { of: CreatedAccessKey }): JSX.Element => {
  const ends = [
    ...(project === null ? [] : [["Only project", project]]),
    ...(environment === null ? [] : [["Only environment", environment]]),
    ...(addresses === null ? [] : [["Only from", addresses.join(", ")]]),
  ];
  return (
    <>
      {ends.map(([what = "", value = ""]) => (
        <>
          <dt safe>{what}</dt>
          <dd safe>{value}</dd>
        </>
      ))}
    </>
  );
};

const OldKey = ({ old, now }: { old: NonNullable<Props["old"]>; now: Date }): JSX.Element => {
  const until = old.expiresAt !== null && old.expiresAt > now.toISOString() ? old.expiresAt : null;
  return (
    <p class="muted">
      The key that it replaces, <code safe>{`${old.keyPrefix}…`}</code>,{" "}
      {until === null ? (
        "has ended."
      ) : (
        <>
          works until{" "}
          <time datetime={until} safe>
            {`${until.slice(0, 16).replace("T", " ")} UTC`}
          </time>
          .
        </>
      )}
    </p>
  );
};

/** A request that this key may make: the first of these for which it has the scope. */
function exampleOf({ scopes, project, environment }: CreatedAccessKey): string {
  const found = EXAMPLES.find(([scope]) => scopes.includes(scope));
  if (found === undefined) return " ORIGIN/api/openapi";
  const [scope, request] = found;
  const limited = project !== null || environment !== null;
  const example = scope === "envs:write" && limited ? SAVE_FILE : request;
  return environment === null ? example : example.replace("=production", `=${environment}`);
}

const JSON_BODY = ` \\\n  -H 'Content-Type: application/json' -d`;

/** What a key for one project or environment does instead of making a project. */
const SAVE_FILE = `${JSON_BODY} '{"fileType":"env.production","content":"A=1"}' ORIGIN/api/envs/PROJECT-ID/files`;

/** By what they show, reading before writing; `ID` stands for one that a list gives. */
const EXAMPLES: readonly (readonly [scope: CreatedAccessKey["scopes"][number], request: string])[] = [
  ["entries:read", " ORIGIN/api/entries"],
  ["categories:read", " ORIGIN/api/categories"],
  ["export:read", " 'ORIGIN/api/export?environment=production'"],
  ["envs:read", " ORIGIN/api/envs"],
  ["2fa:read", " ORIGIN/api/2fa"],
  ["stats:read", " ORIGIN/api/stats"],
  ["entries:reveal", " -X POST ORIGIN/api/entries/ID/reveal"],
  ["2fa:reveal", " -X POST ORIGIN/api/2fa/ID/reveal"],
  ["envs:reveal", " -X POST ORIGIN/api/envs/PROJECT-ID/files/ID/reveal"],
  ["entries:write", `${JSON_BODY} '{"notes":"Rotated"}' -X PUT ORIGIN/api/entries/ID`],
  ["categories:write", `${JSON_BODY} '{"name":"Host keys","keyType":"ssh"}' ORIGIN/api/categories`],
  ["2fa:write", `${JSON_BODY} '{"notes":"The team account"}' -X PUT ORIGIN/api/2fa/ID`],
  ["envs:write", `${JSON_BODY} '{"name":"Shop"}' ORIGIN/api/envs`],
];
