import type { LiveCode as Code, TwoFactor } from "../../src/features/two-factor/model.ts";
import { attribute } from "../components/attribute.ts";
import { Path } from "../components/bits.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { ids, urls } from "../urls.ts";
import { accountOf } from "../words.ts";

/** The code that is not here: dots, and the ways to get at it. */
export const HiddenCode = ({ item }: { item: TwoFactor }): JSX.Element => {
  const of = ` code of ${item.service}, ${item.accountName}`;
  if (!item.hasSecret) {
    return (
      <div class="value one-time">
        <p class="muted small">No authenticator key</p>
      </div>
    );
  }
  return (
    <div class="value one-time">
      <div class="what">
        <span class="dots big" aria-hidden="true">
          {item.digits === 8 ? "•••• ••••" : item.digits === 7 ? "••• ••••" : "••• •••"}
        </span>
        <Kind item={item} />
      </div>
      <div class="revealed" id={ids.liveCode(item.id)}></div>
      <div class="actions">
        <form
          class="reveal"
          method="post"
          action={urls.twoFactorCode(item.id)}
          hx-post={urls.twoFactorCode(item.id)}
          hx-target={`#${ids.liveCode(item.id)}`}
        >
          <button class="button small" type="submit">
            Reveal
            <span class="visually-hidden" safe>
              {of}
            </span>
          </button>
        </form>
        <form
          class="needs-script"
          method="post"
          action={urls.copyTwoFactorCode(item.id)}
          data-copy={attribute(`the code of ${item.service}`)}
        >
          <button class="button small" type="submit">
            Copy
            <span class="visually-hidden" safe>
              {of}
            </span>
          </button>
        </form>
      </div>
    </div>
  );
};

/** How the codes are made, where that is unusual. */
const Kind = ({ item: { algorithm, digits, period } }: { item: TwoFactor }): JSX.Element => {
  const unusual = [
    algorithm === "SHA1" ? "" : algorithm,
    digits === 6 ? "" : `${digits} digits`,
    period === 30 ? "" : `every ${period} s`,
  ].filter((words) => words !== "");
  return unusual.length === 0 ? (
    ""
  ) : (
    <span class="kind" safe>
      {unusual.join(" · ")}
    </span>
  );
};

/** A code in place of its dots, until it hides itself. */
export const RevealedCode = ({ code }: { code: Code }): JSX.Element => (
  <div data-revealed>
    <LiveCode code={code} />
    <div class="shown-for">
      <button class="button small" type="button" data-hide autofocus>
        Hide
      </button>
      <span class="muted small">Hides after 30 s</span>
    </div>
  </div>
);

/** A code with what is left of it. Its script counts down, and has it asked for anew when it ends. */
export const LiveCode = ({ code }: { code: Code }): JSX.Element => {
  const period = code.period * 1000;
  const left = period - (code.serverTime % period);
  return (
    <div
      class="live"
      hx-post={urls.twoFactorCode(code.id)}
      hx-trigger="again"
      hx-vals='{"again":"yes"}'
      hx-swap="outerHTML"
      data-live
      data-left={String(left)}
      data-period={String(period)}
      data-server-time={String(code.serverTime)}
    >
      <section aria-label={attribute(`Code of ${code.service}, ${code.accountName}`)}>
        <Digits code={code.code} />
      </section>
      <span class="left" role="timer">
        <Ring share={(100 * left) / period} />
        <span>
          <span data-seconds safe>
            {String(code.remainingSeconds)}
          </span>
          <span class="unit"> s left</span>
        </span>
      </span>
      <p class="clock" role="status" data-clock></p>
    </div>
  );
};

/** In two groups, so that it can be read at a glance; copied, it is one. */
const Digits = ({ code }: { code: string }): JSX.Element => (
  <span class="digits">
    <span safe>{code.slice(0, Math.floor(code.length / 2))}</span>
    <span safe>{code.slice(Math.floor(code.length / 2))}</span>
  </span>
);

/** Of this radius, the way round is 100. */
const RADIUS = "15.9155";

const Ring = ({ share }: { share: number }): JSX.Element => (
  <svg class="ring" viewBox="0 0 40 40" fill="none" stroke-width="5" aria-hidden="true">
    <circle class="track" cx="20" cy="20" r={RADIUS} />
    <circle
      class="rest"
      cx="20"
      cy="20"
      r={RADIUS}
      transform="rotate(-90 20 20)"
      stroke-dasharray={`${share.toFixed(1)} 100`}
      data-ring
    />
  </svg>
);

/** The code on a page of its own, for browsers without script. */
export const RevealedCodePage = ({ frame, code }: { frame: Frame; code: Code }): JSX.Element => (
  <Page frame={frame} title={`Code of ${accountOf(code)}`} section="2fa">
    <Path steps={[{ name: "2FA", href: urls.twoFactors }, { name: code.service }]} />
    <div class="head">
      <div>
        <h1 safe>{code.service}</h1>
        <p class="facts" safe>
          {code.accountName}
        </p>
      </div>
      <div class="actions">
        <form method="post" action={urls.twoFactorCode(code.id)}>
          <button class="button" type="submit">
            Show the code of now
          </button>
        </form>
        <a class="button primary" href={urls.twoFactorIn(code.id)}>
          Hide
        </a>
      </div>
    </div>
    <div class="one-time" data-revealed>
      <LiveCode code={code} />
    </div>
  </Page>
);
