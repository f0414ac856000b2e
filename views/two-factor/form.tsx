import {
  DEFAULTS,
  DIGITS,
  PERIOD,
  TWO_FACTOR_NOTES_LENGTH,
  type TwoFactor,
} from "../../src/features/two-factor/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { count } from "../components/bits.tsx";
import { Choices, type Problem, SecretField, TextArea, TextField } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import { Segments } from "../components/segments.tsx";
import type { Frame } from "../layout/frame.ts";
import { ids, urls } from "../urls.ts";
import { accountOf } from "../words.ts";
import { QrPictures } from "./pictures.tsx";

/** The form as it was typed, secrets aside: those are never sent back. */
export type TwoFactorDraft = Readonly<{
  service: string;
  accountName: string;
  notes: string;
  algorithm: string;
  digits: string;
  period: string;
  removeSecret: boolean;
  removeRecoveryCodes: boolean;
}>;

/** Secrets of an earlier step of the form: what they are, and the sealed text that carries them on. */
export type Kept = Readonly<{ sealed: string; secret: boolean; recovery: RecoveryReading | null }>;

/** What was understood of pasted recovery codes, masked; of what was left out, only how many parts it had. */
export type RecoveryReading = Readonly<{ codes: readonly string[]; ignored: number }>;

type FormProps = {
  draft: TwoFactorDraft;
  kept: Kept;
  problem: Problem | null;
  action: string;
  /** What is stored; null for what does not exist yet. */
  stored: TwoFactor | null;
  /** Whether a step has just been taken, so that the focus goes to what it found. */
  stepped?: "read" | "check" | null;
};

type Files = { script: string; reader: string };

export const NewTwoFactorPage = ({
  frame,
  script,
  reader,
  ...form
}: FormProps & Files & { frame: Frame }): JSX.Element => (
  <Sheet frame={frame} title="Add 2FA" section="2fa" steps={[{ name: "2FA", href: urls.twoFactors }, { name: "New" }]}>
    <script type="module" src={script}></script>
    <div class="stack form-width">
      <p class="muted">
        By picture, by link, or by hand. Several accounts at once, as Google Authenticator exports them:{" "}
        <a href={urls.importTwoFactors}>import</a>.
      </p>
      <QrPictures reader={reader} />
      <TwoFactorForm {...form} />
    </div>
  </Sheet>
);

export const EditTwoFactorPage = ({
  frame,
  script,
  reader,
  item,
  ...form
}: FormProps & Files & { frame: Frame; item: TwoFactor }): JSX.Element => (
  <Sheet
    frame={frame}
    title={`Edit 2FA of ${accountOf(item)}`}
    section="2fa"
    steps={[
      { name: "2FA", href: urls.twoFactors },
      { name: item.service, href: urls.twoFactorIn(item.id) },
      { name: "Edit" },
    ]}
  >
    <script type="module" src={script}></script>
    <div class="stack form-width">
      <QrPictures reader={reader} />
      <TwoFactorForm {...form} />
    </div>
  </Sheet>
);

const FIELDS = ["service", "accountName", "secret", "recoveryCodes", "algorithm", "digits", "period", "notes"];

export const TwoFactorForm = (form: FormProps): JSX.Element => {
  const { draft, problem, action, stored, kept, stepped } = form;
  return (
    <Form
      action={action}
      problem={problem}
      shows={FIELDS}
      submit={stored === null ? "Add 2FA" : "Save changes"}
      back={stored === null ? urls.twoFactors : urls.twoFactorIn(stored.id)}
      otherButtons
    >
      <input type="hidden" name="kept" value={kept.sealed} />
      <KeyFields {...form} />
      <div class="pair">
        <TextField
          name="service"
          label="Service"
          value={draft.service}
          problem={problem}
          maxlength={NAME_LENGTH}
          placeholder="GitHub"
          autofocus={stepped === "read"}
        />
        <TextField
          name="accountName"
          label="Account"
          value={draft.accountName}
          problem={problem}
          maxlength={NAME_LENGTH}
          placeholder="ada@example.com"
          literal
        />
      </div>
      <Parameters {...form} />
      <RecoveryFields {...form} />
      <TextArea
        name="notes"
        label="Notes"
        hint="Not a place for secrets: notes are searched and listed."
        value={draft.notes}
        problem={problem}
        maxlength={TWO_FACTOR_NOTES_LENGTH}
        optional
      />
    </Form>
  );
};

const KeyFields = ({ kept, problem, stored, draft }: FormProps): JSX.Element => (
  <fieldset class="stack">
    <legend>Authenticator key</legend>
    {kept.secret ? (
      <p class="notice good" role="status">
        <span>
          The key is read. It is kept here, encrypted, until you save.{" "}
          <label class="check">
            <input type="checkbox" name="forget" value="secret" /> <span>Forget it</span>
          </label>
        </span>
      </p>
    ) : null}
    <SecretField
      name="secret"
      label={kept.secret || stored?.hasSecret ? "Another key or link" : "Key or link"}
      called="The key"
      hint={
        kept.secret
          ? "Leave it empty to take the key that was read."
          : stored?.hasSecret
            ? "Leave it empty to keep the stored key."
            : "The otpauth:// link, or the key that the service shows beside its QR code. Spaces are fine."
      }
      problem={problem}
      placeholder={kept.secret || stored?.hasSecret ? "unchanged" : "JBSW Y3DP EHPK 3PXP"}
    />
    <div class="actions">
      <button class="button small" type="submit" name="step" value="read">
        Read the link
      </button>
      <span class="muted small">fills in the fields below</span>
    </div>
    {stored?.hasSecret ? (
      <label class="check">
        <input type="checkbox" name="remove" value="secret" checked={draft.removeSecret} />
        <span>Remove the stored key</span>
      </label>
    ) : null}
  </fieldset>
);

