import { judgeDigests } from "./judge/digests.ts";
import { judgeEscalations } from "./judge/escalations.ts";
import type { Facts } from "./judge/facts.ts";
import { judgeIntents } from "./judge/intents.ts";
import { judgeLimits } from "./judge/limits.ts";
import { judgeMails } from "./judge/mails.ts";
import { judgeQuestions } from "./judge/questions.ts";
import { judgeRecord } from "./judge/record.ts";
import { judgeReviews } from "./judge/reviews.ts";
import { judgeShown } from "./judge/shown.ts";
import { judgeStored } from "./judge/stored.ts";
import { judgeTraces } from "./judge/traces.ts";

export type { Facts } from "./judge/facts.ts";

/**
 * Says what is wrong at the end, a sentence each, beginning with the invariant of RELIABILITY.md that is broken. It is
 * called ten simulated minutes after everything was healed, so whatever is still missing then is I11 too.
 */
export async function judgeRun(facts: Facts): Promise<string[]> {
  return [
    ...(await judgeStored(facts)),
    ...judgeShown(facts),
    ...judgeReviews(facts),
    ...judgeIntents(facts),
    ...judgeLimits(facts),
    ...judgeMails(facts),
    ...judgeEscalations(facts),
    ...judgeQuestions(facts),
    ...(await judgeDigests(facts)),
    ...(await judgeRecord(facts)),
    ...(await judgeTraces(facts)),
  ];
}
