import { count } from "../components/bits.tsx";
import { type Problem, SecretField } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { urls } from "../urls.ts";
import { QrPictures } from "./pictures.tsx";

/** An account that was understood, without its secret. */
export type ImportedAccount = Readonly<{
  service: string;
  accountName: string;
  /** How its codes are made, where that is unusual. */
  kind: string;
  /** Whether one of this service and account is stored already. */
  isThere: boolean;
  picked: boolean;
}>;

/** What was understood so far. */
export type ImportReading = Readonly<{
  accounts: readonly ImportedAccount[];
  skipped: readonly { name: string; reason: string }[];
  /** Of an export in several codes: how many there are, and which were not read. */
  batch: Readonly<{ size: number; missing: readonly number[] }> | null;
}>;

type Props = { reading: ImportReading; kept: string; problem: Problem | null; stepped: boolean };

export const ImportPage = ({
  frame,
  script,
  reader,
  ...form
}: Props & { frame: Frame; script: string; reader: string }): JSX.Element => (
  <Sheet
    frame={frame}
    title="Import 2FA"
    section="2fa"
    steps={[{ name: "2FA", href: urls.twoFactors }, { name: "Import" }]}
  >
    <script type="module" src={script}></script>
    <div class="stack form-width">
      <p class="muted">
        In Google Authenticator: menu, “Transfer accounts”, “Export accounts”. It shows one QR code or several; take a
        picture of each. Nothing is stored before you have seen what was understood.
      </p>
      <QrPictures reader={reader} />
      <ImportForm {...form} />
    </div>
  </Sheet>
);

export const ImportForm = ({ reading, kept, problem, stepped }: Props): JSX.Element => {
  const isEmpty = reading.accounts.length === 0;
  return (
    <Form
      action={urls.importTwoFactors}
      problem={problem}
      shows={["links"]}
      submit={isEmpty ? "Read the links" : "Add the ticked accounts"}
      back={urls.twoFactors}
      otherButtons
    >
      <input type="hidden" name="kept" value={kept} />
      <SecretField
        name="links"
        label={kept === "" ? "Or paste the links" : "More links"}
        called="The links"
        hint="otpauth-migration:// or otpauth:// links, one a line."
        problem={problem}
        rows={2}
        optional={!isEmpty}
      />
      {kept === "" ? null : (
        <div class="actions">
          <button class="button small" type="submit" name="step" value="read">
            Read more links
          </button>
        </div>
      )}
      {kept === "" ? null : <Reading reading={reading} stepped={stepped} />}
    </Form>
  );
};

const Reading = ({
  reading: { accounts, skipped, batch },
  stepped,
}: Pick<Props, "reading" | "stepped">): JSX.Element => (
  <section class="stack" aria-labelledby="understood">
    <h2 id="understood" tabindex="-1" autofocus={stepped} safe>
      {accounts.length === 0 ? "No account can be added" : `${count(accounts.length, "account")} understood`}
    </h2>
    {batch === null || batch.missing.length === 0 ? null : (
      <p class="notice warns" role="status" safe>
        {`${missing(batch.missing)} of ${batch.size} ${batch.missing.length === 1 ? "is" : "are"} missing. Add ${batch.missing.length === 1 ? "its picture" : "their pictures"} above, or go on without.`}
      </p>
    )}
    {accounts.length === 0 ? null : (
      <fieldset>
        <legend class="visually-hidden">Accounts to add</legend>
        <ul class="picks">
          {accounts.map((account, at) => (
            <li>
              <label class="choice">
                <input type="checkbox" name="pick" value={String(at)} checked={account.picked} />
                <span>
                  <strong class="mono" safe>
                    {account.service}
                  </strong>
                  <small safe>{[account.accountName, account.kind].filter((words) => words !== "").join(" · ")}</small>
                  {account.isThere ? <small>You have one of this name already.</small> : null}
                </span>
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
    )}
    {skipped.length === 0 ? null : (
      <div class="stack">
        <h3 safe>{`${count(skipped.length, "account")} skipped`}</h3>
        <ul class="skipped small">
          {skipped.map(({ name, reason }) => (
            <li>
              <strong safe>{name}</strong> <span safe>{reason}</span>.
            </li>
          ))}
        </ul>
      </div>
    )}
  </section>
);

function missing(numbers: readonly number[]): string {
  if (numbers.length === 1) return `QR code ${numbers[0]}`;
  return `QR codes ${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}
