import { setTimeout as pause } from "node:timers/promises";
import type { Drawing } from "../bot/delivery.ts";
import { alertMessage, type MessageView } from "../bot/views/alert.ts";
import { configurationMessage } from "../bot/views/configuration.ts";
import { type EscalationView, escalationMessage, type Told } from "../bot/views/escalation.ts";
import { floodMessage } from "../bot/views/flood.ts";
import { intentAnnouncement } from "../bot/views/intent-announcement.ts";
import * as noteViews from "../bot/views/note.ts";
import { questionMessage } from "../bot/views/question.ts";
import { recurringMessage, recurringOver } from "../bot/views/recurring.ts";
import type {
  Alert,
  EscalationTarget,
  Lookalike,
  Question,
  Resolution,
  VerdictsNeeded,
  WatchedVault,
} from "../model.ts";
import { resolutionOf, suspicion } from "../policies/aftermath.ts";
import { answeredUpTo, denial, keptWaitingMs } from "../policies/asking.ts";
import { acknowledgementOf, nextStep, roundBegan } from "../policies/escalation.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { lookalikes } from "../policies/lookalikes.ts";
import { plainVault } from "../policies/plain-vault.ts";
import { isForTheDigest } from "../policies/spot-check.ts";
import { standing } from "../policies/standing.ts";
import { handedOutWith, resolutionsOf } from "../store/aftermaths.ts";
import { changesTold } from "../store/configurations.ts";
import { readEscalationSubject, stepsTaken, stepsTakenOf } from "../store/escalations.ts";
import { readFlood } from "../store/floods.ts";
import { readIntents } from "../store/intents.ts";
import { type Message, messagesShowing, threadAbout } from "../store/messages.ts";
import { readPerson, slackColleagues, slackUserOf, slackUsersByEmail, slackUsersById } from "../store/people.ts";
import { heldBy } from "./acknowledge.ts";
import { allAnswered, readAnswered } from "./answered.ts";
import { canaryView } from "./canary.ts";
import { aftermathView } from "./draw-aftermath.ts";
import { type Around, digestView } from "./draw-digest.ts";
import { settingsView } from "./draw-settings.ts";
import { snoozeView } from "./draw-snooze.ts";
import { type House, watchedVault } from "./house.ts";
import { readIntentSubject } from "./intent-subjects.ts";
import { leaverView } from "./leaver-list.ts";
import { readNote } from "./notes.ts";
import { noticesView } from "./notices.ts";
import { askedView } from "./questions.ts";
import { neededOf, undoMs } from "./review.ts";
import { silenceView } from "./silence.ts";
import { sourceView } from "./sources.ts";
import { drawUnused } from "./unused-intents.ts";
import { independentOf } from "./who-may-judge.ts";
import { drawWide } from "./wide-intents.ts";

/** Draws what Slack should show of a message now, from the newest facts. "not-yet": the thread isn't there yet. */
export async function draw(house: House, message: Message): Promise<Drawing | "not-yet"> {
  switch (message.kind) {
    case "alert":
      return drawAlert(house, message);
    case "intent":
      return drawIntent(house, message);
    case "note":
      return drawNote(house, message);
    case "flood":
      return drawFlood(house, message);
    case "question":
      return drawQuestion(house, message);
    case "escalation":
      return drawEscalation(house, message);
    case "silence": {
      const tag = `silence:${message.id}`;
      const about = [house, message.subject, message.channel, tag] as const;
      return drawing((await canaryView(...about)) ?? (await silenceView(...about)), tag);
    }
    case "source": {
      const tag = `source:${message.id}`;
      return drawing(await sourceView(house, message.subject, message.channel, tag), tag);
    }
    case "notice": {
      const tag = `notice:${message.id}`;
      return drawing(await noticesView(house, message.subject, message.channel, tag), tag);
    }
    case "leaver": {
      const tag = `leaver:${message.id}`;
      return drawing(await leaverView(house, message.subject, tag), tag);
    }
    case "asked": {
      const tag = `asked:${message.id}`;
      return drawing(await askedView(house, message.subject, tag), tag);
    }
    case "snooze": {
      const { view, tag, redrawAt } = await snoozeView(house, message, (id) => vaultOf(house, id, message.channel));
      return drawing(view, tag, { redrawAt });
    }
    case "digest": {
      const drawn = await digestView(house, message, around(house, message.channel));
      return drawn === "not-yet" ? drawn : drawing(drawn.view, drawn.tag, { threadTs: drawn.threadTs });
    }
    case "configuration": {
      const tag = `configuration:${message.id}`;
      const told = await changesTold(house.store.db, message.subject, message.channel);
      return drawing(configurationMessage({ ...told, blockId: tag }), tag);
    }
    case "setting": {
      const { view, tag, redrawAt } = await settingsView(house, message, (id) => vaultOf(house, id, message.channel));
      return drawing(view, tag, { redrawAt });
    }
    case "what-now":
    case "timeline":
    case "security":
      return drawAftermath(house, message);
  }
}

