import type { BotPorts } from "../bot/ports.ts";
import { readAlert } from "../store/alerts.ts";
import { acknowledge } from "./acknowledge.ts";
import { mayResolve, resolve, tick } from "./after-suspicious.ts";
import { announce, announceAgain, endIntent, intentRefused, listIntents, recentIntents } from "./announce.ts";
import { answer, mayAnswer } from "./ask.ts";
import { digestWasRead } from "./digest-read.ts";
import { digestSoFar } from "./digest-so-far.ts";
import { type House, watchedVault } from "./house.ts";
import { beginLeaving, endLeaving, tickLeaver } from "./leaver.ts";
import { actNotUnderstood } from "./not-understood.ts";
import { ask } from "./questions.ts";
import { answerRecurring } from "./recurring.ts";
import { mayReview, reopen, review } from "./review.ts";
import { mayReviewFlood, reviewFlood, showOneByOne } from "./review-flood.ts";
import { answerSettings, checkSettings, openSettings, proposeSettings } from "./settings.ts";
import { endSnooze, previewSnooze, snooze, standingSnoozes } from "./snooze.ts";
import { answerUnused } from "./unused-intents.ts";

/** Joins Slack's door to the stages behind it. */
export function createPorts(house: House): BotPorts {
  return {
    review: (click) => review(house, click),
    reopen: (click) => reopen(house, click),
    mayReview: (click) => mayReview(house, click),
    acknowledge: (click) => acknowledge(house, click),
    reviewFlood: (click) => reviewFlood(house, click),
    mayReviewFlood: (click) => mayReviewFlood(house, click),
    showOneByOne: (floodId, by) => showOneByOne(house, floodId, by),
    readAlert: async (alertId) => {
      const alert = await readAlert(house.store.db, alertId);
      const vault = alert && watchedVault(house.config, alert.vaultId);
      return alert && vault ? { alert, vault } : null;
    },
    answer: (click) => answer(house, click),
    mayAnswer: (click) => mayAnswer(house, click),
    tick: (click) => tick(house, click),
    resolve: (click) => resolve(house, click),
    mayResolve: (click) => mayResolve(house, click),
    previewSnooze: (draft) => previewSnooze(house, draft),
    snooze: (draft) => snooze(house, draft),
    endSnooze: (click) => endSnooze(house, click),
    snoozes: () => standingSnoozes(house),
    digestSoFar: (asked) => digestSoFar(house, asked),
    digestRead: (click) => digestWasRead(house, click),
    ask: (asked) => ask(house, asked),
    openSettings: (click) => openSettings(house, click),
    checkSettings: (draft) => checkSettings(house, draft),
    proposeSettings: (draft) => proposeSettings(house, draft),
    answerSettings: (click) => answerSettings(house, click),
    beginLeaving: (asked) => beginLeaving(house, asked),
    tickLeaver: (click) => tickLeaver(house, click),
    endLeaving: (click) => endLeaving(house, click),
    announce: (announcement) => announce(house, announcement),
    endIntent: (request) => endIntent(house, request),
    intentRefused: (refused) => intentRefused(house, refused),
    actNotUnderstood: (act) => actNotUnderstood(house, act),
    listIntents: (by) => listIntents(house, by),
    recentIntents: (by, vaultId) => recentIntents(house, by, vaultId),
    announceAgain: (press) => announceAgain(house, press),
    answerUnused: (click) => answerUnused(house, click),
    answerRecurring: (click) => answerRecurring(house, click),
    vaults: () => house.config.vaults,
    now: () => house.clock.now(),
    settings: {
      intentDefaultMinutes: house.config.intents.defaultMinutes,
      intentMaximumMinutes: house.config.intents.maximumMinutes,
      timezone: house.config.timezone,
    },
  };
}
