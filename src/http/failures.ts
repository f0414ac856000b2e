import type { Problem } from "../../views/components/field.tsx";
import { AppError } from "../errors.ts";

/** What a form shows of a refused action, with the status and headers of the answer. */
export type Refusal = Readonly<{ problem: Problem; status: number; headers: Record<string, string> }>;

/** The refusal when `work` was refused for what somebody typed, undefined when it is done. Anything else is thrown on. */
export async function refusalOf(work: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || !ANSWERED_IN_FORM.has(error.status)) throw error;
    // Asked for on a page of its own.
    if (error.code === "FRESH_PROOF_REQUIRED") throw error;
    const { field = null, retryAfter } = error.details;
    const message = retryAfter === undefined ? error.message : `${error.message}. Try again in ${duration(retryAfter)}`;
    const headers: Record<string, string> = retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) };
    return { problem: { field, message }, status: error.status, headers };
  }
}

const ANSWERED_IN_FORM: ReadonlySet<number> = new Set([400, 401, 403, 409, 429]);

function duration(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}