async function drawAlert(house: House, message: Message): Promise<Drawing> {
  const { alert, vault, managers, question } = await facts(house, message.subject, message.channel);
  const stands = standing(alert.accesses, alert.reviews);
  const undoUntil = stands.kind === "decided" ? new Date(stands.review.at.getTime() + undoMs) : null;
  const now = house.clock.now();
  const shownAt = message.ts === null ? now.getTime() : Number(message.ts) * 1000;
  const needed = await neededOf(house, house.store.db, alert, vault);
  const escalation = await escalationOf(house, alert, { vault, managers, question, needed });
  const view = alertMessage(alert, {
    vault,
    standing: stands,
    now,
    managers,
    undoUntil,
    movedFrom: message.channel === vault.channel ? null : vault.channel,
    shownAfterMs: shownAt - toBeShownSince(alert, vault) - keptWaitingMs(vault),
    question,
    escalation,
    needed,
    resolution: await resolutionShown(house, alert),
    lookalikes: await lookalikesIn(house, alert, vault, managers),
  });
  // When the undo ends, its button must turn into "Re-open"; and who has gone silent holds nothing up any more.
  const redrawAt = undoUntil ?? escalation?.inHand?.until ?? null;
  return drawing(view, `alert:${alert.id}`, { redrawAt: redrawAt && redrawAt > now ? redrawAt : null });
}

/** What of the names in it could be taken for something else. */
async function lookalikesIn(
  house: House,
  { accesses, person }: Alert,
  vault: WatchedVault,
  managers: string[],
): Promise<Lookalike[]> {
  const colleagues = await slackColleagues(house.store.db, managers);
  const reported = accesses.map(({ access }) => access);
  return lookalikes(person, reported.at(-1)?.actor.email ?? null, reported, { colleagues, vault });
}

/** When it was opened; where only the digest was to tell of it, when the first came that had to be shown. */
function toBeShownSince({ accesses, openedAt }: Alert, vault: WatchedVault): number {
  const shown = accesses.filter(({ assessment }) => !isForTheDigest(assessment, vault));
  return Math.max(openedAt.getTime(), Math.min(...shown.map(({ access }) => access.receivedAt.getTime())));
}

