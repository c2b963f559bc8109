import { afterEach, expect, test } from "vitest";
import type { DigestFacts } from "../../src/model.ts";
import { makeDigests } from "../../src/pipeline/digest.ts";
import type { House } from "../../src/pipeline/house.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { matchTables } from "../../src/store/record-and-tables.ts";
import { openStage, type Stage } from "./stage.ts";

/** Vaults go from channel to channel, out of the file and back, while hosts stop, hours change and replicas disagree. */

let stage: Stage;
afterEach(() => stage.close());

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const begin = Date.parse("2026-09-29T10:00:00Z");
const weeks = 9;
const vaults = ["v_a", "v_b", "v_c", "v_d"];
const channels = ["C0ONE", "C0TWO", "C0THREE", "C0FOUR"];
/** Of a channel: so that digests end hours apart, on both sides of where clocks change. */
const zones: Record<string, string> = {
  C0ONE: "Europe/Madrid",
  C0TWO: "America/Bogota",
  C0THREE: "Pacific/Auckland",
  C0FOUR: "Europe/Madrid",
};

/** Where each vault is; `null`: not in the file. */
interface Layout {
  at: Record<string, string | null>;
  digest: { day: string; at: string } | null;
}

function yamlOf({ at, digest }: Layout): string {
  const lines = vaults.flatMap((id) => {
    const channel = at[id];
    return channel ? [`  - { id: ${id}, name: Vault ${id}, channel: ${channel}, timezone: ${zones[channel]} }`] : [];
  });
  // There is always one, so that the file is one.
  lines.push("  - { id: v_still, name: Still, channel: C0STILL }");
  const head = "timezone: Europe/Madrid\nmanagers: [marta@example.com]\nvaults:\n";
  return `${head}${lines.join("\n")}\n${digest ? `digest: { day: ${digest.day}, at: "${digest.at}" }\n` : ""}`;
}

