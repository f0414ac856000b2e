import { Secret, TOTP } from "otpauth";

/**
 * Codes of an authenticator app for an account's own sign-in (RFC 6238), with what every app understands: SHA-1, six
 * digits, 30 seconds. The codes that the vault keeps for other services are in features/two-factor.
 */
const CODES = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** 160 bits, as RFC 4226 (4, R6) recommends. */
const SECRET_BYTES = 20;
/** A phone's clock may be off by so many steps, before and behind. */
const WINDOW = 1;
const ISSUER = "Kagi";

/** A fresh secret in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The link that a QR code holds. */
export function totpUri(secret: string, email: string): string {
  return new TOTP({ ...CODES, issuer: ISSUER, label: email, secret: Secret.fromBase32(secret) }).toString();
}

/** The step, counted from 1970, whose code that is; null when it is the code of no step near now. */
export function stepOf(secret: string, code: string, now: Date): number | null {
  const timestamp = now.getTime();
  const delta = TOTP.validate({
    ...CODES,
    token: code,
    secret: Secret.fromBase32(secret),
    timestamp,
    window: WINDOW,
  });
  return delta === null ? null : TOTP.counter({ period: CODES.period, timestamp }) + delta;
}
