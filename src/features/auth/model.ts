import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, PROBLEM, Timestamp } from "../../schema.ts";

export const PASSWORD_LENGTH = { min: 10, max: 1000 } as const;
export const EMAIL_LENGTH = 254;

/** Idle and absolute life of a session; the shorter one wins. */
export const SESSION_IDLE_MS = 24 * 60 * 60 * 1000;
export const SESSION_MAX_MS = 14 * 24 * 60 * 60 * 1000;
/** For so long a proof of who sits there counts as fresh, for what a session alone may not do. */
export const PROOF_FRESH_MS = 10 * 60 * 1000;
/** `last_seen_at` moves at most this often, so that reading does not write. */
export const TOUCH_EVERY_MS = 60 * 1000;

export const User = t.Object(
  {
    id: Id,
    name: t.String({ examples: ["Ada"] }),
    email: t.String({ examples: ["ada@example.com"] }),
  },
  { additionalProperties: false },
);
export type User = Static<typeof User>;

export const SignInInput = t.Object(
  {
    email: t.String({ minLength: 1, maxLength: EMAIL_LENGTH, examples: ["ada@example.com"] }),
    password: t.String({ minLength: 1, maxLength: PASSWORD_LENGTH.max, examples: ["correct horse battery staple"] }),
  },
  { additionalProperties: false },
);
export type SignInInput = Static<typeof SignInInput>;

const Email = t.String({
  pattern: "^[^\\s@\\x00-\\x1f]+@[^\\s@\\x00-\\x1f]+$",
  maxLength: EMAIL_LENGTH,
  [PROBLEM]: "must be an e-mail address",
});
const NewPassword = t.String({
  minLength: PASSWORD_LENGTH.min,
  maxLength: PASSWORD_LENGTH.max,
  [PROBLEM]: `must have ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`,
});
export const CurrentPassword = t.String({
  minLength: 1,
  maxLength: PASSWORD_LENGTH.max,
  [PROBLEM]: "is required",
});

export const NewUserInput = t.Object(
  { email: Email, name: t.Optional(t.String({ maxLength: NAME_LENGTH })), password: NewPassword },
  { additionalProperties: false },
);
export type NewUserInput = Static<typeof NewUserInput>;

/** Said by a session's own person, once more. */
export const Confirmation = t.Object({ password: CurrentPassword }, { additionalProperties: false });

export const SessionInfo = t.Object(
  {
    user: User,
    session: t.Object({ id: Id, createdAt: Timestamp, expiresAt: Timestamp }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);
export type SessionInfo = Static<typeof SessionInfo>;
