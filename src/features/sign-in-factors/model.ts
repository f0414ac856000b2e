import { type Static, t } from "elysia";
import { Id, NAME_LENGTH, nullable, Timestamp } from "../../schema.ts";
import { Code, Confirmed, CREDENTIAL, Encoded, PasskeyProof, User } from "../auth/model.ts";

/**
 * How somebody signs in to their own account: authenticator app, passkeys, recovery codes. The second factors of other
 * services, which the vault keeps for people, are another noun: features/two-factor.
 */

export const RECOVERY_CODES = 10;
/** Each is another device or key; a list of more is a mistake. */
export const MOST_PASSKEYS = 20;

const PasskeyName = t.String({ minLength: 1, maxLength: NAME_LENGTH, examples: ["Laptop"] });

export const Passkey = t.Object(
  { id: Id, name: PasskeyName, createdAt: Timestamp, lastUsedAt: nullable(Timestamp) },
  { additionalProperties: false },
);
export type Passkey = Static<typeof Passkey>;

export const SignInFactors = t.Object(
  {
    password: t.Boolean({ description: "Whether the account has one", examples: [true] }),
    totp: t.Boolean({ description: "Whether an authenticator app is switched on", examples: [true] }),
    passkeys: t.Array(Passkey),
    recoveryCodesLeft: t.Integer({ minimum: 0, examples: [RECOVERY_CODES] }),
  },
  { additionalProperties: false },
);
export type SignInFactors = Static<typeof SignInFactors>;

export const BegunTotp = t.Object(
  {
    secret: t.String({ description: "Base32, for typing", examples: ["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"] }),
    uri: t.String({
      description: "The same as a link, for a QR code",
      examples: ["otpauth://totp/Kagi:ada%40example.com?issuer=Kagi&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
    }),
  },
  { additionalProperties: false },
);
export type BegunTotp = Static<typeof BegunTotp>;

export const TotpConfirmation = t.Object({ code: Code }, { additionalProperties: false });

const Codes = t.Array(t.String({ examples: ["k7fm2x-qp9rdt-w4hsb6-ncv3ye"] }), {
  description: "Each works once, in the place of a code or a passkey. Shown in this answer and never again",
});

export const RecoveryCodes = t.Object({ recoveryCodes: Codes }, { additionalProperties: false });
export type RecoveryCodes = Static<typeof RecoveryCodes>;

/** What comes of a factor that is new: recovery codes with the first, null where there are some already. */
export const AddedFactor = t.Object({ recoveryCodes: nullable(Codes) }, { additionalProperties: false });
export type AddedFactor = Static<typeof AddedFactor>;

export const AddedPasskey = t.Object(
  { passkey: Passkey, recoveryCodes: nullable(Codes) },
  { additionalProperties: false },
);
export type AddedPasskey = Static<typeof AddedPasskey>;

export const PasskeyChange = t.Object({ name: t.Optional(PasskeyName) }, { additionalProperties: false });
export type PasskeyChange = Static<typeof PasskeyChange>;

/** What a browser sends besides what is read here is its own affair (WebAuthn Level 3, 5.1). */
const open = { additionalProperties: true } as const;

/** A browser's `PublicKeyCredential.toJSON()` after `navigator.credentials.create`. */
export const MadeCredential = t.Object(
  {
    ...CREDENTIAL,
    response: t.Object(
      {
        clientDataJSON: Encoded,
        attestationObject: Encoded,
        transports: t.Optional(t.Array(t.String({ maxLength: 32, examples: ["internal"] }), { maxItems: 10 })),
      },
      open,
    ),
  },
  open,
);
export type MadeCredential = Static<typeof MadeCredential>;

export const PasskeyInput = t.Object({ name: PasskeyName, response: MadeCredential }, { additionalProperties: false });
export type PasskeyInput = Static<typeof PasskeyInput>;

const shared = {
  challenge: Encoded,
  timeout: t.Optional(t.Integer({ description: "Milliseconds", examples: [300_000] })),
};

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export const CreationOptions = t.Object(
  {
    ...shared,
    rp: t.Object({
      id: t.Optional(t.String({ examples: ["kagi.example.com"] })),
      name: t.String({ examples: ["Kagi"] }),
    }),
    user: t.Object({}, open),
    pubKeyCredParams: t.Array(t.Object({}, open)),
  },
  open,
);

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export const RequestOptions = t.Object(
  { ...shared, rpId: t.Optional(t.String({ examples: ["kagi.example.com"] })) },
  open,
);

/** What comes of a proof by passkey. */
export { Confirmed, PasskeyProof };
export const SignedInBy = t.Object({ user: User }, { additionalProperties: false });
