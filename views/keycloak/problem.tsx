import type { KeycloakReason } from "../../src/features/keycloak/model.ts";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = {
  frame: Frame;
  /** Null where it is not Keycloak's or the vault's no: `message` says it all. */
  reason: KeycloakReason | null;
  title: string;
  message: string;
  requestId: string;
  /** Whether the operator's log has a line about it. */
  logged: boolean;
};

/** Why somebody is not let in through Keycloak, and what to do. */
export const KeycloakProblemPage = ({ frame, reason, title, message, requestId, logged }: Props): JSX.Element => {
  const words = (reason === null ? undefined : WORDS[reason]) ?? { title, advice: message };
  return (
    <Page frame={frame} title={words.title} section={frame.user === null ? undefined : "settings"}>
      <div class="narrow stack">
        <h1 safe>{words.title}</h1>
        <p class="muted" role="alert" safe>
          {words.advice}
        </p>
        {logged ? (
          <p class="small muted">
            Request <code safe>{requestId}</code>
          </p>
        ) : null}
        <div class="actions">
          {frame.user === null ? (
            <a class="button primary" href={urls.signIn}>
              Back to signing in
            </a>
          ) : (
            <a class="button primary" href={urls.signInSettings}>
              Back to the settings
            </a>
          )}
        </div>
      </div>
    </Page>
  );
};

const WORDS: Readonly<Partial<Record<KeycloakReason, { title: string; advice: string }>>> = {
  unreachable: {
    title: "Keycloak does not answer",
    advice:
      "This server could not reach Keycloak. Try again in a moment; if it stays so, tell whoever runs this server. Nothing was changed.",
  },
  timeout: {
    title: "Keycloak takes too long",
    advice:
      "Keycloak did not answer in time. Try again in a moment; if it stays so, tell whoever runs this server. Nothing was changed.",
  },
  misconfigured: {
    title: "Keycloak and this vault do not fit together",
    advice:
      "Something in the settings of this server, or of its client in Keycloak, is not right. Whoever runs this server finds in its log what it is, under the request below.",
  },
  untrusted: {
    title: "Keycloak's answer cannot be believed",
    advice:
      "The answer was not one that this vault may trust, so nobody was let in. Try once more; if it stays so, tell whoever runs this server. Its log says more, under the request below.",
  },
  cancelled: {
    title: "You said no at Keycloak",
    advice: "Nothing was changed. Sign in again whenever you like.",
  },
  role: {
    title: "Not for this account",
    advice:
      "Keycloak knows you, but your account there lacks the role that this vault asks for. Whoever runs it can give you the role.",
  },
  disabled: {
    title: "Your account here is switched off",
    advice: "Keycloak knows you, but the operator has disabled your account in this vault. Nothing of it is deleted.",
  },
  address_missing: {
    title: "Keycloak tells no e-mail address",
    advice:
      "An account here needs an e-mail address. Enter one in your account at Keycloak, or ask whoever runs it, and sign in again.",
  },
  address_unverified: {
    title: "Your e-mail address is not verified",
    advice:
      "Keycloak does not say that the address there is yours, so no account is made for it here. Verify it in your account at Keycloak, or ask whoever runs it, and sign in again. If you have an account here already, sign in to it and link Keycloak in the settings, under Sign-in & security.",
  },
  address_taken: {
    title: "There is an account with your address",
    advice:
      "It is not linked to you at Keycloak. If it is yours, sign in to it as ever and link Keycloak in the settings, under Sign-in & security. If it is not, ask whoever runs this server.",
  },
  linked_elsewhere: {
    title: "Linked to another account",
    advice:
      "Whom you are at Keycloak opens another account of this vault already. Sign out at Keycloak and choose another one there.",
  },
  somebody_else: {
    title: "That is somebody else",
    advice:
      "Who signed in at Keycloak just now is not linked to the account that is open here. Sign in there as yourself and try again.",
  },
};
