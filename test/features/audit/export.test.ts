import { beforeAll, expect, test } from "bun:test";
import { createKeyring } from "../../../src/crypto/keyring.ts";
import { newId } from "../../../src/crypto/tokens.ts";
import { append, GENESIS, hashOf, prune } from "../../../src/features/audit/chain.ts";
import type { AuditEvent } from "../../../src/features/audit/model.ts";
import { type ExportedEvent, everyEvent } from "../../../src/features/audit/verify.ts";
import { bringUpToDate } from "../../../src/start.ts";
import { onEachDatabase } from "../../support/database.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const START = Date.parse("2026-01-01T00:00:00.000Z");
const day = (number: number) => new Date(START + number * DAY_MS);

onEachDatabase("an export of the trail", (database) => {
  const keyring = createKeyring("07".repeat(32));
  beforeAll(async () => {
    await bringUpToDate(database.db, keyring, () => day(0));
  });

  /** Somebody of whom so many events are told, one a day. */
  async function newChain(length: number): Promise<string> {
    const userId = newId();
    const events = Array.from({ length }, (_, index): AuditEvent => {
      const at = day(index).toISOString();
      const nothing = { credentialId: null, keyPrefix: null, thingId: null, thingName: null, detail: null };
      const who = { id: newId(), userId, at, credential: "session", address: "127.0.0.1", requestId: newId() } as const;
      return { ...who, ...nothing, action: "reveal", thing: "entry", result: "ok" };
    });
    await database.db.transaction((tx) => append(keyring, tx, events));
    return userId;
  }

  /** Reads some events, then everything up to a day is forgotten, as a server does meanwhile, and then the rest. */
  async function exportAround(userId: string, readBefore: number, forgottenUpTo: number): Promise<ExportedEvent[]> {
    const events: ExportedEvent[] = [];
    for await (const event of everyEvent(database.db, { only: userId })) {
      events.push(event);
      if (events.length === readBefore) await prune(database.open(), keyring, () => day(forgottenUpTo), 0);
    }
    return events;
  }
  const numbers = (events: readonly ExportedEvent[]) => events.map(({ number }) => number);
  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const expectLinks = (events: readonly ExportedEvent[]) => {
    expect(events.filter((event) => hashOf(event.previousHash, event) !== event.hash)).toEqual([]);
  };

  test("holds when events are forgotten that were read already", async () => {
    const events = await exportAround(await newChain(2_500), 1_000, 600);
    expect(numbers(events)).toEqual(upTo(1, 2_500));
    expectLinks(events);
  });

  test("holds when events are forgotten that were still to be read", async () => {
    const events = await exportAround(await newChain(2_500), 1_000, 1_700);
    expect(numbers(events)).toEqual([...upTo(1, 1_000), ...upTo(1_701, 2_500)]);
    expect(events[0]?.previousHash).toBe(GENESIS);
    expectLinks(events);
  });

  test("holds when events of a chain are forgotten that it has not come to", async () => {
    const [first, second] = [await newChain(3), await newChain(20)];
    const events: ExportedEvent[] = [];
    for await (const event of everyEvent(database.db, {})) {
      events.push(event);
      if (event.userId === first && event.number === 1) await prune(database.open(), keyring, () => day(10), 0);
    }
    expect(numbers(events.filter(({ userId }) => userId === second))).toEqual(upTo(11, 20));
    expectLinks(events);
  });

  test("ends, and holds up to there, when all the rest is forgotten", async () => {
    const events = await exportAround(await newChain(1_200), 1_000, 2_000);
    expect(numbers(events)).toEqual(upTo(1, 1_000));
    expectLinks(events);
  });
});
