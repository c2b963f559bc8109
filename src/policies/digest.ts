import { DateTime, IANAZone } from "luxon";
import type {
  DigestFacts,
  HourCell,
  QuarterRow,
  VaultStretch,
  VaultWeek,
  WatchedVault,
  WeekNumbers,
  WeekRows,
} from "../model.ts";
import { saysNothing } from "./purpose-quality.ts";
import { areAwaited } from "./silence.ts";

interface Purpose {
  purpose: string;
  announcedAt: Date;
  endsAt: Date;
  vaultId: string | null;
  how: "done" | "cancelled" | null;
  answer: "happened" | "not-needed" | null;
  uses: number;
}

/** What is known of a digest's period, as rows. */
export interface DigestGrounds extends WeekRows {
  vaults: WatchedVault[];
  period: { startsAt: Date; endsAt: Date };
  /** Each vault's part of it. */
  stretches: VaultStretch[];
  zone: string;
  before: WeekNumbers | null;
  purposes: Purpose[];
  reviews: DigestFacts["reviews"];
  openAlerts: number;
  older: NonNullable<DigestFacts["older"]>;
  missedAccesses: number;
  /** What the lists of those who left still owe. */
  rotation: NonNullable<DigestFacts["rotation"]>;
}

const itemsAtMost = 10;
const examplesAtMost = 3;

/** Adds the rows up to what a digest says. Pure: the same rows always give the same numbers. */
export function digestFacts(grounds: DigestGrounds): DigestFacts {
  // One for any watched vault goes by the period itself.
  const stretches = new Map(grounds.stretches.map((one) => [one.vaultId, one]));
  const isIn = (at: Date, vaultId: string | null) => {
    const { startsAt, endsAt } = (vaultId === null ? null : stretches.get(vaultId)) ?? grounds.period;
    return at >= startsAt && at < endsAt;
  };
  const ended = grounds.purposes.filter((one) => isIn(one.endsAt, one.vaultId) && one.uses === 0);
  const announced = grounds.purposes.filter((one) => isIn(one.announcedAt, one.vaultId));
  const untold = grounds.stretches.flatMap(({ toldUpTo, startsAt }) => (toldUpTo < startsAt ? toldUpTo.getTime() : []));
  return {
    openAlerts: grounds.openAlerts,
    older: grounds.older,
    numbers: sum(grounds.quarters, grounds.vaults),
    before: grounds.before,
    missedAccesses: grounds.missedAccesses,
    ...(untold.length > 0 && { missedSince: Math.min(...untold) }),
    quiet: grounds.quiet,
    spotChecks: grounds.spotChecks,
    unusual: grounds.findings,
    // Who said Done, or that it happened all the same, saw something that wasn't reported; what they said last counts.
    unused: some(ended.filter((one) => one.how !== "cancelled" && !didHappen(one))),
    notNeeded: ended.filter(({ how, answer }) => how !== "cancelled" && answer === "not-needed").length,
    unreported: some(ended.filter(didHappen)),
    rotation: grounds.rotation,
    purposes: qualityOf(announced, grounds.vaults),
    reviews: grounds.reviews,
    vaults: grounds.vaults.map((vault) => weekOf(vault, grounds)),
    hours: cellsOf(grounds.quarters, grounds),
    zone: grounds.zone,
  };
}

function didHappen({ how, answer }: Purpose): boolean {
  return answer === null ? how === "done" : answer === "happened";
}

function sum(quarters: QuarterRow[], vaults: WatchedVault[]): WeekNumbers {
  const total = (rows: QuarterRow[], of: (quarter: QuarterRow) => number) => rows.reduce((so, row) => so + of(row), 0);
  const accessesIn = (those: WatchedVault[]) =>
    total(
      quarters.filter((row) => those.some(({ id }) => id === row.vaultId)),
      ({ accesses }) => accesses,
    );
  const unasked = accessesIn(vaults.filter(asksForNothing));
  const anyHour = accessesIn(vaults.filter(({ policies }) => policies["office-hours"] === "off"));
  return {
    accesses: total(quarters, ({ accesses }) => accesses),
    explained: total(ofAsking(quarters, vaults), ({ explained }) => explained),
    afterHours: total(quarters, ({ afterHours }) => afterHours),
    ...(unasked > 0 && { unasked }),
    ...(anyHour > 0 && { anyHour }),
  };
}

