import { hash } from "node:crypto";
import type { Access, Assessment, Intent, Snooze } from "../model.ts";
import {
  type ContextKind,
  contextKey,
  contextsOf,
  emptyMemory,
  itemKey,
  type Memory,
  mostItems,
  remember,
  stretchOf,
} from "../policies/memory.ts";
import { addUse, type Use } from "../policies/uses.ts";
import type { Tx } from "../store/database.ts";
import { oneAtATime } from "../store/judging.ts";
import * as stored from "../store/memory.ts";
import { toSnooze } from "../store/snoozes.ts";
import type { ActorFacts, Past } from "./actor-facts.ts";

export interface Remembered {
  /** What was known of the past when this access was reported: what the database has, and this batch up to here. */
  before(access: Access): Past;
  /** The snoozes of its vault that may cover it. */
  snoozes(access: Access): Snooze[];
  /** By what spot checks are picked. */
  spotCheckKey: Buffer;
  add(access: Access, assessment: Assessment | null): void;
  /** Keeps what was added. */
  keep(): Promise<void>;
}

/** As far as two places can be from each other in time, and a rule still joins them. */
const reachMs = 25 * 60 * 60_000;

/** Reads what is remembered of those who made these accesses, in a few statements for all of them. */
export async function remembered(
  tx: Tx,
  accesses: Access[],
  facts: { of(access: Access): ActorFacts },
): Promise<Remembered> {
  const idsOf = (access: Access) => facts.of(access).personIds;
  /** Two persons who turned out to be one have one memory. */
  const elderOf = (access: Access) => idsOf(access)[0] ?? access.personId;
  const elders = new Map(accesses.flatMap((access) => idsOf(access).map((id) => [id, elderOf(access)] as const)));
  const memories = await readMemories(tx, accesses, elders, idsOf);
  const intents = new Map(accesses.flatMap((access) => facts.of(access).intents.map((one) => [one.id, one] as const)));
  await oneAtATime(tx, "intent", countedInSeveralVaults([...intents.values()]));
  const uses = await stored.readUses(tx, [...intents.keys()]);
  const vaults = await stored.readVaults(
    tx,
    [...new Set(accesses.map(({ vault }) => vault.id))].map((id) => ({ id, key: vaultKey(id) })),
    new Date(Math.min(...accesses.map(({ occurredAt }) => occurredAt.getTime()))),
  );
  const watched = new Map(vaults.flatMap(({ key, since }) => (since === null ? [] : [[key, since] as const])));
  const snoozes = new Map(vaults.map(({ key, snoozes: rows }) => [key, (rows ?? []).map(toSnooze)]));
  const clocks = await stored.readClocksAhead(
    tx,
    accesses.map(({ id }) => id),
  );
  const added = new Map<string, Memory>();
  const seen: stored.ItemSeen[] = [];
  const addedUses = new Map<string, Use>();
  const addedVaults = new Map<string, { vaultId: string; key: string; since: Date }>();

  return {
    before: (access) => ({
      memory: memories.get(elderOf(access)) ?? emptyMemory(),
      uses,
      watchedSince: watched.get(vaultKey(access.vault.id)) ?? null,
      clockAheadMs: clocks.get(access.source) ?? null,
    }),
    spotCheckKey: vaults[0]?.spotCheckKey ?? Buffer.alloc(0),
    snoozes: (access) => snoozes.get(vaultKey(access.vault.id)) ?? [],
    add(access, assessment) {
      const elder = elderOf(access);
      for (const all of [memories, added]) {
        const memory = all.get(elder) ?? emptyMemory();
        remember(memory, access);
        all.set(elder, memory);
      }
      seen.push({ ...itemSeen(access), personId: elder });
      const key = vaultKey(access.vault.id);
      if (!watched.has(key)) {
        watched.set(key, access.receivedAt);
        addedVaults.set(key, { vaultId: access.vault.id, key, since: access.receivedAt });
      }
      const intentId = assessment?.intentId ?? null;
      if (intentId === null) return;
      for (const all of [uses, addedUses]) addUse(all, intentId, access.occurredAt);
    },
    keep: () =>
      stored.addToMemory(tx, {
        spans: [...added].flatMap(([personId, memory]) => spanRows(personId, memory)),
        seen,
        stretches: [...added].flatMap(([personId, memory]) => stretchRows(personId, memory)),
        vaults: [...addedVaults.values()],
        uses: [...addedUses].map(([intentId, use]) => ({ intentId, ...use })),
      }),
  };
}

