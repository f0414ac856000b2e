/**
 * An authenticator in software: what a browser and a security key do together (WebAuthn Level 3), with ES256 and no
 * attestation. For the API, where no browser is; the pages are tested with Chromium's own.
 */

type Options = { challenge: string; rpId?: string; rp?: { id?: string }; user?: { id: string } };

/** What may be wrong with what it signs. */
export type Lie = Partial<{
  origin: string;
  rpId: string;
  challenge: string;
  type: string;
  /** Whether a person was there, and whether it was known which. */
  flags: number;
  counter: number;
  damaged: boolean;
}>;

const PRESENT_AND_VERIFIED = 0b0000_0101;
export const PRESENT_ONLY = 0b0000_0001;
const HAS_KEY = 0b0100_0000;

export class Authenticator {
  readonly id = crypto.getRandomValues(new Uint8Array(16));
  counter = 0;
  userHandle: string | undefined;
  #keys: Promise<CryptoKeyPair> = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]) as Promise<CryptoKeyPair>;

  constructor(readonly origin: string) {}

  /** `navigator.credentials.create`, as JSON. */
  async make(options: Options, lie: Lie = {}) {
    this.userHandle = options.user?.id;
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", (await this.#keys).publicKey));
    const key = map([
      [int(1), int(2)],
      [int(3), int(-7)],
      [int(-1), int(1)],
      [int(-2), bytes(raw.slice(1, 33))],
      [int(-3), bytes(raw.slice(33, 65))],
    ]);
    const data = await this.#data(lie.rpId ?? options.rp?.id ?? "", (lie.flags ?? PRESENT_AND_VERIFIED) | HAS_KEY, 0, [
      ...new Uint8Array(16),
      0,
      this.id.length,
      ...this.id,
      ...key,
    ]);
    const attestation = map([
      [text("fmt"), text("none")],
      [text("attStmt"), map([])],
      [text("authData"), bytes(data)],
    ]);
    return {
      ...this.#credential(),
      response: {
        clientDataJSON: this.#clientData("webauthn.create", options, lie),
        attestationObject: base64url(attestation),
        transports: ["internal"],
      },
    };
  }

  /** `navigator.credentials.get`, as JSON. */
  async use(options: Options, lie: Lie = {}) {
    this.counter = lie.counter ?? this.counter + 1;
    const data = await this.#data(lie.rpId ?? options.rpId ?? "", lie.flags ?? PRESENT_AND_VERIFIED, this.counter, []);
    const clientDataJSON = this.#clientData("webauthn.get", options, lie);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", Buffer.from(clientDataJSON, "base64url")));
    const signed = new Uint8Array([...data, ...hash]);
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = new Uint8Array(await crypto.subtle.sign(algorithm, (await this.#keys).privateKey, signed));
    if (lie.damaged) signature[40] = (signature[40] ?? 0) ^ 1;
    return {
      ...this.#credential(),
      response: {
        clientDataJSON,
        authenticatorData: base64url(data),
        signature: base64url(der(signature)),
        userHandle: this.userHandle,
      },
    };
  }

  #credential() {
    const id = base64url(this.id);
    return { id, rawId: id, type: "public-key", clientExtensionResults: {} };
  }

  #clientData(type: string, options: Options, lie: Lie): string {
    const data = {
      type: lie.type ?? type,
      challenge: lie.challenge ?? options.challenge,
      origin: lie.origin ?? this.origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }

  async #data(rpId: string, flags: number, counter: number, more: readonly number[]): Promise<Uint8Array> {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(rpId)));
    const count = new Uint8Array(4);
    new DataView(count.buffer).setUint32(0, counter);
    return new Uint8Array([...hash, flags, ...count, ...more]);
  }
}

function base64url(data: Uint8Array | readonly number[]): string {
  return Buffer.from(data).toString("base64url");
}

// CBOR (RFC 8949), as much as a credential takes.

function head(type: number, size: number): number[] {
  if (size < 24) return [(type << 5) | size];
  return size < 256 ? [(type << 5) | 24, size] : [(type << 5) | 25, size >> 8, size & 255];
}

const int = (value: number) => (value >= 0 ? head(0, value) : head(1, -1 - value));
const bytes = (value: Uint8Array) => [...head(2, value.length), ...value];
const text = (value: string) => [...head(3, value.length), ...new TextEncoder().encode(value)];
const map = (pairs: readonly (readonly [readonly number[], readonly number[]])[]) => [
  ...head(5, pairs.length),
  ...pairs.flatMap(([key, value]) => [...key, ...value]),
];

/** The two numbers of a signature as ASN.1, which is what authenticators write (WebAuthn Level 3, 6.5.5). */
function der(signature: Uint8Array): Uint8Array {
  const number = (half: Uint8Array) => {
    const first = half.findIndex((byte) => byte !== 0);
    const digits = [...half.slice(first < 0 ? half.length - 1 : first)];
    const positive = (digits[0] ?? 0) > 127 ? [0, ...digits] : digits;
    return [2, positive.length, ...positive];
  };
  const body = [...number(signature.slice(0, 32)), ...number(signature.slice(32))];
  return new Uint8Array([48, body.length, ...body]);
}
