import { EMAIL_LENGTH } from "../../src/features/auth/model.ts";
import { attribute } from "../components/attribute.ts";
import { PasswordField, type Problem, TextField } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { PasskeyForm, type PasskeyWay } from "../sign-in-factors/passkey-form.tsx";
import { urls } from "../urls.ts";

type FormProps = { email: string; next: string; problem: Problem | null };

type Props = FormProps & {
  frame: Frame;
  /** Whether there is a way through Keycloak. */
  keycloak: boolean;
  /** Whether an e-mail and a password let anybody in. */
  password: boolean;
  /** null where browsers have no passkeys. */
  way: PasskeyWay | null;
  /** What a passkey was refused for. */
  passkeyProblem: string | null;
};

export const SignInPage = ({ frame, keycloak, password, way, passkeyProblem, ...form }: Props): JSX.Element => (
  <Page frame={frame} title="Sign in">
    <div class="narrow">
      <header>
        <h1>Sign in</h1>
        {form.next === urls.home ? null : <p class="muted">Then you go on where you were.</p>}
      </header>
      {passkeyProblem === null ? null : (
        <p class="notice bad" role="alert" safe>
          {passkeyProblem}
        </p>
      )}
      {keycloak ? <KeycloakLink next={form.next} primary={!password} /> : null}
      {keycloak && password ? <p class="or muted small">or with your password</p> : null}
      {password ? <SignInForm {...form} /> : null}
      {way === null ? null : (
        <PasskeyForm
          way={way}
          action={urls.signInPasskey}
          options={urls.signInPasskeyOptions}
          does="use"
          button="Sign in with a passkey"
          next={form.next}
        />
      )}
    </div>
  </Page>
);

/** The way to Keycloak's own page. It leads to another site, so that no script of ours has a part in it. */
export const KeycloakLink = ({ next, primary }: { next: string; primary: boolean }): JSX.Element => (
  <a class={primary ? "button primary wide" : "button wide"} href={urls.keycloak(next)}>
    Sign in with Keycloak
  </a>
);

const FIELDS = ["email", "password"];

export const SignInForm = ({ email, next, problem }: FormProps): JSX.Element => (
  <Form action={urls.signIn} problem={problem} shows={FIELDS} submit="Sign in" panel>
    <input type="hidden" name="next" value={attribute(next)} />
    <TextField
      name="email"
      label="E-mail"
      type="email"
      value={email}
      problem={problem}
      autocomplete="username"
      maxlength={EMAIL_LENGTH}
      required
      literal
      autofocus={email === ""}
    />
    <PasswordField name="password" label="Password" problem={problem} autocomplete="current-password" />
  </Form>
);
