import { misread, type Reading } from "../../config/reading.ts";
import type { Asker } from "./ask.ts";

/** One thing that has to be known. */
export interface Wanted<T> {
  question: string;
  /** What was given beforehand, by a flag or a variable, and how to name that. */
  given?: { text: string | undefined; by: string };
  /** Taken when the answer is empty; without it an answer is needed. */
  otherwise?: string;
  hidden?: boolean;
  check: (text: string) => Reading<T> | Promise<Reading<T>>;
}

/** Something is wrong that nobody is there to put right. */
export class Unsettled extends Error {}

/** Asks until the answer is right, each mistake with what would be right; with nobody there to ask, what was given must be right. */
export async function settle<T>(asker: Asker, isAttended: boolean, wanted: Wanted<T>): Promise<T> {
  const { question, given, otherwise, hidden = false, check } = wanted;
  let text = given?.text?.trim() || undefined;
  if (text === undefined && !isAttended) text = otherwise;
  if (text === undefined && !isAttended) throw new Unsettled(`${given?.by ?? question} is needed.`);
  for (;;) {
    const isGiven = text !== undefined;
    text ??= (await asker.ask(`${question}${otherwise ? ` [${otherwise}]` : ""}: `, { hidden })) || otherwise || "";
    const reading = text === "" ? misread("an answer is needed here", null) : await check(text);
    if (reading.ok) {
      if (isGiven && isAttended && given) asker.say(`${question}: as ${given.by} says.`);
      return reading.value;
    }
    const sentence = sayMistake(reading);
    if (!isAttended) throw new Unsettled(`${given?.by ?? question}: ${sentence}`);
    asker.say(`  ${sentence}`);
    text = undefined;
  }
}

function sayMistake({ problem, right, how }: Extract<Reading<never>, { ok: false }>): string {
  const sentence = `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;
  const remedy = how ?? (right === null ? "" : `Did you mean ${right}?`);
  return [sentence, remedy].filter(Boolean).join(" ");
}

export function yesOrNo(text: string): Reading<boolean> {
  if (/^(y|yes)$/i.test(text)) return { ok: true, value: true };
  if (/^(n|no)$/i.test(text)) return { ok: true, value: false };
  return misread("yes or no is what can be answered here", null);
}
