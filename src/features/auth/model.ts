import { type Static, t } from "elysia";
import { PROOF_MINUTES } from "../../limits.ts";
import { Id, NAME_LENGTH, nullable, PROBLEM, Timestamp } from "../../schema.ts";

export const PASSWORD_LENGTH = { min: 10, max: 1000 } as const;
export const EMAIL_LENGTH = 254;

/** Idle and absolute life of a session; the shorter one wins. */
export const SESSION_IDLE_MS = 24 * 60 * 60 * 1000;
export const SESSION_MAX_MS = 14 * 24 * 60 * 60 * 1000;
/** For so long a proof of who sits there counts as fresh, for what a session alone may not do. */
export const PROOF_FRESH_MS = PROOF_MINUTES * 60 * 1000;
/** For so long somebody who has given the right password may take to give the second factor. */
export const PENDING_SIGN_IN_MS = 10 * 60 * 1000;
/** Of one account at a time; whoever has the password can begin as many as they like. */
export const MOST_PENDING = 5;
/** For so long the question put to a passkey stands. */
export const CEREMONY_MS = 5 * 60 * 1000;
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

/** A one-time code of the authenticator app, or one of the recovery codes. Spaces and dashes mean nothing. */
export const Code = t.String({
  minLength: 1,
  maxLength: 64,
  description: "Of the authenticator app, or a recovery code. Needed, and looked at, with a second factor only",
  examples: ["492039"],
  [PROBLEM]: "is required",
});

export const SignInInput = t.Object(
  {
    email: t.String({ minLength: 1, maxLength: EMAIL_LENGTH, examples: ["ada@example.com"] }),
    password: t.String({ minLength: 1, maxLength: PASSWORD_LENGTH.max, examples: ["correct horse battery staple"] }),
    code: t.Optional(Code),
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
  examples: ["correct horse battery staple"],
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
export const Confirmation = t.Object(
  { password: CurrentPassword, code: t.Optional(Code) },
  { additionalProperties: false },
);

/** What the API answers to a proof: until when it counts. */
export const Confirmed = t.Object({ confirmedUntil: Timestamp }, { additionalProperties: false });

/** By what somebody has signed in. */
export type SignInMethod = "set-up" | "password" | "keycloak" | "passkey";
export type SecondStep = "totp" | "recovery-code" | "passkey";

/** Which factors an account has. `recoveryCodes` are those that are not used yet. */
export type Factors = Readonly<{ password: boolean; totp: boolean; passkeys: number; recoveryCodes: number }>;

export const ListedSession = t.Object(
  {
    id: Id,
    device: t.String({ description: "Browser and system, as far as they say", examples: ["Firefox on Linux"] }),
    address: t.String({ description: "Where it was signed in from", examples: ["203.0.113.7"] }),
    method: nullable(
      t.String({
        description: "How: `password`, `passkey`, `keycloak` or `set-up`, with `+` and the second factor, if any",
        examples: ["password+totp"],
      }),
    ),
    createdAt: Timestamp,
    lastSeenAt: Timestamp,
    expiresAt: Timestamp,
    current: t.Boolean({ description: "Whether it is the one that asks", examples: [true] }),
  },
  { additionalProperties: false },
);
export type ListedSession = Static<typeof ListedSession>;

export const SessionInfo = t.Object(
  {
    user: User,
    session: t.Object({ id: Id, createdAt: Timestamp, expiresAt: Timestamp }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);
export type SessionInfo = Static<typeof SessionInfo>;

// What a passkey says of who somebody is.

/** Base64url of something that browsers make, of which a few kilobytes are plenty. */
export const Encoded = t.String({
  pattern: "^[A-Za-z0-9_-]+={0,2}$",
  maxLength: 16_384,
  examples: ["dGhpcyBpcyBhbiBleGFtcGxl"],
  [PROBLEM]: "must be base64url",
});
const CredentialId = t.String({
  pattern: "^[A-Za-z0-9_-]+$",
  maxLength: 1400,
  examples: ["dGhpcyBpcyBhIGNyZWRlbnRpYWw"],
  [PROBLEM]: "must be base64url",
});

/** What a browser sends besides what is read here is its own affair (WebAuthn Level 3, 5.1). */
const open = { additionalProperties: true } as const;
export const CREDENTIAL = {
  id: CredentialId,
  rawId: CredentialId,
  type: t.Literal("public-key"),
  clientExtensionResults: t.Optional(t.Object({}, open)),
};

/** A browser's `PublicKeyCredential.toJSON()` after `navigator.credentials.get`. */
export const UsedCredential = t.Object(
  {
    ...CREDENTIAL,
    response: t.Object(
      {
        clientDataJSON: Encoded,
        authenticatorData: Encoded,
        signature: Encoded,
        userHandle: t.Optional(t.String({ maxLength: 128, examples: ["MDE5MzZmNWU"] })),
      },
      open,
    ),
  },
  open,
);
export type UsedCredential = Static<typeof UsedCredential>;

export const PasskeyProof = t.Object({ response: UsedCredential }, { additionalProperties: false });
