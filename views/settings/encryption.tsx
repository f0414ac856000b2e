import type { Frame } from "../layout/frame.ts";
import { Settings } from "./layout.tsx";

type Props = {
  frame: Frame;
  fingerprint: string;
  /** Whether the environment gave the key, rather than the file beside the data. */
  keyFromEnvironment: boolean;
};

/** How secrets are encrypted, in so many words and without one. */
export const EncryptionPage = ({ frame, fingerprint, keyFromEnvironment }: Props): JSX.Element => (
  <Settings frame={frame} title="Encryption" place="encryption">
    <div class="head">
      <div>
        <h1>Encryption</h1>
        <p class="muted">
          Each value is sealed before it reaches the database, and opened for one answer when you ask for it.
        </p>
      </div>
    </div>
    <dl class="terms panel">
      <dt>Algorithm</dt>
      <dd>
        <code>AES-256-GCM</code>, with 12 fresh random bytes (iv) for each seal. A sealed text is bound to its row and
        does not open in another.
      </dd>
      <dt>Stored as</dt>
      <dd>
        <code>iv:tag:ciphertext</code>, each in base64
      </dd>
      <dt>Key</dt>
      <dd>
        256 random bits,{" "}
        {keyFromEnvironment
          ? "given to the server by its environment: a variable, or the file that a variable names."
          : "in a file of its own in the server's data folder."}{" "}
        It is never in the database, in a backup or in a log.
      </dd>
      <dt>Key's fingerprint</dt>
      <dd>
        <code safe>{fingerprint}</code>
        <p class="muted small">
          Says which key this is, and nothing of the key. <code>kagi doctor</code> prints the same; compare it with that
          of your backup.
        </p>
      </dd>
      <dt>Sealed</dt>
      <dd>
        Values of entries and their history, secrets of second factors, recovery codes, env files and their history, and
        the secret of your own authenticator app
      </dd>
      <dt>Plain</dt>
      <dd>
        Names, notes, descriptions, environments and times. Search and lists work on them:{" "}
        <strong>put no secret there.</strong>
      </dd>
      <dt>Hashed</dt>
      <dd>
        Passwords with <code>argon2id</code>; of access keys, sessions and your own recovery codes there is only a{" "}
        <code>SHA-256</code>
      </dd>
    </dl>
    <p class="muted small">
      The whole format, and a dozen lines that open a backup without Kagi, are in <code>docs/encryption.md</code>, which
      comes with the source.
    </p>
  </Settings>
);
