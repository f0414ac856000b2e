import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSshKey } from "../../src/crypto/ssh-key.ts";
import vectors from "./vectors/ssh-keys.json";

/** Throwaway keys, made for this test. Stored without their first and last line, for the sake of secret scanners. */
function assemble({ label, body }: { label: string; body: string[] }): string {
  const putty = /^PPK (\d)$/.exec(label)?.[1];
  if (putty) return `${[`PuTTY-User-Key-File-${putty}: ${body[0]}`, ...body.slice(1)].join("\n")}\n`;
  return `${[`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`].join("\n")}\n`;
}

function keyNamed(name: string): string {
  const vector = vectors.find((candidate) => candidate.name === name);
  if (vector === undefined) throw new Error(`no vector ${name}`);
  return assemble(vector);
}

describe("frozen keys", () => {
  for (const vector of vectors) {
    const { type, fingerprint } = vector;
    test(vector.name, () => {
      const text = assemble(vector);
      expect(describeSshKey(text)).toEqual({ type, fingerprint });
      expect(describeSshKey(text.replaceAll("\n", "\r\n"))).toEqual({ type, fingerprint });
      expect(describeSshKey(`\n\n${text.trimEnd()}`)).toEqual({ type, fingerprint });
    });
  }
});

describe("what is no key with a public half in clear", () => {
  const whole = keyNamed("ed25519");
  const wrap = (label: string, bytes: Uint8Array) => assemble({ label, body: [Buffer.from(bytes).toString("base64")] });

  test.each([
    ["nothing", ""],
    ["prose", "not a key"],
    ["a public key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGNvbW1lbnQ= me"],
    ["a certificate", assemble({ label: "CERTIFICATE", body: ["AAAA"] })],
    ["no body", assemble({ label: "OPENSSH PRIVATE KEY", body: [] })],
    ["no base64", assemble({ label: "OPENSSH PRIVATE KEY", body: ["*** secret ***"] })],
    ["an unknown label", whole.replaceAll("OPENSSH", "CLOSED")],
    ["a label from another format", whole.replaceAll("OPENSSH", "RSA")],
    ["no last line", whole.slice(0, whole.indexOf("-----END"))],
    ["more text than a key has", `${" ".repeat(65_536)}${whole}`],
    ["random bytes as PKCS#8", wrap("PRIVATE KEY", crypto.getRandomValues(new Uint8Array(300)))],
    ["a length past the end", wrap("OPENSSH PRIVATE KEY", Buffer.from("openssh-key-v1\0\xff\xff\xff\xff", "latin1"))],
    ["deeply nested DER", wrap("DSA PRIVATE KEY", Buffer.from("3082ffff".repeat(10_000), "hex"))],
    ["PuTTY without lines", "PuTTY-User-Key-File-3: ssh-ed25519\nPublic-Lines: 9999999999\n"],
    ["PuTTY of another type", keyNamed("putty-ppk3").replace(": ssh-ed25519", ": ssh-rsa")],
    ["many beginnings", "-----BEGIN PRIVATE KEY-----\n".repeat(2_000)],
  ])("%s", (_name, text) => {
    expect(describeSshKey(text)).toBeNull();
  });

  test("damage anywhere gives an answer or none, and no error", () => {
    for (const vector of vectors) {
      const text = assemble(vector);
      for (let i = 0; i < 300; i++) {
        const at = Math.floor(Math.random() * text.length);
        const damaged = text.slice(0, at) + String.fromCharCode(Math.random() * 128) + text.slice(at + (i % 3));
        expect(() => describeSshKey(damaged)).not.toThrow();
        expect(() => describeSshKey(text.slice(0, at))).not.toThrow();
      }
    }
  });
});

const missing = ["ssh-keygen", "openssl"].filter((tool) => Bun.which(tool) === null);
if (missing.length > 0 && process.env.CI === "true") throw new Error(`${missing.join(" and ")} must be installed`);
if (missing.length > 0)
  console.warn(`skipped: SSH keys as the real tools make them, for want of ${missing.join(", ")}`);

