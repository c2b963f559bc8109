import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "./database.ts";
import { behindSince, type Message } from "./messages.ts";
import { editsFrom } from "./pace.ts";
import { isOver, laterOf } from "./waits.ts";

/** The right to act in one channel for a while. Only its holder may act there, whichever process that is. */
export interface Lane {
  channel: string;
  holder: string;
}

/** RELIABILITY fact 4: what a dead process held is taken over within this time. */
const leaseMs = 15_000;
/** Slack may do what it was asked for half a minute after we gave up on it, which we do after ten seconds. */
const lateMs = 45_000;

/** When what was unsure at that time can no longer come. */
const overAt = (unsureSince: RawBuilder<unknown>) =>
  sql<Date>`(${unsureSince}) + ${sql.raw(`interval '${lateMs} milliseconds'`)}`;

const dueAt = sql<Date>`message.due_at`;
const freeAt = sql<Date>`lane.free_at`;
const heldUntil = sql<Date>`lane.held_until`;

const messageColumns = [
  "id",
  "kind",
  "subject",
  "channel",
  "wanted",
  "shown",
  "ts",
  "attempts",
  "unsure_since as unsureSince",
  "unsure_looks as unsureLooks",
] as const;

/**
 * Takes a lane that is free and has work due, the most urgent first; `null` when there is none. Where only edits wait,
 * it is taken when the workspace's budget has room for one. In a lane that wasn't given back, an edit that was begun may be
 * under way until now.
 */
export async function claimLane(db: Db, now: Date, holder: string): Promise<Lane | null> {
  const until = new Date(now.getTime() + leaseMs);
  const { rows } = await sql<{ channel: string }>`
    with free as (
      select lane.channel, lane.holder is not null as was_held from lane
        join lateral (select max(urgency) as urgency, min(id) as id from message
                       where message.channel = lane.channel and wanted > shown and ${isOver(dueAt, now)}
                         and (ts is null or ${isOver(editsFrom, now)})) as work on work.id is not null
       where ${isOver(freeAt, now)} and (held_until is null or ${isOver(heldUntil, now, leaseMs)})
       order by work.urgency desc, work.id
       limit 1
       for update of lane skip locked
    ), unsure as (
      update message set unsure_since = ${now}::timestamptz
       where channel = (select channel from free where was_held) and ts is not null and wanted > shown and unsure_since is not null
    )
    update lane set holder = ${holder}, held_until = ${until}
      from free where lane.channel = free.channel
    returning lane.channel`.execute(db);
  return rows[0] ? { channel: rows[0].channel, holder } : null;
}

/** Gives the lane back; the next act in it comes at `next` at the earliest. */
export async function releaseLane(db: Db, lane: Lane, next: Date): Promise<void> {
  await db
    .updateTable("lane")
    .set({ holder: null, held_until: null, free_at: laterOf(freeAt, next, next) })
    .where("channel", "=", lane.channel)
    .where("holder", "=", lane.holder)
    .execute();
}

