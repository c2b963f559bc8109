import { accessAt, channelOf, fiveDigits, personName, type Workload } from "./events.ts";
import type { Taken } from "./slack-sink.ts";

/**
 * When Slack first showed each access, judged from nothing but the words of the messages that Slack took. An access is
 * shown by a message in its channel that names its item; or names its person, with a number of accesses that reaches this
 * one: the k-th of that person needs a k. Infinity: never.
 */
export function representedAt(workload: Workload, accesses: number, taken: readonly Taken[]): number[] {
  const firstShown = new Map<string, number>();
  const show = (channel: string, claim: string, at: number) => {
    const key = `${channel} ${claim}`;
    if (at < (firstShown.get(key) ?? Number.POSITIVE_INFINITY)) firstShown.set(key, at);
  };
  const listed = new Map<string, Map<string, number>>();
  for (const message of taken.toSorted((a, b) => a.at - b.at)) {
    const { channel, at } = message;
    const said = `${message.text}\n${message.words}`;
    for (const item of said.match(/Item \d{5}/g) ?? []) show(channel, item, at);
    const counts = [...countOfOne(said), ...countsOfMany(message, listed)];
    for (const { person, count } of counts) {
      for (let k = 1; k <= count; k++) show(channel, `${personName(person)} × ${k}`, at);
    }
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

interface Count {
  person: number;
  count: number;
}

/** A message about one person tells how often in all: "opened 20 items", "3 times", "twice". */
function countOfOne(said: string): Count[] {
  const people = new Set([...said.matchAll(/(?:Person |U0P)(\d{5})/g)].map((found) => Number(found[1])));
  const [person, ...others] = people;
  if (person === undefined || others.length > 0) return [];
  const numbers = [...said.matchAll(/\b(\d{1,4}) (?:items|times|accesses)\b/g)].map((found) => Number(found[1]));
  return [{ person, count: Math.max(1, ...numbers, ...(/\btwice\b/.test(said) ? [2] : [])) }];
}

/**
 * A message that lists people, "Person 00017: … (4 accesses)" in a line each, tells what has come since the last such list:
 * the lists of a person add up. An edited list counts in place of what it said before.
 */
function countsOfMany({ channel, ts, words }: Taken, listed: Map<string, Map<string, number>>): Count[] {
  return [...words.matchAll(/Person (\d{5}): ([^\n]*)/g)].map((found) => {
    const person = Number(found[1]);
    const key = `${channel} ${person}`;
    const lists = listed.get(key) ?? new Map<string, number>();
    listed.set(key, lists);
    lists.set(ts, Number(/\((\d{1,4}) accesses\)/.exec(found[2] ?? "")?.[1] ?? 1));
    return { person, count: [...lists.values()].reduce((sum, count) => sum + count, 0) };
  });
}
