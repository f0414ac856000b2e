import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";

type Props = { frame: Frame; title: string; done: string; codes: readonly string[] };

/** The one time that recovery codes are shown. */
export const RecoveryCodesPage = ({ frame, title, done, codes }: Props): JSX.Element => (
  <Page frame={frame} title={title} section="settings">
    <div class="stack loose">
      <div class="head">
        <div>
          <h1 tabindex="-1" autofocus safe>
            {title}
          </h1>
          <p class="muted" safe>
            {done}
          </p>
        </div>
      </div>
      <section class="panel stack">
        <h2>Your recovery codes</h2>
        <p>
          Each works once, in the place of your app or passkey. Keep them where your phone is not: on paper, or with
          somebody you trust. <strong>Kagi cannot show them again.</strong>
        </p>
        <pre class="code recovery-list" id={ids.newRecoveryCodes} data-forget safe>
          {`\n${codes.join("\n")}`}
        </pre>
        <div class="actions">
          <button class="button primary needs-script" type="button" data-copy-from={ids.newRecoveryCodes}>
            Copy codes
          </button>
          <a
            class="button"
            data-forget
            download="kagi-recovery-codes.txt"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join("\n")}\n`)}`}
          >
            Download codes
          </a>
        </div>
      </section>
      <p class="muted small">
        Somebody who was signed in as you until now still is: <a href={urls.sessions}>look at your sessions</a>.
      </p>
      <div class="actions">
        <a class="button" href={urls.signInSettings}>
          I have them
        </a>
      </div>
    </div>
  </Page>
);

export const RenewCodesPage = ({ frame }: { frame: Frame }): JSX.Element => (
  <Page frame={frame} title="Make new recovery codes" section="settings">
    <div class="narrow panel">
      <RenewCodes inDialog={false} />
    </div>
  </Page>
);

export const RenewCodes = ({ inDialog }: { inDialog: boolean }): JSX.Element => (
  <Confirm
    title="Make new recovery codes?"
    action={urls.renewRecoveryCodes}
    verb="Make new codes"
    back={urls.signInSettings}
    inDialog={inDialog}
    calm
  >
    <p>You get ten new ones. Those that you have are worth nothing from then on, used or not.</p>
  </Confirm>
);
