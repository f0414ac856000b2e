import type { PasskeyWay } from "../../views/sign-in-factors/passkey-form.tsx";
import type { Config } from "../config.ts";
import { relyingPartyOf } from "./relying-party.ts";
import { asset } from "./static.ts";

/** What a page with a passkey's form needs; null where browsers have no passkeys. */
export function passkeyWayOf(config: Config, request: Request): PasskeyWay | null {
  const party = relyingPartyOf(config, request);
  return party === null ? null : { origin: party.origin, script: asset("passkeys.js") };
}
