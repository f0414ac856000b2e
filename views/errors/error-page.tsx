import { BODY_MIB, VALUE_MIB } from "../../src/limits.ts";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { frame: Frame; status: number; message: string; requestId: string };

/** What happened and what to do, for a request that no page of its own can answer. */
export const ErrorPage = ({ frame, status, message, requestId }: Props): JSX.Element => {
  const words = WORDS[status] ?? (status >= 500 ? BROKEN : { title: "That did not work", advice: sentence(message) });
  return (
    <Page frame={frame} title={words.title}>
      <div class="narrow stack">
        <p class="error-code" aria-hidden="true" safe>
          {String(status)}
        </p>
        <h1 safe>{words.title}</h1>
        <p class="muted" safe>
          {words.advice}
        </p>
        {status >= 500 ? (
          <p class="small muted">
            Request <code safe>{requestId}</code>
          </p>
        ) : null}
        <div class="actions">
          <a class="button primary" href={urls.home}>
            {frame.user === null ? "Go to the start" : "Go to the overview"}
          </a>
        </div>
      </div>
    </Page>
  );
};

const BROKEN = {
  title: "Something broke",
  advice:
    "Kagi could not finish this, and nothing was changed. The log of the server tells more under the request below.",
};

const WORDS: Readonly<Record<number, { title: string; advice: string }>> = {
  403: {
    title: "Not allowed",
    advice:
      "The request came from another site or from another address than this server's own. Open Kagi by its own address and try again.",
  },
  404: {
    title: "Not found",
    advice: "There is nothing here. It may have been deleted, or the address has a slip in it.",
  },
  405: { title: "Not found", advice: "There is nothing to open here. Start again from the overview." },
  413: { title: "Too large", advice: `A form may hold ${BODY_MIB} MiB, and a secret value ${VALUE_MIB} MiB.` },
};

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
