import type { PropsWithChildren } from "@elysiajs/html";
import { attribute } from "../components/attribute.ts";

/** Where browsers have passkeys: the origin whose pages may ask for one, and the script that does. */
export type PasskeyWay = Readonly<{ origin: string; script: string }>;

type Props = PropsWithChildren<{
  way: PasskeyWay;
  action: string;
  /** The API's operation that says what the passkey is to sign. */
  options: string;
  does: "make" | "use";
  button: string;
  /** Where it leads on. */
  next?: string;
  primary?: boolean;
}>;

/**
 * A form that only a script can send: the browser asks for the passkey, and what it signed goes with the form. What goes
 * wrong before that is said in it.
 */
export const PasskeyForm = ({ way, action, options, does, button, next, primary, children }: Props): JSX.Element => (
  <form
    class="form passkey needs-script"
    method="post"
    action={action}
    data-passkey={does}
    data-options={options}
    data-origin={attribute(way.origin)}
  >
    {next === undefined ? null : <input type="hidden" name="next" value={attribute(next)} />}
    <input type="hidden" name="response" value="" />
    {children}
    <button class={primary ? "button primary" : "button"} type="button" data-ask safe>
      {button}
    </button>
    <p class="error" role="alert" data-said hidden></p>
    <script type="module" src={way.script}></script>
  </form>
);
