/** What every page shows around its content. */
export type Frame = Readonly<{
  theme: Theme;
  /** Path and query of the page, to come back to. */
  here: string;
  user: Readonly<{ name: string; email: string }> | null;
  version: string;
  files: Readonly<{ css: string; script: string; search: string; htmx: string; icon: string }>;
  /** What the page before has done, said once. */
  done: string | null;
}>;

/** null follows the system. */
export type Theme = "light" | "dark" | null;

export type Section = "overview" | "keys" | "entries" | "2fa" | "envs" | "settings" | null;
