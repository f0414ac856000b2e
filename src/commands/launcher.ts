import { existsSync, readFileSync } from "node:fs";
import { launchedBy } from "../config.ts";

const LOOK_EVERY_MS = 250;

/**
 * Calls `ended` once when what launched this process is gone: `bun start`, and under npx the shell in between, which
 * ends by a signal and keeps it to itself. Without this a server whose npx was stopped would go on listening.
 */
export function whenLauncherEnds(ended: () => unknown): void {
  const { script, npm } = launchedBy();
  if (!script) return;
  const parent = process.ppid;
  const { name, parent: shell } = lookUp(parent);
  // With npm itself for a parent, the next one up is the operator's own shell, which may well be left.
  const watched = npm && name !== undefined && /^bun(\.exe)?$/.test(name) ? shell : undefined;
  const looking = setInterval(() => {
    if (process.ppid === parent && (watched === undefined || lookUp(parent).parent === watched)) return;
    clearInterval(looking);
    ended();
  }, LOOK_EVERY_MS);
  looking.unref();
}

/** Where /proc is; elsewhere this would take a program of its own each time. */
function lookUp(pid: number): { name?: string | undefined; parent?: string | undefined } {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return {};
  const [, name, parent] = /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(file, "latin1")) ?? [];
  return { name, parent };
}
