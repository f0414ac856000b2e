import type { Finding } from "../../src/features/export/model.ts";
import { count } from "../components/bits.tsx";

const WORDS: Readonly<Record<Finding["kind"], { title: string; text: string }>> = {
  repeated: {
    title: "Written more than once",
    text: "A program keeps the last line of a name. Choose one project and one environment to have one of each.",
  },
  notPortable: {
    title: "Not read alike by every program",
    text: "They are written for dotenv. Choose the program that will read them, and it reads them right.",
  },
  notWritten: {
    title: "Not written",
    text: "No form of them is safe with every program. A comment stands in their place; choose the program that will read them.",
  },
  unreadable: {
    title: "Not decrypted",
    text: "could not be decrypted and would be missing. The server's log names the entries.",
  },
};

/** What an export would not hold as it is stored. */
export const Findings = ({ findings }: { findings: readonly Finding[] }): JSX.Element => (
  <>
    {findings.map(({ kind, names, total }) => (
      <section class={kind === "unreadable" ? "notice bad" : "notice warns"}>
        <div class="stack tight">
          <h2 safe>{WORDS[kind].title}</h2>
          <p class="small" safe>
            {names.length === 0 ? `${count(total, "value")} ${WORDS[kind].text}` : WORDS[kind].text}
          </p>
          {names.length === 0 ? null : (
            <ul class="name-list">
              {names.map(({ name, why }) => (
                <li>
                  <code safe>{name}</code>
                  {why === null ? null : (
                    <small class="muted" safe>
                      {why}
                    </small>
                  )}
                </li>
              ))}
            </ul>
          )}
        </div>
      </section>
    ))}
  </>
);
