import type { Factors, SignInMethod } from "../../src/features/auth/model.ts";
import { attribute } from "../components/attribute.ts";
import { type Problem, TextField } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { PasskeyForm, type PasskeyWay } from "../sign-in-factors/passkey-form.tsx";
import { urls } from "../urls.ts";

type FormProps = { factors: Factors; next: string; problem: Problem | null };

type Props = FormProps & {
  frame: Frame;
  email: string;
  /** What the first step was. */
  method: SignInMethod;
  /** null where browsers have no passkeys. */
  way: PasskeyWay | null;
  /** What a passkey was refused for. */
  passkeyProblem: string | null;
};

/** The second step of a sign-in. */
export const SecondFactorPage = ({ frame, email, method, way, passkeyProblem, ...form }: Props): JSX.Element => (
  <Page frame={frame} title="Second factor">
    <div class="narrow">
      <header>
        <h1>One more step</h1>
        <p class="muted">
          {method === "keycloak" ? "Keycloak has led you to the account of" : "The password of"}{" "}
          <strong safe>{email}</strong>
          {method === "keycloak" ? "" : " is right"}. Now prove that it is you.
        </p>
      </header>
      <div class="panel stack">
        {passkeyProblem === null ? null : (
          <p class="notice bad" role="alert" safe>
            {passkeyProblem}
          </p>
        )}
        {form.factors.passkeys > 0 && way !== null ? (
          <PasskeyForm
            way={way}
            action={urls.signInPasskey}
            options={urls.signInPasskeyOptions}
            does="use"
            button="Use a passkey"
            next={form.next}
            primary={!form.factors.totp}
          />
        ) : null}
        <SecondFactorForm {...form} />
      </div>
      <p class="muted small">
        Lost your phone and your codes? The operator of this server can remove the second factor with{" "}
        <code>kagi user reset-second-factor</code>. <a href={urls.signIn}>Sign in as somebody else</a>
      </p>
    </div>
  </Page>
);

export const SecondFactorForm = ({ factors, next, problem }: FormProps): JSX.Element => (
  <Form action={urls.secondFactor} problem={problem} shows={["code"]} submit="Sign in">
    <input type="hidden" name="next" value={attribute(next)} />
    <CodeField factors={factors} problem={problem} autofocus />
  </Form>
);

/** One field takes both kinds of codes: they do not look alike. */
export const CodeField = ({
  factors,
  problem,
  autofocus,
  id,
}: {
  factors: Factors;
  problem: Problem | null;
  autofocus?: boolean;
  id?: string;
}): JSX.Element => (
  <TextField
    name="code"
    id={id}
    label={factors.totp ? "Code" : "Recovery code"}
    hint={
      factors.totp
        ? "Six digits from your authenticator app, or one of your recovery codes."
        : "One of those that you kept when you made your passkey. Each works once."
    }
    problem={problem}
    autocomplete="one-time-code"
    maxlength={64}
    mono
    literal
    required
    autofocus={autofocus}
  />
);
