import type { KnownBlock, RichTextElement } from "@slack/types";
import type { DigestFacts } from "../../model.ts";
import type { DigestSoFar } from "../ports.ts";
import { alertSentence, spotCheckLines } from "./alert.ts";
import { alertActions } from "./alert-actions.ts";
import { secondPersonLines, verdictLine } from "./alert-verdict.ts";
import type { DigestView } from "./digest.ts";
import { sayCounted } from "./digest-numbers.ts";
import { bold, line, lines, quoted, richText, said } from "./rich-text.ts";
import { worstAccess } from "./standing.ts";
import { capital, countOf } from "./words.ts";

type Waiting = Pick<DigestView, "facts" | "waiting" | "digestId">;

/** What a locked phone says of it. */
export function sayWaiting(view: Waiting): string {
  const { facts } = view;
  const { alerts: longer = 0, isMore = false } = facts.older ?? {};
  if (facts.openAlerts === 0)
    return longer === 0 ? "nothing waits" : `${sayOlder(facts)} waited for more than five weeks`;
  const now = sayOpen(view);
  return longer === 0 ? now : `${now}, ${isMore ? "at least " : ""}${longer} more for over five weeks`;
}

function sayOpen(view: Waiting): string {
  const { left, shown, rest } = asked(view);
  const wait = (many: number) => (many === 1 ? "one waits for a verdict" : `${many} wait for a verdict`);
  if (left === shown) return wait(left + rest);
  if (rest === 0) return left === 0 ? "all decided" : wait(left);
  return `${left} of ${shown} to be decided, ${rest} more waited`;
}

/** What waits, in one sentence that counts down as verdicts come, and what has waited for too long to be asked about. */
export function waitingLines(view: Waiting): RichTextElement[][] {
  const { facts } = view;
  const { alerts: older = 0, isMore = false } = facts.older ?? {};
  const shows = `: /vault open shows ${older === 1 ? "it" : "them"}`;
  if (facts.openAlerts === 0) {
    const longer = older === 0 ? "" : `; ${sayOlder(facts)} waited for longer${shows}`;
    // An older digest hasn't counted what waited for longer.
    const nothing = facts.older && older === 0 ? "Nothing waits" : "Nothing of the last five weeks waits";
    return [[bold(`${nothing} for you${longer}. `), said(`${capital(sayCounted(facts))}.`)]];
  }
  const more = isMore ? `At least ${older}` : older === 1 ? "One" : String(older);
  const rest = `${more} more ${older === 1 ? "has" : "have"} waited for more than five weeks${shows}.`;
  return [[bold(headline(view))], ...(older === 0 ? [] : [[said(rest)]])];
}

/** Of those that it doesn't show it knows only how they stood when it was made. */
function headline(view: Waiting): string {
  const { left, shown, rest } = asked(view);
  const all = shown + rest;
  if (left === shown) {
    const many = all === 1 ? "One alert waits for a verdict" : `${all} alerts wait for a verdict`;
    return rest > 0 && view.digestId !== null ? `${many}, the most urgent first` : many;
  }
  const still = left === 1 ? "still waits" : "still wait";
  const count = left === 1 ? "One" : String(left);
  if (rest > 0) {
    const more = `${rest === 1 ? "one" : rest} more waited when this was made`;
    const these = shown === 1 ? "This one is" : `These ${shown} are`;
    return left === 0
      ? `✅ ${these} decided, thank you; ${more}`
      : `${count} of these ${shown} ${still} for a verdict; ${more}`;
  }
  if (left === 0) return "✅ What this digest asked about is decided. Thank you.";
  return `${count} of ${all} alerts ${still} for a verdict`;
}

/** How many alerts it shows and how many of them aren't decided, and how many more it counts. */
function asked({ facts, waiting, digestId }: Waiting): { left: number; shown: number; rest: number } {
  return {
    left: digestId === null ? waiting.length : waiting.filter(({ standing }) => standing.kind !== "decided").length,
    shown: waiting.length,
    rest: Math.max(0, facts.openAlerts - waiting.length),
  };
}

/** "one alert has", "at least 20 alerts have". */
function sayOlder({ older }: DigestFacts): string {
  const { alerts = 0, isMore = false } = older ?? {};
  return `${isMore ? "at least " : ""}${countOf(alerts, "alert has", "alerts have")}`;
}

/** The same sentence and buttons as everywhere. In a private answer there are none: nothing would redraw them. */
export function waitingBlocks(
  { alert, vault, standing, needed, isWatched }: DigestSoFar["waiting"][number],
  view: DigestView,
  place: number,
): KnownBlock[] {
  const shown = { vault, standing, now: view.madeAt, managers: [], undoUntil: null };
  const worst = worstAccess(alert, standing);
  const rows = [
    alertSentence(alert, shown, worst),
    [quoted(worst.assessment.sentence, 200, "No reason was given.")],
    ...secondPersonLines(alert, { standing, needed }, vault),
    ...spotCheckLines(worst),
  ];
  return [
    richText(...(standing.kind === "open" ? [] : [verdictLine(alert, standing, vault)]), lines(rows)),
    ...(view.digestId === null || !isWatched
      ? []
      : [alertActions(alert, shown, { blockId: `${view.blockId}:${place}`, origin: "digest" })]),
  ];
}

export function moreLine({ facts, waiting, moreLink }: DigestView): KnownBlock[] {
  const more = facts.openAlerts - waiting.length;
  if (more <= 0) return [];
  const words = `and ${more} more`;
  return [
    richText(line(moreLink === null ? said(`${words} in this channel`) : { type: "link", url: moreLink, text: words })),
  ];
}
