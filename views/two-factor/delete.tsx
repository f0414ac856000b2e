import type { TwoFactor } from "../../src/features/two-factor/model.ts";
import { count } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import { accountOf } from "../words.ts";

type Props = { item: TwoFactor };

export const DeleteTwoFactorPage = ({ frame, item }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete 2FA of ${accountOf(item)}`} section="2fa">
    <div class="narrow panel">
      <DeleteTwoFactor item={item} inDialog={false} />
    </div>
  </Page>
);

export const DeleteTwoFactor = ({ item, inDialog }: Props & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete 2FA of ${item.service}?`}
    action={urls.deleteTwoFactor(item.id)}
    verb="Delete 2FA"
    back={urls.twoFactorIn(item.id)}
    inDialog={inDialog}
  >
    <p>
      The account <strong safe>{item.accountName}</strong> of <strong safe>{item.service}</strong> goes, with{" "}
      <span safe>{whatGoes(item)}</span>. It cannot be brought back here. The service still asks for its second factor:
      switch it off there first, or you may be locked out.
    </p>
  </Confirm>
);

function whatGoes({ hasSecret, recoveryCodesTotal, notes }: TwoFactor): string {
  const parts = [
    hasSecret ? "its authenticator key" : "",
    recoveryCodesTotal === 0 ? "" : `its ${count(recoveryCodesTotal, "recovery code")}`,
    notes === null ? "" : "its notes",
  ].filter((words) => words !== "");
  const last = parts.pop() ?? "all that is stored of it";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}
