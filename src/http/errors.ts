import type { ValueError } from "@sinclair/typebox/errors";
import { AppError } from "../errors.ts";
import { SignInNeeded } from "./guards.ts";
import { validationError } from "./validate.ts";

/** What went wrong, as an AppError, whichever layer threw it. Anything unknown is INTERNAL_ERROR with its cause. */
export function toAppError(code: string | number, error: unknown): AppError {
  if (error instanceof AppError) return error;
  // Elysia wraps what a parse step throws.
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AppError) return cause;
  if (code === "VALIDATION") return validationError((error as { all?: ValueError[] }).all ?? []);
  if (code === "PARSE" && cause === undefined) return new AppError("VALIDATION_ERROR");
  // The client went away in the middle of its own body.
  if (error instanceof Error && error.name === "AbortError") return new AppError("VALIDATION_ERROR");
  if (code === "NOT_FOUND") return new AppError("NOT_FOUND");
  return new AppError("INTERNAL_ERROR", undefined, {}, { cause: cause ?? error });
}

export function isSignInNeeded(error: unknown): boolean {
  return error instanceof SignInNeeded || (error instanceof Error && error.cause instanceof SignInNeeded);
}

/** The JSON of an error and the headers that go with its code. */
export function renderJson(error: AppError): Response {
  const { field, requiredScope, retryAfter, keys, reason } = error.details;
  return Response.json(
    { error: error.message, code: error.code, field, requiredScope, retryAfter, keys, reason },
    { status: error.status, headers: errorHeaders(error) },
  );
}

export function errorHeaders(error: AppError): Record<string, string> {
  const headers: Record<string, string> = {};
  // RFC 9110, 15.5.2: every 401 names a way to authenticate.
  if (error.status === 401) headers["WWW-Authenticate"] = "Bearer";
  if (error.details.allow) headers.Allow = error.details.allow.join(", ");
  if (error.details.retryAfter !== undefined) headers["Retry-After"] = String(error.details.retryAfter);
  return headers;
}
