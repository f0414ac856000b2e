import { attribute } from "../components/attribute.ts";
import { FormProblem, PasswordField, type Problem, TextField } from "../components/field.tsx";
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

export const SignInForm = ({ email, next, problem }: Props): JSX.Element => (
  <form class="form panel" method="post" action={urls.signIn} hx-post={urls.signIn} hx-swap="outerHTML">
    <FormProblem problem={problem} shown={["email", "password"]} />
    <input type="hidden" name="next" value={attribute(next)} />
    <TextField
      name="email"
      label="E-mail"
      type="email"
      value={email}
      problem={problem}
      autocomplete="username"
      maxlength={254}
      required
      literal
      autofocus={email === ""}
    />
    <PasswordField name="password" label="Password" problem={problem} autocomplete="current-password" />
    <button class="button primary" type="submit">
      Sign in
    </button>
  </form>
);