test.each([3, 7, 12, 19])(
  "life %i: each access is told once, by whichever channels' digests",
  async (seed) => {
    let drawn = seed;
    // Mulberry32: neighbours in the row say nothing of each other.
    const random = (below: number) => {
      drawn = (drawn + 0x6d2b79f5) | 0;
      let mixed = Math.imul(drawn ^ (drawn >>> 15), drawn | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
    };
    const pick = <T>(all: readonly [T, ...T[]]): T => all[random(all.length)] ?? all[0];

    stage = await openStage();
    let now = new Date(begin);
    const layout: Layout = {
      at: Object.fromEntries(vaults.map((id, n) => [id, n === 3 ? null : (channels[n] ?? null)])),
      digest: { day: "Mon", at: "09:00" },
    };
    const houseNow = (): House => ({ ...stage.houseOf(yamlOf(layout)), clock: { now: () => now } });
    let house = houseNow();
    let older = house;
    let event = 0;
    let downUntil = 0;
    let behindUntil = 0;
    /** When each vault came to where it is, or digests were last asked for there. */
    const cameAt = new Map(vaults.map((id) => [id, begin]));

    /** Of each event, how long its vault had been there; where no digests were asked for, no time. */
    const cameBefore = new Map<string, number>();
    const step = async (at: number, isQuiet = false) => {
      now = new Date(at);
      if (at < downUntil) return;
      if (!isQuiet && random(18) === 0) downUntil = at + random(12) * dayMs;
      if (!isQuiet && random(6) === 0) {
        const id = pick(["v_a", "v_b", "v_c", "v_d"]);
        layout.at[id] = random(4) === 0 ? null : pick(["C0ONE", "C0TWO", "C0THREE", "C0FOUR"]);
        cameAt.set(id, at);
        const wasAsked = layout.digest !== null;
        if (random(8) === 0) layout.digest = layout.digest ? null : { day: "Mon", at: "09:00" };
        if (random(8) === 0) layout.digest = { day: pick(["Mon", "Thu"]), at: pick(["09:00", "07:30", "23:45"]) };
        if (!wasAsked) for (const one of vaults) cameAt.set(one, at);
        older = house;
        house = houseNow();
      }
      for (let n = random(3); n > 0; n--) {
        const received = new Date(at - random(30) * 60_000).toISOString();
        const vault = pick(["v_a", "v_b", "v_c", "v_d"]);
        cameBefore.set(`e${event}`, layout.digest ? at - (cameAt.get(vault) ?? begin) : 0);
        await stage.report({
          event: `e${event++}`,
          at: received,
          received,
          vault,
          item: `i_${random(5)}`,
        });
      }
      if (!isQuiet && random(12) === 0) behindUntil = at + dayMs;
      // Who judges nothing still brings the file into force.
      while ((await judge(house, at < behindUntil ? 0 : 200)) > 0);
      // Both replicas, and of two files where one was just changed; twice, so that who waits for the judge gives up.
      for (const minutes of [0, 6]) {
        now = new Date(at + minutes * 60_000);
        const houses = random(3) === 0 ? [older, house] : [house];
        await Promise.all(houses.map((one) => makeDigests(one)));
      }
    };
    for (let at = begin; at < begin + weeks * 7 * dayMs; at += (4 + random(14)) * hourMs) await step(at);
    // In the end all are in the file, and everything is judged and told.
    const end = begin + weeks * 7 * dayMs;
    for (const id of vaults) {
      if (layout.at[id] === null || layout.digest === null) cameAt.set(id, end);
      layout.at[id] ??= "C0ONE";
    }
    layout.digest ??= { day: "Mon", at: "09:00" };
    older = house = houseNow();
    [downUntil, behindUntil] = [0, 0];
    for (let day = 0; day < 25; day++) await step(end + day * dayMs, true);

    const { pool } = stage.store;
    const { rows: accesses } = await pool.query<{ event: string; vault: string; at: Date }>(
      "select event_id as event, vault_id as vault, received_at as at from access join assessment on access_id = access.id where outcome = 'alert'",
    );
    const { rows: digests } = await pool.query<{ id: string; channel: string; facts: DigestFacts; made_at: Date }>(
      "select id, channel, facts, made_at from digest order by id",
    );
    const parts = digests.flatMap(({ facts, ...digest }) => facts.vaults.map((vault) => ({ ...digest, ...vault })));
    const told = accesses.map(({ event, vault, at }) => {
      const those = parts.filter(({ id, startsAt = 0, endsAt = 0 }) => id === vault && +at >= startsAt && +at < endsAt);
      return { event, vault, at, times: those.length };
    });
    // None is in two; each digest's numbers are those of the accesses that are its own.
    expect(told.filter(({ times }) => times > 1)).toEqual([]);
    for (const { id, numbers, startsAt = 0, endsAt = 0 } of parts) {
      expect(numbers.accesses).toBe(
        accesses.filter(({ vault, at }) => vault === id && +at >= startsAt && +at < endsAt).length,
      );
    }
    // None is in none: what no vault's part has is in the sentence about the time before it, or came before a vault was told of at all.
    const firstTold = await pool.query<{ vault_id: string; ends_at: Date }>(
      "select vault_id, ends_at from digest_vault where starts_at is null",
    );
    const from = new Map(firstTold.rows.map(({ vault_id: id, ends_at: at }) => [id, at]));
    const isEarly = (vault: string, at: Date) => +at < +(from.get(vault) ?? Number.POSITIVE_INFINITY);
    for (const { event, vault, at } of told) {
      if (isEarly(vault, at)) expect(cameBefore.get(event)).toBeLessThan(8 * dayMs);
    }
    const lastTold = (id: string) =>
      Math.max(...parts.filter((part) => part.id === id).map(({ endsAt = 0 }) => endsAt));
    const untold = told.filter(({ vault, at, times }) => times === 0 && !isEarly(vault, at) && +at < lastTold(vault));
    expect(untold).toHaveLength(digests.reduce((sum, { facts }) => sum + facts.missedAccesses, 0));
    for (const id of vaults) expect(lastTold(id)).toBeGreaterThan(end + 10 * dayMs);
    expect(told.filter(({ times }) => times === 1).length).toBeGreaterThan(20);
    expect(new Set(parts.map(({ id, channel }) => `${id} ${channel}`)).size).toBeGreaterThan(4);
    // What is in the tables is on the record.
    expect((await matchTables(pool)).filter(({ what }) => what.includes("digest"))).toEqual([]);
  },
  240_000,
);