/** The message to act on next in a lane: what Slack may already have, then what is new, then edits; urgent ones first. */
export async function nextMessage(db: Db, channel: string, now: Date): Promise<Message | null> {
  const row = await db
    .selectFrom("message")
    .select(messageColumns)
    .where("channel", "=", channel)
    .where(isOver(dueAt, now))
    .whereRef("wanted", ">", "shown")
    .where(sql<boolean>`(ts is null or ${isOver(editsFrom, now)})`)
    .orderBy(sql`unsure_since is null or ts is not null`)
    .orderBy(sql`ts is not null`)
    .orderBy("urgency", "desc")
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Renews the lease and marks, before Slack is called, that a post may be under way: whoever finds this asks Slack first.
 * False: the lease ran out and somebody else has the lane, so nothing may be posted. The lock on the lane keeps the two in
 * order: whoever takes it over afterwards finds the mark.
 */
export function beginPost(db: Db, lane: Lane, messageId: string, now: Date): Promise<boolean> {
  return begin(db, lane, messageId, now, sql`coalesce(unsure_since, ${now}::timestamptz)`);
}

/**
 * The same before an edit: whoever finds this mark makes the edit once more when the marked one can no longer come late. It is
 * the newest that counts, since every edit shows at least what those before it did.
 */
export function beginEdit(db: Db, lane: Lane, messageId: string, now: Date): Promise<boolean> {
  return begin(db, lane, messageId, now, sql`${now}::timestamptz`);
}

async function begin(
  db: Db,
  lane: Lane,
  messageId: string,
  now: Date,
  unsureSince: RawBuilder<unknown>,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with held as (
      update lane set held_until = ${new Date(now.getTime() + leaseMs)}
       where channel = ${lane.channel} and holder = ${lane.holder}
      returning channel
    )
    update message set unsure_since = ${unsureSince}, unsure_looks = 0
     where id = ${messageId} and exists (select from held)`.execute(db);
  return (numAffectedRows ?? 0n) > 0n;
}

/** Slack was asked and didn't have it: ask again at `at`. */
export async function lookedInVain(db: Db, lane: Lane, messageId: string, at: Date): Promise<void> {
  await db
    .updateTable("message")
    .set((is) => ({ unsure_looks: is("unsure_looks", "+", 1), due_at: at }))
    .where("id", "=", messageId)
    .where(isStill(lane))
    .execute();
}

/** Who stood still until somebody else acted in the lane mustn't touch what that one has noted of an attempt. */
const isStill = ({ channel, holder }: Lane) =>
  sql<boolean>`exists (select from lane where channel = ${channel} and holder = ${holder})`;

/**
 * Slack shows this version now, under this `ts`. "twin": the message is already known under another `ts`, so this one is
 * a second copy that must go. `edit`: when this edit was begun, and when the newest before it whose outcome nobody knows, which
 * may still undo it: it is made once more when that can no longer be. `ifLost`: copies are looked for if the lane has gone over to somebody, who may have begun a post.
 */
export async function nowShown(
  db: Db | Tx,
  messageId: string,
  shown: {
    version: number;
    ts: string;
    redrawAt: Date | null;
    edit?: { begunAt: Date; unsureBefore: Date | null } | null;
    sweep?: { since: Date; at: Date } | null;
    ifLost?: { lane: Lane; at: Date } | null;
  },
): Promise<"shown" | "twin"> {
  const result = await db
    .updateTable("message")
    .set({
      ts: shown.ts,
      shown: shown.version,
      redraw_at: shown.redrawAt,
      unsure_since: null,
      unsure_looks: 0,
      attempts: 0,
      trouble: null,
      ...(shown.edit && untilOver(shown.edit, shown.redrawAt)),
      ...(shown.ifLost && sweptIfLost(shown.ifLost)),
      ...(shown.sweep && { sweep_since: shown.sweep.since, sweep_at: shown.sweep.at, sweeps: 0 }),
    })
    .where("id", "=", messageId)
    .where((is) => is.or([is("ts", "is", null), is("ts", "=", shown.ts)]))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n ? "shown" : "twin";
}

/**
 * What was unsure before an edit stays so until it can no longer come, however many edits go well meanwhile. Somebody who took
 * the lane over may have begun one, too: the newest counts.
 */
function untilOver({ begunAt, unsureBefore }: { begunAt: Date; unsureBefore: Date | null }, redrawAt: Date | null) {
  const others = sql`case when unsure_since is distinct from ${begunAt}::timestamptz then unsure_since end`;
  const newest = sql`greatest(${unsureBefore}::timestamptz, ${others})`;
  const unsure = sql<Date | null>`case when ${overAt(newest)} > ${begunAt} then ${newest} end`;
  return {
    unsure_since: unsure,
    redraw_at: sql<Date | null>`least(${redrawAt}::timestamptz, ${overAt(unsure)})`,
  };
}

function sweptIfLost({ lane, at }: { lane: Lane; at: Date }) {
  const isLost = sql`unsure_since is not null
    and not exists (select from lane where lane.channel = ${lane.channel} and lane.holder = ${lane.holder})`;
  return {
    sweep_since: sql<Date | null>`case when ${isLost} then unsure_since else sweep_since end`,
    sweep_at: sql<Date | null>`case when ${isLost} then ${at}::timestamptz else sweep_at end`,
    sweeps: sql<number>`case when ${isLost} then 0 else sweeps end`,
  };
}

/**
 * Slack refused for certain, or asked us to wait: nothing is in the channel because of this attempt. Because of an
 * attempt before it, whose outcome isn't known, something may be (`unsureSince`): that isn't forgotten.
 */
export async function heldBack(
  db: Db,
  lane: Lane,
  message: Pick<Message, "id" | "unsureSince">,
  until: Date,
  trouble: string,
): Promise<void> {
  await db
    .updateTable("message")
    .set({ ...inTrouble(until, trouble), unsure_since: message.unsureSince, unsure_looks: 0 })
    .where("id", "=", message.id)
    .where(isStill(lane))
    .execute();
}

/** Nobody knows whether Slack took an edit, or will. It may be repeated at once, and is made again when it can't come late. */
export async function editUnsure(db: Db, messageId: string, now: Date, until: Date, trouble: string): Promise<void> {
  await db
    .updateTable("message")
    .set({
      ...inTrouble(until, trouble),
      unsure_since: now,
      redraw_at: sql<Date>`least(redraw_at, ${overAt(sql`${now}::timestamptz`)})`,
    })
    .where("id", "=", messageId)
    .where("ts", "is not", null)
    .execute();
}

/** Something of ours stands in the way; whether a post is under way stays as it was. */
export async function putOff(db: Db, messageId: string, until: Date, trouble: string): Promise<void> {
  await db.updateTable("message").set(inTrouble(until, trouble)).where("id", "=", messageId).execute();
}

function inTrouble(until: Date, trouble: string) {
  return { due_at: until, trouble, attempts: sql<number>`attempts + 1` };
}

/** Nobody knows whether Slack took it: look at `at`. */
export async function leftUnsure(db: Db, messageId: string, at: Date, trouble: string): Promise<void> {
  await db.updateTable("message").set({ due_at: at, trouble }).where("id", "=", messageId).execute();
}

/**
 * Somebody deleted the message in Slack: it is to be posted anew. Copies of it are looked for all the same. False: another `ts` stands for
 * it by now, since whoever took the lane over found out first.
 */
export async function goneFromSlack(db: Db | Tx, messageId: string, ts: string): Promise<boolean> {
  const [row] = await db
    .updateTable("message")
    .set({ ts: null, shown: 0, unsure_since: null, trouble: "message_not_found" })
    .where("id", "=", messageId)
    .where("ts", "=", ts)
    .returning("id")
    .execute();
  return row !== undefined;
}

/** Slack is looked through for copies of a message once more. */
export async function sweepAgain(db: Db, messageId: string, sweep: { since: Date; at: Date }): Promise<void> {
  await db
    .updateTable("message")
    .set({ sweep_since: sql<Date>`coalesce(sweep_since, ${sweep.since}::timestamptz)`, sweep_at: sweep.at })
    .where("id", "=", messageId)
    .execute();
}

/** A message whose copies are to be looked for now; whoever takes it has as long as a lease. */
export async function claimSweep(
  db: Db,
  now: Date,
): Promise<(Message & { ts: string; sweepSince: Date; sweeps: number }) | null> {
  const row = await db
    .updateTable("message")
    .set({ sweep_at: new Date(now.getTime() + leaseMs) })
    .where("id", "=", (is) =>
      is
        .selectFrom("message")
        .select("id")
        .where("sweep_at", "<=", now)
        .where("ts", "is not", null)
        .orderBy("sweep_at")
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning(messageColumns)
    .returning(["sweep_since as sweepSince", "sweeps"])
    .executeTakeFirst();
  if (!row) return null;
  const { ts, sweepSince } = row;
  if (ts === null || sweepSince === null) throw new Error(`message ${row.id} has nothing to be looked for`);
  return { ...row, ts, sweepSince };
}

/** The look is done; the next, if any, is at `next`. */
export async function swept(db: Db, messageId: string, next: Date | null): Promise<void> {
  await db
    .updateTable("message")
    .set((is) => ({ sweeps: is("sweeps", "+", 1), sweep_at: next }))
    .where("id", "=", messageId)
    .execute();
}

/** What goes out of date by itself is wanted anew when its time has come; what was behind already has been so for longer. */
export async function wantRedrawn(db: Db, now: Date): Promise<void> {
  await db
    .updateTable("message")
    .set((is) => ({ wanted: is("wanted", "+", 1), behind_since: behindSince(now), redraw_at: null }))
    .where("redraw_at", "<=", now)
    .execute();
}

/** When there will next be something to do in any lane; `null`: nothing is waiting. */
export async function nextDue(db: Db): Promise<Date | null> {
  const { rows } = await sql<{ due: Date | null }>`
    select min(due) as due from (
      select greatest(lane.free_at, coalesce(lane.held_until, lane.free_at),
                      min(case when ts is null then message.due_at else greatest(message.due_at, ${editsFrom}) end)) as due
        from lane join message using (channel)
       where message.wanted > message.shown
       group by lane.channel, lane.free_at, lane.held_until
      union all
      select min(redraw_at) from message where redraw_at is not null
      union all
      select min(sweep_at) from message where sweep_at is not null and ts is not null) as waiting`.execute(db);
  return rows[0]?.due ?? null;
}

/** For health: how much Slack doesn't show yet, since when the oldest waits, and what stands in the way. */
export async function backlog(
  db: Db,
): Promise<{ waiting: number; troubled: number; oldestSince: Date | null; trouble: string | null }> {
  const row = await db
    .selectFrom("message")
    .select((is) => [
      is.fn.countAll<string>().as("waiting"),
      is.fn.count<string>("trouble").as("troubled"),
      is.fn.min("behind_since").as("oldestSince"),
      // Slack's word, before our own of what waits for something else.
      sql<string | null>`coalesce(max(trouble) filter (where trouble !~ ' '), max(trouble))`.as("trouble"),
    ])
    .whereRef("wanted", ">", "shown")
    .executeTakeFirstOrThrow();
  return {
    waiting: Number(row.waiting),
    troubled: Number(row.troubled),
    oldestSince: row.oldestSince ?? null,
    trouble: row.trouble ?? null,
  };
}
