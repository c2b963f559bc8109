import { afterEach, beforeEach, expect, test } from "vitest";
import { inTransaction, openStore, type Store, type Tx } from "../../src/store/database.ts";
import { takeStep } from "../../src/store/escalations.ts";
import { openAlerts } from "../../src/store/judging.ts";
import * as lanes from "../../src/store/lanes.ts";
import {
  escalationsChanged,
  type Message,
  questionChanged,
  standingChanged,
  want,
  wantAnew,
} from "../../src/store/messages.ts";
import { noEditsBefore, takeEdit } from "../../src/store/pace.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
const t0 = new Date("2026-11-24T09:00:00Z");
const after = (ms: number) => new Date(t0.getTime() + ms);

beforeEach(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterEach(async () => {
  await store.close();
  await database.drop();
});

test("a lane with work is taken by one, and by the next only after the lease of a dead holder has run out", async () => {
  await wanted("a", "C1");
  expect(await lanes.claimLane(store.db, t0, "dead")).toEqual({ channel: "C1", holder: "dead" });
  expect(await lanes.claimLane(store.db, after(14_999), "other")).toBeNull();
  expect(await lanes.claimLane(store.db, after(15_000), "other")).toEqual({ channel: "C1", holder: "other" });
  // The one that was thought dead comes back: it holds nothing any more, and may neither post nor edit.
  const dead = { channel: "C1", holder: "dead" };
  expect(await lanes.beginPost(store.db, dead, await idOf("a"), after(15_001))).toBe(false);
  expect(await lanes.beginEdit(store.db, dead, await idOf("a"), after(15_001))).toBe(false);
});

test("ten who ask at once for two lanes get one each", async () => {
  await wanted("a", "C1");
  await wanted("b", "C2");
  const got = await Promise.all(Array.from({ length: 10 }, (_, n) => lanes.claimLane(store.db, t0, `h${n}`)));
  expect(got.flatMap((lane) => lane?.channel ?? []).sort()).toEqual(["C1", "C2"]);
});

test("a lane rests after an act and says when it is free again", async () => {
  await wanted("a", "C1");
  const lane = await claimed("h");
  await lanes.releaseLane(store.db, lane, after(1_000));
  expect(await lanes.claimLane(store.db, after(999), "h")).toBeNull();
  expect(await lanes.nextDue(store.db)).toEqual(after(1_000));
  expect(await lanes.claimLane(store.db, after(1_000), "h")).not.toBeNull();
});

test("the most urgent goes first, what is new before what is an edit, and what Slack may have before both", async () => {
  await wanted("edit", "C1", 2);
  await shown("edit", "1.0");
  await inTransaction(store.db, (tx) => wantAnew(tx, "alert", "edit", t0));
  await wanted("quiet", "C1", 0);
  await wanted("loud", "C1", 2);
  expect((await lanes.nextMessage(store.db, "C1", t0))?.subject).toBe("loud");
  const lane = (await lanes.claimLane(store.db, t0, "h")) as lanes.Lane;
  expect(await lanes.beginPost(store.db, lane, await idOf("quiet"), t0)).toBe(true);
  expect((await lanes.nextMessage(store.db, "C1", t0))?.subject).toBe("quiet");
  await shown("quiet", "2.0");
  await shown("loud", "3.0");
  expect((await lanes.nextMessage(store.db, "C1", t0))?.subject).toBe("edit");
});

test("changes while a message is being shown are not lost: the newer version stays wanted", async () => {
  await wanted("a", "C1");
  const message = await lanes.nextMessage(store.db, "C1", t0);
  await inTransaction(store.db, (tx) => wantAnew(tx, "alert", "a", t0));
  await lanes.nowShown(store.db, message?.id ?? "", { version: message?.wanted ?? 0, ts: "1.0", redrawAt: null });
  expect(await lanes.nextMessage(store.db, "C1", t0)).toMatchObject({ subject: "a", wanted: 2, shown: 1, ts: "1.0" });
});

test("a second `ts` for one message is a twin, whoever comes second", async () => {
  await wanted("a", "C1");
  const id = await idOf("a");
  expect(await lanes.nowShown(store.db, id, { version: 1, ts: "1.0", redrawAt: null })).toBe("shown");
  expect(await lanes.nowShown(store.db, id, { version: 1, ts: "2.0", redrawAt: null })).toBe("twin");
});

test("what waits for its time is due at its time, not before (STORAGE: greatest ignores nulls)", async () => {
  await wanted("a", "C1");
  const lane = await claimed("h");
  await lanes.heldBack(store.db, lane, { id: await idOf("a"), unsureSince: null }, after(5_000), "is_archived");
  await lanes.releaseLane(store.db, lane, t0);
  expect(await lanes.nextDue(store.db)).toEqual(after(5_000));
});

test("a refusal doesn't make forget that an attempt before it may have been taken (simulation, seed 66)", async () => {
  await wanted("a", "C1");
  const lane = (await lanes.claimLane(store.db, t0, "h")) as lanes.Lane;
  await lanes.beginPost(store.db, lane, await idOf("a"), t0);
  const again = await lanes.nextMessage(store.db, "C1", t0);
  if (!again) throw new Error("the message is due");
  await lanes.heldBack(store.db, lane, again, t0, "token_revoked");
  expect((await lanes.nextMessage(store.db, "C1", t0))?.unsureSince).toEqual(t0);
});

test("what is new in an alert, or decided on it, doesn't hurry the look for what may have been posted (simulation, seed 839)", async () => {
  await wanted("a", "C1");
  const lane = (await lanes.claimLane(store.db, t0, "h")) as lanes.Lane;
  await lanes.beginPost(store.db, lane, await idOf("a"), t0);
  await lanes.leftUnsure(store.db, await idOf("a"), t0, "500");
  await lanes.lookedInVain(store.db, lane, await idOf("a"), after(5_000));
  await inTransaction(store.db, async (tx) => {
    await wantAnew(tx, "alert", "a", after(1_000));
    await standingChanged(tx, "a", after(1_000));
  });
  expect(await lanes.nextMessage(store.db, "C1", after(4_999))).toBeNull();
  expect(await lanes.nextMessage(store.db, "C1", after(5_000))).toMatchObject({ wanted: 3, unsureLooks: 1 });
});

test("neither does what changes about a question or an escalation hurry the look for it", async () => {
  const now = after(1_000);
  const messages = [
    { kind: "question", subject: "a", channel: "D1" },
    { kind: "escalation", subject: "a:0:1", channel: "D2" },
  ] as const;
  for (const message of messages) {
    await inTransaction(store.db, (tx) => want(tx, { ...message, urgency: 1, at: t0 }));
    const lane = await claimed("h");
    const id = await idOf(message.subject);
    await lanes.beginPost(store.db, lane, id, t0);
    await lanes.leftUnsure(store.db, id, t0, "500");
    await lanes.lookedInVain(store.db, lane, id, after(5_000));
    await lanes.releaseLane(store.db, lane, t0);
  }
  await inTransaction(store.db, async (tx) => {
    await openAlert(tx, "a");
    await takeStep(tx, "a", { round: "0", step: 1, to: null, wasReached: true, at: t0 });
    await questionChanged(tx, "a", now, now);
    await escalationsChanged(tx, "a", now, now);
  });
  for (const { channel } of messages) {
    expect(await lanes.nextMessage(store.db, channel, after(4_999))).toBeNull();
    expect(await lanes.nextMessage(store.db, channel, after(5_000))).toMatchObject({ wanted: 2, unsureLooks: 1 });
  }
});

test("nothing is posted by whose lease ran out while they stood still (simulation, seed 96)", async () => {
  await wanted("a", "C1");
  const lane = (await lanes.claimLane(store.db, t0, "slow")) as lanes.Lane;
  await lanes.claimLane(store.db, after(15_000), "quick");
  expect(await lanes.beginPost(store.db, lane, await idOf("a"), after(16_000))).toBe(false);
  expect((await lanes.nextMessage(store.db, "C1", after(16_000)))?.unsureSince).toBeNull();
});

test("what somebody else has begun is no longer anybody's to forget who stood still (simulation, seed 153)", async () => {
  await wanted("a", "C1");
  const slow = (await lanes.claimLane(store.db, t0, "slow")) as lanes.Lane;
  const seen = (await lanes.nextMessage(store.db, "C1", t0)) as Message;
  const quick = (await lanes.claimLane(store.db, after(15_000), "quick")) as lanes.Lane;
  expect(await lanes.beginPost(store.db, quick, seen.id, after(15_000))).toBe(true);
  await lanes.heldBack(store.db, slow, seen, after(16_000), "waits for the message above it");
  await lanes.lookedInVain(store.db, slow, seen.id, after(16_000));
  expect(await messageOf("a")).toMatchObject({ unsure_since: after(15_000), unsure_looks: 0, attempts: 0 });
});

test("an idle lane is never due", async () => {
  await wanted("a", "C1");
  await shown("a", "1.0");
  expect(await lanes.nextDue(store.db)).toBeNull();
  expect(await lanes.claimLane(store.db, after(1_000_000), "h")).toBeNull();
});

test("what goes out of date by itself is wanted anew at its time, not before", async () => {
  await wanted("a", "C1");
  await lanes.nowShown(store.db, await idOf("a"), { version: 1, ts: "1.0", redrawAt: after(600_000) });
  expect(await lanes.nextDue(store.db)).toEqual(after(600_000));
  await lanes.wantRedrawn(store.db, after(599_999));
  expect(await lanes.nextMessage(store.db, "C1", after(599_999))).toBeNull();
  await lanes.wantRedrawn(store.db, after(600_000));
  expect(await lanes.nextMessage(store.db, "C1", after(600_000))).toMatchObject({ wanted: 2 });
});

test("what is behind when that time comes has been so for longer, and stays told by it (simulation, seed 1795)", async () => {
  await wanted("a", "C1");
  await lanes.nowShown(store.db, await idOf("a"), { version: 1, ts: "1.0", redrawAt: after(600_000) });
  await inTransaction(store.db, (tx) => wantAnew(tx, "alert", "a", after(580_000)));
  await lanes.wantRedrawn(store.db, after(600_000));
  expect(await messageOf("a")).toMatchObject({ wanted: 3, behind_since: after(580_000) });
});

test("an edit whose outcome nobody knows may come late: the newest is shown once more when that can't be any more", async () => {
  await changed("a");
  await lanes.editUnsure(store.db, await idOf("a"), t0, after(5_000), "ETIMEDOUT");
  await edited("a", { version: 2, begunAt: after(5_000), unsureBefore: t0, redrawAt: after(600_000) });
  expect(await lanes.nextDue(store.db)).toEqual(after(45_000));
  await lanes.wantRedrawn(store.db, after(45_000));
  await edited("a", { version: 3, begunAt: after(45_000), unsureBefore: null, redrawAt: after(600_000) });
  expect(await lanes.nextDue(store.db)).toEqual(after(600_000));
});

test("… however many edits go well meanwhile (simulation, seed 540)", async () => {
  await changed("a");
  await lanes.editUnsure(store.db, await idOf("a"), t0, after(5_000), "ETIMEDOUT");
  for (const ms of [5_000, 20_000]) {
    const unsureBefore = (await messageOf("a")).unsure_since;
    expect(unsureBefore).toEqual(t0);
    await edited("a", { version: 2, begunAt: after(ms), unsureBefore });
  }
  expect(await lanes.nextDue(store.db)).toEqual(after(45_000));
  await edited("a", { version: 2, begunAt: after(45_000), unsureBefore: t0 });
  expect(await messageOf("a")).toMatchObject({ unsure_since: null, redraw_at: null });
});

test("an edit is marked before it is made: whoever takes the lane over finds it and makes it once more later", async () => {
  await changed("a");
  const dying = await claimed("dies over its edit");
  expect(await lanes.beginEdit(store.db, dying, await idOf("a"), after(1_000))).toBe(true);
  const next = (await lanes.claimLane(store.db, after(16_000), "next")) as lanes.Lane;
  const found = await lanes.nextMessage(store.db, "C1", after(16_000));
  // Until the lane was lost it may have been held up, and have made its edit.
  expect(found?.unsureSince).toEqual(after(16_000));
  expect(await lanes.beginEdit(store.db, next, await idOf("a"), after(17_000))).toBe(true);
  await edited("a", { version: 2, begunAt: after(17_000), unsureBefore: found?.unsureSince ?? null });
  expect(await lanes.nextDue(store.db)).toEqual(after(61_000));
});

test("the mark stays where nobody could note what came of an edit (simulation, seed 540)", async () => {
  await changed("a");
  const lane = await claimed("loses its connection");
  await lanes.beginEdit(store.db, lane, await idOf("a"), t0);
  await lanes.putOff(store.db, await idOf("a"), after(5_000), "our own error");
  await lanes.releaseLane(store.db, lane, t0);
  expect((await lanes.nextMessage(store.db, "C1", after(5_000)))?.unsureSince).toEqual(t0);
});

test("whoever took a lane over and edits, too, isn't forgotten when the first hears that its edit went well", async () => {
  await changed("a");
  const slow = await claimed("slow");
  await lanes.beginEdit(store.db, slow, await idOf("a"), t0);
  const quick = (await lanes.claimLane(store.db, after(15_000), "quick")) as lanes.Lane;
  await lanes.beginEdit(store.db, quick, await idOf("a"), after(20_000));
  await edited("a", { version: 2, begunAt: t0, unsureBefore: null });
  expect(await lanes.nextDue(store.db)).toEqual(after(65_000));
});

test("an edit that went well is made once, although it was marked", async () => {
  await changed("a");
  await lanes.beginEdit(store.db, await claimed("h"), await idOf("a"), t0);
  await edited("a", { version: 2, begunAt: t0, unsureBefore: null });
  expect(await lanes.nextDue(store.db)).toBeNull();
});

test("whoever died before its edit left nothing open: the next one's is made once", async () => {
  await changed("a");
  await claimed("dies before it begins");
  await lanes.claimLane(store.db, after(15_000), "next");
  expect((await lanes.nextMessage(store.db, "C1", after(15_000)))?.unsureSince).toBeNull();
});

test("a message that a human deleted is posted anew, and copies of it are looked for all the same (simulation, seed 24)", async () => {
  await wanted("a", "C1");
  const sweep = { since: t0, at: after(10_000) };
  await lanes.nowShown(store.db, await idOf("a"), { version: 1, ts: "2.0", redrawAt: null, sweep });
  expect(await lanes.goneFromSlack(store.db, await idOf("a"), "0.9")).toBe(false);
  expect(await messageOf("a")).toMatchObject({ ts: expect.any(String) });
  expect(await lanes.goneFromSlack(store.db, await idOf("a"), (await messageOf("a")).ts ?? "")).toBe(true);
  expect(await lanes.claimSweep(store.db, after(10_000))).toBeNull();
  await shown("a", "3.0");
  expect(await lanes.claimSweep(store.db, after(10_000))).toMatchObject({ ts: "3.0", sweepSince: t0 });
});

test("a clock that jumped ahead for days shuts nothing: its times are further ahead than any wait of ours", async () => {
  const day = 86_400_000;
  await wanted("a", "C1");
  expect(await lanes.claimLane(store.db, after(10 * day), "jumped")).not.toBeNull();
  expect(await lanes.claimLane(store.db, after(16_000), "other")).not.toBeNull();
  const other = { channel: "C1", holder: "other" };
  await lanes.heldBack(store.db, other, { id: await idOf("a"), unsureSince: null }, after(10 * day), "is_archived");
  await lanes.releaseLane(store.db, other, after(10 * day));
  const lane = (await lanes.claimLane(store.db, after(16_000), "h")) as lanes.Lane;
  expect(await lanes.nextMessage(store.db, "C1", after(16_000))).toMatchObject({ subject: "a" });
  await lanes.releaseLane(store.db, lane, after(17_000));
  expect(await lanes.claimLane(store.db, after(16_999), "h")).toBeNull();
  expect(await lanes.claimLane(store.db, after(17_000), "h")).not.toBeNull();
});

test("a whole day of Retry-After is honoured to the letter", async () => {
  const day = 86_400_000;
  await wanted("a", "C1");
  await lanes.releaseLane(store.db, await claimed("h"), after(day));
  expect(await lanes.claimLane(store.db, after(day - 1), "h")).toBeNull();
  expect(await lanes.claimLane(store.db, after(day), "h")).not.toBeNull();
});

test("edits go on although a clock that jumped took one; a day of Retry-After holds them", async () => {
  const day = 86_400_000;
  expect(await takeEdit(store.db, after(10 * day))).toBe(true);
  expect(await takeEdit(store.db, t0)).toBe(true);
  await noEditsBefore(store.db, after(day));
  expect(await takeEdit(store.db, after(day - 1))).toBe(false);
  expect(await takeEdit(store.db, after(day))).toBe(true);
});

test("whoever posted, stood still and lost the lane can't know of another's post: copies are looked for (simulation, seed 428)", async () => {
  await wanted("a", "C1");
  const slow = await claimed("slow");
  const id = await idOf("a");
  await lanes.beginPost(store.db, slow, id, t0);
  const quick = (await lanes.claimLane(store.db, after(15_000), "quick")) as lanes.Lane;
  await lanes.beginPost(store.db, quick, id, after(20_000));
  const shownBy = { version: 1, ts: "1.0", redrawAt: null };
  await lanes.nowShown(store.db, id, { ...shownBy, ifLost: { lane: slow, at: after(38_000) } });
  expect(await lanes.claimSweep(store.db, after(38_000))).toMatchObject({ ts: "1.0", sweepSince: t0, sweeps: 0 });
});

test("whoever still has the lane looks for no copies of a post that went well", async () => {
  await wanted("a", "C1");
  const lane = await claimed("h");
  await lanes.beginPost(store.db, lane, await idOf("a"), t0);
  const shownBy = { version: 1, ts: "1.0", redrawAt: null };
  await lanes.nowShown(store.db, await idOf("a"), { ...shownBy, ifLost: { lane, at: after(10_000) } });
  expect(await lanes.nextDue(store.db)).toBeNull();
});

async function wanted(subject: string, channel: string, urgency = 1): Promise<void> {
  await inTransaction(store.db, (tx) => want(tx, { kind: "alert", subject, channel, urgency, at: t0 }));
}

/** Shown, and out of date by now. */
async function changed(subject: string): Promise<void> {
  await wanted(subject, "C1");
  await shown(subject, "1.0");
  await inTransaction(store.db, (tx) => wantAnew(tx, "alert", subject, t0));
}

async function edited(
  subject: string,
  edit: { version: number; begunAt: Date; unsureBefore: Date | null; redrawAt?: Date },
): Promise<void> {
  const { version, redrawAt = null, ...about } = edit;
  await lanes.nowShown(store.db, await idOf(subject), { version, ts: "1.0", redrawAt, edit: about });
}

async function claimed(holder: string): Promise<lanes.Lane> {
  const lane = await lanes.claimLane(store.db, t0, holder);
  if (!lane) throw new Error("no lane was free");
  return lane;
}

async function messageOf(subject: string) {
  return store.db.selectFrom("message").selectAll().where("subject", "=", subject).executeTakeFirstOrThrow();
}

async function idOf(subject: string): Promise<string> {
  return (await messageOf(subject)).id;
}

async function shown(subject: string, ts: string): Promise<void> {
  await lanes.nowShown(store.db, await idOf(subject), { version: 1, ts, redrawAt: null });
}

async function openAlert(tx: Tx, id: string): Promise<void> {
  const person = await tx.insertInto("person").values({ created_at: t0 }).returning("id").executeTakeFirstOrThrow();
  const sitting = { id, vaultId: "v", personId: person.id, firstOccurredAt: t0, lastOccurredAt: t0, revision: 1 };
  await openAlerts(tx, [{ ...sitting, loudest: "warning", isQuiet: false, asks: true }], t0);
}
