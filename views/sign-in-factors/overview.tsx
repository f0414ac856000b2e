import type { Linked } from "../../src/features/keycloak/model.ts";
import type { Passkey, SignInFactors } from "../../src/features/sign-in-factors/model.ts";
import { Ago, count, Tag } from "../components/bits.tsx";
import { KeycloakMatter } from "../keycloak/linked.tsx";
import type { Frame } from "../layout/frame.ts";
import { Matter, Settings } from "../settings/layout.tsx";
import { ids, urls } from "../urls.ts";

type Props = {
  frame: Frame;
  factors: SignInFactors;
  /** null where there is no Keycloak. */
  linked: Linked | null;
  /** Whether browsers have passkeys here. */
  passkeysWork: boolean;
  now: Date;
};

/** How one signs in. */
export const SignInSettingsPage = ({ frame, factors, linked, passkeysWork, now }: Props): JSX.Element => {
  const isOn = factors.totp || factors.passkeys.length > 0;
  return (
    <Settings frame={frame} title="Sign-in & security" place="sign-in">
      <div class="head">
        <div>
          <h1>Sign-in &amp; security</h1>
          <p class="muted" safe>
            {opens(factors.password, isOn)}
          </p>
        </div>
      </div>
      <div class="matters">
        <Matter
          title="Authenticator app"
          about="An app on your phone shows six digits, new ones every half a minute, which are asked for after the first proof."
        >
          <App isOn={factors.totp} />
        </Matter>
        <Matter
          title="Passkeys"
          about="Your device or a security key signs for you, once it has recognised you. A passkey signs in by itself, without a password, and cannot be phished."
        >
          <Passkeys passkeys={factors.passkeys} passkeysWork={passkeysWork} now={now} />
        </Matter>
        <Matter
          title="Recovery codes"
          about="Ten codes that each work once in the place of the app or the passkey, for the day on which you have neither."
        >
          <Recovery isOn={isOn} left={factors.recoveryCodesLeft} />
        </Matter>
        {linked === null ? null : <KeycloakMatter linked={linked} password={factors.password} now={now} />}
        <Matter title="Sessions" about="Where you are signed in, and how to end it.">
          <div class="actions">
            <a class="button" href={urls.sessions}>
              See your sessions
            </a>
            {factors.password ? (
              <a class="button" href={urls.settings}>
                Change the password
              </a>
            ) : null}
          </div>
        </Matter>
      </div>
    </Settings>
  );
};

/** What opens the vault as it is now. */
function opens(password: boolean, secondFactor: boolean): string {
  if (secondFactor) return `${password ? "A password" : "Keycloak"} alone does not open your vault.`;
  return password
    ? "Your password alone opens your vault. A second factor keeps out whoever has learned it; your other sessions end with it."
    : "Whoever signs in as you at Keycloak opens your vault. A second factor asks them for more; your other sessions end with it.";
}

const App = ({ isOn }: { isOn: boolean }): JSX.Element =>
  isOn ? (
    <>
      <p>
        <Tag text="on" kind="good" />
      </p>
      <div class="actions">
        <a
          class="button warns"
          href={urls.removeAuthenticatorApp}
          hx-get={urls.removeAuthenticatorApp}
          hx-target={`#${ids.dialog}`}
        >
          Switch off
        </a>
      </div>
    </>
  ) : (
    <>
      <p>
        <Tag text="off" />
      </p>
      <div class="actions">
        <a class="button primary" href={urls.authenticatorApp}>
          Set up an app
        </a>
      </div>
    </>
  );

type PasskeysProps = { passkeys: readonly Passkey[]; passkeysWork: boolean; now: Date };

const Passkeys = ({ passkeys, passkeysWork, now }: PasskeysProps): JSX.Element => (
  <>
    {passkeys.length === 0 ? (
      <p class="muted">You have none.</p>
    ) : (
      <ul class="passkeys">
        {passkeys.map((passkey) => (
          <li class="passkey-row">
            <div>
              <strong safe>{passkey.name}</strong>
              <p class="muted small">
                Made <Ago at={passkey.createdAt} now={now} />,{" "}
                {passkey.lastUsedAt === null ? (
                  "never used"
                ) : (
                  <>
                    last used <Ago at={passkey.lastUsedAt} now={now} />
                  </>
                )}
              </p>
            </div>
            <div class="actions">
              <a class="button small" href={urls.renamePasskey(passkey.id)}>
                Rename
                <span class="visually-hidden" safe>{` ${passkey.name}`}</span>
              </a>
              <a
                class="button small warns"
                href={urls.deletePasskey(passkey.id)}
                hx-get={urls.deletePasskey(passkey.id)}
                hx-target={`#${ids.dialog}`}
              >
                Delete
                <span class="visually-hidden" safe>{` ${passkey.name}`}</span>
              </a>
            </div>
          </li>
        ))}
      </ul>
    )}
    {passkeysWork ? (
      <div class="actions">
        <a class="button primary" href={urls.newPasskey}>
          Add a passkey
        </a>
      </div>
    ) : (
      <Unavailable />
    )}
  </>
);

/** Why there are no passkeys here, and what to do about it. */
export const Unavailable = (): JSX.Element => (
  <p class="notice">
    <span>
      Browsers have passkeys at an <code>https</code> address, or at <code>http://localhost</code> by that very name.
      Open Kagi there, or have its operator set <code>KAGI_URL</code> to its public <code>https</code> address.
    </span>
  </p>
);

const Recovery = ({ isOn, left }: { isOn: boolean; left: number }): JSX.Element =>
  isOn ? (
    <>
      <p>
        <Tag text={left === 0 ? "none left" : `${count(left, "code")} left`} kind={left < 3 ? "warn" : ""} />
      </p>
      <div class="actions">
        <a class="button" href={urls.renewRecoveryCodes} hx-get={urls.renewRecoveryCodes} hx-target={`#${ids.dialog}`}>
          Make new codes
        </a>
      </div>
    </>
  ) : (
    <p class="muted">They come with your first app or passkey.</p>
  );
