import { afterEach, beforeEach, expect, test } from "vitest";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { recordDigest } from "../../src/store/digests.ts";
import { openAlerts } from "../../src/store/judging.ts";
import { nowShown } from "../../src/store/lanes.ts";
import { threadAbout, want } from "../../src/store/messages.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
const t0 = new Date("2026-11-24T09:00:00Z");

beforeEach(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

test("what there is to say about an alert waits for the alert's own message: a digest that asks about it isn't the place", async () => {
  await opened("a");
  await shown("digest", await digestAbout("a"), "C1", "5.0");
  await wanted("alert", "a", "C1");
  expect(await threadAbout(store.db, "a", "C1")).toBeNull();
  await shown("alert", "a", "C1", "1.0");
  expect(await threadAbout(store.db, "a", "C1")).toBe("1.0");
});

test("where the alert has no message of its own, what asks about it is the place", async () => {
  await opened("a");
  await shown("digest", await digestAbout("a"), "C1", "5.0");
  expect(await threadAbout(store.db, "a", "C1")).toBe("5.0");
  expect(await threadAbout(store.db, "a", "C2")).toBeNull();
});

async function wanted(kind: "alert" | "digest", subject: string, channel: string): Promise<void> {
  await inTransaction(store.db, (tx) => want(tx, { kind, subject, channel, urgency: 1, at: t0 }));
}

async function shown(kind: "alert" | "digest", subject: string, channel: string, ts: string): Promise<void> {
  await wanted(kind, subject, channel);
  const message = store.db.selectFrom("message").select("id").where("kind", "=", kind).where("subject", "=", subject);
  const { id } = await message.executeTakeFirstOrThrow();
  await nowShown(store.db, id, { version: 1, ts, redrawAt: null });
}

async function opened(id: string): Promise<void> {
  await inTransaction(store.db, async (tx) => {
    const person = await tx.insertInto("person").values({ created_at: t0 }).returning("id").executeTakeFirstOrThrow();
    const sitting = { id, vaultId: "v", personId: person.id, firstOccurredAt: t0, lastOccurredAt: t0, revision: 1 };
    await openAlerts(tx, [{ ...sitting, loudest: "warning", isQuiet: false, asks: true }], t0);
  });
}

/** A digest of nothing but this question; returns its subject. */
async function digestAbout(alertId: string): Promise<string> {
  const period = { period: "2026-11-24", startsAt: new Date("2026-11-17T09:00:00Z"), endsAt: t0, missed: null };
  const facts = {
    openAlerts: 1,
    numbers: { accesses: 0, explained: 0, afterHours: 0 },
    before: null,
    missedAccesses: 0,
    unusual: [],
    unused: { purposes: 0, examples: [] },
    unreported: { purposes: 0, examples: [] },
    purposes: { announced: 0, telling: 0, best: null, emptiest: null },
    reviews: { verdicts: 0, medianMs: null, by: [] },
    vaults: [],
    hours: [],
  };
  const head = { seq: "0", hash: Buffer.alloc(32) };
  const digest = { channel: "C1", ...period, madeAt: t0, facts, head, alertIds: [alertId] };
  const id = await inTransaction(store.db, (tx) => recordDigest(tx, digest));
  if (id === null) throw new Error("there is a digest of that week already");
  return id;
}
