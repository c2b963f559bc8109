import { afterAll, beforeAll, expect, test } from "vitest";
import type { DigestFacts } from "../../src/model.ts";
import { gather } from "../../src/pipeline/digest.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { vaultsOfChannel } from "../../src/policies/digest-channels.ts";
import { openStage, type Reported, type Stage } from "./stage.ts";

const yaml = `timezone: Europe/Madrid
managers: [marta@example.com]
vaults:
  - { id: v_cards, name: Company cards, channel: C0CARDS, hours: Mon-Fri 08:00-19:00 }
  - { id: v_more, name: More cards, channel: C0CARDS, hours: Mon-Fri 08:00-19:00, timezone: America/Bogota }
  - { id: v_other, name: Servers, channel: C0SERVERS }
digest: { day: Mon, at: "09:00" }
`;
const zone = "Europe/Madrid";
/** The clocks go back on Sunday: this week has 169 hours. */
const startsAt = new Date("2026-10-19T07:00:00Z");
const endsAt = new Date("2026-10-26T08:00:00Z");
const weekBefore = new Date("2026-10-12T07:00:00Z");
const now = new Date("2026-10-26T08:00:10Z");

let stage: Stage;
let facts: DigestFacts;
let factsBefore: DigestFacts;
const history: Reported[] = [];

beforeAll(async () => {
  stage = await openStage(now);
  const house = stage.houseOf(yaml);
  // From a week before to a little after the end, in every vault, some reported late, on the very edges too.
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const from = weekBefore.getTime();
  for (let n = 0; n < 400; n++) {
    const at = from + random(14.2 * 24 * 3600) * 1000;
    const received = at + (n % 7 === 0 ? random(60 * 3600) * 1000 : 1000);
    history.push({
      event: `e${n}`,
      at: new Date(at).toISOString(),
      received: new Date(received).toISOString(),
      who: ["dana", "luis", "pia"][random(3)] ?? "dana",
      vault: ["v_cards", "v_cards", "v_more", "v_other"][random(4)] ?? "v_cards",
      item: `i_${random(14)}`,
      action: ["reveal", "reveal", "copy", "edit", "export"][random(5)] ?? "reveal",
    });
  }
  const edge = (event: string, received: Date): Reported => ({
    event,
    at: "2026-10-21T10:00:00Z",
    received: received.toISOString(),
  });
  history.push(edge("first", startsAt), edge("before", new Date(startsAt.getTime() - 1)));
  history.push(edge("last", new Date(endsAt.getTime() - 1)), edge("after", endsAt));
  const after = edge("edited after", new Date(endsAt.getTime() + 5_000));
  history.push({ ...after, action: "edit" }, { ...edge("more", new Date("2026-10-26T07:59:00Z")), vault: "v_more" });
  await stage.report(...history);
  while ((await judge(house, 200)) > 0);
  const vaults = vaultsOfChannel(house.config, "C0CARDS");
  const period = { key: "2026-10-26", startsAt, endsAt, missed: null };
  const before = { key: "2026-10-19", startsAt: weekBefore, endsAt: startsAt, missed: null };
  factsBefore = (await gather(stage.store.db, { vaults, zone, period: before, now: startsAt })).facts;
  facts = (await gather(stage.store.db, { vaults, zone, period, now, before: factsBefore.numbers })).facts;
}, 60_000);
afterAll(() => stage.close());

/** One by one, by hand: nothing of the digest's own queries or sums. */
async function recounted(from: Date, until: Date) {
  const concluded = await stage.concluded();
  return history
    .filter(({ vault = "v_cards", action = "reveal" }) => vault !== "v_other" && action !== "edit")
    .filter(({ received = "" }) => Date.parse(received) >= from.getTime() && Date.parse(received) < until.getTime())
    .map((one) => ({
      ...one,
      vault: one.vault ?? "v_cards",
      ...(concluded[one.event] ?? { state: "?", policies: [] as string[] }),
    }));
}

