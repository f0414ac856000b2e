import { BODY_MIB } from "./limits.ts";

/**
 * The failures that Kagi knows by name. Each has one HTTP status and one wording for people; whatever else goes wrong
 * is an INTERNAL_ERROR, whose cause goes to the log and never to the caller.
 */
const CODES = {
  VALIDATION_ERROR: { status: 400, message: "The request is not valid" },
  CATEGORY_SIMPLE_REQUIRES_ENV_VAR: { status: 400, message: "envVarName is required for a simple category" },
  KEYCLOAK_STATE_INVALID: { status: 400, message: "This sign-in through Keycloak was not begun here, or is over" },
  AUTH_REQUIRED: { status: 401, message: "Unauthorized" },
  AUTH_INVALID_KEY: { status: 401, message: "Unauthorized" },
  AUTH_INVALID_CREDENTIALS: { status: 401, message: "Wrong e-mail or password" },
  SECOND_FACTOR_REQUIRED: { status: 401, message: "A code of your second factor is needed as well" },
  SECOND_FACTOR_INVALID: { status: 401, message: "That code is wrong, or was used already" },
  PASSKEY_INVALID: { status: 401, message: "That passkey was not accepted" },
  AUTH_SCOPE_REQUIRED: { status: 403, message: "Forbidden" },
  AUTH_SESSION_REQUIRED: { status: 403, message: "Forbidden" },
  AUTH_ADDRESS_NOT_ALLOWED: { status: 403, message: "This access key may not be used from here" },
  AUTH_KEY_LIMITED: { status: 403, message: "This access key is limited to one project or environment" },
  FRESH_PROOF_REQUIRED: { status: 403, message: "Confirm that it is still you first, with POST /api/auth/confirm" },
  CROSS_ORIGIN: { status: 403, message: "Forbidden" },
  EMAIL_PASSWORD_DISABLED: { status: 403, message: "Signing in with e-mail and password is switched off here" },
  KEYCLOAK_REFUSED: { status: 403, message: "Keycloak, or this vault, does not let you in that way" },
  SETUP_TOKEN_REQUIRED: { status: 403, message: "The set-up token is missing or wrong" },
  CATEGORY_NOT_FOUND: { status: 404, message: "Not found" },
  ENTRY_NOT_FOUND: { status: 404, message: "Not found" },
  ENV_PROJECT_NOT_FOUND: { status: 404, message: "Not found" },
  ENV_FILE_NOT_FOUND: { status: 404, message: "Not found" },
  TWO_FACTOR_NOT_FOUND: { status: 404, message: "Not found" },
  ACCESS_KEY_NOT_FOUND: { status: 404, message: "Not found" },
  SESSION_NOT_FOUND: { status: 404, message: "Not found" },
  PASSKEY_NOT_FOUND: { status: 404, message: "Not found" },
  NOT_FOUND: { status: 404, message: "Not found" },
  METHOD_NOT_ALLOWED: { status: 405, message: "Method not allowed" },
  CONFLICT: { status: 409, message: "Conflict" },
  TWO_FACTOR_NO_SECRET: { status: 409, message: "This has recovery codes only, and no secret to make codes with" },
  NO_RECOVERY_CODES_LEFT: { status: 409, message: "No unused recovery code is left" },
  PASSKEYS_UNAVAILABLE: { status: 409, message: "Passkeys need https, or localhost by that very name" },
  PAYLOAD_TOO_LARGE: { status: 413, message: `The body is larger than ${BODY_MIB} MiB` },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: "Send JSON with Content-Type: application/json" },
  RATE_LIMITED: { status: 429, message: "Too many attempts" },
  INTERNAL_ERROR: { status: 500, message: "Internal server error" },
  AI_EXTRACTION_FAILED: { status: 502, message: "The language model did not help" },
  KEYCLOAK_FAILED: { status: 502, message: "Keycloak could not be asked, or its answer was not to be believed" },
  KEYCLOAK_NOT_CONFIGURED: { status: 503, message: "This server knows no Keycloak: KEYCLOAK_URL is not set" },
  AI_NOT_CONFIGURED: { status: 503, message: "This server has AI switched off: KAGI_AI is off" },
} as const;

export type ErrorCode = keyof typeof CODES;
export const ERROR_CODES = Object.keys(CODES) as ErrorCode[];

/** Why a language model was of no help. */
export const AI_FAILURES = [
  "unreachable",
  "timeout",
  "unauthorized",
  "rate_limited",
  "refused",
  "malformed",
  "unavailable",
] as const;
export type AiFailure = (typeof AI_FAILURES)[number];

/** Why Keycloak led nobody in: of a KEYCLOAK_FAILED, and then of a KEYCLOAK_REFUSED. */
export const KEYCLOAK_FAILURES = ["unreachable", "timeout", "misconfigured", "untrusted"] as const;
export const KEYCLOAK_REFUSALS = [
  "cancelled",
  "role",
  "disabled",
  "address_missing",
  "address_unverified",
  "address_taken",
  "linked_elsewhere",
  "somebody_else",
] as const;
export type KeycloakReason = (typeof KEYCLOAK_FAILURES)[number] | (typeof KEYCLOAK_REFUSALS)[number];

/** What may accompany an error besides its wording; every member is safe to show and none is ever a submitted value. */
export type ErrorDetails = {
  /** Dotted path of the field that is wrong: `value.AWS_REGION`. */
  field?: string;
  /** The scope that the access key lacks. */
  requiredScope?: string;
  /** Seconds until another attempt is worth making. */
  retryAfter?: number;
  /** The methods a path answers to, for `Allow`. */
  allow?: readonly string[];
  /** Names of variables that cannot be written in the asked dialect. */
  keys?: readonly string[];
  /** Of an AI_EXTRACTION_FAILED, a KEYCLOAK_FAILED and a KEYCLOAK_REFUSED. */
  reason?: AiFailure | KeycloakReason;
};

export class AppError extends Error {
  readonly status: number;

  constructor(
    readonly code: ErrorCode,
    message: string = CODES[code].message,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "AppError";
    this.status = CODES[code].status;
  }
}

export const PRECONDITION_FAILED = 412;

/** A CONFLICT with the version that a request made itself conditional on, for which HTTP has a status of its own. */
export class PreconditionFailed extends AppError {
  override readonly status = PRECONDITION_FAILED;

  constructor(message: string) {
    super("CONFLICT", message);
  }
}

/** A 400 that names the field. `problem` follows the field's name: `invalid("name", "must not be empty")`. */
export function invalid(field: string, problem: string): AppError {
  return new AppError("VALIDATION_ERROR", `${field} ${problem}`, { field });
}

export function conflict(message: string, field?: string): AppError {
  return new AppError("CONFLICT", message, field === undefined ? {} : { field });
}

export function statusOf(code: ErrorCode): number {
  return CODES[code].status;
}

export function messageOf(code: ErrorCode): string {
  return CODES[code].message;
}

/** A unique constraint has refused a write. Only `uniquely` makes a CONFLICT of it: anywhere else it is a defect. */
export class UniqueViolation extends Error {
  override name = "UniqueViolation";

  constructor(cause: unknown) {
    super("a unique constraint refused a write", { cause });
  }
}

/** Waits for a write, and says `message`, as a CONFLICT, when a unique constraint refuses it. */
export async function uniquely<T>(write: Promise<T>, message: string, field?: string): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof UniqueViolation) throw conflict(message, field);
    throw error;
  }
}
