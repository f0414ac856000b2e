import { t } from "elysia";
import { VISIT_MINUTES } from "../../limits.ts";

export type { KeycloakReason } from "../../errors.ts";

/** What a way to Keycloak is for. */
export type Purpose = "sign-in" | "link" | "confirm";

export const VISIT_MS = VISIT_MINUTES * 60 * 1000;
/** How far Keycloak's clock and this one may be apart. */
export const CLOCK_SKEW_SECONDS = 30;
/** How long one request to Keycloak may take, and how much an answer may hold. */
export const PATIENCE_MS = 5000;
export const ANSWER_BYTES = 1024 * 1024;

/** Whom Keycloak says somebody is, of an ID token that has been verified. */
export type Person = Readonly<{
  subject: string;
  /** Null where Keycloak tells none that could be an account's. */
  email: string | null;
  emailVerified: boolean;
  name: string | null;
  /** The session at Keycloak. */
  sid: string | null;
  /** When the person last proved themselves there, in seconds since 1970; null when it is not told. */
  authTime: number | null;
  idToken: string;
}>;

/** One of the identities of an account, as its owner sees it. */
export type Identity = Readonly<{ id: string; label: string; issuer: string; createdAt: string; lastUsedAt: string }>;

/** What a settings page tells of the way in through Keycloak. */
export type Linked = Readonly<{
  realm: string;
  /** What the operator enters at the realm's client. */
  redirectUri: string;
  identities: readonly Identity[];
}>;

const parameter = (description: string, example: string) =>
  t.Optional(t.String({ maxLength: 4096, description, examples: [example] }));

export const SignInQuery = t.Object(
  {
    next: t.Optional(
      t.String({ maxLength: 2000, description: "The page of this server to go on to", examples: ["/keys"] }),
    ),
  },
  { additionalProperties: false },
);

/** Parameters that are not listed are ignored (OpenID Connect Core 1.0, 3.1.2.5). */
export const AnswerQuery = t.Object(
  {
    state: parameter("The way that comes to its end", "hYd2kTgMZ0qS3nQvX1r8pW5bL7cE9aFJ4uI6oKzRxNs"),
    code: parameter("What Keycloak tells the person for", "5f0e2c1a-7d64-4f0b-9a2e-b1c8d3e4f5a6"),
    iss: parameter("Who answers (RFC 9207); checked where it is there", "https://id.example.com/realms/team"),
    error: parameter("Why nothing came of it", "access_denied"),
  },
  { additionalProperties: true },
);

export const LogoutForm = t.Object(
  { logout_token: t.String({ minLength: 1, maxLength: 20_000 }) },
  { additionalProperties: false },
);
