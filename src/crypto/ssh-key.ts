/**
 * Which SSH key is this? Answers from the public half alone, which most private key files carry in clear even when a
 * passphrase protects the rest; nothing is decrypted, and nothing secret leaves this module.
 *
 * - OpenSSH's own format: https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.key
 * - PEM: PKCS#1 (RFC 8017), SEC1 (RFC 5915), PKCS#8 (RFC 5958) and OpenSSL's DSA; encrypted ones do not tell.
 * - PuTTY's PPK versions 2 and 3: https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html
 *
 * The public half, as SSH sends it, is a list of strings with 32-bit lengths, the type first: RFC 4253 section 6.6 for
 * RSA and DSA, RFC 5656 for ECDSA, RFC 8709 for Ed25519. A fingerprint is the SHA-256 of those bytes.
 */
import { createHash, createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";

export type SshKeyDescription = {
  /** The name in the SSH protocol: `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`. */
  type: string;
  /** As `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. */
  fingerprint: string;
};

/** The largest RSA keys that OpenSSH accepts (16384 bits) are about 13 kB of text. */
const LONGEST_KEY = 64 * 1024;

/** Describes the first private key in `text`; null when there is none, or when it does not show its public half. */
export function describeSshKey(text: string): SshKeyDescription | null {
  if (text.length > LONGEST_KEY) return null;
  try {
    const publicKey = fromPutty(text) ?? fromPem(text);
    return publicKey && describe(publicKey);
  } catch {
    // Readers below throw at what is damaged, as node:crypto does: to a person it is simply not a key.
    return null;
  }
}

function describe(publicKey: Buffer): SshKeyDescription | null {
  const [name, ...parts] = readStrings(publicKey);
  const type = name?.toString("latin1") ?? "";
  if (parts.length === 0 || !/^[a-z0-9][a-z0-9@.-]{0,63}$/.test(type)) return null;
  return { type, fingerprint: `SHA256:${createHash("sha256").update(publicKey).digest("base64").replace(/=+$/, "")}` };
}

function fromPutty(text: string): Buffer | null {
  const lines = text.trimStart().split(/\r\n|\n|\r/);
  const type = /^PuTTY-User-Key-File-[23]: (\S+)$/.exec(lines[0] ?? "")?.[1];
  if (type === undefined) return null;
  const countAt = lines.findIndex((line) => line.startsWith("Public-Lines: "));
  const count = Number(lines[countAt]?.slice("Public-Lines: ".length));
  const publicKey = decodeBase64(lines.slice(countAt + 1, countAt + 1 + count).join(""));
  return readStrings(publicKey)[0]?.toString("latin1") === type ? publicKey : null;
}

function fromPem(text: string): Buffer | null {
  // Other blocks may stand before the key, as the EC PARAMETERS that OpenSSL writes.
  const beginning = /^-----BEGIN ([A-Z ]{0,20}PRIVATE KEY)-----/m.exec(text);
  if (beginning === null) return null;
  const [line, label = ""] = beginning;
  const bodyStart = beginning.index + line.length;
  const bodyEnd = text.indexOf(`-----END ${label}-----`, bodyStart);
  if (bodyEnd === -1) return null;
  const bytes = decodeBase64(text.slice(bodyStart, bodyEnd));
  return label === "OPENSSH PRIVATE KEY" ? fromOpenSsh(bytes) : fromDer(label, bytes);
}

const OPENSSH_MAGIC = Buffer.from("openssh-key-v1\0");

function fromOpenSsh(bytes: Buffer): Buffer | null {
  if (!bytes.subarray(0, OPENSSH_MAGIC.length).equals(OPENSSH_MAGIC)) return null;
  let rest = bytes.subarray(OPENSSH_MAGIC.length);
  for (const _skipped of ["cipher", "kdf", "kdf options"]) rest = readString(rest).rest;
  // The format could hold several keys; OpenSSH writes and reads one.
  if (rest.readUInt32BE() !== 1) return null;
  return readString(rest.subarray(4)).value;
}

const DER_TYPES: ReadonlyMap<string, "pkcs8" | "pkcs1" | "sec1"> = new Map([
  ["PRIVATE KEY", "pkcs8"],
  ["RSA PRIVATE KEY", "pkcs1"],
  ["EC PRIVATE KEY", "sec1"],
]);

function fromDer(label: string, der: Buffer): Buffer | null {
  // OpenSSL's old form for DSA has no name in node:crypto, and says everything itself: version, p, q, g, y, x.
  if (label === "DSA PRIVATE KEY") return encodeDsa(readIntegers(der).slice(1, 5));
  const type = DER_TYPES.get(label);
  if (type === undefined) return null;
  return encodePublicKey(createPublicKey(createPrivateKey({ key: der, format: "der", type })));
}

const SSH_CURVES: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

function encodePublicKey(key: KeyObject): Buffer | null {
  if (key.asymmetricKeyType === "dsa") return encodeDsa(readIntegers(key.export({ format: "der", type: "spki" })));
  const jwk = key.export({ format: "jwk" });
  const member = (name: keyof JsonWebKey) => Buffer.from(String(jwk[name]), "base64url");
  if (jwk.kty === "RSA") return encodeStrings("ssh-rsa", toMpint(member("e")), toMpint(member("n")));
  if (jwk.crv === "Ed25519") return encodeStrings("ssh-ed25519", member("x"));
  const curve = SSH_CURVES[jwk.crv ?? ""];
  if (curve === undefined) return null;
  return encodeStrings(`ecdsa-sha2-${curve}`, curve, Buffer.concat([Buffer.of(4), member("x"), member("y")]));
}

function encodeDsa(integers: readonly Buffer[]): Buffer | null {
  return integers.length === 4 ? encodeStrings("ssh-dss", ...integers.map(toMpint)) : null;
}

/** RFC 4251 section 5: without leading zeros, but with one where the first bit would read as a sign. */
function toMpint(unsigned: Buffer): Buffer {
  const first = unsigned.findIndex((byte) => byte !== 0);
  const digits = first === -1 ? Buffer.alloc(0) : unsigned.subarray(first);
  return (digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
}

function encodeStrings(...strings: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    strings.flatMap((string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(string.length);
      return [length, Buffer.from(string)];
    }),
  );
}

function readStrings(bytes: Buffer): Buffer[] {
  const strings: Buffer[] = [];
  for (let left = bytes; left.length > 0; ) {
    const { value, rest } = readString(left);
    strings.push(value);
    left = rest;
  }
  return strings;
}

function readString(bytes: Buffer): { value: Buffer; rest: Buffer } {
  return cut(bytes, 4, bytes.readUInt32BE());
}

/** The INTEGERs of a DER structure in the order in which they stand, however deep. */
function readIntegers(der: Buffer): Buffer[] {
  const integers: Buffer[] = [];
  for (let left = der; left.length > 0; ) {
    const tag = left.readUInt8();
    const short = left.readUInt8(1);
    const lengthBytes = short & 0x80 ? short & 0x7f : 0;
    const header = 2 + lengthBytes;
    if (tag === DER.sequence) {
      left = left.subarray(header);
    } else if (tag === DER.bitString) {
      left = left.subarray(header + 1);
    } else {
      const { value, rest } = cut(left, header, lengthBytes === 0 ? short : left.readUIntBE(2, lengthBytes));
      if (tag === DER.integer) integers.push(value);
      left = rest;
    }
  }
  return integers;
}

const DER = { integer: 0x02, bitString: 0x03, sequence: 0x30 };

function cut(bytes: Buffer, start: number, length: number): { value: Buffer; rest: Buffer } {
  if (start + length > bytes.length) throw new RangeError("a length reaches past the end");
  return { value: bytes.subarray(start, start + length), rest: bytes.subarray(start + length) };
}

function decodeBase64(text: string): Buffer {
  const digits = text.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(digits)) throw new SyntaxError("not base64");
  return Buffer.from(digits, "base64");
}
