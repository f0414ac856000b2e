import type { Overview } from "../../src/features/overview/model.ts";
import { urls } from "../urls.ts";

type Step = Readonly<{ name: string; help: string; href: string; done: boolean }>;

/** What a new vault wants, in order; nothing once all of it is done. */
export const FirstSteps = ({ stats, envProjects, hasAccessKeys }: Overview): JSX.Element => {
  const steps: readonly Step[] = [
    {
      name: "Create the first category",
      help: "A service that gives you keys, such as Stripe or OpenAI",
      href: urls.newCategory,
      done: stats.totalCategories > 0,
    },
    {
      name: "File the first entry",
      help: "The key of one project in one environment, inside its category",
      href: urls.keys,
      done: stats.totalEntries > 0,
    },
    {
      name: "Add the first second factor",
      help: "A shared account's one-time codes and its recovery codes",
      href: urls.newTwoFactor,
      done: stats.total2fa > 0,
    },
    {
      name: "Keep the first .env file",
      help: "A project's env files, edited, compared and versioned here",
      href: urls.newEnvProject,
      done: envProjects > 0,
    },
    {
      name: "Make the first access key",
      help: "For a script that may read what you allow, and no more",
      href: urls.newAccessKey,
      done: hasAccessKeys,
    },
  ];
  const done = steps.filter((step) => step.done).length;
  const next = steps.find((step) => !step.done);
  if (next === undefined) return "";
  return (
    <section class="panel steps" aria-labelledby="first-steps">
      <div class="panel-head">
        <h2 id="first-steps">{done === 0 ? "An empty vault: the first steps" : "First steps"}</h2>
        <p class="muted small" safe>{`${done} of ${steps.length} done`}</p>
      </div>
      <ol>
        {steps.map((step) => (
          <StepLine step={step} isNext={step === next} />
        ))}
      </ol>
      {stats.totalEntries > 0 ? null : (
        <p class="aside muted small">
          Before the first secret goes in, copy the encryption key of this server to another safe place: without it
          nobody can open what is stored here. <code>kagi doctor</code> says where it is, and the README how to back up.
        </p>
      )}
    </section>
  );
};

const StepLine = ({ step, isNext }: { step: Step; isNext: boolean }): JSX.Element => (
  <li class={step.done ? "step ticked" : isNext ? "step next" : "step"}>
    <span class="box" aria-hidden="true">
      {step.done ? "✓" : ""}
    </span>
    <span>
      {step.done ? (
        <span>
          <span class="visually-hidden">Done: </span>
          <span safe>{step.name}</span>
        </span>
      ) : (
        <a href={step.href} safe>
          {step.name}
        </a>
      )}
      <small class="help muted" safe>
        {step.help}
      </small>
    </span>
  </li>
);