describe.skipIf(missing.length > 0)("keys as the real tools make them", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "kagi-ssh-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const kinds = [
    ["ed25519"],
    ["rsa", "-b", "1024"],
    ["rsa", "-b", "2048"],
    ["ecdsa", "-b", "256"],
    ["ecdsa", "-b", "384"],
    ["ecdsa", "-b", "521"],
    ["dsa"],
  ];
  const formats = ["RFC4716", "PEM", "PKCS8"];
  const cases = kinds.flatMap((kind) =>
    formats.flatMap((format) => ["", "open sesame"].map((p) => ({ kind, format, p }))),
  );

  for (const { kind, format, p } of cases) {
    test(`ssh-keygen -t ${kind.join(" ")} -m ${format}${p && ", with a passphrase"}`, () => {
      const file = join(folder, `${kind.join("")}-${format}-${p.length}`);
      const made = run("ssh-keygen", "-q", "-t", ...kind, "-m", format, "-N", p, "-C", "test", "-f", file);
      if (made.failed) {
        // OpenSSH 10 makes no DSA keys any more.
        expect(kind).toEqual(["dsa"]);
        return;
      }
      const text = readFileSync(file, "utf8");
      const tells = p === "" || text.includes("OPENSSH");
      expect(describeSshKey(text)).toEqual(tells ? asSshKeygenSays(`${file}.pub`) : null);
    });
  }

  test("Ed25519 as PKCS#8 by OpenSSL", () => {
    const file = join(folder, "openssl-ed25519");
    run("openssl", "genpkey", "-algorithm", "ed25519", "-out", file);
    const { bytes } = run("openssl", "pkey", "-in", file, "-pubout", "-outform", "DER");
    const publicFile = writePublicKey("ssh-ed25519", bytes.subarray(-32));
    expect(describeSshKey(readFileSync(file, "utf8"))).toEqual(asSshKeygenSays(publicFile));
  });

  test("RSA and ECDSA as OpenSSL writes them, and nothing of encrypted ones", () => {
    const make = {
      pkcs1: ["genrsa", "-traditional", "2048"],
      pkcs8: ["genrsa", "2048"],
      sec1: ["ecparam", "-name", "secp384r1", "-genkey", "-noout"],
      "sec1-parameters": ["ecparam", "-name", "secp521r1", "-genkey"],
      encrypted: ["genrsa", "-traditional", "-aes128", "-passout", "pass:sesame", "2048"],
      "encrypted-pkcs8": ["genrsa", "-aes128", "-passout", "pass:sesame", "2048"],
      "not-an-ssh-curve": ["ecparam", "-name", "secp256k1", "-genkey", "-noout"],
    };
    for (const [name, command] of Object.entries(make)) {
      const file = join(folder, name);
      const text = run("openssl", ...command).bytes.toString();
      writeFileSync(file, text.replace(/^-----BEGIN EC PARAMETERS[\s\S]*END EC PARAMETERS-----\n/, ""), {
        mode: 0o600,
      });
      const publicKey = run("ssh-keygen", "-y", "-P", "", "-f", file);
      writeFileSync(`${file}.pub`, publicKey.bytes);
      expect({ name, is: describeSshKey(text) }).toEqual({
        name,
        is: publicKey.failed ? null : asSshKeygenSays(`${file}.pub`),
      });
      expect(publicKey.failed).toBe(name.includes("encrypted") || name.includes("not"));
    }
  });

  test("keys on a security token", () => {
    const types = {
      "sk-ssh-ed25519@openssh.com": [Buffer.alloc(32, 7), "ssh:"],
      "sk-ecdsa-sha2-nistp256@openssh.com": ["nistp256", somePointOnP256(), "ssh:"],
    };
    for (const [type, parts] of Object.entries(types)) {
      const publicFile = writePublicKey(type, ...parts);
      const container = Buffer.concat([
        Buffer.from("openssh-key-v1\0"),
        ...["none", "none", ""].map(sized),
        Buffer.of(0, 0, 0, 1),
        sized(sshStrings(type, ...parts)),
        sized("the private half is not read"),
      ]);
      const text = assemble({ label: "OPENSSH PRIVATE KEY", body: [container.toString("base64")] });
      expect(describeSshKey(text)).toEqual(asSshKeygenSays(publicFile));
    }
  });

  function run(...command: string[]): { failed: boolean; bytes: Buffer } {
    const { exitCode, stdout } = Bun.spawnSync(command, { stdin: "ignore", stderr: "ignore" });
    return { failed: exitCode !== 0, bytes: stdout };
  }

  function asSshKeygenSays(publicFile: string): { type: string; fingerprint: string } {
    const [type = ""] = readFileSync(publicFile, "utf8").split(" ");
    const [, fingerprint = ""] = run("ssh-keygen", "-l", "-E", "sha256", "-f", publicFile).bytes.toString().split(" ");
    expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    return { type, fingerprint };
  }

  function writePublicKey(type: string, ...parts: (string | Buffer)[]): string {
    const file = join(folder, `${type}.pub`);
    writeFileSync(file, `${type} ${sshStrings(type, ...parts).toString("base64")} test\n`);
    return file;
  }

  function somePointOnP256(): Buffer {
    run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", join(folder, "point"));
    const [, base64 = ""] = readFileSync(join(folder, "point.pub"), "utf8").split(" ");
    return Buffer.from(base64, "base64").subarray(-65);
  }
});

function sshStrings(...strings: (string | Buffer)[]): Buffer {
  return Buffer.concat(strings.map(sized));
}

function sized(content: string | Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, Buffer.from(content)]);
}
