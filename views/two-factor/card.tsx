import type { TwoFactor } from "../../src/features/two-factor/model.ts";
import { attribute } from "../components/attribute.ts";
import { Badge, type Drawing } from "../components/badge.tsx";
import { Tag } from "../components/bits.tsx";
import { ids, urls } from "../urls.ts";
import { HiddenCode } from "./code.tsx";
import { leftOf, Pips, UndoForm } from "./recovery.tsx";

type Props = {
  item: TwoFactor;
  drawing: Drawing | null;
  /** The recovery code that was just taken, which can still be put back. */
  taken?: string;
  /** What has just been done. */
  said?: { text: string; bad: boolean };
  /** Whether it takes its own place in the page, beside what else is answered. */
  beside?: boolean;
};

/** One service: its code, its recovery codes, and what can be done with them. */
export const TwoFactorCard = ({ item, drawing, taken, said, beside }: Props): JSX.Element => (
  <li class="card two-factor" id={ids.twoFactor(item.id)} hx-swap-oob={beside ? "outerHTML" : undefined}>
    <Badge name={item.service} color={null} drawing={drawing} />
    <div class="who">
      <h2 safe>{item.service}</h2>
      <p class="names" title={attribute(item.accountName)} safe>
        {item.accountName}
      </p>
    </div>
    <div class="actions">
      <a class="button small" href={urls.editTwoFactor(item.id)}>
        Edit
        <Of item={item} />
      </a>
      <a
        class="button small warns"
        href={urls.deleteTwoFactor(item.id)}
        hx-get={urls.deleteTwoFactor(item.id)}
        hx-target={`#${ids.dialog}`}
      >
        Delete
        <Of item={item} />
      </a>
    </div>
    <HiddenCode item={item} />
    <Recovery item={item} taken={taken} said={said} />
    {item.notes === null ? null : (
      <p class="clip" safe>
        {item.notes}
      </p>
    )}
  </li>
);

const Recovery = ({ item, taken, said }: Pick<Props, "item" | "taken" | "said">): JSX.Element => (
  <div class="recovery">
    {item.recoveryCodesTotal === 0 ? (
      <p class="muted small">No recovery codes</p>
    ) : (
      <>
        <div class="state">
          <Pips item={item} />
          <a class="small" href={urls.recoveryCodes(item.id)}>
            <span safe>{`${item.recoveryCodesUsed} of ${item.recoveryCodesTotal}`}</span> recovery codes used
            <Of item={item} />
          </a>
          <Warning item={item} />
        </div>
        <div class="actions">
          {taken === undefined ? null : <UndoForm item={item} codeId={taken} beside />}
          {leftOf(item) === 0 ? null : (
            <a
              class="button small"
              href={urls.useRecoveryCode(item.id)}
              hx-get={urls.useRecoveryCode(item.id)}
              hx-target={`#${ids.dialog}`}
            >
              Use next code
              <Of item={item} />
            </a>
          )}
        </div>
      </>
    )}
    {said === undefined ? null : (
      <p class={said.bad ? "error" : "muted small"} role="status" tabindex="-1" autofocus={!said.bad} safe>
        {said.text}
      </p>
    )}
  </div>
);

const FEW = 2;

const Warning = ({ item }: { item: TwoFactor }): JSX.Element => {
  const left = leftOf(item);
  if (left === 0) return <Tag text="depleted" kind="bad" />;
  if (left > FEW) return "";
  return <Tag text={left === 1 ? "1 code left" : `${left} codes left`} kind="warn" />;
};

const Of = ({ item }: { item: TwoFactor }): JSX.Element => (
  <span class="visually-hidden" safe>{` ${item.service}, ${item.accountName}`}</span>
);
