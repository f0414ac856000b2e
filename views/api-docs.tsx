import type { Frame } from "./layout/frame.ts";
import { Page } from "./layout/page.tsx";
import { urls } from "./urls.ts";

type Props = Readonly<{
  frame: Frame;
  /** Paths of the files that draw the document. */
  files: Readonly<{ css: string; theme: string; swaggerUi: string; script: string }>;
}>;

/** The API's document, drawn by Swagger UI from this server's own files. Without scripts there is the document itself. */
export const ApiDocsPage = ({ frame, files }: Props): JSX.Element => (
  <Page frame={frame} title="API documentation">
    <link rel="stylesheet" href={files.css} />
    <link rel="stylesheet" href={files.theme} />
    <h1>API documentation</h1>
    <p class="muted">
      Also as a file for your tools: <a href={urls.apiDocument}>OpenAPI 3.1</a>. Try operations as whoever is signed in
      here, or with an access key under “Authorize”.
    </p>
    <div id="api-docs" data-document={urls.apiDocument}>
      <noscript>
        <p>The interactive page needs JavaScript; the document does not.</p>
      </noscript>
    </div>
    <script src={files.swaggerUi} defer></script>
    <script src={files.script} type="module"></script>
  </Page>
);
