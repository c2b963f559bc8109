import type { Said } from "../answerers.ts";
import { mayJudge, type Person } from "../cast.ts";
import type { Click } from "../clickers.ts";
import type { Family } from "../families.ts";
import { look, lookAt, type Seen } from "../picture.ts";
import type { Facts } from "./facts.ts";

/** I4 and I5: nobody judges who may not, whoever may can, and the verdicts on one alert are one story that everybody was told. */
export function judgeReviews(facts: Facts): string[] {
  const all = facts.slack.messages.flatMap(({ pictures }) => pictures.map(lookAt));
  const named = Map.groupBy(all, ({ alertId }) => alertId);
  // What one message about an alert doesn't name, another does.
  const actorOf = ({ alertId }: Seen) => {
    const numbers = (named.get(alertId) ?? []).flatMap(({ events }) => events);
    return facts.vault.events.find(({ n }) => numbers.includes(n))?.actor;
  };
  const problems = facts.clicks.flatMap((click) => {
    const actor = actorOf(click.seen);
    return actor ? judgeClick(click, actor, facts) : [`I2: ${click.by} clicked on an alert that names no access`];
  });
  const allowed = facts.clicks.filter((click) => {
    const actor = actorOf(click.seen);
    return actor !== undefined && mayJudge(click.by, actor);
  });
  const verdicts = allowed.filter(({ actionId }) => actionId !== "on_it");
  for (const [subject, clicks] of Map.groupBy(verdicts, ({ seen }) => seen.alertId)) {
    const denials = facts.answers.filter(({ seen, what }) => seen.alertId === subject && what === "not-mine");
    const shown = facts.slack.visible().map(look);
    const final = shown.find((seen) => seen.kind === "alert" && seen.subject === subject);
    if (!isOneStory([...clicks, ...denials.flatMap(asClick)], final ?? null))
      problems.push(
        `I5: what was said of ${subject} is no story: ${clicks.map(tell).join("; ")}; and it shows ${JSON.stringify(final?.verdict)}${final?.asksForVerdict ? " and asks" : ""} at revision ${final?.revision}`,
      );
  }
  // Nobody may judge, and the message shows a verdict all the same.
  for (const seen of facts.slack.visible().map(look)) {
    const actor = seen.kind === "alert" ? actorOf(seen) : undefined;
    if (actor && seen.verdict && !mayJudge(seen.verdict.by, actor))
      problems.push(`I4: ${seen.verdict.by} is shown as the judge of an access by ${actor.name}`);
  }
  return problems;
}

/** Slack can't be asked who somebody is. */
const nobodyToAsk: Family[] = ["people-unknown", "token-revoked", "outage"];

const tell = ({ by, actionId, seen, answer }: Click) =>
  `${by} ${actionId} at ${seen.revision} → ${answer === null ? "?" : Object.values(answer).join(" ")}`;

/** A denial has its place in the story, too: it withdraws an Expected. */
function asClick({ by, at, heardAt, seen, answer }: Said): StoryClick[] {
  if (answer !== null && answer.kind !== "noted") return [];
  return [{ by, at, heardAt, seen, actionId: "ask_not_mine", answer: answer && { kind: "recorded" } }];
}

type StoryClick = Omit<Click, "message">;

function judgeClick({ by, answer, seen }: Click, actor: Person, { faults }: Facts): string[] {
  if (answer === null) return [];
  if (!mayJudge(by, actor))
    return answer.kind === "refused"
      ? []
      : [`I4: ${by} may not judge ${actor.name} in ${seen.subject}: ${answer.kind}`];
  if (answer.kind !== "refused") return [];
  const isUnknown = answer.reason === "unknown-clicker" && nobodyToAsk.some((family) => faults.has(family));
  const isFine = isUnknown || answer.reason === "wrong-message" || answer.reason === "nothing-to-undo";
  return isFine ? [] : [`I5: ${by} may judge ${actor.name}, and was refused: ${answer.reason}`];
}

interface Verdict {
  by: string;
  word: string;
  revision: number;
}

/**
 * Whether the clicks can be put into one order, each between the moment it was made and the moment it was answered, in which
 * every answer was true and whose end is what the message shows. A click without an answer counted, or it didn't.
 */
function isOneStory(all: StoryClick[], final: Seen | null): boolean {
  const clicks = all.filter(({ answer }) => answer?.kind !== "refused" || answer.reason === "nothing-to-undo");
  const tried = new Set<string>();
  const everything = 2 ** clicks.length - 1;
  const search = (done: number, standing: Verdict[]): boolean => {
    const key = `${done} ${JSON.stringify(standing)}`;
    if (tried.has(key)) return false;
    tried.add(key);
    if (done === everything) return fits(standing.at(-1), final);
    return clicks.some((click, index) => {
      if (done & (1 << index)) return false;
      const isTooEarly = clicks.some((other, i) => !(done & (1 << i)) && i !== index && other.heardAt < click.at);
      if (isTooEarly) return false;
      const next = done | (1 << index);
      if (click.answer === null && search(next, standing)) return true;
      return after(click, standing).some((then) => search(next, then));
    });
  };
  return search(0, []);
}

/** What may stand after a click, if its answer was true; none: it wasn't. */
function after({ by, actionId, seen, answer }: StoryClick, standing: Verdict[]): Verdict[][] {
  const newest = standing.at(-1);
  if (actionId === "ask_not_mine") return newest?.word === "expected" ? [[]] : [standing];
  if (actionId === "review_undo" || actionId === "review_reopen") {
    if (answer?.kind === "refused") return newest ? [] : [standing];
    if (!newest) return answer === null ? [standing] : [];
    // Within ten minutes one takes back one's own; clocks that jump may make it a re-opening.
    return newest.by === by ? [standing.slice(0, -1), []] : [[]];
  }
  const isDecided = newest !== undefined && newest.revision >= seen.revision;
  if (answer?.kind === "already") {
    const isTrue = isDecided && newest.by === answer.by && newest.word === answer.verdict;
    return isTrue ? [standing] : [];
  }
  if (isDecided) return answer === null ? [standing] : [];
  const word = actionId === "review_expected" ? "expected" : "suspicious";
  return [[...standing, { by, word, revision: seen.revision }]];
}

function fits(newest: Verdict | undefined, final: Seen | null): boolean {
  if (final === null) return true;
  if (!newest) return final.verdict === null;
  return (
    final.verdict?.by === newest.by &&
    final.verdict.word === newest.word &&
    final.asksForVerdict === newest.revision < final.revision
  );
}
