import type { Directs } from "../bot/directs.ts";
import { inHome, type UnusedClick, type UnusedOutcome } from "../bot/ports.ts";
import type { MessageView } from "../bot/views/alert.ts";
import type { OpenUnused } from "../bot/views/home-staff.ts";
import { unreportedLine, unusedQuestion } from "../bot/views/unused-intent.ts";
import type { Intent } from "../model.ts";
import { askedADay, rememberedMs, reportsTakeMs, whomToAskAboutUnused } from "../policies/unused-intent.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { isHomeOf } from "../store/homes.ts";
import { readIntents } from "../store/intents.ts";
import * as stored from "../store/intents-unused.ts";
import { messagesOf, urgency, want, wantAnew } from "../store/messages.ts";
import { readPerson, readPersons } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { configured } from "./actor-facts.ts";
import { type House, watchedVault } from "./house.ts";
import { intentSubject, readIntentSubject } from "./intent-subjects.ts";

const dayMs = 24 * 60 * 60_000;

/**
 * Asks people about purposes of theirs that no access followed, each once: the only cheap way to notice what a vault doesn't report.
 * Returns how many were asked.
 */
export async function askAboutUnused(house: House, directs: Directs): Promise<number> {
  const { config, store, clock } = house;
  if (!config.intents.asksAboutUnused) return 0;
  const now = clock.now();
  const from = new Date(now.getTime() - rememberedMs);
  const unused = await stored.unusedNotAsked(store.db, from, new Date(now.getTime() - reportsTakeMs));
  const people = await readPersons(store.db, [...new Set(unused.map(({ intent }) => intent.personId))]);
  const full = new Set<string>();
  let asked = 0;
  for (const { intent, round } of unused) {
    const person = people.get(intent.personId)?.person;
    const vault = intent.vaultId === null ? null : watchedVault(config, intent.vaultId);
    if (!person || (intent.vaultId !== null && !vault)) continue;
    const about = configured(person, config.people);
    const askedOf = whomToAskAboutUnused({ intent, person, about, vault, timezone: config.timezone }, now);
    if (askedOf === null || full.has(askedOf)) continue;
    const channel = await directs.channelWith(askedOf);
    if (channel === null) continue;
    const came = await askAbout(house, { intentId: intent.id, round }, { askedOf, channel, at: now });
    if (came === "asked") asked += 1;
    if (came === "enough-for-today") full.add(askedOf);
  }
  return asked;
}

async function askAbout(
  house: House,
  key: { intentId: string; round: number },
  question: { askedOf: string; channel: string; at: Date },
): Promise<"asked" | "before" | "enough-for-today"> {
  const { askedOf, channel, at } = question;
  return inTransaction(house.store.db, async (tx) => {
    const asked = await stored.askedAboutUnusedSince(tx, askedOf, new Date(at.getTime() - dayMs));
    if (asked >= askedADay) return "enough-for-today";
    if (!(await stored.recordUnusedQuestion(tx, key, question))) return "before";
    const subject = intentSubject({ kind: "unused", ...key });
    await want(tx, { kind: "intent", subject, channel, urgency: urgency.note, at });
    const payload = { intent: key.intentId, round: key.round, askedOf };
    await seal(tx, at, [{ kind: "unused intent asked", payload }]);
    await wake(tx);
    return "asked";
  });
}

