import { attribute } from "../components/attribute.ts";
import { PasswordField, type Problem } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { email: string; next: string; minutes: number; problem: Problem | null };

/** Asks whether it is still the same person who sits there. */
export const ConfirmPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="Confirm" section="settings">
    <div class="narrow">
      <header>
        <h1>Is it still you?</h1>
        <p class="muted" safe>
          {`What comes next takes more than an open session. Your password counts for ${form.minutes} minutes; then you go on where you were.`}
        </p>
      </header>
      <ConfirmForm {...form} />
    </div>
  </Page>
);

export const ConfirmForm = ({ email, next, problem }: Props): JSX.Element => (
  <Form action={urls.confirm(next)} problem={problem} shows={["password"]} submit="Confirm" back={urls.settings} panel>
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
  </Form>
);
