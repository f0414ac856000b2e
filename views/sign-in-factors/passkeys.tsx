import type { Passkey } from "../../src/features/sign-in-factors/model.ts";
import { NAME_LENGTH } from "../../src/schema.ts";
import { Confirm } from "../components/confirm.tsx";
import { FormProblem, type Problem, TextField } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";
import { Unavailable } from "./overview.tsx";
import { PasskeyForm, type PasskeyWay } from "./passkey-form.tsx";

const SIGN_IN = { name: "Sign-in & security", href: urls.signInSettings };

type NewProps = { frame: Frame; name: string; way: PasskeyWay | null; problem: Problem | null };

export const NewPasskeyPage = ({ frame, name, way, problem }: NewProps): JSX.Element => (
  <Sheet frame={frame} title="Add a passkey" section="settings" steps={[SIGN_IN, { name: "Add a passkey" }]}>
    {way === null ? (
      <Unavailable />
    ) : (
      <div class="panel stack">
        <FormProblem problem={problem} shown={["name"]} />
        <p class="muted">
          Your browser asks where to keep it: on this device, on your phone, or on a security key. Name it so that you
          know it again.
        </p>
        <p class="notice without-script">This needs JavaScript: only a browser's script can ask for a passkey.</p>
        <PasskeyForm
          way={way}
          action={urls.newPasskey}
          options={urls.newPasskeyOptions}
          does="make"
          button="Add a passkey"
          primary
        >
          <TextField
            name="name"
            label="Name"
            value={name}
            problem={problem}
            maxlength={NAME_LENGTH}
            required
            autofocus
          />
        </PasskeyForm>
      </div>
    )}
  </Sheet>
);

type RenameProps = { passkey: Passkey; typed: string; problem: Problem | null };

export const RenamePasskeyPage = ({ frame, ...props }: RenameProps & { frame: Frame }): JSX.Element => (
  <Sheet
    frame={frame}
    title={`Rename ${props.passkey.name}`}
    section="settings"
    steps={[SIGN_IN, { name: "Rename a passkey" }]}
  >
    <RenamePasskeyForm {...props} />
  </Sheet>
);

export const RenamePasskeyForm = ({ passkey, typed, problem }: RenameProps): JSX.Element => (
  <Form
    action={urls.renamePasskey(passkey.id)}
    problem={problem}
    shows={["name"]}
    submit="Save name"
    back={urls.signInSettings}
    panel
  >
    <TextField name="name" label="Name" value={typed} problem={problem} maxlength={NAME_LENGTH} required autofocus />
  </Form>
);

type DeleteProps = { passkey: Passkey; last: boolean };

export const DeletePasskeyPage = ({ frame, ...props }: DeleteProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Delete ${props.passkey.name}`} section="settings">
    <div class="narrow panel">
      <DeletePasskey {...props} inDialog={false} />
    </div>
  </Page>
);

/** `last`: nothing but the password remains. */
export const DeletePasskey = ({ passkey, last, inDialog }: DeleteProps & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Delete the passkey ${passkey.name}?`}
    action={urls.deletePasskey(passkey.id)}
    verb="Delete passkey"
    back={urls.signInSettings}
    inDialog={inDialog}
  >
    <p>
      It opens nothing here any more.{" "}
      {last
        ? "It is your only second factor: from then on your password alone opens your vault, and your recovery codes are worth nothing."
        : "Your other factors stay."}
    </p>
  </Confirm>
);