/** Takes what the asked person says, once. That it happened unreported is shown to the vault's managers. */
export async function answerUnused(house: House, click: UnusedClick): Promise<UnusedOutcome> {
  return inTransaction(house.store.db, async (tx) => {
    const { intentId, round, answer, by } = click;
    const [intent] = await readIntents(tx, [intentId]);
    const question = await stored.readUnusedQuestion(tx, click);
    const now = house.clock.now();
    const refuse = (reason: string) => {
      const payload = { intent: intentId, round, by, reason, what: answer };
      return seal(tx, now, [{ kind: "unused intent answer refused", payload }]);
    };
    if (!intent || !question) {
      await refuse("no-such-question");
      return { kind: "refused", reason: "no-such-question" };
    }
    const subject = intentSubject({ kind: "unused", intentId, round });
    const isOurs = await isWhereAsked(tx, subject, click);
    const reason = question.askedOf !== by ? "not-asked" : isOurs ? null : "wrong-message";
    if (reason !== null) {
      await refuse(reason);
      return { kind: "refused", reason };
    }
    if (!(await stored.recordUnusedAnswer(tx, click, { kind: answer, by, at: now }))) {
      await refuse("already");
      const before = await stored.readUnusedQuestion(tx, click);
      return { kind: "already", answer: before?.answer ?? answer };
    }
    await wantAnew(tx, "intent", subject, now);
    if (answer === "happened") {
      const line = intentSubject({ kind: "unreported", intentId, round });
      for (const channel of await channelsOf(house, tx, intent)) {
        await want(tx, { kind: "intent", subject: line, channel, urgency: urgency.note, at: now });
      }
    }
    await seal(tx, now, [{ kind: "unused intent answered", payload: { intent: intentId, round, by, said: answer } }]);
    await wake(tx);
    return { kind: "noted", answer };
  });
}

/** In the message that asked, or in the Home of whoever presses. */
async function isWhereAsked(tx: Tx, subject: string, { by, message }: UnusedClick): Promise<boolean> {
  if (message.channel === inHome) return isHomeOf(tx, by, message.ts);
  const shown = await messagesOf(tx, "intent", subject);
  return shown.some(({ channel, ts }) => channel === message.channel && ts === message.ts);
}

/** Which of these questions wait for their person's answer, with where the managers will read of it. */
export async function openUnused(house: House, slackUserId: string, since: Date): Promise<OpenUnused[]> {
  const { db } = house.store;
  const asked = await stored.unusedUnanswered(db, slackUserId, since);
  const intents = new Map(
    (
      await readIntents(
        db,
        asked.map(({ intentId }) => intentId),
      )
    ).map((one) => [one.id, one]),
  );
  const open: OpenUnused[] = [];
  for (const { intentId, round, askedAt } of asked) {
    const intent = intents.get(intentId);
    if (intent) open.push({ intent, round, askedAt, channels: await channelsOf(house, db, intent) });
  }
  return open;
}

/** `null`: the message is about something else. */
export async function drawUnused(house: House, subject: string): Promise<MessageView | null> {
  const about = readIntentSubject(subject);
  if (about?.kind !== "unused" && about?.kind !== "unreported") return null;
  const { db } = house.store;
  const [intent] = await readIntents(db, [about.intentId]);
  const question = await stored.readUnusedQuestion(db, about);
  if (!intent || !question) throw new Error(`the question ${subject} is gone, and questions are never deleted`);
  const person = await readPerson(db, intent.personId);
  const { vaults, timezone, people } = house.config;
  const { round } = about;
  const around = { person, vaults, round };
  if (about.kind === "unreported") {
    const zone = vaults.find(({ id }) => id === intent.vaultId)?.timezone ?? timezone;
    return unreportedLine(intent, { ...around, zone, askedAt: question.answeredAt ?? question.askedAt });
  }
  const zone = configured(person, people).timezone ?? timezone;
  const channels = await channelsOf(house, db, intent);
  return unusedQuestion(intent, { ...around, zone, askedAt: question.askedAt, answer: question.answer, channels });
}

/** Where its vault is watched; for any vault, where it was announced. */
async function channelsOf(house: House, db: Tx | House["store"]["db"], intent: Intent): Promise<string[]> {
  const vault = intent.vaultId === null ? null : watchedVault(house.config, intent.vaultId);
  if (vault) return [vault.channel];
  return [...new Set((await messagesOf(db, "intent", intent.id)).map(({ channel }) => channel))];
}
