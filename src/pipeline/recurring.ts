import type { Directs } from "../bot/directs.ts";
import type { RecurringClick, RecurringOutcome } from "../bot/ports.ts";
import type { Intent, WatchedVault } from "../model.ts";
import { mayReview, slackUsersOf } from "../policies/eligibility.ts";
import { askAheadMs, quarterAfter } from "../recurrence.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { readIntents } from "../store/intents.ts";
import { messagesOf, urgency, want, wantAnew } from "../store/messages.ts";
import { readPerson } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { lockIntent, recordIntentAnswer, recurringEndingBy } from "../store/recurring.ts";
import { type House, watchedVault } from "./house.ts";
import { type IntentMessage, intentSubject } from "./intent-subjects.ts";

/**
 * A manager confirms or declines a recurring purpose, or renews it for another quarter. Who may judge its person's accesses may do
 * so, nobody else; the first answer of a round counts. What is refused is recorded.
 */
export async function answerRecurring(house: House, click: RecurringClick): Promise<RecurringOutcome> {
  const [seen] = await readIntents(house.store.db, [click.intentId]);
  const vault = seen?.vaultId ? watchedVault(house.config, seen.vaultId) : null;
  const now = house.clock.now();
  const refuse = (tx: Tx, reason: string) => {
    const payload = { intent: click.intentId, by: click.clickerId, reason, what: click.answer };
    return seal(tx, now, [{ kind: "recurring intent answer refused", payload }]);
  };
  if (!seen?.recurring || !vault) {
    await inTransaction(house.store.db, (tx) => refuse(tx, "no-such-intent"));
    return { kind: "refused", reason: "no-such-intent", vault: null, whoCan: [] };
  }
  const managers = await house.people.managerIds(vault);
  return inTransaction(house.store.db, async (tx) => {
    await lockIntent(tx, click.intentId);
    const [intent] = await readIntents(tx, [click.intentId]);
    if (!intent?.recurring) {
      await refuse(tx, "no-such-intent");
      return { kind: "refused", reason: "no-such-intent", vault, whoCan: [] };
    }
    const person = await readPerson(tx, intent.personId);
    const own = [intent.slackUserId, ...slackUsersOf(person).map(({ id }) => id)];
    const claim = {
      clicker: click.clicker,
      alertPerson: person,
      vault,
      managerSlackIds: managers,
      managerEmails: [],
      homeTeamId: house.people.homeTeamId(),
    };
    const verdict = click.clickerId === intent.slackUserId ? "own-access" : mayReview(claim);
    const reason = verdict === "ok" && !(await isOurs(tx, click)) ? "wrong-message" : verdict;
    if (reason !== "ok") {
      await refuse(tx, reason);
      return { kind: "refused", reason, vault, whoCan: managers.filter((id) => !own.includes(id)) };
    }
    const { confirmations, declined } = intent.recurring;
    const before = declined ?? confirmations[click.round];
    if (before) {
      await refuse(tx, "already");
      return { kind: "already", by: before.by, answer: declined ? "declined" : "confirmed" };
    }
    if (intent.end !== null || intent.endsAt <= now) {
      await refuse(tx, "over");
      return { kind: "over" };
    }
    // What is renewed early loses nothing of the time that it had.
    const from = click.round === 0 || intent.endsAt < now ? now : intent.endsAt;
    const until = quarterAfter(from, vault.timezone);
    const about = { round: click.round, by: click.clickerId, at: now };
    const isNew = await recordIntentAnswer(
      tx,
      intent.id,
      click.answer === "confirmed" ? { ...about, kind: "confirmed", until } : { ...about, kind: "declined" },
    );
    if (!isNew) {
      await refuse(tx, "over");
      return { kind: "over" };
    }
    await wantAnew(tx, "intent", intent.id, now);
    if (click.round > 0)
      await wantAnew(tx, "intent", intentSubject({ kind: "renew", intentId: intent.id, round: click.round }), now);
    const payload = { intent: intent.id, ...about, ...(click.answer === "confirmed" && { until }) };
    await seal(tx, now, [{ kind: `recurring intent ${click.answer}`, payload }]);
    await wake(tx);
    return { kind: "recorded", answer: click.answer, until };
  });
}

async function isOurs(tx: Tx, { intentId, round, message }: RecurringClick): Promise<boolean> {
  const subject = round === 0 ? intentId : intentSubject({ kind: "renew", intentId, round });
  const shown = await messagesOf(tx, "intent", subject);
  return shown.some(({ channel, ts }) => channel === message.channel && ts === message.ts);
}

/** Asks for what ends soon, and tells the person of what has ended, each once. Returns how much was told. */
export async function lookAfterRecurring(house: House, directs: Directs): Promise<number> {
  const now = house.clock.now();
  const ids = await recurringEndingBy(house.store.db, new Date(now.getTime() + askAheadMs), askAheadMs);
  let told = 0;
  for (const intent of await readIntents(house.store.db, ids)) {
    const vault = intent.vaultId === null ? null : watchedVault(house.config, intent.vaultId);
    if (!vault || !intent.recurring) continue;
    if (await tellOf(house, directs, { intent, vault, now })) told += 1;
  }
  return told;
}

async function tellOf(
  house: House,
  directs: Directs,
  { intent, vault, now }: { intent: Intent; vault: WatchedVault; now: Date },
): Promise<boolean> {
  const round = intent.recurring?.confirmations.length ?? 0;
  const isOver = intent.endsAt <= now;
  // The first answer was asked for when it was announced.
  if (!isOver && round === 0) return false;
  const what: IntentMessage = { kind: isOver ? "over" : "renew", intentId: intent.id, round };
  const subject = intentSubject(what);
  if ((await messagesOf(house.store.db, "intent", subject)).length > 0) return false;
  const channel = isOver ? await directs.channelWith(intent.slackUserId) : vault.channel;
  if (channel === null) return false;
  return inTransaction(house.store.db, async (tx) => {
    await lockIntent(tx, intent.id);
    if ((await messagesOf(tx, "intent", subject)).length > 0) return false;
    await want(tx, { kind: "intent", subject, channel, urgency: urgency.warning, at: now });
    if (isOver) await wantAnew(tx, "intent", intent.id, now);
    if (isOver && round > 0)
      await wantAnew(tx, "intent", intentSubject({ kind: "renew", intentId: intent.id, round }), now);
    const payload = { intent: intent.id, round, endsAt: intent.endsAt };
    await seal(tx, now, [{ kind: isOver ? "recurring intent over" : "recurring intent renewal asked", payload }]);
    await wake(tx);
    return true;
  });
}
