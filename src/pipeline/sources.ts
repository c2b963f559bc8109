import type { MessageView } from "../bot/views/alert.ts";
import { sourceGap, sourceMissed, sourceReadAgain, sourceReadInPart, sourceUnread } from "../bot/views/source.ts";
import { vaultsOfChannel } from "../policies/digest-channels.ts";
import { isWorthTelling } from "../policies/source-trouble.ts";
import { type Comparison, comparisonsToTell, readComparison, recordComparisonTold } from "../store/comparisons.ts";
import { inTransaction } from "../store/database.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { gapsToTell, readGap, recordGapTold } from "../store/source-gaps.ts";
import { openTroubles, readTrouble, recordTrouble, recordTroubleOver } from "../store/source-troubles.ts";
import { feedStates } from "../store/sources.ts";
import { type House, zoneOf } from "./house.ts";
import { sourcesHeard } from "./silence.ts";

/** Tells of sources that can't be read, and of those that can again; each once. Returns how many were told. */
export async function lookForTrouble(house: House): Promise<number> {
  const names = house.config.sources.map(({ name }) => name);
  if (names.length === 0) return 0;
  const { db } = house.store;
  const now = house.clock.now();
  const states = await feedStates(db, names);
  const open = await openTroubles(db);
  let told = 0;
  for (const source of names) {
    const theirs = states.filter((state) => state.source === source);
    const known = open.find((one) => one.source === source);
    // One at a time for each source: a revoked token stands in the way of all that it was for.
    if (known) {
      const stream = theirs.find(({ feed }) => feed === known.feed);
      if (stream?.trouble) continue;
      // A trouble that ended because our token isn't for its stream any more says nothing of the others: those go on for it.
      const isLeftOut = stream?.isAllowed === false;
      if (isLeftOut && theirs.some(({ trouble }) => trouble)) continue;
      told += await tell(house, source, async (tx, channels) => {
        if (!(await recordTroubleOver(tx, known.id, now))) return false;
        await wantAll(
          tx,
          channels.map((channel) => wanted(isLeftOut ? `left-out-${known.id}` : `${known.id}:over`, channel, now)),
        );
        const payload = { trouble: known.id, source, feed: known.feed };
        await seal(tx, now, [{ kind: isLeftOut ? "source read in part" : "source read again", payload }]);
        return true;
      });
      continue;
    }
    const worst = theirs.find(
      ({ trouble, troubleSince }) => trouble && troubleSince && isWorthTelling(trouble, troubleSince, now),
    );
    if (!worst?.trouble || !worst.troubleSince) continue;
    const { feed, trouble, troubleSince: since } = worst;
    told += await tell(house, source, async (tx, channels) => {
      const id = await recordTrouble(tx, { source, feed, since, trouble, toldAt: now });
      if (id === null) return false;
      await wantAll(
        tx,
        channels.map((channel) => wanted(id, channel, now)),
      );
      await seal(tx, now, [{ kind: "source unread", payload: { trouble: id, source, feed, since, why: trouble } }]);
      return true;
    });
  }
  return told;
}

/** Tells of what can't be read any more; each gap once. Returns how many were told. */
export async function tellOfGaps(house: House): Promise<number> {
  const now = house.clock.now();
  let told = 0;
  for (const { id, source } of await gapsToTell(house.store.db)) {
    told += await tell(house, source, async (tx, channels) => {
      if (!(await recordGapTold(tx, id, now))) return false;
      await wantAll(
        tx,
        channels.map((channel) => wanted(`gap-${id}`, channel, now)),
      );
      await seal(tx, now, [{ kind: "source gap told", payload: { gap: id, source, channels } }]);
      return true;
    });
  }
  return told;
}

/** Tells what the daily comparisons found, in the channels of the vaults concerned; each once. Returns how many were told. */
export async function tellOfComparisons(house: House): Promise<number> {
  const found = await comparisonsToTell(house.store.db);
  const now = house.clock.now();
  for (const { id, source, missed } of found) {
    const concerned = house.config.vaults.filter((vault) => Object.hasOwn(missed, vault.id));
    const channels = [...new Set(concerned.map(({ channel }) => channel))];
    await inTransaction(house.store.db, async (tx) => {
      if (!(await recordComparisonTold(tx, id, now))) return;
      await wantAll(
        tx,
        channels.map((channel) => wanted(`compared-${id}`, channel, now)),
      );
      await seal(tx, now, [{ kind: "source comparison told", payload: { comparison: id, source, channels } }]);
      await wake(tx);
    });
  }
  return found.length;
}

/** How many accesses of these vaults had been missed. */
export function missedOf({ missed }: Pick<Comparison, "missed">, vaults: readonly { id: string }[]): number {
  return vaults.reduce((sum, { id }) => sum + (missed[id] ?? 0), 0);
}

type Tx = Parameters<typeof seal>[0];

async function tell(
  house: House,
  source: string,
  work: (tx: Tx, channels: string[]) => Promise<boolean>,
): Promise<number> {
  const heard = (await sourcesHeard(house)).find((one) => one.source === source);
  // Where it has told of no watched vault yet, it may be meant to tell of any.
  const vaults = heard ? heard.vaults : house.config.vaults;
  const channels = [...new Set(vaults.map(({ channel }) => channel))];
  return inTransaction(house.store.db, async (tx) => {
    if (!(await work(tx, channels))) return 0;
    await wake(tx);
    return 1;
  });
}

function wanted(subject: string, channel: string, at: Date) {
  return { kind: "source" as const, subject, channel, urgency: urgency.warning, at };
}

/**
 * `subject`: a trouble's id, `7:over` once it is over, `left-out-7`, `gap-7`, `compared-7`. What came later begins with its word: a replica from before
 * it would take `7:gap` for the trouble 7 and show that, whereas it can't read `gap-7`, and leaves it to one that can.
 */
export async function sourceView(
  house: House,
  subject: string,
  channel: string,
  blockId: string,
): Promise<MessageView> {
  const zone = zoneOf(house, channel);
  const [, word, number = ""] = /^(gap|compared|left-out)-(\d+)$/.exec(subject) ?? [];
  if (word === "gap") {
    const gap = await readGap(house.store.db, number);
    if (!gap) throw new Error(`the gap ${number} is gone, and gaps are never deleted`);
    return sourceGap(gap, { zone, blockId });
  }
  if (word === "compared") {
    const comparison = await readComparison(house.store.db, number);
    if (!comparison) throw new Error(`the comparison ${number} is gone, and comparisons are never deleted`);
    const all = Object.keys(comparison.missed).map((vault) => ({ id: vault }));
    // A vault may have another channel since, or be watched no more: whoever was told isn't told of none.
    const missed = missedOf(comparison, vaultsOfChannel(house.config, channel)) || missedOf(comparison, all);
    return sourceMissed({ ...comparison, from: comparison.missedFrom ?? comparison.from, missed }, { zone, blockId });
  }
  const [id = subject, part] = word === "left-out" ? [number] : subject.split(":");
  if (part !== undefined && part !== "over")
    throw new Error(`${subject} is nothing that this version tells of a source`);
  const trouble = await readTrouble(house.store.db, id);
  if (!trouble) throw new Error(`the trouble ${id} is gone, and troubles are never deleted`);
  if (word === "left-out") return sourceReadInPart(trouble, { blockId });
  return part === "over" && trouble.overAt
    ? sourceReadAgain({ ...trouble, overAt: trouble.overAt }, { zone, blockId })
    : sourceUnread(trouble, { zone, blockId });
}
