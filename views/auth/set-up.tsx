import { EMAIL_LENGTH } from "../../src/features/auth/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { PasswordField, type Problem, TextField } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import { KeycloakLink } from "./sign-in.tsx";

export type SetUpDraft = Readonly<{ email: string; name: string }>;

type Props = { draft: SetUpDraft; problem: Problem | null; asksToken: boolean; passwordLength: number };

/** First run: the one page of a vault that has no account. */
export const SetUpPage = ({ frame, keycloak, ...form }: Props & { frame: Frame; keycloak: boolean }): JSX.Element => (
  <Page frame={frame} title="Set up">
    <div class="narrow">
      <header>
        <h1>Set up your vault</h1>
        <p class="muted">
          {keycloak
            ? "Create the first account. After it nobody can sign up; people come in through Keycloak, or the operator adds them with "
            : "Create the first account. After it nobody can sign up; the operator adds people with "}
          <code>kagi user add</code>.
        </p>
      </header>
      {keycloak ? (
        <>
          <KeycloakLink next={urls.home} primary={false} />
          <p class="or muted small">or with a password</p>
        </>
      ) : null}
      <SetUpForm {...form} />
    </div>
  </Page>
);

const FIELDS = ["token", "email", "name", "password"];

export const SetUpForm = ({ draft, problem, asksToken, passwordLength }: Props): JSX.Element => (
  <Form action={urls.setUp} problem={problem} shows={FIELDS} submit="Create account" panel>
    {asksToken ? (
      <TextField
        name="token"
        label="Set-up token"
        hint="Kagi printed it in its log when it started. It proves that this server is yours."
        problem={problem}
        required
        mono
        literal
        autofocus
      />
    ) : null}
    <TextField
      name="email"
      label="E-mail"
      type="email"
      value={draft.email}
      problem={problem}
      autocomplete="username"
      maxlength={EMAIL_LENGTH}
      required
      literal
      autofocus={!asksToken}
    />
    <TextField
      name="name"
      label="Name"
      value={draft.name}
      problem={problem}
      autocomplete="name"
      maxlength={NAME_LENGTH}
      optional
    />
    <PasswordField
      name="password"
      label="Password"
      hint={`At least ${passwordLength} characters. A few words in a row are easy to remember and hard to guess.`}
      problem={problem}
      autocomplete="new-password"
      minlength={passwordLength}
    />
  </Form>
);