const numbersOf = (all: { state: string; policies: string[] }[]) => ({
  accesses: all.length,
  explained: all.filter(({ state }) => state === "explained").length,
  afterHours: all.filter(({ policies }) => policies.includes("office-hours")).length,
});

test("the numbers are those of an independent count, for this week and the one before", async () => {
  const week = await recounted(startsAt, endsAt);
  expect(week.map(({ event }) => event)).toEqual(expect.arrayContaining(["first", "last"]));
  expect(week.map(({ event }) => event)).not.toEqual(expect.arrayContaining(["before", "after"]));
  expect(week.length).toBeGreaterThan(80);
  expect(facts.numbers).toEqual(numbersOf(week));
  expect(facts.before).toEqual(numbersOf(await recounted(weekBefore, startsAt)));
  for (const { id, numbers, people } of facts.vaults) {
    const own = week.filter(({ vault }) => vault === id);
    expect(numbers).toEqual(numbersOf(own));
    expect(people).toBe(new Set(own.map(({ who }) => who ?? "dana")).size);
  }
});

test("so are the findings, the items and the hours on the clock of the digest", async () => {
  const week = await recounted(startsAt, endsAt);
  const policies = week
    .flatMap((one) => one.policies)
    .filter((name) => !/purpose$|office-hours/.test(name) || name === "wide-purpose");
  const byPolicy = Object.fromEntries(facts.unusual.map(({ policy, accesses }) => [policy, accesses]));
  expect(byPolicy).toEqual(
    Object.fromEntries([...new Set(policies)].map((name) => [name, policies.filter((one) => one === name).length])),
  );
  expect(byPolicy.export).toBeGreaterThan(0);
  for (const { id, items, moreItems } of facts.vaults) {
    const own = week.filter(({ vault }) => vault === id).map(({ item }) => item ?? "i_visa");
    expect(items).toHaveLength(10);
    expect(moreItems).toBe(new Set(own).size - 10);
    for (const item of items) expect(item.accesses).toBe(own.filter((one) => one === item.id).length);
  }
  const cells = new Map<string, number>();
  const local = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Europe/Madrid",
    weekday: "short",
    hour: "2-digit",
    hourCycle: "h23",
  });
  for (const { at } of week) {
    const parts = Object.fromEntries(local.formatToParts(new Date(at)).map(({ type, value }) => [type, value]));
    const name = `${parts.weekday} ${Number(parts.hour)}`;
    cells.set(name, (cells.get(name) ?? 0) + 1);
  }
  const names = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
  expect(
    Object.fromEntries(
      facts.hours.map((one) => [`${names[one.weekday]} ${one.hour}`, one.explained + one.unexplained + one.afterHours]),
    ),
  ).toEqual(Object.fromEntries(cells));
});

test("each source's last word is the last up to the making, of whatever it told", async () => {
  const last = (id: string) => {
    const heard = history
      .filter(({ vault = "v_cards" }) => vault === id)
      .map(({ received = "" }) => Date.parse(received));
    return Math.max(...heard.filter((at) => at < now.getTime()));
  };
  expect(facts.vaults.map(({ sources }) => sources.map(({ lastAt }) => lastAt))).toEqual([
    [last("v_cards")],
    [last("v_more")],
  ]);
  // Told after the week's end, and an edit, which is no access that a digest counts.
  expect([last("v_cards"), last("v_more")]).toEqual([endsAt.getTime() + 5_000, Date.parse("2026-10-26T07:59:00Z")]);
});

test("what nobody judged waits, the loudest first", async () => {
  const concluded = await stage.concluded();
  const open = await stage.store.db
    .selectFrom("alert")
    .select("id")
    .where("vault_id", "in", ["v_cards", "v_more"])
    .execute();
  expect(Object.values(concluded).every(({ state }) => state !== "explained")).toBe(true);
  expect(facts.openAlerts).toBe(open.length);
});
