import { Secret, TOTP } from "otpauth";
import { type AppError, invalid } from "../../errors.ts";
import { NAME_LENGTH } from "../../schema.ts";
import { type Algorithm, DEFAULTS, DIGITS, PERIOD, SECRET_LENGTH } from "./model.ts";

/** How the codes of a secret are made. */
export type Parameters = Readonly<{ algorithm: Algorithm; digits: number; period: number }>;

/** What an authenticator app keeps of one account. `secret` is base32, in upper case and without padding. */
export type OtpAccount = Readonly<{ service: string; accountName: string; secret: string } & Parameters>;

/** 8 characters, 40 bits, is less than any issuer gives, and more than somebody types by mistake. */
const SECRET_LEAST = 8;
/** Characters of base32 that encode no whole number of bytes are left over after a slip of copying (RFC 4648, 6). */
const LEFT_OVER = new Set([1, 3, 6]);

/**
 * A link as issuers really write it: with `#`, spaces or nothing at all where escapes belong, without an issuer, with
 * parameters in any spelling. Without one of the two names, the other stands for both; without either, both are "".
 * Throws VALIDATION_ERROR, which names `secret` and never repeats any of it.
 */
export function readOtpauthUri(text: string): OtpAccount {
  checkLength(text);
  const [, type = "", rest = ""] = /^otpauth:\/\/([^/?]*)(.*)$/is.exec(text.trim()) ?? [];
  checkKind(text, type);
  const { label, query } = cutLink(rest);
  const parameters = readQuery(query);
  if (parameters.get("encoder")?.toLowerCase() === "steam")
    throw refusal("is a Steam Guard link, which has other codes");
  const secret = parameters.get("secret");
  if (!secret) throw refusal("is an otpauth:// link without a secret");
  return {
    ...readNames(decode(label), /:/.test(label) ? label : null, parameters.get("issuer") ?? ""),
    secret: readSecret(secret),
    algorithm: readAlgorithm(parameters.get("algorithm")),
    digits: readNumber("digits", parameters.get("digits"), DIGITS) ?? DEFAULTS.digits,
    period: readNumber("period", parameters.get("period"), PERIOD) ?? DEFAULTS.period,
  };
}

/** Whether a text is meant as a link, be it a good one or not. */
export function isLink(text: string): boolean {
  return /^\s*otpauth(-migration)?:/i.test(text);
}

/**
 * A secret as it is printed, with spaces, dashes, lower case and padding, as the base32 that is stored. Throws
 * VALIDATION_ERROR: text that only some programs would take for a secret would give wrong codes in others.
 */
export function readSecret(text: string): string {
  checkLength(text);
  const secret = text.replace(/[\s\u200B-\u200D\u2060\uFEFF\u2010-\u2015_-]/g, "").replace(/=+$/, "");
  if (secret === "") throw refusal("must not be empty");
  if (!/^[A-Za-z2-7]+$/.test(secret)) {
    throw refusal("must be base32 (the letters A to Z and the digits 2 to 7) or an otpauth:// link");
  }
  if (secret.length < SECRET_LEAST) throw refusal(`is too short: it must have at least ${SECRET_LEAST} characters`);
  if (LEFT_OVER.has(secret.length % 8))
    throw refusal("is not whole base32: a character is missing, or one is too many");
  return secret.toUpperCase();
}

/** The secret of those bytes. Throws VALIDATION_ERROR. */
export function secretOf(bytes: Uint8Array): string {
  return readSecret(new Secret({ buffer: new Uint8Array(bytes).buffer }).base32);
}

/** The code of that moment, in milliseconds, and the whole seconds, begun ones included, until the next one. */
export function codeAt(
  secret: string,
  { algorithm, digits, period }: Parameters,
  timestamp: number,
): { code: string; remainingSeconds: number } {
  const code = TOTP.generate({ secret: Secret.fromBase32(secret), algorithm, digits, period, timestamp });
  return { code, remainingSeconds: Math.ceil(TOTP.remaining({ period, timestamp }) / 1000) };
}

function checkLength(text: string): void {
  if (text.length > SECRET_LENGTH) throw refusal(`must be a string of 1 to ${SECRET_LENGTH} characters`);
}

function checkKind(text: string, type: string): void {
  if (/^\s*otpauth-migration:/i.test(text)) {
    throw refusal("is an export of several accounts (otpauth-migration://); import it as such");
  }
  if (!isLink(text)) throw refusal("must be an otpauth:// link");
  if (/^hotp$/i.test(type)) {
    throw refusal("is of the counter-based kind (HOTP); only time-based ones (TOTP) can be kept");
  }
  if (!/^totp$/i.test(type)) throw refusal("must be an otpauth://totp/ link");
}

/** The query begins where the secret is among what follows, so that a `?` or `#` in a label stays a part of it. */
function cutLink(rest: string): { label: string; query: string } {
  const at = /\?(?=(?:[^?]*&)?secret=)/i.exec(rest)?.index ?? rest.indexOf("?");
  const cut = at < 0 ? rest.length : at;
  return { label: rest.slice(0, cut).replace(/^\//, ""), query: rest.slice(cut + 1) };
}

/** The first of each name, in lower case. */
function readQuery(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.replace(/&amp;/gi, "&").split("&")) {
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    const key = decode(name).trim().toLowerCase();
    if (!parameters.has(key)) parameters.set(key, decode(value.replaceAll("+", " ")).trim());
  }
  return parameters;
}

/** `written` is the label as it was sent when it has a `:` that is not escaped, which then is the one that divides. */
function readNames(label: string, written: string | null, issuer: string): Pick<OtpAccount, "service" | "accountName"> {
  const named = plain(issuer);
  const whole = plain(label);
  let prefix = "";
  let account = whole;
  if (named !== "" && whole.toLowerCase().startsWith(`${named.toLowerCase()}:`)) {
    account = plain(whole.slice(named.length + 1));
  } else if (whole.includes(":")) {
    const [first = "", ...others] = written === null ? whole.split(":") : written.split(":").map(decode);
    prefix = plain(first);
    account = plain(others.join(":"));
  }
  return names(named || prefix, account);
}

/** Both names, where one may be missing. Throws VALIDATION_ERROR. */
export function names(service: string, accountName: string): Pick<OtpAccount, "service" | "accountName"> {
  const [shortService, shortName] = [plain(service), plain(accountName)];
  if (shortService.length > NAME_LENGTH || shortName.length > NAME_LENGTH) {
    throw refusal(`has a name of more than ${NAME_LENGTH} characters`);
  }
  return { service: shortService || shortName, accountName: shortName || shortService };
}

function readAlgorithm(text = ""): Algorithm {
  if (text === "") return DEFAULTS.algorithm;
  const size = /^(?:HMAC)?SHA(1|256|512)$/.exec(text.toUpperCase().replace(/[^A-Z0-9]/g, ""))?.[1];
  if (size === undefined) throw refusal("is a link whose algorithm is none of SHA1, SHA256, SHA512");
  return `SHA${size}` as Algorithm;
}

function readNumber(name: string, text = "", { min, max }: { min: number; max: number }): number | undefined {
  if (text === "") return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw refusal(`is a link whose ${name} must be a whole number from ${min} to ${max}`);
  }
  return number;
}

/** What is no escape is itself. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/** Names are one line. */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

function refusal(problem: string): AppError {
  return invalid("secret", problem);
}
