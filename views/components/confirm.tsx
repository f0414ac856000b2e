import type { PropsWithChildren } from "@elysiajs/html";

type Props = PropsWithChildren<{
  title: string;
  action: string;
  verb: string;
  back: string;
  /** Whether it stands in the page's dialog or on a page of its own. */
  inDialog: boolean;
  /** Whether what it does can be undone. */
  calm?: boolean;
}>;

/** Asks once before something is gone. What goes is in the words that it is given. */
export const Confirm = ({ title, action, verb, back, inDialog, calm, children }: Props): JSX.Element => (
  <form
    class="stack"
    method="post"
    action={action}
    hx-post={action}
    data-dialog-body={inDialog}
    data-replaces={calm !== true}
  >
    {inDialog ? (
      <h2 id="dialog-title" safe>
        {title}
      </h2>
    ) : (
      <h1 safe>{title}</h1>
    )}
    <div class="stack">{children}</div>
    <div class="actions">
      <a class="button" href={back} data-close-dialog>
        Cancel
      </a>
      <button class={calm ? "button primary" : "button danger"} type="submit" safe>
        {verb}
      </button>
    </div>
  </form>
);