async function drawIntent(house: House, message: Message): Promise<Drawing> {
  const other = (await drawWide(house, message.subject)) ?? (await drawUnused(house, message.subject));
  if (other) return drawing(other, `intent:${message.subject}`);
  const beside = readIntentSubject(message.subject);
  const [intent] = await readIntents(house.store.db, [beside?.intentId ?? message.subject]);
  if (!intent) throw new Error(`intent ${message.subject} is gone, and intents are never deleted`);
  const vault = vaultOf(house, intent.vaultId, message.channel);
  const person = await readPerson(house.store.db, intent.personId);
  const { vaults } = house.config;
  const now = house.clock.now();
  if (intent.recurring !== null) {
    const managers = await independentOf(house, await house.people.managerIds(vault), person);
    const about = { person, vault, vaults, managers: managers.filter((id) => id !== intent.slackUserId), now };
    const view =
      beside?.kind === "over"
        ? recurringOver(intent, intent.recurring, about)
        : recurringMessage(intent, intent.recurring, beside?.round ?? 0, about);
    const ends = intent.end === null && intent.endsAt > now && beside === null ? intent.endsAt : null;
    return drawing(view, `intent:${message.subject}`, { redrawAt: ends });
  }
  // When its time has passed, the announcement says so.
  const redrawAt = intent.end === null && intent.endsAt > now ? intent.endsAt : null;
  return drawing(intentAnnouncement(intent, { person, vault, vaults, now }), `intent:${intent.id}`, { redrawAt });
}

async function drawNote(house: House, message: Message): Promise<Drawing | "not-yet"> {
  const note = readNote(message.subject);
  const threadTs = await threadAbout(house.store.db, note.alertId, message.channel);
  if (threadTs === null) return "not-yet";
  const tag = `note:${message.id}`;
  if (note.kind === "own-click") {
    const name = (await slackUserOf(house.store.db, note.by))?.name ?? "Somebody";
    return drawing(noteViews.ownClickNote(note.by, { name, blockId: tag }), tag, { threadTs });
  }
  const { alert, vault, managers } = await facts(house, note.alertId, message.channel);
  if (note.kind === "denied") {
    const view = noteViews.deniedNote(alert, { vault, managers, blockId: tag });
    return drawing(view, tag, { threadTs, broadcast: true });
  }
  const view = noteViews.louderNote(alert, { vault, managers, revision: note.revision, blockId: tag });
  return drawing(view, tag, { threadTs, broadcast: true });
}

async function drawQuestion(house: House, message: Message): Promise<Drawing> {
  const { alert, vault, managers, question } = await facts(house, message.subject, message.channel);
  if (!question) throw new Error(`the question about ${message.subject} is gone, and questions are never deleted`);
  const stands = standing(alert.accesses, alert.reviews);
  const isAnswered = denial(question) !== null || answeredUpTo(question) >= alert.revision;
  const view = questionMessage(alert, {
    vault,
    standing: stands,
    managers,
    answers: question.answers,
    isOpen: stands.kind !== "decided" && !isAnswered,
  });
  return drawing(view, `question:${alert.id}`);
}

/** The message of one step of an escalation. It shows how the alert stands now, wherever it was told. */
async function drawEscalation(house: House, message: Message): Promise<Drawing> {
  const { alertId, round, step } = readEscalationSubject(message.subject);
  const { alert, vault, managers } = await facts(house, alertId, message.channel);
  const taken = await stepsTaken(house.store.db, alertId);
  const place = taken.findIndex((one) => one.round === round && one.step === step);
  const own = taken[place];
  if (!own) throw new Error(`the escalation ${message.subject} is gone, and steps are never deleted`);
  const before = taken.slice(0, place).filter((one) => one.round === round && one.step > 0 && one.wasReached);
  const needed = await neededOf(house, house.store.db, alert, vault);
  const tag = `escalation:${message.subject}`;
  const view = escalationMessage(alert, {
    vault,
    standing: standing(alert.accesses, alert.reviews),
    now: house.clock.now(),
    managers,
    undoUntil: null,
    needed,
    resolution: await resolutionShown(house, alert),
    movedFrom: own.to?.kind === "channel" && own.to.id !== message.channel ? own.to.id : null,
    why: whyTold(step, managers.length, needed),
    waitedMs: own.at.getTime() - roundBegan(round, alert.accesses, alert.reviews).getTime(),
    link: await linkTo(house, alertId, message.channel),
    before: [
      ...(managers.length > 0 && step > 0 ? [{ kind: "people" as const, names: await namesOf(house, managers) }] : []),
      ...(await Promise.all(before.map(({ to }) => saidOf(house, to)))),
    ],
    blockId: tag,
  });
  return drawing(view, tag);
}

