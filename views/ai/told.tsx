import { attribute } from "../components/attribute.ts";
import { count } from "../components/bits.tsx";
import { ids } from "../urls.ts";
import { figure, size } from "./words.ts";

/** A request to a model as it would be sent now. */
export type Preview = Readonly<{
  json: string;
  /** The part of it that tells of the vault, without the escapes that it has in there. */
  told: string;
  /** By which a submit says that it is this one. */
  digest: string;
  bytes: number;
  model: string;
  host: string;
  /** Entries whose names it holds, of so many. */
  candidates: number;
  total: number;
}>;

type Props = { preview: Preview; prompt: string; beside?: boolean };

/** What a model is going to see of a prompt, in words and byte for byte. `beside` another answer it finds its place. */
export const Told = ({ preview, prompt, beside = false }: Props): JSX.Element => {
  const { json, told, digest, bytes, model, host, candidates, total } = preview;
  return (
    <section
      id={ids.told}
      class="panel told"
      aria-labelledby="told-title"
      data-prompt={attribute(prompt)}
      hx-swap-oob={beside ? "outerHTML" : undefined}
    >
      <input type="hidden" name="digest" value={attribute(digest)} form={ids.generateForm} />
      <h2 id="told-title">What the model will see</h2>
      <p>
        Your prompt, and the names of categories, projects, variables and environments.{" "}
        <strong>Never values, notes or descriptions.</strong>
      </p>
      <p class="small">
        <span
          safe
        >{`Sends the names of ${figure(candidates)} of ${count(total, "entry", "entries").replace(String(total), figure(total))} to`}</span>{" "}
        <span class="mono" safe>
          {model}
        </span>{" "}
        at{" "}
        <span class="mono" safe>
          {host}
        </span>
        .{candidates < total ? <span class="muted"> The rest is further from your words.</span> : null}
      </p>
      <h3 class="label">The names, as the model reads them</h3>
      <section class="request" tabindex="0" aria-label="The names as the model reads them">
        <pre safe>{told}</pre>
      </section>
      <h3 class="label" safe>{`The request, all of it: ${size(bytes)}`}</h3>
      <section class="request" tabindex="0" aria-label="The request as JSON">
        <pre safe>{json}</pre>
      </section>
    </section>
  );
};
