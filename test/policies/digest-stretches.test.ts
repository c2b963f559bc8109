import { expect, test } from "vitest";
import type { DigestFacts, VaultStretch, WatchedVault } from "../../src/model.ts";
import { type DigestRules, wantedSince } from "../../src/policies/digest-channels.ts";
import { numbersBefore, stretchesOf } from "../../src/policies/digest-stretches.ts";
import type { DigestPeriod } from "../../src/policies/digest-time.ts";

const at = (day: string) => new Date(`2026-${day}T08:00:00Z`);
const period: DigestPeriod = { key: "2026-12-07", startsAt: at("11-30"), endsAt: at("12-07"), missed: null };

function stretch(toldUpTo: Date | null, changes: Partial<DigestPeriod> = {}, unjudgedSince: Date | null = null) {
  const told = new Map(toldUpTo ? [["v", toldUpTo]] : []);
  const unjudged = new Map(unjudgedSince ? [["v", { since: unjudgedSince, reports: 2 }]] : []);
  const [one] = stretchesOf({ ...period, ...changes }, ["v"], { told, unjudged });
  return one && [one.toldUpTo, one.startsAt, one.endsAt, one.unjudged];
}

test.each([
  // told up to, what the digest counts, and from when it was told of nothing
  ["as the digest", at("11-30"), at("11-30")],
  ["hours before it: from another zone", at("11-29"), at("11-29")],
  ["two weeks before it", at("11-16"), at("11-16")],
  ["longer ago: only the digest's own week, and the rest in a sentence", at("11-15"), at("11-30")],
  ["after its beginning", at("12-01"), at("12-01")],
])("told of %s", (_, toldUpTo, startsAt) => {
  expect(stretch(toldUpTo)).toEqual([toldUpTo, startsAt, at("12-07"), 0]);
});

test("one that nothing is known of is told of from the digest's beginning; where digests were missed, so is everyone", () => {
  expect(stretch(null)).toEqual([at("11-30"), at("11-30"), at("12-07"), 0]);
  const missed = { digests: 1, since: at("11-23") };
  expect(stretch(at("11-23"), { missed })).toEqual([at("11-23"), at("11-30"), at("12-07"), 0]);
  expect(stretch(at("12-01"), { missed })).toEqual([at("12-01"), at("12-01"), at("12-07"), 0]);
});

test("what isn't judged ends it, and what another digest told of to its end leaves nothing of it", () => {
  expect(stretch(at("11-30"), {}, at("12-04"))).toEqual([at("11-30"), at("11-30"), at("12-04"), 2]);
  expect(stretch(at("11-30"), {}, at("11-30"))).toEqual([at("11-30"), at("11-30"), at("11-30"), 2]);
  expect(stretch(at("11-15"), {}, at("11-20"))).toEqual([at("11-15"), at("11-20"), at("11-20"), 2]);
  expect(stretch(at("12-08"))).toEqual([at("12-08"), at("12-08"), at("12-08"), 0]);
});

test("it is compared with the one before it, of the same vaults and as long, and with no other", () => {
  const numbers = { accesses: 7, explained: 3, afterHours: 1 };
  const last = (changes: { startsAt?: Date; endsAt?: Date; vault?: object; ids?: string[] } = {}) => {
    const { ids = ["v"], vault = {}, startsAt = at("11-23"), endsAt = at("11-30") } = changes;
    const vaults = ids.map((id) => ({ id, numbers, people: 0, items: [], moreItems: 0, sources: [], ...vault }));
    return { startsAt, endsAt, facts: { numbers, vaults } as unknown as DigestFacts };
  };
  const whole: VaultStretch = {
    vaultId: "v",
    toldUpTo: at("11-30"),
    startsAt: at("11-30"),
    endsAt: at("12-07"),
    unjudged: 0,
  };
  const before = (one: ReturnType<typeof last> | null, own = [whole], of = period) => numbersBefore(of, own, one);
  expect(before(last())).toEqual(numbers);
  expect(before(last({ startsAt: new Date("2026-11-23T07:00:00Z") }))).toEqual(numbers);
  expect(before(last({ startsAt: at("11-20") }))).toBeNull();
  expect(before(last({ endsAt: at("11-29"), startsAt: at("11-22") }))).toBeNull();
  expect(before(last({ ids: ["v", "w"] }))).toBeNull();
  expect(before(last({ ids: ["w"] }))).toBeNull();
  expect(before(last({ vault: { startsAt: +at("11-22") } }))).toBeNull();
  expect(before(last(), [{ ...whole, startsAt: at("11-29") }])).toBeNull();
  expect(before(last(), [whole], { ...period, missed: { digests: 1, since: at("11-16") } })).toBeNull();
  expect(before(null)).toBeNull();
});

test("since when a channel is to have digests, without a break", () => {
  const config = (channel: string | null, isOff = false): DigestRules => ({
    timezone: "UTC",
    vaults: channel === null ? [] : [{ channel, timezone: "UTC" } as WatchedVault],
    digest: isOff ? null : { weekday: 1, minute: 0 },
  });
  const held = (...configs: (DigestRules | null)[]) =>
    configs.map((one, n) => ({ since: at(`11-2${9 - n}`), config: one }));
  expect(wantedSince(held(config("C"), config("C")), "C")).toBeNull();
  expect(wantedSince(held(config("C"), null), "C")).toBeNull();
  expect(wantedSince(held(config("C"), config("C"), config("D"), config("C")), "C")).toEqual(at("11-28"));
  expect(wantedSince(held(config("C"), config("C", true)), "C")).toEqual(at("11-29"));
});
