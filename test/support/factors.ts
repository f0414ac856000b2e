import { TOTP } from "otpauth";
import { Authenticator } from "./authenticator.ts";
import { type Answer, type Client, cookiesOf } from "./client.ts";
import { fresh, type Vault } from "./vault.ts";

/** A vault whose browsers have passkeys: these are its settings, wherever its tests reach it. */
export const ORIGIN = "http://localhost:3000";
export const WITH_PASSKEYS = { KAGI_URL: ORIGIN };

const PASSWORD = "maple-quiver-stone-63";

/** An account of its own, for claims that change how it is signed in to. */
export async function newPerson(vault: Vault): Promise<{ email: string; password: string }> {
  const person = { email: `${fresh("person").replace(" ", "")}@example.com`, password: PASSWORD };
  await vault.addUser(person);
  return person;
}

/** The code of a secret, so many steps of half a minute from now. */
export function codeOf(secret: string, steps = 0): string {
  return TOTP.generate({ secret: secretOf(secret), timestamp: Date.now() + steps * 30_000 });
}

/** otpauth's own type of a secret, from base32. */
function secretOf(secret: string) {
  return new TOTP({ secret }).secret;
}

/**
 * Switches an authenticator app on by the code of this moment, so that the next one is still unused; the
 * recovery codes are null when there were some.
 */
export async function enrol(by: Client): Promise<{ secret: string; recoveryCodes: string[] }> {
  const { secret } = ok(await by.post<{ secret: string }>("/api/auth/totp"), 201);
  const confirmed = await by.post<{ recoveryCodes: string[] }>("/api/auth/totp/confirm", { code: codeOf(secret) });
  return { secret, recoveryCodes: ok(confirmed, 200).recoveryCodes };
}

/** Adds a passkey; the authenticator that has it. */
export async function addPasskey(
  by: Client,
  name = "Key",
): Promise<{ key: Authenticator; id: string; codes: string[] }> {
  const key = new Authenticator(ORIGIN);
  const options = ok(await by.post<Parameters<Authenticator["make"]>[0]>("/api/auth/passkeys/options"), 200);
  const made = await by.post<{ passkey: { id: string }; recoveryCodes: string[] }>("/api/auth/passkeys", {
    name,
    response: await key.make(options),
  });
  const { passkey, recoveryCodes } = ok(made, 201);
  return { key, id: passkey.id, codes: recoveryCodes };
}

/** What a passkey signs to sign in. */
export async function signature(by: Client, key: Authenticator, path = "/api/auth/sign-in/passkey/options") {
  const options = ok(await by.post<Parameters<Authenticator["use"]>[0]>(path), 200);
  return await key.use(options);
}

/** A session by a passkey alone. */
export async function signInBy(stranger: Client, key: Authenticator): Promise<Client> {
  const response = await signature(stranger, key);
  const answer = await stranger.post("/api/auth/sign-in/passkey", { response });
  ok(answer, 200);
  return stranger.with({ cookie: cookiesOf(answer) });
}

export function ok<T>(answer: Answer<T>, status: number): T {
  if (answer.status !== status) throw new Error(`not ${status}: ${answer.status} ${answer.text}`);
  return answer.body;
}
