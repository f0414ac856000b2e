import type { Difference, DifferenceLine } from "../../src/features/envs/model.ts";

type Props = { of: Difference; label: string; from: string; to: string };

/** Two contents set against each other, in signs and words as well as colors. */
export const DifferenceView = ({ of: { lines, added, removed, notes }, label, from, to }: Props): JSX.Element => (
  <div class="stack tight">
    <p class="small muted">
      <span class="removed-sign" aria-hidden="true">
        −
      </span>{" "}
      <span safe>{`${removed} only in ${from}`}</span>
      {", "}
      <span class="added-sign" aria-hidden="true">
        +
      </span>{" "}
      <span safe>{`${added} only in ${to}`}</span>
    </p>
    {notes.map((note) => (
      <p class="small" safe>
        {note}
      </p>
    ))}
    {lines === null ? (
      <p class="notice">The two are too far apart to be shown line by line.</p>
    ) : added + removed === 0 ? (
      <p class="notice">{notes.length === 0 ? "There is no difference." : "The lines themselves are the same."}</p>
    ) : (
      <section class="difference" tabindex="0" aria-label={label}>
        {lines.map((line) => (
          <Line line={line} />
        ))}
      </section>
    )}
  </div>
);

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

const Line = ({ line }: { line: DifferenceLine }): JSX.Element =>
  line.kind === "skipped" ? (
    <div class="line gap" safe>
      {line.count === 1 ? "1 line that is the same" : `${line.count} lines that are the same`}
    </div>
  ) : (
    <div class={`line ${line.kind}`}>
      <span class="number" aria-hidden="true" safe>
        {String(line.line)}
      </span>
      <span class="sign">{SIGNS[line.kind]}</span>
      {line.kind === "added" ? (
        <ins safe>{line.text}</ins>
      ) : line.kind === "removed" ? (
        <del safe>{line.text}</del>
      ) : (
        <span safe>{line.text}</span>
      )}
    </div>
  );
