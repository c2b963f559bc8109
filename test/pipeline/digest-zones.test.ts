import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gather } from "../../src/pipeline/digest.ts";
import type { House } from "../../src/pipeline/house.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { vaultsOfChannel } from "../../src/policies/digest-channels.ts";
import { slotUpTo } from "../../src/policies/digest-time.ts";
import { openStage, type Stage } from "./stage.ts";

/** Seven weeks over which clocks go forward and back, counted again from the raw rows by the platform's own calendar. */

const from = Date.parse("2026-09-20T00:00:00Z");
const until = Date.parse("2026-11-08T00:00:00Z");
const yaml = `timezone: Europe/Madrid
managers: [marta@example.com]
vaults:
  - { id: v_cards, name: Company cards, channel: C0CARDS, hours: Mon-Fri 08:00-19:00 }
`;
const names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

interface Raw {
  received_at: Date;
  occurred_at: Date;
  state: string;
  policies: string[];
}

let stage: Stage;
let house: House;
let raw: Raw[];

beforeAll(async () => {
  stage = await openStage(new Date(until));
  house = stage.houseOf(yaml);
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  await stage.report(
    ...Array.from({ length: 420 }, (_, n) => {
      const at = from + random((until - from) / 1000) * 1000;
      const received = Math.min(at + (n % 9 === 0 ? random(50 * 3600) * 1000 : 1000), until - 1);
      const [event, who, item] = [`e${n}`, `person-${random(4)}`, `i_${random(12)}`];
      return { event, who, item, at: new Date(at).toISOString(), received: new Date(received).toISOString() };
    }),
  );
  while ((await judge(house, 200)) > 0);
  const { rows } = await stage.store.pool.query<Raw>(`
    select access.received_at, access.occurred_at, state, array(select jsonb_path_query(findings, '$[*].policy') #>> '{}') as policies
      from access join assessment on access_id = access.id where outcome = 'alert'`);
  raw = rows;
}, 60_000);
afterAll(() => stage.close());

/** What a clock on the wall shows there: "Sun 02:30". */
function wall(at: Date, zone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return format.format(at).replace(",", "");
}

describe.each([
  ["Europe/Madrid", 7, 150, "02:30, which the clock shows twice on 25 October"],
  ["Australia/Lord_Howe", 7, 135, "02:15, which the clock skips by half an hour on 4 October"],
  ["Australia/Adelaide", 3, 570, "half an hour off the others, forward in October"],
  ["America/St_Johns", 7, 0, "half an hour off the others, back in November"],
  ["Asia/Kathmandu", 5, 1425, "three quarters of an hour off"],
  ["Asia/Kolkata", 4, 15, "half an hour off, and never changed"],
  ["Pacific/Apia", 6, 540, "on the other side of the date line"],
])("%s, %i, %i: %s", (zone, weekday, minute) => {
  const schedule = { weekday, minute, zone };

  test("weeks follow each other without a gap and say what the raw rows say", async () => {
    const ends: Date[] = [];
    for (
      let at = slotUpTo(schedule, new Date(until)).at;
      at.getTime() > from;
      at = slotUpTo(schedule, new Date(at.getTime() - 1)).at
    ) {
      ends.unshift(at);
    }
    expect(ends).toHaveLength(7);
    const written = `${names[weekday - 1]} ${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    const shown = ends.map((at) => wall(at, zone));
    // What the clock skips comes as much later as was skipped.
    expect(shown.filter((one) => one !== written)).toEqual(zone === "Australia/Lord_Howe" ? ["Sun 02:45"] : []);
    let counted = 0;
    for (const [place, endsAt] of ends.entries()) {
      const startsAt = ends[place - 1];
      if (!startsAt) continue;
      const period = { key: "week", startsAt, endsAt, missed: null };
      const vaults = vaultsOfChannel(house.config, "C0CARDS");
      const { facts } = await gather(stage.store.db, {
        vaults,
        zone,
        period,
        now: endsAt,
      });
      const own = raw.filter(({ received_at: at }) => at >= startsAt && at < endsAt);
      counted += facts.numbers.accesses;
      expect(facts.numbers).toEqual({
        accesses: own.length,
        explained: own.filter(({ state }) => state === "explained").length,
        afterHours: own.filter(({ policies }) => policies.includes("office-hours")).length,
      });
      expect(cellsOf(facts.hours.map((cell) => [`${names[cell.weekday - 1]} ${cell.hour}`, sum(cell)]))).toEqual(
        cellsOf(own.map(({ occurred_at: at }) => [hourOf(at, zone), 1])),
      );
    }
    const [first, last] = [ends[0]?.getTime() ?? 0, ends.at(-1)?.getTime() ?? 0];
    expect(counted).toBe(raw.filter(({ received_at: at }) => +at >= first && +at < last).length);
    expect(counted).toBeGreaterThan(200);
  });
});

function hourOf(at: Date, zone: string): string {
  const [day, time = ""] = wall(at, zone).split(" ");
  return `${day} ${Number(time.slice(0, 2))}`;
}

function cellsOf(all: [string, number][]): Record<string, number> {
  const cells: Record<string, number> = {};
  for (const [name, count] of all) cells[name] = (cells[name] ?? 0) + count;
  return cells;
}

function sum(cell: { explained: number; unexplained: number; afterHours: number }): number {
  return cell.explained + cell.unexplained + cell.afterHours;
}
