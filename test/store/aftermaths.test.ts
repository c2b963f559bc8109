import { afterEach, beforeEach, expect, test } from "vitest";
import type { Resolution, Review } from "../../src/model.ts";
import { asOne } from "../../src/policies/aftermath.ts";
import { mayDecide } from "../../src/policies/standing.ts";
import { cardsMissing, openAftermath, recordResolution } from "../../src/store/aftermaths.ts";
import { recordReview } from "../../src/store/alerts.ts";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";

const at = new Date("2026-11-24T09:00:00Z");
const card = { call: null, freeze: null, steps: [], link: null };
const people = ["U01", "U02", "U03"];
const newest = 3;
const accesses = [1, 2, 3].map((revision) => ({ revision }));

let database: FreshDatabase;
let store: Store;
beforeEach(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

test("a card is missing as long as its Suspicious stands and isn't resolved, whatever was said in whatever order", async () => {
  const chance = chances(7);
  const due: string[] = [];
  let quiet = 0;
  for (let n = 0; n < 60; n++) {
    const first = await alertWithHistory(`first-${n}`, chance, null);
    // In a flood two share a card.
    const shared = n % 3 === 0 && first.isOpened ? await alertWithHistory(`second-${n}`, chance, first.id) : null;
    if (!first.isOpened) continue;
    const all = [first, ...(shared ? [shared] : [])];
    const stands = asOne(
      all.map(({ reviews }) => ({ accesses, reviews })),
      all.flatMap(({ resolutions }) => resolutions),
    );
    if (stands.suspicion !== null && stands.resolution === null) due.push(first.id);
    else quiet += 1;
  }
  expect(Math.min(due.length, quiet)).toBeGreaterThan(10);
  const missing = await cardsMissing(store.db, new Date(at.getTime() - 1));
  expect(missing.map(({ alertId }) => alertId).toSorted()).toEqual(due.toSorted());
});

/** An alert of three accesses that is seen in a channel, and what people said of it: only what a click could come to. */
async function alertWithHistory(id: string, chance: (of: number) => number, withAlert: string | null) {
  const { db } = store;
  const person = await db
    .insertInto("person")
    .values({ same_as: null, created_at: at })
    .returning("id")
    .executeTakeFirstOrThrow();
  const times = { opened_at: at, first_occurred_at: at, last_occurred_at: at };
  await db
    .insertInto("alert")
    .values({ id, vault_id: "v_cards", person_id: person.id, revision: newest, ...times })
    .execute();
  await db
    .insertInto("message")
    .values({
      kind: "alert",
      subject: id,
      channel: "C0CARDS",
      urgency: 1,
      behind_since: at,
      due_at: at,
      ts: "1.000100",
    })
    .execute();
  const reviews: Review[] = [];
  const resolutions: Resolution[] = [];
  let isOpened = false;
  for (let clicks = 2 + chance(6); clicks > 0; clicks--) {
    const by = people[chance(people.length)] ?? "U01";
    const verdict = (["expected", "suspicious", "suspicious", "expected", "undone", "reopened"] as const)[chance(6)];
    if (verdict === undefined) continue;
    const isVerdict = verdict === "expected" || verdict === "suspicious";
    const decision = mayDecide(accesses, reviews, 1 + chance(newest), verdict === "expected" ? [by] : []);
    if (isVerdict && decision.kind !== "may") continue;
    const revision = decision.kind === "may" ? decision.revision : newest;
    const needed = isVerdict && chance(2) === 0 ? 2 : 1;
    const review = {
      alertId: id,
      revision,
      verdict,
      by,
      note: verdict === "suspicious" ? "why?" : null,
      at,
      needed,
    } as const;
    await inTransaction(db, async (tx) => {
      const reviewId = await recordReview(tx, review);
      reviews.push({ ...review, id: reviewId });
      if (verdict !== "suspicious") return;
      await openAftermath(tx, { alertId: id, reviewId, card, at, floodId: null, withAlert });
      isOpened = true;
      if (chance(4) > 0) return;
      const resolution: Resolution = { reviewId, outcome: "misuse", note: "done", by, at };
      await recordResolution(tx, id, resolution);
      resolutions.push(resolution);
    });
  }
  return { id, reviews, resolutions, isOpened };
}

/** The same numbers each time: below `of`. */
function chances(seed: number): (of: number) => number {
  let state = seed;
  return (of) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % of;
  };
}