function whyTold(step: number, independent: number, needed: VerdictsNeeded) {
  if (step === 0) return "at-night";
  if (step > 1 || independent >= needed) return "no-verdict";
  return independent === 0 ? "nobody-independent" : "too-few";
}

async function drawAftermath(house: House, message: Message): Promise<Drawing | "not-yet"> {
  const { db } = house.store;
  const [holder = message.subject] = message.subject.split(":");
  const { alert, vault, question } = await facts(house, holder, message.channel);
  const together = await allAnswered(db, await handedOutWith(db, alert.id));
  const steps = await stepsSaid(house, [alert.id, ...together.keys()]);
  const taken = steps.filter(({ alertId }) => alertId === alert.id);
  const others = [...together.values()].map((one) => ({
    ...one,
    taken: steps.filter(({ alertId }) => alertId === one.alert.id),
  }));
  const drawn = await aftermathView(house, message, {
    alert,
    vault,
    question,
    taken,
    others,
    linkTo: (alertId) => linkTo(house, alertId, message.channel),
  });
  return drawn === "not-yet" ? drawn : drawing(drawn.view, drawn.tag, { threadTs: drawn.threadTs });
}

/** The steps that were taken for these alerts, with whom they were for by name; each is asked for once. */
async function stepsSaid(house: House, alertIds: string[]) {
  const steps = await stepsTakenOf(house.store.db, alertIds);
  const names = new Map(steps.map(({ to }) => [JSON.stringify(to), to]));
  const said = new Map<string, Told>();
  for (const [key, to] of names) said.set(key, await saidOf(house, to));
  return steps.map((one) => ({ ...one, to: said.get(JSON.stringify(one.to)) ?? { kind: "managers" as const } }));
}

/** How the suspicious verdict that stands ended; asked only where one does. */
async function resolutionShown(house: House, { id, accesses, reviews }: Alert): Promise<Resolution | null> {
  const stands = suspicion(accesses, reviews);
  return stands && resolutionOf(stands, await resolutionsOf(house.store.db, [id]));
}

/** How far an alert's escalation has come; `null`: it has none. */
async function escalationOf(
  house: House,
  alert: Alert,
  {
    vault,
    managers,
    question,
    needed,
  }: { vault: WatchedVault; managers: string[]; question: Question | null; needed: VerdictsNeeded },
): Promise<EscalationView | null> {
  const taken = await stepsTaken(house.store.db, alert.id);
  const deniedAt = denial(question)?.at ?? null;
  const acknowledged = await heldBy(house.store.db, alert);
  const known = {
    vault,
    ...alert,
    taken,
    acknowledged,
    deniedAt,
    independentManagers: managers.length,
    needed,
    now: house.clock.now(),
  };
  const next = nextStep(known);
  const inHand = acknowledgementOf(known);
  if (taken.length === 0 && next === null && inHand === null) return null;
  return {
    inHand: inHand && { ...inHand, by: (await namesOf(house, [inHand.by]))[0] ?? inHand.by },
    waitingFor: await namesOf(house, managers),
    taken: await Promise.all(taken.map(async (one) => ({ ...one, to: await saidOf(house, one.to) }))),
    next: next && next.step > 0 ? { at: next.dueAt, to: await saidOf(house, next.to) } : null,
  };
}

/** Whom a step is for, by name: a mention would call them before their time. */
async function saidOf(house: House, to: EscalationTarget | null): Promise<Told> {
  switch (to?.kind) {
    case undefined:
      return { kind: "managers" };
    case "channel":
      return to;
    case "user-group":
      return { kind: "people", names: [(await soon(house.people.groupName(to.id))) ?? `user group ${to.id}`] };
    case "slack-user":
      return { kind: "people", names: await namesOf(house, [to.id]) };
    case "email": {
      const [user, ...others] = await slackUsersByEmail(house.store.db, [foldEmail(to.email)]);
      return { kind: "people", names: [user && others.length === 0 ? user.name : to.email] };
    }
  }
}

