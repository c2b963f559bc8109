import { hash } from "node:crypto";
import type { Access } from "../model.ts";

/**
 * What is remembered of one person's accesses, small enough to be read for each judgement: when each item, app, device,
 * network and country was first and last seen, and what happened in each stretch of five minutes. Made of occurredAt, so
 * that reports which come late and out of order add up to the same.
 */
export interface Memory {
  /** By `itemKey`. */
  items: Map<string, Span>;
  /** By `contextKey`. */
  contexts: Map<string, Span>;
  /** Since when anything of that kind is known. */
  since: Map<ContextKind, Date>;
  /** By the stretch's beginning, in milliseconds since 1970. */
  stretches: Map<number, Stretch>;
}

interface Span {
  first: Date;
  last: Date;
  accesses: number;
}

interface Stretch {
  accesses: number;
  /** Different items, by `itemKey`; no more are kept than `mostItems`. */
  items: Set<string>;
  countries: Set<string>;
}

export type ContextKind = "vault" | "client" | "device" | "network" | "country";

export const stretchMs = 5 * 60_000;
/** More different items in five minutes than any rule asks for. */
export const mostItems = 30;

export function emptyMemory(): Memory {
  return { items: new Map(), contexts: new Map(), since: new Map(), stretches: new Map() };
}

/** Adds an access to what is remembered. The order doesn't matter. */
export function remember(memory: Memory, access: Access): void {
  const { occurredAt } = access;
  widen(memory.items, itemKey(access), occurredAt);
  for (const { kind, value } of contextsOf(access)) {
    widen(memory.contexts, contextKey(kind, value), occurredAt);
    const since = memory.since.get(kind);
    if (since === undefined || occurredAt < since) memory.since.set(kind, occurredAt);
  }
  const beginning = stretchOf(occurredAt);
  const stretch = memory.stretches.get(beginning) ?? { accesses: 0, items: new Set(), countries: new Set() };
  stretch.accesses += 1;
  if (stretch.items.size < mostItems) stretch.items.add(itemKey(access));
  const country = countryOf(access);
  if (country !== null) stretch.countries.add(country);
  memory.stretches.set(beginning, stretch);
}

function widen(spans: Map<string, Span>, key: string, at: Date): void {
  const span = spans.get(key);
  if (span === undefined) return void spans.set(key, { first: at, last: at, accesses: 1 });
  if (at < span.first) span.first = at;
  if (at > span.last) span.last = at;
  span.accesses += 1;
}

/** In what circumstances it was made, as far as the vault says. */
export function contextsOf(
  access: Pick<Access, "vault" | "client" | "ip" | "location">,
): { kind: ContextKind; value: string }[] {
  const found: [ContextKind, string | null][] = [
    ["vault", access.vault.id],
    ["client", access.client.app],
    ["device", access.client.device],
    ["network", access.ip === null ? null : networkOf(access.ip)],
    ["country", countryOf(access)],
  ];
  return found.flatMap(([kind, value]) => (value?.trim() ? [{ kind, value: cut(value) }] : []));
}

/** By characters, as PostgreSQL counts them. */
function cut(value: string): string {
  return value.length <= 200 ? value.trim() : Array.from(value.trim()).slice(0, 200).join("");
}

/** ISO 3166 in capitals, where the vault gives that; otherwise its own word. */
export function countryOf({ location }: Pick<Access, "location">): string | null {
  const country = location.country?.trim();
  if (!country) return null;
  return /^[a-z]{2}$/i.test(country) ? country.toUpperCase() : cut(country);
}

/** The neighbourhood of an address: 203.0.113.* or the first three groups of IPv6, within which providers move their customers. */
export function networkOf(ip: string): string {
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+)\.\d+$/i.exec(ip.trim());
  if (v4) return `${v4[1]}.*`;
  const [head = "", tail] = ip.trim().toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const filled = tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 3 - groups.length)).fill("0")];
  return `${filled
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}:*`;
}

export function stretchOf(at: Date): number {
  return Math.floor(at.getTime() / stretchMs) * stretchMs;
}

/** Ids may be endlessly long; their digest isn't. */
export function itemKey({ vault, item }: Pick<Access, "vault" | "item">): string {
  return hash("sha256", `${vault.id}\n${item.id}`).slice(0, 32);
}

/** Sources tell of a whole vault (that it was exported) as of an item with the vault's own id. */
export function wholeVaultKey(vaultId: string): string {
  return itemKey({
    vault: { id: vaultId, name: null },
    item: { id: vaultId, title: null, version: null, category: null },
  });
}

export function contextKey(kind: ContextKind, value: string): string {
  return `${kind}\n${value}`;
}
