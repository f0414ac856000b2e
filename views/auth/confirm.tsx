import { attribute } from "../components/attribute.ts";
import { PasswordField, type Problem } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import type { Ways } from "./sign-in.tsx";

type Props = { email: string; next: string; minutes: number; problem: Problem | null };

/** Asks whether it is still the same person who sits there. */
export const ConfirmPage = ({ frame, ways, ...form }: Props & { frame: Frame; ways: Ways }): JSX.Element => (
  <Page frame={frame} title="Confirm" section="settings">
    <div class="narrow">
      <header>
        <h1>Is it still you?</h1>
        <p class="muted" safe>
          {`What comes next takes more than an open session. What you prove counts for ${form.minutes} minutes; then you go on where you were.`}
        </p>
      </header>
      {ways.password ? <ConfirmForm {...form} /> : null}
      {ways.keycloak && ways.password ? <p class="or muted small">or</p> : null}
      {ways.keycloak ? <ConfirmWithKeycloak next={form.next} primary={!ways.password} /> : null}
    </div>
  </Page>
);

/** Leads to Keycloak, which asks again whoever is signed in there. */
const ConfirmWithKeycloak = ({ next, primary }: { next: string; primary: boolean }): JSX.Element => (
  <form method="post" action={urls.confirmWithKeycloak(next)}>
    <button class={primary ? "button primary wide" : "button wide"} type="submit">
      Confirm with Keycloak
    </button>
  </form>
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
