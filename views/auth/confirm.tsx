import type { Factors } from "../../src/features/auth/model.ts";
import { attribute } from "../components/attribute.ts";
import { PasswordField, type Problem } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { PasskeyForm, type PasskeyWay } from "../sign-in-factors/passkey-form.tsx";
import { urls } from "../urls.ts";
import { CodeField } from "./second-factor.tsx";

type FormProps = { email: string; next: string; factors: Factors; problem: Problem | null };

type Props = FormProps & {
  minutes: number;
  way: PasskeyWay | null;
  passkeyProblem: string | null;
};

/** Asks whether it is still the same person who sits there. */
export const ConfirmPage = ({
  frame,
  minutes,
  way,
  passkeyProblem,
  ...form
}: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="Confirm" section="settings">
    <div class="narrow">
      <header>
        <h1>Is it still you?</h1>
        <p class="muted" safe>
          {`What comes next takes more than an open session. Your proof counts for ${minutes} minutes; then you go on where you were.`}
        </p>
      </header>
      {passkeyProblem === null ? null : (
        <p class="notice bad" role="alert" safe>
          {passkeyProblem}
        </p>
      )}
      {form.factors.passkeys > 0 && way !== null ? (
        <div class="panel">
          <PasskeyForm
            way={way}
            action={urls.confirmPasskey(form.next)}
            options={urls.confirmPasskeyOptions}
            does="use"
            button="Confirm with a passkey"
          />
        </div>
      ) : null}
      {form.factors.password ? <ConfirmForm {...form} /> : null}
    </div>
  </Page>
);

export const ConfirmForm = ({ email, next, factors, problem }: FormProps): JSX.Element => (
  <Form
    action={urls.confirm(next)}
    problem={problem}
    shows={["password", "code"]}
    submit="Confirm"
    back={urls.settings}
    panel
  >
    <p class="muted small">
      Signed in as <strong safe>{email}</strong>
    </p>
    <input hidden type="text" name="username" value={attribute(email)} autocomplete="username" readonly />
    <PasswordField
      name="password"
      label="Password"
      problem={problem}
      autocomplete="current-password"
      autofocus={problem === null}
    />
    {factors.totp || factors.passkeys > 0 ? <CodeField factors={factors} problem={problem} /> : null}
  </Form>
);
