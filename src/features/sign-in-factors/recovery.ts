import { randomBelow } from "../../crypto/tokens.ts";
import { RECOVERY_CODES } from "./model.ts";

/**
 * Recovery codes: 28 characters of Crockford's base32, which has no two letters that look alike: 140 bits, so that a plain
 * SHA-256 of one is as good to store as that of any token. They are copied more often than they are typed.
 */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
const GROUPS = 4;
const LETTERS_IN_GROUP = 7;

export function newRecoveryCodes(): string[] {
  const letter = () => LETTERS.charAt(randomBelow(LETTERS.length));
  const group = () => Array.from({ length: LETTERS_IN_GROUP }, letter).join("");
  const code = () => Array.from({ length: GROUPS }, group).join("-");
  return Array.from({ length: RECOVERY_CODES }, code);
}
