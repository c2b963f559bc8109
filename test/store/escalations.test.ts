import { afterEach, beforeEach, expect, test } from "vitest";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import {
  attendAnew,
  attendAt,
  claimAlert,
  escalationSubject,
  nextToAttend,
  readEscalationSubject,
  type Step,
  stepsTaken,
  takeStep,
} from "../../src/store/escalations.ts";
import { readQuestion, recordAnswer, recordQuestion } from "../../src/store/questions.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";

const now = new Date("2026-11-24T09:00:00Z");
const step: Step = { round: "0", step: 1, to: { kind: "channel", id: "C0SECURITY" }, wasReached: true, at: now };

let database: FreshDatabase;
let store: Store;

beforeEach(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
  const person = await store.db
    .insertInto("person")
    .values({ same_as: null, created_at: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  const times = { opened_at: now, first_occurred_at: now, last_occurred_at: now };
  await store.db
    .insertInto("alert")
    .values({ id: "al_1", vault_id: "v_cards", person_id: person.id, revision: 1, ...times })
    .execute();
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

test("a new alert is to be looked at at once, and says so as changed", async () => {
  expect((await nextToAttend(store.db))?.getTime()).toBe(0);
  expect(await inTransaction(store.db, (tx) => claimAlert(tx, "al_1", now))).toBe("changed");
});

test("whoever comes second while it is looked at gets nothing, and waits for nobody", async () => {
  await inTransaction(store.db, async (tx) => {
    expect(await claimAlert(tx, "al_1", now)).toBe("changed");
    expect(await inTransaction(store.db, (other) => claimAlert(other, "al_1", now))).toBeNull();
  });
});

test("it is looked at again when its time has come, or when something happens to it", async () => {
  const later = new Date("2026-11-24T09:15:00Z");
  await attendAt(store.db, "al_1", later);
  const claim = (at: Date) => inTransaction(store.db, (tx) => claimAlert(tx, "al_1", at));
  expect(await claim(now)).toBeNull();
  expect(await claim(later)).toBe("due");
  await inTransaction(store.db, (tx) => attendAnew(tx, "al_1"));
  expect(await claim(now)).toBe("changed");
  await attendAt(store.db, "al_1", null);
  expect(await claim(later)).toBeNull();
  expect(await nextToAttend(store.db)).toBeNull();
});

test("a step is taken once in its round, by whichever of two comes first", async () => {
  const take = (one: Step) => inTransaction(store.db, (tx) => takeStep(tx, "al_1", one));
  const outcomes = await Promise.all([take(step), take(step), take({ ...step, at: new Date(now.getTime() + 1) })]);
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await take({ ...step, round: "7", to: { kind: "email", email: "juan@example.com" } })).toBe(true);
  expect(await take({ ...step, step: 0, to: null })).toBe(true);
  expect((await stepsTaken(store.db, "al_1")).map(({ round, step: n, to }) => [round, n, to?.kind ?? null])).toEqual(
    expect.arrayContaining([
      ["0", 0, null],
      ["0", 1, "channel"],
      ["7", 1, "email"],
    ]),
  );
});

test("what was taken, asked and answered is never changed", async () => {
  await inTransaction(store.db, (tx) => takeStep(tx, "al_1", step));
  await expect(store.db.updateTable("escalation").set({ was_reached: false }).execute()).rejects.toThrow("append-only");
  await expect(store.db.deleteFrom("escalation").execute()).rejects.toThrow("append-only");
  const asked = { askedOf: "U02DANA", channel: "D02DANA", askedAt: now };
  expect(await inTransaction(store.db, (tx) => recordQuestion(tx, "al_1", asked))).toBe(true);
  expect(await inTransaction(store.db, (tx) => recordQuestion(tx, "al_1", asked))).toBe(false);
  const answer = { kind: "mine" as const, text: "the invoice", revision: 1, by: "U02DANA", at: now };
  expect(await inTransaction(store.db, (tx) => recordAnswer(tx, "al_1", answer))).toBe(true);
  expect(await inTransaction(store.db, (tx) => recordAnswer(tx, "al_1", { ...answer, text: "no, this" }))).toBe(false);
  await expect(store.db.updateTable("answer").set({ text: "else" }).execute()).rejects.toThrow("append-only");
  expect((await readQuestion(store.db, "al_1"))?.answers).toEqual([answer]);
});

test("the name of a step's message can be read back", () => {
  expect(readEscalationSubject(escalationSubject("al_1", step))).toEqual({ alertId: "al_1", round: "0", step: 1 });
  expect(() => readEscalationSubject("al_1")).toThrow("can't be about");
});
