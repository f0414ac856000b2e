import type { ListedSession } from "../../src/features/auth/model.ts";
import { Ago, Tag } from "../components/bits.tsx";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { Settings } from "../settings/layout.tsx";
import { ids, urls } from "../urls.ts";

type Props = { frame: Frame; sessions: readonly ListedSession[]; now: Date };

/** Where one is signed in. */
export const SessionsPage = ({ frame, sessions, now }: Props): JSX.Element => (
  <Settings frame={frame} title="Sessions" place="sessions">
    <div class="head">
      <div>
        <h1>Sessions</h1>
        <p class="muted">
          Browsers and programs that are signed in as you. A session that is ended is refused at its next request. One
          that you do not know: end it, and <a href={urls.settings}>change your password</a>.
        </p>
      </div>
      {sessions.length > 1 ? (
        <div class="actions">
          <a
            class="button warns"
            href={urls.endOtherSessions}
            hx-get={urls.endOtherSessions}
            hx-target={`#${ids.dialog}`}
          >
            End all others
          </a>
        </div>
      ) : null}
    </div>
    <table class="table">
      <thead>
        <tr>
          <th scope="col" class="c-name">
            Device
          </th>
          <th scope="col">Address</th>
          <th scope="col">Signed in with</th>
          <th scope="col">Signed in</th>
          <th scope="col">Last seen</th>
          <th scope="col">
            <span class="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr>
            <th scope="row">
              <span safe>{session.device}</span> {session.current ? <Tag text="this one" kind="good" /> : null}
            </th>
            <td data-label="Address">
              <code safe>{session.address}</code>
            </td>
            <td data-label="Signed in with" class="small" safe>
              {methodWords(session.method)}
            </td>
            <td data-label="Signed in" class="small">
              <Ago at={session.createdAt} now={now} />
            </td>
            <td data-label="Last seen" class="small">
              <Ago at={session.lastSeenAt} now={now} />
            </td>
            <td class="end">
              {session.current ? null : (
                <div class="actions">
                  <a
                    class="button small warns"
                    href={urls.endSession(session.id)}
                    hx-get={urls.endSession(session.id)}
                    hx-target={`#${ids.dialog}`}
                  >
                    End
                    <span class="visually-hidden" safe>{` the session “${session.device}”`}</span>
                  </a>
                </div>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Settings>
);

type EndProps = { session: ListedSession };

export const EndSessionPage = ({ frame, session }: EndProps & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`End the session “${session.device}”`} section="settings">
    <div class="narrow panel">
      <EndSession session={session} inDialog={false} />
    </div>
  </Page>
);

export const EndSession = ({ session, inDialog }: EndProps & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={session.current ? "End this very session?" : `End the session “${session.device}”?`}
    action={urls.endSession(session.id)}
    verb="End session"
    back={urls.sessions}
    inDialog={inDialog}
  >
    <p>
      Signed in from <code safe>{session.address}</code>. Whoever uses it has to sign in again.
    </p>
  </Confirm>
);

export const EndOtherSessionsPage = ({ frame }: { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="End all other sessions" section="settings">
    <div class="narrow panel">
      <EndOtherSessions inDialog={false} />
    </div>
  </Page>
);

export const EndOtherSessions = ({ inDialog }: { inDialog: boolean }): JSX.Element => (
  <Confirm
    title="End all other sessions?"
    action={urls.endOtherSessions}
    verb="End all others"
    back={urls.sessions}
    inDialog={inDialog}
  >
    <p>Every browser and program but this one has to sign in again. Access keys stay valid.</p>
  </Confirm>
);

const FIRST: Readonly<Record<string, string>> = {
  password: "Password",
  passkey: "Passkey",
  keycloak: "Keycloak",
  "set-up": "Set-up of the account",
};
const SECOND: Readonly<Record<string, string>> = {
  totp: "authenticator app",
  "recovery-code": "recovery code",
  passkey: "passkey",
};

function methodWords(method: string | null): string {
  const [first = "", second] = (method ?? "").split("+");
  const words = FIRST[first] ?? "Unknown";
  return second === undefined ? words : `${words} and ${SECOND[second] ?? second}`;
}
