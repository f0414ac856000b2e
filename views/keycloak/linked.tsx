import type { Linked } from "../../src/features/keycloak/model.ts";
import { Ago } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { Matter } from "../settings/layout.tsx";
import { urls } from "../urls.ts";

type Props = {
  linked: Linked;
  /** Whether the account has a password. */
  password: boolean;
  now: Date;
};

/** The part of the settings about who may open this account through Keycloak. */
export const KeycloakMatter = ({ linked, password, now }: Props): JSX.Element => (
  <Matter
    title="Keycloak"
    about={
      <>
        Whom you are at Keycloak opens this vault, whatever e-mail address Keycloak tells. The operator's client there
        has this redirect URI:{" "}
        <code class="address" safe>
          {linked.redirectUri}
        </code>
      </>
    }
  >
    {linked.identities.length === 0 ? (
      <p class="muted">{password ? "Not linked." : "Not linked: your account has no password and no Keycloak."}</p>
    ) : (
      <ul class="identities">
        {linked.identities.map((identity) => (
          <li class="identity">
            <span>
              <strong safe>{identity.label}</strong>
              <br />
              <span class="muted small">
                {identity.issuer === linked.realm ? "" : "of another realm, "}
                last used <Ago at={identity.lastUsedAt} now={now} />
              </span>
            </span>
            <a class="button" href={urls.unlinkKeycloak(identity.id)} aria-label={`Unlink ${identity.label}`}>
              Unlink
            </a>
          </li>
        ))}
      </ul>
    )}
    {linked.identities.some(({ issuer }) => issuer === linked.realm) ? null : (
      <form method="post" action={urls.linkKeycloak}>
        <button class="button" type="submit">
          Link Keycloak
        </button>
      </form>
    )}
  </Matter>
);

type UnlinkProps = { frame: Frame; id: string; label: string; problem: string | null };

export const UnlinkPage = ({ frame, id, label, problem }: UnlinkProps): JSX.Element => (
  <Page frame={frame} title="Unlink Keycloak" section="settings">
    <div class="narrow panel">
      <Confirm
        title={`Unlink ${label}?`}
        action={urls.unlinkKeycloak(id)}
        verb="Unlink"
        back={urls.signInSettings}
        inDialog={false}
        calm
      >
        {problem === null ? null : (
          <p class="notice bad" role="alert" safe>
            {problem}
          </p>
        )}
        <p>
          Whom you are at Keycloak as <strong safe>{label}</strong> opens this vault no more. What is signed in through
          it elsewhere ends; this session stays.
        </p>
      </Confirm>
    </div>
  </Page>
);
