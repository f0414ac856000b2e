import { EMAIL_LENGTH } from "../../src/features/auth/model.ts";
import { attribute } from "../components/attribute.ts";
import { PasswordField, type Problem, TextField } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { email: string; next: string; problem: Problem | null };

/** The ways in that are open. */
export type Ways = Readonly<{ keycloak: boolean; password: boolean }>;

export const SignInPage = ({ frame, ways, ...form }: Props & { frame: Frame; ways: Ways }): JSX.Element => (
  <Page frame={frame} title="Sign in">
    <div class="narrow">
      <header>
        <h1>Sign in</h1>
        {form.next === urls.home ? null : <p class="muted">Then you go on where you were.</p>}
      </header>
      {ways.keycloak ? <KeycloakLink next={form.next} primary={!ways.password} /> : null}
      {ways.keycloak && ways.password ? <p class="or muted small">or with your password</p> : null}
      {ways.password ? <SignInForm {...form} /> : null}
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

export const SignInForm = ({ email, next, problem }: Props): JSX.Element => (
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