/** There what nothing speaks against is judged like what a purpose explains; a digest calls it what it is. */
function asksForNothing({ intent }: WatchedVault): boolean {
  return intent === "off";
}

function ofAsking(quarters: QuarterRow[], vaults: WatchedVault[]): QuarterRow[] {
  const unasking = new Set(vaults.filter(asksForNothing).map(({ id }) => id));
  return quarters.filter(({ vaultId }) => !unasking.has(vaultId));
}

function weekOf(
  vault: WatchedVault,
  { quarters, people, items, sources, stretches, period }: DigestGrounds,
): VaultWeek {
  const { id } = vault;
  const own = items.filter(({ vaultId }) => vaultId === id);
  const stretch = stretches.find(({ vaultId }) => vaultId === id);
  return {
    id,
    numbers: sum(
      quarters.filter(({ vaultId }) => vaultId === id),
      [vault],
    ),
    people: people.find(({ vaultId }) => vaultId === id)?.people ?? 0,
    items: own.slice(0, itemsAtMost).map(({ vaultId: _, ...item }) => item),
    moreItems: Math.max(0, own.length - itemsAtMost),
    sources: areAwaited(sources.filter(({ vaultId }) => vaultId === id)).map(({ source, lastAt }) => ({
      source,
      lastAt: lastAt.getTime(),
    })),
    startsAt: (stretch?.startsAt ?? period.startsAt).getTime(),
    endsAt: (stretch?.endsAt ?? period.endsAt).getTime(),
    ...(stretch && stretch.unjudged > 0 && { unjudged: stretch.unjudged }),
  };
}

function cellsOf(quarters: QuarterRow[], { zone, vaults }: Pick<DigestGrounds, "zone" | "vaults">): HourCell[] {
  const known = IANAZone.create(zone);
  const asking = new Set(ofAsking(quarters, vaults));
  const cells = new Map<number, HourCell>();
  for (const quarter of quarters) {
    const { beginning, accesses, explained, both } = quarter;
    const { weekday, hour } = DateTime.fromJSDate(beginning, { zone: known.isValid ? known : "utc" });
    const cell = cells.get(weekday * 24 + hour) ?? { weekday, hour, explained: 0, unexplained: 0, afterHours: 0 };
    if (asking.has(quarter)) cell.explained += explained;
    else if (explained > 0) cell.unasked = (cell.unasked ?? 0) + explained;
    cell.afterHours += both;
    cell.unexplained += accesses - explained - both;
    cells.set(weekday * 24 + hour, cell);
  }
  return [...cells].sort(([a], [b]) => a - b).map(([, cell]) => cell);
}

function some(purposes: Purpose[]): { purposes: number; examples: string[] } {
  const different = [...new Set(purposes.map(({ purpose }) => purpose))];
  return { purposes: purposes.length, examples: different.slice(0, examplesAtMost) };
}

/** The best one tells most; which is the emptiest is said without whose it is. */
function qualityOf(announced: Purpose[], vaults: WatchedVault[]): DigestFacts["purposes"] {
  const places = new Map(
    vaults.map(({ id, name, items, hint }) => [
      id,
      { itemTitles: items.flatMap(({ title }) => title ?? []), vaultNames: [name], hint },
    ]),
  );
  const anywhere = { itemTitles: [], vaultNames: [], hint: null };
  const tells = ({ purpose, vaultId }: Purpose) =>
    saysNothing(purpose, (vaultId === null ? undefined : places.get(vaultId)) ?? anywhere) === null;
  const { telling = [], empty = [] } = Object.groupBy(announced, (one) => (tells(one) ? "telling" : "empty"));
  const best = largest(telling, wordsIn);
  const emptiest = largest(empty, ({ purpose }) => -purpose.length);
  return {
    announced: announced.length,
    telling: telling.length,
    best: best?.purpose ?? null,
    emptiest: emptiest?.purpose ?? null,
  };
}

/** The first of those that have most; a channel of ten vaults may have tens of thousands in a week. */
function largest(purposes: Purpose[], sizeOf: (one: Purpose) => number): Purpose | null {
  let found: { purpose: Purpose; size: number } | null = null;
  for (const purpose of purposes) {
    const size = sizeOf(purpose);
    if (found === null || size > found.size) found = { purpose, size };
  }
  return found?.purpose ?? null;
}

function wordsIn({ purpose }: Purpose): number {
  return new Set(purpose.toLowerCase().match(/[\p{L}\p{N}]{2,}/gu)).size;
}
