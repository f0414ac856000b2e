import type { BegunTotp } from "../../src/features/sign-in-factors/model.ts";
import { Confirm } from "../components/confirm.tsx";
import { type Problem, TextField } from "../components/field.tsx";
import { Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";

const STEPS = [{ name: "Sign-in & security", href: urls.signInSettings }, { name: "Authenticator app" }];

/** Before the secret is made and shown. */
export const BeginAppPage = ({ frame }: { frame: Frame }): JSX.Element => (
  <Sheet frame={frame} title="Set up an authenticator app" section="settings" steps={STEPS}>
    <form class="form panel" method="post" action={urls.authenticatorApp}>
      <ol class="list-steps">
        <li>Have an authenticator app on your phone: Google Authenticator, Aegis, 1Password or any other.</li>
        <li>On the next page, scan the QR code with it. Do so where nobody looks over your shoulder.</li>
        <li>Type the six digits that it shows. From then on they are asked for after your password.</li>
        <li>Keep the recovery codes that you then get, away from the phone.</li>
      </ol>
      <div class="actions">
        <button class="button primary" type="submit">
          Show the QR code
        </button>
        <a class="button" href={urls.signInSettings}>
          Cancel
        </a>
      </div>
    </form>
  </Sheet>
);

type AppProps = {
  frame: Frame;
  begun: BegunTotp;
  /** Rows of a QR code, each with its dark modules. */
  code: readonly (readonly boolean[])[];
  problem: Problem | null;
};

export const ConfirmAppPage = ({ frame, begun, code, problem }: AppProps): JSX.Element => (
  <Sheet frame={frame} title="Set up an authenticator app" section="settings" steps={STEPS}>
    <form class="form panel" method="post" action={urls.confirmAuthenticatorApp}>
      <div class="enrol">
        <Qr code={code} />
        <div class="stack">
          <p>Scan this with your authenticator app. Or type this key into it, as time-based:</p>
          <p class="once">
            <code id={ids.totpSecret} data-forget safe>
              {inGroups(begun.secret)}
            </code>
            <button class="button needs-script" type="button" data-copy-from={ids.totpSecret}>
              Copy key
            </button>
          </p>
          <TextField
            name="code"
            label="Code"
            hint="The six digits that the app shows now."
            problem={problem}
            autocomplete="one-time-code"
            maxlength={10}
            mono
            literal
            required
            autofocus
          />
        </div>
      </div>
      <div class="actions">
        <button class="button primary" type="submit">
          Switch on
        </button>
        <a class="button" href={urls.signInSettings}>
          Cancel
        </a>
      </div>
    </form>
  </Sheet>
);

function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

/** Dark on white in both themes, with the four modules around it that readers want (ISO/IEC 18004, 6.3.8). */
const Qr = ({ code }: { code: AppProps["code"] }): JSX.Element => {
  const size = code.length;
  const path = code.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code for your authenticator app">
      <rect width={String(size)} height={String(size)} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
};

export const RemoveAppPage = ({ frame, last }: { frame: Frame; last: boolean }): JSX.Element => (
  <Page frame={frame} title="Switch the authenticator app off" section="settings">
    <div class="narrow panel">
      <RemoveApp last={last} inDialog={false} />
    </div>
  </Page>
);

/** `last`: nothing but the password remains. */
export const RemoveApp = ({ last, inDialog }: { last: boolean; inDialog: boolean }): JSX.Element => (
  <Confirm
    title="Switch the authenticator app off?"
    action={urls.removeAuthenticatorApp}
    verb="Switch off"
    back={urls.signInSettings}
    inDialog={inDialog}
  >
    <p>
      {last
        ? "It is your only second factor: from then on your password alone opens your vault, and your recovery codes are worth nothing."
        : "Its codes are not asked for any more. Your passkeys and recovery codes stay."}
    </p>
  </Confirm>
);
