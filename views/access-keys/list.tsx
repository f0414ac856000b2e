import { type AccessKey, UNUSED_DAYS } from "../../src/features/access-keys/model.ts";
import { attribute } from "../components/attribute.ts";
import { Ago, Empty, Expiry, SOON_DAYS, Tag } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Settings } from "../settings/layout.tsx";
import { ids, urls } from "../urls.ts";

type Props = { frame: Frame; keys: readonly AccessKey[]; now: Date };

export const AccessKeysPage = ({ frame, keys, now }: Props): JSX.Element => (
  <Settings frame={frame} title="Access keys" place="access-keys">
    <div class="head">
      <div>
        <h1>Access keys</h1>
        <p class="muted">
          For scripts and programs that use the <a href={urls.apiDocs}>API</a>. Each key may do what its scopes say, and
          nothing else.
        </p>
      </div>
      {keys.length === 0 ? null : (
        <div class="actions">
          <a class="button primary" href={urls.newAccessKey}>
            New access key
          </a>
        </div>
      )}
    </div>
    {keys.length === 0 ? <FirstKey /> : <KeyTable keys={keys} now={now} />}
  </Settings>
);

const FirstKey = (): JSX.Element => (
  <Empty title="No access keys">
    <p>A deploy script that pulls its secrets, a cron job that counts them: each gets a key of its own, with an end.</p>
    <div class="actions">
      <a class="button primary" href={urls.newAccessKey}>
        Create the first key
      </a>
    </div>
  </Empty>
);

const KeyTable = ({ keys, now }: Omit<Props, "frame">): JSX.Element => (
  <table class="table">
    <thead>
      <tr>
        <th scope="col" class="c-name">
          Name
        </th>
        <th scope="col">Key</th>
        <th scope="col">Scopes</th>
        <th scope="col">Expires</th>
        <th scope="col">Last used</th>
        <th scope="col">Created</th>
        <th scope="col">
          <span class="visually-hidden">Actions</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {keys.map((key) => (
        <tr>
          <th scope="row" safe>
            {key.name}
          </th>
          <td>
            <code safe>{`${key.keyPrefix}…`}</code>
          </td>
          <td>
            <div class="tags">
              {key.scopes.map((scope) => (
                <Tag text={scope} />
              ))}
            </div>
            <Limits of={key} />
          </td>
          <td data-label="Expires">
            <Ends at={key.expiresAt} now={now} />
            {key.replacedBy === null ? null : <Tag text="replaced" />}
          </td>
          <td data-label="Last used" class="small">
            {key.lastUsedAt === null ? <span class="muted">never</span> : <Ago at={key.lastUsedAt} now={now} />}
            {isUnused(key, now) ? <Tag text={`unused for ${UNUSED_DAYS} days`} kind="warn" /> : null}
          </td>
          <td data-label="Created" class="small">
            <Ago at={key.createdAt} now={now} />
          </td>
          <td class="end">
            <div class="actions">
              {key.replacedBy === null ? (
                <a class="button small" href={urls.rotateAccessKey(key.id)}>
                  Rotate
                  <span class="visually-hidden" safe>{` ${key.name}`}</span>
                </a>
              ) : null}
              <a class="button small" href={urls.activityOf({ key: key.id })}>
                Activity
                <span class="visually-hidden" safe>{` of ${key.name}`}</span>
              </a>
              <a
                class="button small warns"
                href={urls.revokeAccessKey(key.id)}
                hx-get={urls.revokeAccessKey(key.id)}
                hx-target={`#${ids.dialog}`}
              >
                Revoke
                <span class="visually-hidden" safe>{` ${key.name}`}</span>
              </a>
            </div>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

const ADDRESSES_SHOWN = 2;

/** Where the key ends, if it does. */
const Limits = ({ of: { project, environment, addresses } }: { of: AccessKey }): JSX.Element => {
  if (project === null && environment === null && addresses === null) return "";
  const more = (addresses?.length ?? 0) - ADDRESSES_SHOWN;
  return (
    <ul class="limits small">
      {project === null ? null : (
        <li>
          only project <strong safe>{project}</strong>
        </li>
      )}
      {environment === null ? null : (
        <li>
          only <strong>{environment}</strong>
        </li>
      )}
      {addresses === null ? null : (
        <li title={attribute(addresses.join(", "))}>
          only from <code safe>{addresses.slice(0, ADDRESSES_SHOWN).join(", ")}</code>
          {more > 0 ? <span safe>{` and ${more} more`}</span> : null}
        </li>
      )}
    </ul>
  );
};

const DAY_MS = 86_400_000;

/** In words, and the day beside them. */
const Ends = ({ at, now }: { at: string | null; now: Date }): JSX.Element => {
  if (at === null) return <span class="small whole">never</span>;
  const left = Date.parse(at) - now.getTime();
  const days = Math.ceil(left / DAY_MS);
  if (left <= 0 || days <= SOON_DAYS) return <Expiry at={at} now={now} />;
  return (
    <>
      <span class="small whole" safe>{`in ${days} days`}</span> <Expiry at={at} now={now} />
    </>
  );
};

/** Since it was last used, or made. */
function isUnused({ lastUsedAt, createdAt }: AccessKey, now: Date): boolean {
  return now.getTime() - Date.parse(lastUsedAt ?? createdAt) > UNUSED_DAYS * DAY_MS;
}
