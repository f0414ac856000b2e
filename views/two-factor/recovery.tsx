import type { RecoveryCodeState, TakenRecoveryCode, TwoFactor } from "../../src/features/two-factor/model.ts";
import { Ago, count, Path } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { accountOf } from "../words.ts";

export function leftOf(item: TwoFactor): number {
  return item.recoveryCodesTotal - item.recoveryCodesUsed;
}

/** More than these are not counted at a glance. */
const PIPS = 20;

/** A dot a code: hollow when it is used. Decoration: the numbers stand beside it. */
export const Pips = ({ item }: { item: TwoFactor }): JSX.Element =>
  item.recoveryCodesTotal > PIPS ? (
    ""
  ) : (
    <span class="pips" aria-hidden="true">
      {Array.from({ length: item.recoveryCodesTotal }, (_, at) => (
        <i class={at < item.recoveryCodesUsed ? "used" : undefined}></i>
      ))}
    </span>
  );

type PageProps = { frame: Frame; item: TwoFactor; states: readonly RecoveryCodeState[]; now: Date };

/** The state of each recovery code, and never a code. */
export const RecoveryCodesPage = ({ frame, item, states, now }: PageProps): JSX.Element => (
  <Page frame={frame} title={`Recovery codes of ${accountOf(item)}`} section="2fa">
    <Path
      steps={[
        { name: "2FA", href: urls.twoFactors },
        { name: item.service, href: urls.twoFactorIn(item.id) },
        { name: "Recovery codes" },
      ]}
    />
    <div class="head">
      <div>
        <h1>Recovery codes</h1>
        <p class="facts">
          <span safe>{accountOf(item)}</span>
          <span safe>{`${leftOf(item)} of ${item.recoveryCodesTotal} left`}</span>
        </p>
      </div>
      <div class="actions">
        {leftOf(item) === 0 ? null : (
          <a class="button primary" href={urls.useRecoveryCode(item.id)}>
            Use next code
          </a>
        )}
        <a class="button" href={urls.editTwoFactor(item.id)}>
          Replace codes
        </a>
      </div>
    </div>
    {states.length === 0 ? (
      <p class="muted">There are none. “Replace codes” takes those that the service shows.</p>
    ) : (
      <ol class="codes panel">
        {states.map(({ position, usedAt }) => (
          <li class={usedAt === null ? "line" : "line used"}>
            <span class="pips" aria-hidden="true">
              <i class={usedAt === null ? undefined : "used"}></i>
            </span>
            <span class="mono" safe>{`Code ${position}`}</span>
            <span class="muted small">
              {usedAt === null ? (
                "unused"
              ) : (
                <>
                  used <Ago at={usedAt} now={now} />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    )}
  </Page>
);

type UseProps = { item: TwoFactor; changed: boolean };

export const UseRecoveryCodePage = ({ frame, ...props }: UseProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Use a recovery code of ${accountOf(props.item)}`} section="2fa">
    <div class="narrow panel">
      <UseRecoveryCode {...props} inDialog={false} />
    </div>
  </Page>
);

/** `changed`: whether codes were used since the page that asks was made. */
export const UseRecoveryCode = ({ item, changed, inDialog }: UseProps & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Use a recovery code of ${item.service}?`}
    action={urls.useRecoveryCode(item.id)}
    verb="Use next code"
    back={urls.twoFactorIn(item.id)}
    inDialog={inDialog}
    calm
  >
    <input type="hidden" name="left" value={String(leftOf(item))} />
    {changed ? (
      <p class="notice" role="alert" tabindex="-1" autofocus>
        A code was used since that page was made. Nothing was used now.
      </p>
    ) : null}
    <p>
      The next code of <strong safe>{item.service}</strong> (<span safe>{item.accountName}</span>) is shown once and
      counts as used. <span safe>{whatIsLeft(leftOf(item) - 1)}</span>
    </p>
  </Confirm>
);

function whatIsLeft(left: number): string {
  if (left === 0) return "It is the last one.";
  return left === 1 ? "1 more is left after it." : `${left} more are left after it.`;
}

type TakenProps = { item: TwoFactor; taken: TakenRecoveryCode & { codeId: string } };

export const TakenCodePage = ({ frame, ...props }: TakenProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Recovery code of ${accountOf(props.item)}`} section="2fa">
    <div class="narrow panel">
      <TakenCode {...props} inDialog={false} />
    </div>
  </Page>
);

/** The one time that the code is shown. */
export const TakenCode = ({ item, taken, inDialog }: TakenProps & { inDialog: boolean }): JSX.Element => (
  <div class="stack" data-dialog-body={inDialog} data-card={inDialog ? ids.twoFactor(item.id) : undefined}>
    {inDialog ? (
      <h2 id="dialog-title" tabindex="-1" autofocus safe>{`Recovery code of ${item.service}`}</h2>
    ) : (
      <h1 safe>{`Recovery code of ${item.service}`}</h1>
    )}
    <div class="once">
      <code id={ids.takenCode} data-forget safe>
        {taken.code}
      </code>
      <button class="button primary needs-script" type="button" data-copy-from={ids.takenCode}>
        Copy code
      </button>
    </div>
    <p>
      It counts as used and is not shown again.{" "}
      <span safe>
        {taken.remaining === 0
          ? "It was the last one: get new codes from the service."
          : `${count(taken.remaining, "code")} of ${taken.total} left.`}
      </span>
    </p>
    <div class="actions">
      <a class="button" href={urls.twoFactorIn(item.id)} data-close-dialog>
        Done
      </a>
      <UndoForm item={item} codeId={taken.codeId} beside={inDialog} />
    </div>
  </div>
);

type UndoProps = {
  item: TwoFactor;
  codeId: string;
  /** Whether the card that shows the state is in the page. */
  beside: boolean;
};

/** For a code that was taken by mistake: makes it unused again. */
export const UndoForm = ({ item, codeId, beside }: UndoProps): JSX.Element => (
  <form
    method="post"
    action={urls.returnRecoveryCode(item.id)}
    hx-post={beside ? urls.returnRecoveryCode(item.id) : undefined}
    hx-target={beside ? `#${ids.twoFactor(item.id)}` : undefined}
    hx-swap={beside ? "outerHTML" : undefined}
    data-undo
  >
    <input type="hidden" name="code" value={codeId} />
    <button class="button small" type="submit">
      Undo last use
      <span class="visually-hidden" safe>{` of ${item.service}, ${item.accountName}`}</span>
    </button>
  </form>
);
