import { describe, expect, test } from "bun:test";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { GENESIS, hashOf, isGenuine } from "../../../src/features/audit/chain.ts";
import type { AuditEvent } from "../../../src/features/audit/model.ts";

/** Written once. Vaults hold hashes and MACs made this way: what breaks one of these breaks every chain that there is. */

const EVENT: AuditEvent & { number: number } = {
  number: 7,
  id: "01936f60-1a2b-7d4e-8f90-0242ac120002",
  userId: "01936f60-1a2b-7d4e-8f90-0242ac120003",
  at: "2026-01-15T10:30:00.000Z",
  credential: "key",
  credentialId: "01936f60-1a2b-7d4e-8f90-0242ac120004",
  keyPrefix: "kagi_dGhp",
  address: "2001:db8::7",
  action: "reveal",
  thing: "entry",
  thingId: "01936f60-1a2b-7d4e-8f90-0242ac120005",
  thingName: 'Ünï "quoted" \\ \t 鍵 \u007f 🗝',
  detail: "what=value",
  result: "ok",
  requestId: "01936f68-9c0d-7e1f-a2b3-0242ac120002",
};
const BARE: typeof EVENT = {
  ...EVENT,
  number: 1,
  userId: null,
  credential: "anonymous",
  credentialId: null,
  keyPrefix: null,
  thing: "vault",
  thingId: null,
  thingName: null,
  detail: null,
  result: "refused",
};
const PREVIOUS = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const HEAD = {
  chain: "01936f60-1a2b-7d4e-8f90-0242ac120003",
  position: 2,
  chains: 0,
  firstNumber: 5,
  anchor: PREVIOUS,
  lastNumber: 7,
  lastHash: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
  mac: "V0-0NSNUJOuIIwEUH1qylL22jW5xyJEaLaWDSuCwRCc",
};

describe("the trail's frozen formats", () => {
  test("make the same hash of an event", () => {
    expect(hashOf(PREVIOUS, EVENT)).toBe("e12f7d1819fab8ab197646d1c970e9e528d7041e32ade73d108385f1ee41b81c");
    expect(hashOf(GENESIS, BARE)).toBe("18cfa11294f4fe14f5a6a3475ec3c90f5056b3259d9f5cf4283a7eaba1c8222c");
  });

  test("hash every member of an event, and the hash before it", () => {
    const hash = hashOf(PREVIOUS, EVENT);
    for (const name of Object.keys(EVENT)) expect(hashOf(PREVIOUS, { ...EVENT, [name]: "other" })).not.toBe(hash);
    expect(hashOf(GENESIS, EVENT)).not.toBe(hash);
  });

  test("make the same MAC of a head", () => {
    expect(isGenuine(createKeyring(KEY), HEAD)).toBe(true);
    expect(isGenuine(createKeyring(KEY.replace("1f", "ff")), HEAD)).toBe(false);
  });

  test("have every member of a head under its MAC", () => {
    for (const name of Object.keys(HEAD)) {
      expect({ name, genuine: isGenuine(createKeyring(KEY), { ...HEAD, [name]: "other" }) }).toEqual({
        name,
        genuine: false,
      });
    }
  });
});