async function namesOf(house: House, ids: string[]): Promise<string[]> {
  const users = await slackUsersById(house.store.db, ids);
  return ids.map((id) => users.get(id)?.name ?? id);
}

/** Slack's own address of the alert's message, where it has one; `from`: not in that channel. */
async function linkTo(house: House, alertId: string, from: string | null): Promise<string | null> {
  const all = await messagesShowing(house.store.db, alertId);
  const shown = all.find(({ channel, ts }) => ts !== null && channel !== from);
  const workspace = house.people.workspaceUrl?.() ?? null;
  if (!shown?.ts || workspace === null) return null;
  return `${workspace}archives/${shown.channel}/p${shown.ts.replace(".", "")}`;
}

async function drawFlood(house: House, message: Message): Promise<Drawing> {
  const alerts = await readFlood(house.store.db, message.id);
  const all = alerts.map((one) => ({
    ...one,
    vault: vaultOf(house, one.vaultId, message.channel),
    standing: standing([one], one.reviews),
  }));
  const vaults = [...new Map(all.map(({ vault }) => [vault.id, vault])).values()];
  const managers = [...new Set((await Promise.all(vaults.map((vault) => house.people.managerIds(vault)))).flat())];
  const tag = `flood:${message.subject}`;
  const times = alerts.flatMap((one) => [one.firstOccurredAt.getTime(), one.lastOccurredAt.getTime()]);
  const [firstOccurredAt, lastOccurredAt] = [new Date(Math.min(...times)), new Date(Math.max(...times))];
  const view = floodMessage(
    { id: message.subject, vaults, firstOccurredAt, lastOccurredAt, lines: all },
    { managers, blockId: tag },
  );
  return drawing(view, tag);
}

/** An alert with what is asked of Slack for it: who the person is there, and whom to call. */
async function facts(house: House, alertId: string, channel: string) {
  const first = await readAnswered(house.store.db, alertId);
  const isNew = await soon(house.people.lookUp(first.alert.person.emails));
  const { alert, question } = isNew === false ? first : await readAnswered(house.store.db, alertId);
  const vault = vaultOf(house, alert.vaultId, channel);
  const managers = await independentOf(house, (await soon(house.people.managerIds(vault))) ?? [], alert.person);
  return { alert, vault, managers, question };
}

/** Who is who makes an alert better, and must not hold it up: what Slack doesn't say in time is drawn without. */
async function soon<T>(asked: Promise<T>): Promise<T | null> {
  const late = new AbortController();
  try {
    return await Promise.race([asked, pause(lookUpWithinMs, null, { signal: late.signal })]);
  } finally {
    late.abort();
    asked.catch(() => {});
  }
}

const lookUpWithinMs = 2_000;

/** The vault by its id; one that is no longer watched still has alerts to show, with nobody to judge them. */
function vaultOf(house: House, vaultId: string | null, channel: string): WatchedVault {
  const vault =
    vaultId === null ? house.config.vaults.find((one) => one.channel === channel) : watchedVault(house.config, vaultId);
  const { timezone } = house.config;
  return vault ?? plainVault({ id: vaultId ?? channel, name: vaultId ?? "any vault", channel, timezone });
}

/** What a digest needs of the vaults and messages around it. */
export function around(house: House, channel = ""): Around {
  return {
    vaultOf: (vaultId) => vaultOf(house, vaultId, channel),
    linkTo: (alertId) => linkTo(house, alertId, null),
  };
}

function drawing(view: MessageView, tag: string, more: Partial<Drawing> = {}): Drawing {
  const payload = { ...view.metadata?.event_payload } as Record<string, string | number>;
  return {
    text: view.text,
    blocks: view.blocks,
    metadata: {
      event_type: view.metadata?.event_type ?? "vaultbell_note",
      event_payload: { ...payload, subject: tag },
    },
    tag,
    threadTs: null,
    broadcast: false,
    redrawAt: null,
    ...more,
  };
}
