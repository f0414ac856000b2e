import type { PropsWithChildren } from "@elysiajs/html";
import type { Frame, Section } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { Path, type Step } from "./bits.tsx";
import { FormProblem, type Problem } from "./field.tsx";

type SheetProps = PropsWithChildren<{
  frame: Frame;
  title: string;
  section: Section;
  steps: readonly Step[];
  /** A link beside the title. */
  aside?: Readonly<{ name: string; href: string }>;
}>;

/** A page that makes or changes one thing. */
export const Sheet = ({ frame, title, section, steps, aside, children }: SheetProps): JSX.Element => (
  <Page frame={frame} title={title} section={section}>
    <Path steps={steps} />
    <div class="head">
      <div>
        <h1 safe>{title}</h1>
      </div>
      {aside === undefined ? null : (
        <div class="actions">
          <a class="button" href={aside.href} safe>
            {aside.name}
          </a>
        </div>
      )}
    </div>
    {children}
  </Page>
);

type FormProps = PropsWithChildren<{
  action: string;
  problem: Problem | null;
  /** The names of the fields that show a problem themselves. */
  shows: readonly string[];
  submit: string;
  /** Where Cancel leads; a form without a way back has none. */
  back?: string;
  /** Whether files go with it. */
  files?: boolean;
  /** Whether buttons inside it do something else. */
  otherButtons?: boolean;
  panel?: boolean;
}>;

/** A form that answers with itself when it is refused: the problem on top or at its field, the fields, the actions. */
export const Form = (props: FormProps): JSX.Element => (
  <form
    class={props.panel ? "form panel" : "form"}
    method="post"
    enctype={props.files ? "multipart/form-data" : undefined}
    action={props.action}
    hx-post={props.action}
    hx-swap="outerHTML"
  >
    {/* Enter presses a form's first button, which without script would be another than the one that saves. */}
    {props.otherButtons ? (
      <button class="visually-hidden" type="submit" tabindex="-1" safe>
        {props.submit}
      </button>
    ) : null}
    <FormProblem problem={props.problem} shown={props.shows} />
    {props.children}
    {props.back === undefined ? (
      <Submit text={props.submit} />
    ) : (
      <div class="actions">
        <Submit text={props.submit} />
        <a class="button" href={props.back}>
          Cancel
        </a>
      </div>
    )}
  </form>
);

const Submit = ({ text }: { text: string }): JSX.Element => (
  <button class="button primary" type="submit" safe>
    {text}
  </button>
);
