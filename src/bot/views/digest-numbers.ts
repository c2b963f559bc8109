import type { RichTextElement } from "@slack/types";
import type { DigestFacts, WeekNumbers } from "../../model.ts";
import { bold, said } from "./rich-text.ts";
import { countOf } from "./words.ts";

/** Accesses, how many of them were explained, and how many came outside the hours, each beside the week before. */
export function numberLines(numbers: WeekNumbers, before: WeekNumbers | null): RichTextElement[][] {
  const than = (was: string) => (before === null ? [] : [said(` (the week before: ${was})`)]);
  const { accesses, afterHours, unasked = 0, anyHour = 0 } = numbers;
  const explained =
    accesses === 0
      ? [said("Nothing to explain")]
      : accesses === unasked
        ? [said("No purpose is asked for here")]
        : [bold(share(numbers)), said(unasked === 0 ? " explained" : ` explained ${ofAsked(numbers)}`)];
  // Where no hour is watched there is nothing to count; none of this is to be taken for "none came at night".
  const outside = [
    bold(String(afterHours)),
    said(anyHour === 0 ? " outside the hours" : " outside the hours, where these are watched"),
    ...than(String(before?.afterHours)),
  ];
  return [
    [bold(String(accesses)), said(accesses === 1 ? " access" : " accesses"), ...than(String(before?.accesses))],
    [...explained, ...than(before ? share(before) : "")],
    ...(accesses > 0 && anyHour === accesses ? [] : [outside]),
  ];
}

/** What isn't judged yet may be anything: "no access" would be too much. */
export function sayCounted({ numbers, vaults }: Pick<DigestFacts, "numbers" | "vaults">): string {
  const unjudged = vaults.reduce((sum, vault) => sum + (vault.unjudged ?? 0), 0);
  if (unjudged === 0) return sayAccesses(numbers);
  const left = unjudged === 1 ? "one report isn’t judged yet" : `${unjudged} reports aren’t judged yet`;
  return numbers.accesses === 0 ? left : `${sayAccesses(numbers)}, and ${left}`;
}

/** "14 accesses, all explained". */
function sayAccesses(numbers: WeekNumbers): string {
  const { accesses, explained, unasked = 0 } = numbers;
  if (accesses === 0) return "no access was reported";
  if (unasked === accesses) return `${countOf(accesses, "access", "accesses")}, and no purpose is asked for`;
  if (unasked > 0) return `${accesses} accesses, ${explained === 0 ? "none" : explained} explained ${ofAsked(numbers)}`;
  if (accesses === 1) return explained === 1 ? "one access, explained" : "one access, not explained";
  const how =
    explained === accesses ? "all explained" : explained === 0 ? "none explained" : `${share(numbers)} explained`;
  return `${accesses} accesses, ${how}`;
}

function ofAsked({ accesses, unasked = 0 }: WeekNumbers): string {
  return `of the ${accesses - unasked === 1 ? "one" : accesses - unasked} for which a purpose is asked`;
}

/** Of those that were to be explained; never rounded up to all, nor down to none. */
function share({ accesses, explained, unasked = 0 }: WeekNumbers): string {
  const asked = accesses - unasked;
  if (asked === 0) return accesses === 0 ? "nothing to explain" : "no purpose was asked for";
  const percent = Math.round((explained / asked) * 100);
  const honest = explained === asked ? 100 : explained === 0 ? 0 : Math.min(99, Math.max(1, percent));
  return `${honest} %`;
}
