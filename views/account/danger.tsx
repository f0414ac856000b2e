import { EMPTY_WORD, type VaultCounts } from "../../src/features/account/model.ts";
import { Ago, count } from "../components/bits.tsx";
import { FormProblem, type Problem, TextField } from "../components/field.tsx";
import type { Frame } from "../layout/frame.ts";
import { Settings } from "../settings/layout.tsx";
import { urls } from "../urls.ts";

type Props = {
  counts: VaultCounts;
  problem: Problem | null;
  /** Whether the person has just proven who they are; else that comes first. */
  confirmed: boolean;
};

/** Empties the vault, once the word is typed. */
export const DangerPage = ({ frame, ...props }: Props & { frame: Frame }): JSX.Element => (
  <Settings frame={frame} title="Danger zone" place="danger">
    <div class="head">
      <div>
        <h1>Danger zone</h1>
        <p class="muted">Empties your vault. Your account, your password and this session stay.</p>
      </div>
    </div>
    {isEmpty(props.counts) ? (
      <p class="panel">There is nothing in your vault to delete.</p>
    ) : (
      <EmptyVaultForm {...props} />
    )}
  </Settings>
);

export const EmptyVaultForm = ({ counts, problem, confirmed }: Props): JSX.Element => (
  <form class="form panel danger-zone" method="post" action={urls.danger} hx-post={urls.danger} hx-swap="outerHTML">
    <FormProblem problem={problem} shown={["word"]} />
    <div class="stack tight">
      <h2>This goes, for good</h2>
      <Counts counts={counts} />
      <p class="muted small">
        Kagi cannot bring it back; only a backup of the operator's can. What uses one of your access keys is refused
        from then on. Other people's vaults are not touched.
      </p>
    </div>
    {confirmed ? (
      <TextField
        name="word"
        label={`Type ${EMPTY_WORD} to confirm`}
        problem={problem}
        mono
        literal
        required
        autofocus
      />
    ) : null}
    <div class="actions">
      {confirmed ? (
        <button class="button danger" type="submit">
          Delete everything
        </button>
      ) : (
        <a class="button warns" href={urls.confirm(urls.danger)}>
          Continue with your password
        </a>
      )}
      <a class="button" href={urls.exports}>
        Export first
      </a>
    </div>
  </form>
);

/** What went, as the trail tells it. */
export const EmptiedPage = ({
  frame,
  at,
  went,
  now,
}: {
  frame: Frame;
  at: string;
  went: VaultCounts;
  now: Date;
}): JSX.Element => (
  <Settings frame={frame} title="Vault emptied" place="danger">
    <div class="head">
      <div>
        <h1 tabindex="-1" autofocus>
          Your vault was emptied
        </h1>
        <p class="muted">
          Deleted <Ago at={at} now={now} />. The trail keeps one line of it.
        </p>
      </div>
    </div>
    <section class="panel stack tight">
      <h2>This went</h2>
      <Counts counts={went} />
    </section>
    <div class="actions spaced">
      <a class="button primary" href={urls.home}>
        Start again
      </a>
    </div>
  </Settings>
);

const Counts = ({ counts }: { counts: VaultCounts }): JSX.Element => (
  <ul class="counts">
    <li safe>{count(counts.categories, "category", "categories")}</li>
    <li safe>{count(counts.entries, "entry", "entries")}</li>
    <li safe>{`${counts.twoFactors} 2FA`}</li>
    <li safe>{`${count(counts.envProjects, "env project")} with ${count(counts.envFiles, "file")}`}</li>
    <li safe>{count(counts.accessKeys, "access key")}</li>
  </ul>
);

function isEmpty(counts: VaultCounts): boolean {
  return Object.values(counts).every((number) => number === 0);
}
