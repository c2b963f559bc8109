import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { recordIntent, recordIntentEnd } from "../../src/store/intents.ts";
import * as unused from "../../src/store/intents-unused.ts";
import { joinAlerts, openAlerts } from "../../src/store/judging.ts";
import { want } from "../../src/store/messages.ts";
import { recordIntentAnswer } from "../../src/store/recurring.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";

const at = (time: string) => new Date(`2026-11-24T${time}:00Z`);
const [from, until] = [at("00:00"), new Date("2026-11-25T00:00:00Z")];
const everyMorning = {
  days: { kind: "week" as const, weekdays: [1, 2, 3, 4, 5, 6, 7] },
  hours: { fromMinute: 480, untilMinute: 600 },
  zone: "UTC",
};

let database: FreshDatabase;
let store: Store;
let dana: string;
let younger: string;

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
  dana = await newPerson(null);
  younger = await newPerson(dana);
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

test("what ended without an access of its person, in its vault and time, is unused", async () => {
  const alone = await announced({ purpose: "alone" });
  const done = await announced({ purpose: "done early", startsAt: at("12:00"), endsAt: at("14:00") });
  const cancelled = await announced({ purpose: "cancelled" });
  await announced({ purpose: "another channel" }, "C0OTHER");
  await announced({ purpose: "used", vaultId: "v_ssh" });
  await announced({ purpose: "used, for any vault", vaultId: null });
  const item = await announced({ purpose: "another item", vaultId: "v_ssh", itemId: "i_other" });
  await announced({ purpose: "ends tomorrow", endsAt: until });
  await inTransaction(store.db, async (tx) => {
    await recordIntentEnd(tx, done, "done", at("13:00"));
    await recordIntentEnd(tx, cancelled, "cancelled", at("09:30"));
  });
  // An access at the very end of one's time is outside it, and one under the younger id of the same person counts.
  await accessed(younger, "v_ssh", at("09:59"));
  await accessed(dana, "v_cards", at("10:00"));
  await accessed(await newPerson(null), "v_cards", at("09:30"));
  const found = await unused.unusedIntents(store.db, "C0CARDS", from, until);
  expect(found.map(({ intent }) => intent.id)).toEqual([alone, item, done]);
  expect(found[2]).toMatchObject({ round: 0, since: at("12:00"), until: at("13:00"), wasAsked: false, answer: null });

  const open = async () => (await unused.unusedNotAsked(store.db, from, until)).map(({ intent }) => intent.purpose);
  expect(await open()).toEqual(["alone", "another channel", "another item", "done early"]);
  const key = { intentId: alone, round: 0 };
  const question = { askedOf: "U02DANA", channel: "D02DANA", at: at("20:00") };
  await inTransaction(store.db, async (tx) => {
    expect(await unused.recordUnusedQuestion(tx, key, question)).toBe(true);
    expect(await unused.recordUnusedQuestion(tx, key, question)).toBe(false);
    expect(await unused.askedAboutUnusedSince(tx, "U02DANA", at("19:00"))).toBe(1);
    expect(await unused.recordUnusedAnswer(tx, key, { kind: "happened", by: "U02DANA", at: at("21:00") })).toBe(true);
    expect(await unused.recordUnusedAnswer(tx, key, { kind: "not-needed", by: "U02DANA", at: at("21:01") })).toBe(
      false,
    );
  });
  expect(await open()).toEqual(["another channel", "another item", "done early"]);
  const [answered] = await unused.unusedIntents(store.db, "C0CARDS", from, until);
  expect(answered).toMatchObject({ wasAsked: true, answer: "happened" });
  await expect(store.db.deleteFrom("unused_answer").execute()).rejects.toThrow();
});

test("a recurring purpose is unused when a confirmed time passes with no access in one of its hours", async () => {
  const recurring = { ...everyMorning, confirmations: [], declined: null };
  const id = await announced({ purpose: "every morning", vaultId: "v_recurring", recurring });
  const confirm = (round: number, from_: string, until_: string) =>
    inTransaction(store.db, (tx) =>
      recordIntentAnswer(tx, id, {
        round,
        kind: "confirmed",
        by: "U02MARTA",
        at: new Date(from_),
        until: new Date(until_),
      }),
    );
  await confirm(0, "2026-11-24T10:00:00Z", "2027-02-24T10:00:00Z");
  await confirm(1, "2027-02-20T10:00:00Z", "2027-05-24T10:00:00Z");
  // In the evening it explains nothing; on a morning of the second time it does.
  await accessed(dana, "v_recurring", new Date("2027-01-10T20:00:00Z"));
  await accessed(dana, "v_recurring", new Date("2027-03-10T09:00:00Z"));
  const found = await unused.unusedIntents(
    store.db,
    "C0CARDS",
    new Date("2027-02-01T00:00:00Z"),
    new Date("2027-06-01T00:00:00Z"),
  );
  expect(found.map(({ intent, round }) => [intent.id, round])).toEqual([[id, 0]]);
});

async function newPerson(sameAs: string | null): Promise<string> {
  const values = { same_as: sameAs, created_at: at("00:00") };
  return (await store.db.insertInto("person").values(values).returning("id").executeTakeFirstOrThrow()).id;
}

async function announced(changes: Partial<Parameters<typeof recordIntent>[1]>, channel = "C0CARDS"): Promise<string> {
  const intent = {
    personId: dana,
    slackUserId: "U02DANA",
    purpose: "paying",
    announcedAt: at("09:00"),
    startsAt: at("09:00"),
    endsAt: at("10:00"),
    vaultId: "v_cards",
    itemId: null,
    mostUses: null,
    ticket: null,
    recurring: null,
    ...changes,
  };
  return inTransaction(store.db, async (tx) => {
    const { intent: recorded } = await recordIntent(tx, intent, null);
    await want(tx, { kind: "intent", subject: recorded.id, channel, urgency: 0, at: at("09:00") });
    return recorded.id;
  });
}

let accesses = 0;

async function accessed(personId: string, vaultId: string, occurredAt: Date): Promise<void> {
  accesses += 1;
  const digest = Buffer.alloc(32, accesses);
  const delivery = await store.db
    .insertInto("delivery")
    .values({
      source: "webhook",
      digest,
      body: digest,
      body_sha256: digest,
      secret_id: "s",
      signed_at: occurredAt,
      received_at: occurredAt,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const access = await sql<{ id: string }>`
    insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_email, vault_id, item_id)
    values (${digest}, ${delivery.id}, 'webhook', ${`evt_${accesses}`}, 'reveal', ${occurredAt}, ${occurredAt}, 'dana@example.com',
            ${vaultId}, 'i_visa') returning id`.execute(store.db);
  const id = `al_${accesses}`;
  const alert = { id, vaultId, personId, revision: 1, loudest: "note" as const, isQuiet: false, asks: false };
  await inTransaction(store.db, async (tx) => {
    await openAlerts(tx, [{ ...alert, firstOccurredAt: occurredAt, lastOccurredAt: occurredAt }], occurredAt);
    await joinAlerts(tx, [{ accessId: access.rows[0]?.id ?? "", alertId: id, revision: 1 }]);
  });
}
