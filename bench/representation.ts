import { accessAt, channelOf, fiveDigits, personName, slackIdOf, type Workload } from "./events.ts";
import type { Taken } from "./slack-sink.ts";

/**
 * When Slack first showed each access, judged from nothing but the words of the messages that Slack took. An access is
 * represented by a message in its channel that names its item; or names its person, together with a number of accesses
 * that reaches this one (the k-th of that person needs a k). Infinity: never.
 */
export function representedAt(workload: Workload, accesses: number, taken: readonly Taken[]): number[] {
  const firstShown = new Map<string, number>();
  const show = (key: string, at: number) => {
    if (at < (firstShown.get(key) ?? Number.POSITIVE_INFINITY)) firstShown.set(key, at);
  };
  for (const { channel, at, text, words } of taken) {
    for (const claim of claims(`${text}\n${words}`)) show(`${channel} ${claim}`, at);
  }
  const soFar = new Map<number, number>();
  return Array.from({ length: accesses }, (_, n) => {
    const { person, vault, item } = accessAt(workload, n);
    const k = (soFar.get(person) ?? 0) + 1;
    soFar.set(person, k);
    const ways = [`Item ${fiveDigits(item)}`, `${personName(person)} × ${k}`];
    return Math.min(...ways.map((way) => firstShown.get(`${channelOf(vault)} ${way}`) ?? Number.POSITIVE_INFINITY));
  });
}

/** What a message claims to show: items by their titles, and people with the first, second … of their accesses. */
function claims(words: string): string[] {
  const items = words.match(/Item \d{5}/g) ?? [];
  const people = new Set([...words.matchAll(/(?:Person |U0P)(\d{5})/g)].map((found) => Number(found[1])));
  const named = [...people].flatMap((person) => {
    const count = people.size === 1 ? countOf(words) : countBeside(words, person);
    return Array.from({ length: count }, (_, k) => `${personName(person)} × ${k + 1}`);
  });
  return [...items, ...named];
}

/** "opened 20 items", "opened Item 00001 3 times", "twice": the largest number that is told of the one person. */
function countOf(words: string): number {
  const numbers = [...words.matchAll(/\b(\d{1,4}) (?:items|times|accesses)\b/g)].map((found) => Number(found[1]));
  return Math.max(1, ...numbers, ...(/\btwice\b/.test(words) ? [2] : []));
}

/** Where several people are named, the number that stands right after one of them: "Person 00001 (3)", "… × 3". */
function countBeside(words: string, person: number): number {
  const after = new RegExp(`(?:${personName(person)}|${slackIdOf(person)})[^\\dA-Za-z]{1,4}(\\d{1,4})\\b(?! min)`, "g");
  return Math.max(1, ...[...words.matchAll(after)].map((found) => Number(found[1])));
}
