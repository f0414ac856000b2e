import { EMAIL_LENGTH } from "../../src/features/auth/model.ts";
import { attribute } from "../components/attribute.ts";
import { PasswordField, type Problem, TextField } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { email: string; next: string; problem: Problem | null };

export const SignInPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="Sign in">
    <div class="narrow">
      <header>
        <h1>Sign in</h1>
        {form.next === urls.home ? null : <p class="muted">Then you go on where you were.</p>}
      </header>
      <SignInForm {...form} />
    </div>
  </Page>
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
