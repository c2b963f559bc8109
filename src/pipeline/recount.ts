import type { PoolClient } from "pg";
import type { Access } from "../model.ts";
import {
  type ContextKind,
  contextKey,
  contextsOf,
  countryOf,
  itemKey,
  mostItems,
  stretchMs,
} from "../policies/memory.ts";
import type { Unmatched } from "../store/record-and-tables.ts";
import { type PersonRows, personRows } from "../store/remembered-rows.ts";

/** What is gone with the details of an access. */
const erasedKinds: ReadonlySet<string> = new Set<ContextKind>(["device", "network"]);
const stretchMicros = stretchMs * 1000;

/**
 * Counts anew what the judge remembers of each person (items, apps, devices, networks, countries, and what happened within minutes), and
 * says what is kept otherwise: a changed "first seen" or "how often" makes the next access look ordinary.
 */
export async function recountMemory(client: Pick<PoolClient, "query">): Promise<Unmatched[]> {
  const found = new Map<string, Unmatched>();
  for await (const person of personRows(client)) {
    for (const [what, example] of differencesOf(person)) {
      const known = found.get(what);
      if (known) known.count += 1;
      else found.set(what, { what, count: 1, example });
    }
  }
  return [...found.values()];
}

interface Span {
  first: number;
  last: number;
  accesses: number;
}

interface Stretch {
  accesses: number;
  items: Set<string>;
  countries: Set<string>;
}

function differencesOf(person: PersonRows): [what: string, example: string][] {
  const found: [string, string][] = [];
  const say = (what: string, which: string) => found.push([what, `${which} of person ${person.personId}`]);
  const counted = countedOf(person);
  const kept = keptOf(person);
  for (const [key, one, other] of pairs(counted.items, kept.items)) {
    if (!isSameSpan(one, other)) say("items that people opened at other times, or as often, as is remembered", key);
  }
  for (const { key, last, lastAccess } of person.items) {
    const access = lastAccess === null ? undefined : counted.accesses.get(lastAccess);
    if (lastAccess !== null && (access?.key !== key || access.at !== last))
      say("newest accesses to items that aren't the newest", key);
  }
  // Of whoever was erased nothing is remembered, and may be.
  if (person.isErased) return found;
  for (const [key, one, other] of pairs(counted.contexts, kept.contexts)) {
    const isPart = counted.hasErased && erasedKinds.has(key.slice(0, key.indexOf("\n")));
    if (isPart ? one && !covers(other, one) : !isSameSpan(one, other))
      say(
        "apps, devices, networks, countries and vaults of people that aren't as is remembered",
        key.replace("\n", " "),
      );
  }
  for (const [beginning, one, other] of pairs(counted.stretches, kept.stretches)) {
    if (!isSameStretch(one, other))
      say("what people did within minutes that isn't as is remembered", sayMicros(beginning));
  }
  return found;
}

function countedOf({ accesses: all }: PersonRows) {
  const items = new Map<string, Span>();
  const contexts = new Map<string, Span>();
  const stretches = new Map<number, Stretch>();
  const accesses = new Map<string, { key: string; at: number }>();
  let hasErased = false;
  for (const { id, at, isErased, ...told } of all) {
    const access = asReported(told);
    const key = itemKey(access);
    hasErased ||= isErased;
    accesses.set(id, { key, at });
    widen(items, key, { first: at, last: at, accesses: 1 });
    for (const { kind, value } of contextsOf(access)) {
      widen(contexts, contextKey(kind, value), { first: at, last: at, accesses: 1 });
    }
    const country = countryOf(access);
    gather(stretches, Math.floor(at / stretchMicros) * stretchMicros, 1, [key], country === null ? [] : [country]);
  }
  return { items, contexts, stretches, accesses, hasErased };
}

/** Two persons who turned out to be one may have a row each. */
function keptOf(person: PersonRows) {
  const items = new Map<string, Span>();
  const contexts = new Map<string, Span>();
  const stretches = new Map<number, Stretch>();
  for (const { key, first, last, accesses } of person.items) widen(items, key, { first, last, accesses });
  for (const { kind, value, ...span } of person.contexts) widen(contexts, contextKey(kind as ContextKind, value), span);
  for (const { beginning, ...did } of person.stretches)
    gather(stretches, beginning, did.accesses, did.items, did.countries);
  return { items, contexts, stretches };
}

function asReported(
  told: Pick<PersonRows["accesses"][number], "vaultId" | "itemId" | "app" | "device" | "ip" | "country">,
) {
  const { vaultId, itemId, app, device, ip, country } = told;
  return {
    vault: { id: vaultId, name: null },
    item: { id: itemId, title: null, version: null, category: null },
    client: { app, version: null, platform: null, device },
    ip,
    location: { country, city: null },
  } satisfies Partial<Access>;
}

function widen(spans: Map<string, Span>, key: string, { first, last, accesses }: Span): void {
  const known = spans.get(key);
  if (known === undefined) return void spans.set(key, { first, last, accesses });
  known.first = Math.min(known.first, first);
  known.last = Math.max(known.last, last);
  known.accesses += accesses;
}

function gather(
  stretches: Map<number, Stretch>,
  at: number,
  accesses: number,
  items: string[],
  countries: string[],
): void {
  const known = stretches.get(at) ?? { accesses: 0, items: new Set(), countries: new Set() };
  known.accesses += accesses;
  for (const item of items) known.items.add(item);
  for (const country of countries) known.countries.add(country);
  stretches.set(at, known);
}

/** What both have by each key that either has. */
function pairs<K, V>(counted: Map<K, V>, kept: Map<K, V>): [K, V | undefined, V | undefined][] {
  return [...new Set([...counted.keys(), ...kept.keys()])].map((key) => [key, counted.get(key), kept.get(key)]);
}

function isSameSpan(one: Span | undefined, other: Span | undefined): boolean {
  return one?.first === other?.first && one?.last === other?.last && one?.accesses === other?.accesses;
}

/** Where some of what it was made of is gone. */
function covers(kept: Span | undefined, part: Span): boolean {
  return kept !== undefined && kept.first <= part.first && kept.last >= part.last && kept.accesses >= part.accesses;
}

/** Of many items some are kept, whichever came first. */
function isSameStretch(counted: Stretch | undefined, kept: Stretch | undefined): boolean {
  if (!counted || !kept) return false;
  const isWhole = kept.items.size === counted.items.size || kept.items.size >= mostItems;
  return (
    counted.accesses === kept.accesses &&
    isWhole &&
    isPartOf(kept.items, counted.items) &&
    kept.countries.size === counted.countries.size &&
    isPartOf(kept.countries, counted.countries)
  );
}

function isPartOf(some: Set<string>, all: Set<string>): boolean {
  return [...some].every((one) => all.has(one));
}

/** PostgreSQL counts from 2000. */
function sayMicros(at: number): string {
  return new Date(at / 1000 + Date.UTC(2000, 0, 1)).toISOString();
}
