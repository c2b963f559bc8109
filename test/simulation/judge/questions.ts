import type { Said } from "../answerers.ts";
import { directWith } from "../cast.ts";
import type { Family } from "../families.ts";
import { look } from "../picture.ts";
import { alertsOf, type KnownAlert, learntOf, settledMs } from "./alerts.ts";
import type { Facts } from "./facts.ts";
import { mustExplain } from "./intents.ts";

const nobodyToAsk: Family[] = ["people-unknown", "token-revoked", "outage"];
/** So many answers an alert shows. */
const shownAtMost = 3;

/** Whoever it was is asked once, in private; only they answer; and what they said is shown to those who judge. */
export function judgeQuestions(facts: Facts): string[] {
  if (!facts.faults.has("followed-up")) return [];
  return alertsOf(facts).flatMap((alert) => [
    ...asked(alert, facts),
    ...alert.said.flatMap((one) => admitted(one)),
    ...consistent(alert),
    ...shown(alert, facts),
  ]);
}

function asked(alert: KnownAlert, facts: Facts): string[] {
  const { id, events, unexplained, counted } = alert;
  const { slack, faults, announcements, times } = facts;
  const questions = slack.messages.filter((message) => {
    const seen = look(message);
    return seen.kind === "question" && seen.alertId === id;
  });
  const [actor] = events.map((event) => event.actor);
  // Of two accounts with one address nobody knows which is theirs.
  const own = actor?.slackIds.length === 1 ? directWith(actor.slackIds[0] ?? "") : null;
  const areKnown = !nobodyToAsk.some((family) => faults.has(family));
  const theirs = areKnown ? [own] : (actor?.slackIds ?? []).map(directWith);
  const strayed = questions.find(({ channel }) => !theirs.includes(channel));
  if (strayed) return [`Asking: ${strayed.channel} was asked about ${id}, which is by ${actor?.name}`];
  const isExplained =
    events.length > 0 && events.every((event) => announcements.some((one) => mustExplain(one, event)));
  if (isExplained && questions.length > 0) return [`Asking: ${id} was announced, and ${own} was asked about it`];
  const isVisible = questions.some(({ deleted }) => deleted === null);
  const isKnown = areKnown && !faults.has("flood");
  const isOwed = own !== null && isKnown && counted.length === 0 && unexplained.length > 0;
  return isOwed && !isVisible && learntOf(unexplained, facts).until <= times.endedAt - settledMs
    ? [`Asking: nobody could explain ${id}, and ${own} was never asked`]
    : [];
}

/** Nobody answers for another. */
function admitted({ n, by, askedIn, answer }: Said): string[] {
  if (answer === null) return [];
  if (directWith(by) !== askedIn)
    return answer.kind === "refused" ? [] : [`Asking: ${by} answered A${n}, and ${askedIn} was asked`];
  // Where Slack shows two copies for a while, one isn't the message that we know.
  if (answer.kind !== "refused" || answer.reason === "wrong-message") return [];
  return [`Asking: ${by} was asked, and A${n} was refused: ${answer.reason}`];
}

/** The same is noted once; a denial is never taken back; and who is told "already" had said so. */
function consistent({ id, said }: KnownAlert): string[] {
  const noted = said.filter(({ answer }) => answer?.kind === "noted");
  const problems: string[] = [];
  for (const [what, all] of Map.groupBy(noted, (one) => (one.what === "mine" ? `mine ${one.seen.revision}` : "denial")))
    if (all.length > 1) problems.push(`Asking: ${all.length} times "${what}" was noted of ${id}`);
  for (const denied of noted.filter(({ what }) => what === "not-mine")) {
    const later = said.find(({ at, answer }) => at > denied.heardAt && answer?.kind === "noted");
    if (later) problems.push(`Asking: A${later.n} was noted of ${id} after it had been denied`);
  }
  for (const { n, at, heardAt, answer } of said) {
    if (answer?.kind !== "already") continue;
    const before = said.some(
      (one) =>
        one.n !== n &&
        one.what === answer.said &&
        one.at < heardAt &&
        (one.answer === null || one.answer.kind === "noted"),
    );
    if (!before) problems.push(`Asking: A${n} of ${id} at ${at} was said before, by nobody`);
  }
  return problems;
}

/** What was said stands on the alert, and the question says that it was heard. */
function shown({ id, said, final }: KnownAlert, { slack }: Facts): string[] {
  const noted = said.filter(({ answer }) => answer?.kind === "noted");
  const mayBe = said.filter(({ answer }) => answer === null);
  const denied = noted.some(({ what }) => what === "not-mine");
  const problems: string[] = [];
  if (final !== null && noted.length + mayBe.length <= shownAtMost) {
    for (const { n, what, text } of noted) {
      const words = what === "mine" ? text : "says that it wasn’t them";
      if (!final.words.includes(words)) problems.push(`Asking: A${n} was noted, and ${id} doesn't show it`);
    }
  }
  const questions = slack.visible().map(look);
  for (const { alertId, kind, buttons } of questions) {
    if (kind !== "question" || alertId !== id || !denied) continue;
    if (buttons.some(({ actionId }) => actionId === "ask_mine"))
      problems.push(`Asking: ${id} was denied, and its question is still open`);
  }
  return problems;
}
