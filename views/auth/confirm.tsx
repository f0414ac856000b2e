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
  /** Whether the account has a way through Keycloak. */
  keycloak: boolean;
  /** What the way through Keycloak was refused for, before it began. */
  keycloakProblem: Problem | null;
};

/** Asks whether it is still the same person who sits there. */
export const ConfirmPage = ({
  frame,
  minutes,
  way,
  passkeyProblem,
  keycloak,
  keycloakProblem,
  ...form
}: Props & { frame: Frame }): JSX.Element => {
  const { factors, next } = form;
  const byPasskey = factors.passkeys > 0 && way !== null;
  return (
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
        {byPasskey ? (
          <div class="panel">
            <PasskeyForm
              way={way}
              action={urls.confirmPasskey(next)}
              options={urls.confirmPasskeyOptions}
              does="use"
              button="Confirm with a passkey"
            />
          </div>
        ) : null}
        {factors.password ? <ConfirmForm {...form} /> : null}
        {factors.password && keycloak ? <p class="or muted small">or</p> : null}
        {keycloak ? (
          <ConfirmWithKeycloak next={next} factors={factors} problem={keycloakProblem} primary={!factors.password} />
        ) : null}
        {factors.password || keycloak || byPasskey ? null : (
          <p class="notice">
            <span>
              There is nothing here to confirm with: your account has no password, and no way through Keycloak that this
              server knows. Its operator can give you a password with <code>kagi user reset-password</code>.
            </span>
          </p>
        )}
      </div>
    </Page>
  );
};

type KeycloakProps = { next: string; factors: Factors; problem: Problem | null; primary: boolean };

/** Leads to Keycloak, which asks again whoever is signed in there; a second factor is asked for before that. */
const ConfirmWithKeycloak = ({ next, factors, problem, primary }: KeycloakProps): JSX.Element => (
  <form
    class={hasSecondFactor(factors) ? "panel stack" : "stack"}
    method="post"
    action={urls.confirmWithKeycloak(next)}
  >
    {problem === null || problem.field === "code" ? null : (
      <p class="notice bad" role="alert" safe>
        {problem.message}
      </p>
    )}
    {hasSecondFactor(factors) ? <CodeField factors={factors} problem={problem} id="keycloak-code" /> : null}
    <button class={primary ? "button primary wide" : "button wide"} type="submit">
      Confirm with Keycloak
    </button>
  </form>
);

const hasSecondFactor = ({ totp, passkeys }: Factors) => totp || passkeys > 0;

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
    {hasSecondFactor(factors) ? <CodeField factors={factors} problem={problem} /> : null}
  </Form>
);