/**
 * Purposes for so many accesses, in whatever vault: the sittings of two vaults are judged at the same moment, and each must know
 * what the other has used up.
 */
function countedInSeveralVaults(intents: Intent[]): string[] {
  return intents
    .filter(({ mostUses, vaultId }) => mostUses !== null && vaultId === null)
    .map(({ id }) => id)
    .sort();
}

async function readMemories(
  tx: Tx,
  accesses: Access[],
  elders: Map<string, string>,
  idsOf: (access: Access) => string[],
): Promise<Map<string, Memory>> {
  const memories = new Map<string, Memory>();
  const memoryOf = (personId: string) => {
    const elder = elders.get(personId) ?? personId;
    const memory = memories.get(elder) ?? emptyMemory();
    memories.set(elder, memory);
    return memory;
  };
  const wanted = new Map<string, { personId: string; kind: string; key: string }>();
  const times = new Map<string, { personId: string; from: Date; until: Date }>();
  for (const access of accesses) {
    for (const personId of idsOf(access)) {
      const keys = contextsOf(access).map(({ kind, value }) => ({ personId, kind: kind as string, key: value }));
      for (const one of [...keys, { personId, kind: "item", key: itemKey(access) }]) {
        wanted.set(`${personId} ${one.kind} ${one.key}`, one);
      }
      const known = times.get(personId);
      const from = new Date(access.occurredAt.getTime() - reachMs);
      const until = new Date(access.occurredAt.getTime() + reachMs);
      times.set(personId, {
        personId,
        from: known && known.from < from ? known.from : from,
        until: known && known.until > until ? known.until : until,
      });
    }
  }
  for (const row of await stored.readSpans(tx, [...wanted.values()])) {
    const memory = memoryOf(row.personId);
    const isItem = row.kind === "item";
    const spans = isItem ? memory.items : memory.contexts;
    const key = isItem ? row.key : contextKey(row.kind as ContextKind, row.key);
    const known = spans.get(key);
    spans.set(key, {
      first: known && known.first < row.first ? known.first : row.first,
      last: known && known.last > row.last ? known.last : row.last,
      accesses: (known?.accesses ?? 0) + row.accesses,
    });
  }
  for (const { personId, kind, since } of await stored.readContextsSince(tx, [...elders.keys()])) {
    const memory = memoryOf(personId);
    const known = memory.since.get(kind as ContextKind);
    if (known === undefined || since < known) memory.since.set(kind as ContextKind, since);
  }
  for (const row of await stored.readStretches(tx, [...times.values()])) {
    const { stretches } = memoryOf(row.personId);
    const beginning = stretchOf(row.beginning);
    const known = stretches.get(beginning) ?? { accesses: 0, items: new Set(), countries: new Set() };
    known.accesses += row.accesses;
    for (const item of row.items) if (known.items.size < mostItems) known.items.add(item);
    for (const country of row.countries) known.countries.add(country);
    stretches.set(beginning, known);
  }
  return memories;
}

function spanRows(personId: string, { items, contexts }: Memory): stored.SpanRow[] {
  return [
    ...[...items].map(([key, span]) => ({ personId, kind: "item", key, ...span })),
    ...[...contexts].map(([joined, span]) => {
      const end = joined.indexOf("\n");
      return { personId, kind: joined.slice(0, end), key: joined.slice(end + 1), ...span };
    }),
  ];
}

function stretchRows(personId: string, { stretches }: Memory): stored.StretchRow[] {
  return [...stretches].map(([beginning, { accesses, items, countries }]) => ({
    personId,
    beginning: new Date(beginning),
    accesses,
    items: [...items],
    countries: [...countries],
  }));
}

/** What an access says of its item. */
export function itemSeen(access: Access): Omit<stored.ItemSeen, "personId"> {
  const { vault, item } = access;
  return {
    key: itemKey(access),
    accessId: access.id,
    vaultId: vault.id,
    itemId: item.id,
    title: item.title,
    version: item.version,
    at: access.occurredAt,
  };
}

/** As in the migration that made the table. */
function vaultKey(vaultId: string): string {
  return hash("sha256", vaultId).slice(0, 32);
}
