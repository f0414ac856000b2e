import { Type } from "@sinclair/typebox";
import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, nullable, oneOf, Paging, PROBLEM, Search, Timestamp } from "../../schema.ts";

export const ALGORITHMS = ["SHA1", "SHA256", "SHA512"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];
export const DIGITS = { min: 6, max: 8 } as const;
/** Seconds. */
export const PERIOD = { min: 15, max: 300 } as const;
/** What an `otpauth://` link means that does not say. */
export const DEFAULTS = { algorithm: "SHA1", digits: 6, period: 30 } as const;

export const TWO_FACTOR_NOTES_LENGTH = 10_000;
export const RECOVERY_CODE_COUNT = 100;
export const RECOVERY_CODE_LENGTH = 255;
/** A secret, or a whole link with one. */
export const SECRET_LENGTH = 4096;
/** How long a recovery code that was taken by mistake can be put back. */
export const RETURN_WITHIN_MS = 15 * 60 * 1000;

const Service = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["GitHub"] });
const AccountName = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["ada@example.com"] });
const Notes = t.String({ maxLength: TWO_FACTOR_NOTES_LENGTH, examples: ["The team's account"] });
export const AlgorithmSchema = oneOf(ALGORITHMS, { description: "The hash that codes are made with" });
// Not Elysia's integers, which also take text.
const Digits = Type.Integer({ minimum: DIGITS.min, maximum: DIGITS.max, examples: [6] });
const Period = Type.Integer({
  minimum: PERIOD.min,
  maximum: PERIOD.max,
  description: "Seconds for which a code is good",
  examples: [30],
});
const Secret = t.String({
  minLength: 1,
  maxLength: SECRET_LENGTH,
  description:
    "Base32 (lower case, spaces and dashes are fine), or a whole `otpauth://totp/…` link, whose label, issuer and parameters fill what was not sent",
  examples: ["JBSWY3DPEHPK3PXP"],
});
const RecoveryCode = t.String({
  minLength: 1,
  maxLength: RECOVERY_CODE_LENGTH,
  examples: ["a1b2c-3d4e5"],
  [PROBLEM]: `must be a string of 1 to ${RECOVERY_CODE_LENGTH} characters`,
});
const RecoveryCodes = t.Array(RecoveryCode, { minItems: 1, maxItems: RECOVERY_CODE_COUNT, uniqueItems: true });

export const TwoFactor = t.Object(
  {
    id: Id,
    userId: Id,
    service: Service,
    accountName: AccountName,
    notes: nullable(Notes),
    algorithm: AlgorithmSchema,
    digits: Digits,
    period: Period,
    hasSecret: t.Boolean({ description: "Whether it gives one-time codes", examples: [true] }),
    recoveryCodesTotal: Type.Integer({ minimum: 0, examples: [10] }),
    recoveryCodesUsed: Type.Integer({ minimum: 0, examples: [2] }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { additionalProperties: false },
);
export type TwoFactor = Static<typeof TwoFactor>;

const members = {
  service: Service,
  accountName: AccountName,
  secret: nullable(Secret),
  recoveryCodes: nullable(RecoveryCodes),
  algorithm: AlgorithmSchema,
  digits: Digits,
  period: Period,
  notes: nullable(Notes),
};

/** `service` and `accountName` may be left to the link that `secret` is; `secret`, `recoveryCodes` or both are there. */
export const TwoFactorInput = t.Partial(t.Object(members), { additionalProperties: false });
export type TwoFactorInput = Static<typeof TwoFactorInput>;

/** `secret: null` clears it; `recoveryCodes` is the whole new set, in which codes that stay keep their state. */
export const TwoFactorChange = t.Partial(
  t.Object({
    ...members,
    recoveryCodes: {
      ...members.recoveryCodes,
      description: "The whole new set; a code that is in the old one, too, keeps its state",
    },
  }),
  { additionalProperties: false },
);
export type TwoFactorChange = Static<typeof TwoFactorChange>;

export const TwoFactorQuery = t.Object(
  { ...Paging.properties, search: t.Optional(Search) },
  { additionalProperties: false },
);
export type TwoFactorQuery = Static<typeof TwoFactorQuery>;

/** A one-time code (RFC 6238) and for how long it is still the one that is shown. */
export const RevealedCode = t.Object(
  {
    id: Id,
    service: Service,
    accountName: AccountName,
    code: t.String({ pattern: "^[0-9]{6,8}$", examples: ["287082"] }),
    remainingSeconds: Type.Integer({
      minimum: 1,
      maximum: PERIOD.max,
      description: "Seconds until the next code, by the clock reading that this one was made with",
      examples: [17],
    }),
  },
  { additionalProperties: false },
);
export type RevealedCode = Static<typeof RevealedCode>;

/** What a page counts down by: the reading of the server's clock that the code was made with, in milliseconds. */
export type LiveCode = RevealedCode & { period: number; serverTime: number };

/** A recovery code, this once. */
export const TakenRecoveryCode = t.Object(
  {
    id: Id,
    service: Service,
    code: RecoveryCode,
    remaining: Type.Integer({ minimum: 0, description: "Unused codes after this one", examples: [7] }),
    total: Type.Integer({ minimum: 1, examples: [10] }),
  },
  { additionalProperties: false },
);
export type TakenRecoveryCode = Static<typeof TakenRecoveryCode>;

/** The state of a recovery code, never the code. Positions begin with 1. */
export type RecoveryCodeState = { id: string; position: number; usedAt: string | null };