const ALGORITHMS = ["SHA1", "SHA256", "SHA512"].map((name) => [name, name] as const);
const LENGTHS = Array.from({ length: DIGITS.max - DIGITS.min + 1 }, (_, at) => String(DIGITS.min + at)).map(
  (digits) => [digits, digits] as const,
);

/** What hardly any service asks to be changed. */
const Parameters = ({ draft, problem }: FormProps): JSX.Element => {
  const usual =
    draft.algorithm === DEFAULTS.algorithm &&
    draft.digits === String(DEFAULTS.digits) &&
    draft.period === String(DEFAULTS.period);
  const isWrong = ["algorithm", "digits", "period"].includes(problem?.field ?? "");
  return (
    <details class="parameters" open={!usual || isWrong}>
      <summary>
        Codes: <span class="mono" safe>{`${draft.algorithm}, ${draft.digits} digits, every ${draft.period} s`}</span>
      </summary>
      <div class="stack">
        <p class="muted small">Almost every service uses SHA1, 6 digits and 30 seconds. A link says what it needs.</p>
        <Choices name="algorithm" legend="Algorithm" problem={problem}>
          <Segments name="algorithm" options={ALGORITHMS} chosen={draft.algorithm} />
        </Choices>
        <Choices name="digits" legend="Digits" problem={problem}>
          <Segments name="digits" options={LENGTHS} chosen={draft.digits} />
        </Choices>
        <TextField
          name="period"
          label="Seconds for which a code is good"
          called="The period"
          value={draft.period}
          problem={problem}
          maxlength={3}
          pattern="[0-9]+"
          hint={`From ${PERIOD.min} to ${PERIOD.max}.`}
          mono
          literal
        />
      </div>
    </details>
  );
};

const RecoveryFields = ({ kept, problem, stored, draft, stepped }: FormProps): JSX.Element => {
  const total = stored?.recoveryCodesTotal ?? 0;
  return (
    <fieldset class="stack">
      <legend>Recovery codes</legend>
      <div
        hx-post={urls.recoveryPreview}
        hx-trigger={`input delay:400ms from:#${ids.field("recoveryCodes")}`}
        hx-include={`#${ids.field("recoveryCodes")}`}
        hx-target={`#${ids.recoveryPreview}`}
        hx-swap="innerHTML"
        hx-sync="this:replace"
      >
        <SecretField
          name="recoveryCodes"
          label={total > 0 ? "New set of codes" : "Codes"}
          called="The set of codes"
          hint={
            total > 0
              ? `Takes the place of the ${count(total, "stored code")}; codes that are in both stay as they are, used or not. Leave it empty to keep them.`
              : "Paste them as the service prints them: numbered, in columns, with dashes."
          }
          problem={problem}
          rows={3}
          placeholder={kept.recovery === null ? undefined : "unchanged"}
          optional
        />
      </div>
      <div class="actions without-script">
        <button class="button small" type="submit" name="step" value="check">
          Check the codes
        </button>
      </div>
      <div id={ids.recoveryPreview}>
        {kept.recovery === null ? null : <RecoveryPreview reading={kept.recovery} kept focused={stepped === "check"} />}
      </div>
      {total > 0 ? (
        <label class="check">
          <input type="checkbox" name="remove" value="recoveryCodes" checked={draft.removeRecoveryCodes} />
          <span safe>{`Remove the ${count(total, "stored code")}`}</span>
        </label>
      ) : null}
    </fieldset>
  );
};

type PreviewProps = { reading: RecoveryReading; kept?: boolean; focused?: boolean };

/** What was understood of a pasted text. Of each code only its ends are shown, at most: enough to see where it is cut. */
export const RecoveryPreview = ({ reading, kept = false, focused = false }: PreviewProps): JSX.Element =>
  reading.codes.length + reading.ignored === 0 ? (
    ""
  ) : (
    <section class="understood" aria-label="What was understood">
      <p role="status" tabindex="-1" autofocus={focused}>
        <strong safe>
          {reading.codes.length === 0
            ? "No recovery code was found"
            : `${count(reading.codes.length, "code")} understood`}
        </strong>
        {reading.codes.length === 0 ? null : (
          <span class="muted small"> The middle of each is hidden; nothing is stored yet.</span>
        )}
      </p>
      <ol class="masked">
        {reading.codes.map((code) => (
          <li class="line mono" safe>
            {code}
          </li>
        ))}
      </ol>
      {reading.ignored === 0 ? null : (
        <p class="muted small" safe>
          {`Left out: ${count(reading.ignored, "other part")} of the text.`}
        </p>
      )}
      {kept ? (
        <label class="check">
          <input type="checkbox" name="forget" value="recovery" />
          <span>Forget these codes</span>
        </label>
      ) : null}
    </section>
  );

/** A text that was not looked at, and why. */
export const RecoveryRefused = ({ message }: { message: string }): JSX.Element => (
  <p class="error" role="alert" safe>
    {`${message}.`}
  </p>
);
