import type { AccessKey } from "../../src/features/access-keys/model.ts";
import { Choices, type Problem } from "../components/field.tsx";
import { Form, Sheet } from "../components/form.tsx";
import type { Frame } from "../layout/frame.ts";
import { urls } from "../urls.ts";

type Props = { accessKey: AccessKey; problem: Problem | null; chosen: string };

export const RotateAccessKeyPage = ({ frame, ...form }: Props & { frame: Frame }): JSX.Element => (
  <Sheet
    frame={frame}
    title={`Rotate ${form.accessKey.name}`}
    section="settings"
    steps={[
      { name: "Settings", href: urls.settings },
      { name: "Access keys", href: urls.accessKeys },
      { name: "Rotate" },
    ]}
  >
    <RotateAccessKey {...form} />
  </Sheet>
);

/** When the old key ends, by minutes from now. */
const ENDS = [
  ["0", "Now", "It has leaked, or nothing uses it"],
  ["60", "In 1 hour", "You are about to put the new one in its place"],
  ["1440", "In 1 day", "It is in several places"],
  ["10080", "In 7 days", "Others have to act"],
] as const;

export const RotateAccessKey = ({ accessKey, problem, chosen }: Props): JSX.Element => (
  <Form
    action={urls.rotateAccessKey(accessKey.id)}
    problem={problem}
    shows={["endsAt"]}
    submit="Make the new key"
    back={urls.accessKeys}
  >
    <p>
      A new key takes the place of <strong safe>{accessKey.name}</strong> (<code safe>{`${accessKey.keyPrefix}…`}</code>
      ), with the same scopes and limits
      {accessKey.expiresAt === null ? ", and without an end" : ", and for as long a time as that had"}.
    </p>
    <Choices name="endsAt" legend="The old key ends" hint="Never later than it would have anyway." problem={problem}>
      <div class="choices">
        {ENDS.map(([minutes, when, why]) => (
          <label class="choice">
            <input type="radio" name="ends" value={minutes} checked={minutes === chosen} required />
            <span>
              <strong>{when}</strong>
              <small>{why}</small>
            </span>
          </label>
        ))}
      </div>
    </Choices>
  </Form>
);
