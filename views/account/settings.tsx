import type { Factors } from "../../src/features/auth/model.ts";
import { EMAIL_LENGTH, PASSWORD_LENGTH } from "../../src/features/auth/model.ts";
import { PROOF_MINUTES } from "../../src/limits.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { CodeField } from "../auth/second-factor.tsx";
import { attribute } from "../components/attribute.ts";
import { count } from "../components/bits.tsx";
import { PasswordField, type Problem, TextField } from "../components/field.tsx";
import { Form } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Matter, Settings } from "../settings/layout.tsx";
import { urls } from "../urls.ts";

/** The forms of the page; one of them may have been refused. */
export type Refused = Readonly<{ form: "name" | "email" | "password"; typed: string; problem: Problem | null }>;

type Props = {
  frame: Frame;
  user: Readonly<{ name: string; email: string }>;
  accessKeys: number;
  factors: Factors;
  asksCode: boolean;
  refused: Refused | null;
};

/** Who one is here, and how one gets in. */
export const AccountPage = ({ frame, user, accessKeys, factors, asksCode, refused }: Props): JSX.Element => {
  const of = (form: Refused["form"], stored: string) =>
    refused?.form === form ? { value: refused.typed, problem: refused.problem } : { value: stored, problem: null };
  return (
    <Settings frame={frame} title="Settings" place="account">
      <div class="head">
        <div>
          <h1>Account</h1>
          <p class="muted">
            Signed in as <strong safe>{user.email}</strong>
          </p>
        </div>
      </div>
      <div class="matters">
        <Matter
          title="Profile"
          about={
            factors.password
              ? "The name is for you alone. The e-mail is what you sign in with; Kagi sends no mail."
              : "The name is for you alone. You have no password here: you sign in through Keycloak."
          }
        >
          <NameForm {...of("name", user.name)} />
          {factors.password ? <EmailForm {...of("email", user.email)} factors={factors} asksCode={asksCode} /> : null}
        </Matter>
        {factors.password ? (
          <Matter
            title="Password"
            about={
              <>
                Changing it ends all your other sessions at once. Access keys stay valid:{" "}
                <a href={urls.accessKeys} safe>
                  {accessKeys === 0 ? "you have none" : `you have ${count(accessKeys, "key")}`}
                </a>
                .
              </>
            }
          >
            <PasswordForm
              email={user.email}
              problem={of("password", "").problem}
              factors={factors}
              asksCode={asksCode}
            />
          </Matter>
        ) : null}
        <Matter title="Theme" about="Kept in this browser. Until you choose, it is your system's.">
          <ThemeChoice theme={frame.theme} />
        </Matter>
      </div>
    </Settings>
  );
};

type TextProps = { value: string; problem: Problem | null };

export const NameForm = ({ value, problem }: TextProps): JSX.Element => (
  <Form action={urls.changeName} problem={problem} shows={["name"]} submit="Save name">
    <TextField
      name="name"
      label="Name"
      value={value}
      problem={problem}
      autocomplete="name"
      maxlength={NAME_LENGTH}
      required
    />
  </Form>
);

/** `asksCode` where the password alone does not do. */
type Proving = { factors: Factors; asksCode: boolean };

/** What goes with a password where that alone does not let in. */
const CodeToo = ({ factors, asksCode, problem, id }: Proving & { problem: Problem | null; id: string }): JSX.Element =>
  asksCode ? (
    <>
      <CodeField factors={factors} problem={problem} id={id} />
      {factors.passkeys === 0 ? null : (
        <p class="small muted">
          Or <a href={urls.confirm(urls.settings)}>confirm with your passkey</a> first: for {PROOF_MINUTES} minutes no
          code is asked for then.
        </p>
      )}
    </>
  ) : (
    ""
  );

export const EmailForm = ({ value, problem, ...proving }: TextProps & Proving): JSX.Element => (
  <Form action={urls.changeEmail} problem={problem} shows={["email", "currentPassword", "code"]} submit="Save e-mail">
    <TextField
      name="email"
      label="E-mail"
      type="email"
      value={value}
      problem={problem}
      autocomplete="username"
      maxlength={EMAIL_LENGTH}
      required
      literal
    />
    <PasswordField
      name="currentPassword"
      id="email-password"
      label="Your password"
      problem={problem}
      autocomplete="current-password"
    />
    <CodeToo {...proving} problem={problem} id="email-code" />
  </Form>
);

type PasswordProps = Proving & { email: string; problem: Problem | null };

export const PasswordForm = ({ email, problem, ...proving }: PasswordProps): JSX.Element => (
  <Form
    action={urls.changePassword}
    problem={problem}
    shows={["currentPassword", "password", "code"]}
    submit="Change password"
  >
    {/* For password managers, which store the new one under it. */}
    <input hidden type="text" name="username" value={attribute(email)} autocomplete="username" readonly />
    <PasswordField name="currentPassword" label="Current password" problem={problem} autocomplete="current-password" />
    <CodeToo {...proving} problem={problem} id="password-code" />
    <PasswordField
      name="password"
      label="New password"
      hint={`At least ${PASSWORD_LENGTH.min} characters. A few words in a row are easy to remember and hard to guess.`}
      problem={problem}
      autocomplete="new-password"
      minlength={PASSWORD_LENGTH.min}
    />
  </Form>
);

const THEMES = [
  ["", "System"],
  ["dark", "Dark"],
  ["light", "Light"],
] as const;

const ThemeChoice = ({ theme }: { theme: Frame["theme"] }): JSX.Element => (
  <form class="actions themes" method="post" action={urls.theme}>
    <input type="hidden" name="next" value={urls.settings} />
    {THEMES.map(([value, label]) => (
      <button
        class="button"
        type="submit"
        name="theme"
        value={value}
        aria-pressed={value === (theme ?? "") ? "true" : "false"}
      >
        {label}
      </button>
    ))}
  </form>
);
