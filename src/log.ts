/** Fields of a log line. Never a secret value, a submitted text or a header; ids, counts, codes and addresses only. */
export type LogFields = Record<string, string | number | boolean | null | undefined>;

export type Log = Readonly<{
  info: (message: string, fields?: LogFields) => void;
  warn: (message: string, fields?: LogFields) => void;
  error: (message: string, fields?: LogFields) => void;
}>;

/** One line an event in logfmt (`time level message key=value`), on stderr, so that stdout stays the commands' own. */
export function createLog(write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const line =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const pairs = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => ` ${key}=${typeof value === "string" ? quote(value) : value}`);
      write(`${new Date().toISOString()} ${level} ${message}${pairs.join("")}\n`);
    };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

/** Enough to see an attack by, and too few to fill a disk. */
const REFUSALS_A_MINUTE = 60;

type Minute = { began: number; told: number; untold: number };
const minutes = new WeakMap<Log, Map<string, Minute>>();

/**
 * Warns of a refusal that anybody can bring about, as often as they like: so many times a minute, and then, with the
 * first of the next, how many more there were.
 */
export function warnOfRefusal(log: Log, now: Date, message: string, fields: LogFields): void {
  const known = minutes.get(log) ?? new Map<string, Minute>();
  minutes.set(log, known);
  const last = known.get(message);
  const over = last === undefined || Math.abs(now.getTime() - last.began) >= 60_000;
  const minute = over ? { began: now.getTime(), told: 0, untold: 0 } : last;
  known.set(message, minute);
  if (minute.told >= REFUSALS_A_MINUTE) {
    minute.untold += 1;
    return;
  }
  minute.told += 1;
  const untold = over && last !== undefined && last.untold > 0 ? last.untold : undefined;
  log.warn(message, { ...fields, untold });
}

/** Quoting keeps a line break in a field from starting a forged line. */
function quote(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : JSON.stringify(text);
}

function short(code: unknown): string | number | undefined {
  return typeof code === "string" || typeof code === "number" ? code : undefined;
}

/**
 * What may be logged of a thrown thing: the class, code and call sites, without the message, because messages of
 * drivers and parsers quote the data they choked on.
 */
export function describeCause(error: unknown): LogFields {
  if (!(error instanceof Error)) return { cause: typeof error };
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  const frames = (error.stack ?? "")
    .split("\n")
    .filter((frame) => /^\s+at /.test(frame))
    .slice(0, 6)
    .map((frame) => frame.trim().replace(/^at /, ""));
  return {
    cause: error.name,
    code: short(code),
    errno: short(errno),
    at: frames.join(" < "),
  };
}
