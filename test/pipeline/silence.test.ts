import { afterEach, beforeEach, expect, test } from "vitest";
import { lookForSilence, sourcesHeard } from "../../src/pipeline/silence.ts";
import { beginSource } from "../../src/store/sources.ts";
import { openStage, type Stage, yaml } from "./stage.ts";

const now = new Date("2026-11-24T14:30:00Z");
const hourMs = 60 * 60_000;
const with1Password = `${yaml}sources: [{ kind: 1password }]\n`;
let stage: Stage;
beforeEach(async () => {
  stage = await openStage(now);
});
afterEach(() => stage.close());

test("a source that is asked and answers isn't silent when nobody opens anything; one that isn't read is", async () => {
  await spokeOnWorkingDays("1password");
  const house = stage.houseOf(with1Password);
  await stage.store.db
    .transaction()
    .execute((tx) => beginSource(tx, "1password", ["itemusages"], new Date(now.getTime() - 30 * 24 * hourMs)));
  const readAt = (at: Date) => stage.store.db.updateTable("source_feed").set({ read_at: at }).execute();
  await readAt(new Date(now.getTime() - 15_000));
  expect(await lookForSilence(house)).toBe(0);
  await readAt(new Date(now.getTime() - 2 * hourMs));
  expect(await lookForSilence(house)).toBe(1);
});

test("of a source that is asked and answers, days without anything are told", async () => {
  await spokeOnWorkingDays("1password");
  await stage.store.db
    .transaction()
    .execute((tx) => beginSource(tx, "1password", ["itemusages"], new Date(now.getTime() - 30 * 24 * hourMs)));
  const lookAt = async (at: Date) => {
    await stage.store.db.updateTable("source_feed").set({ read_at: at }).execute();
    return lookForSilence({ ...stage.houseOf(with1Password), clock: { now: () => at } });
  };
  expect(await lookAt(new Date("2026-11-26T22:00:00Z"))).toBe(0);
  expect(await lookAt(new Date("2026-11-26T23:00:00Z"))).toBe(1);
});

test("a source that speaks once a week is missed after three weeks", async () => {
  const mondays = Array.from({ length: 8 }, (_, week) => new Date(Date.UTC(2026, 8, 28 + week * 7, 9)));
  await spoke("webhook", ...mondays);
  const lookAt = (at: string) => lookForSilence({ ...stage.houseOf(), clock: { now: () => new Date(at) } });
  expect(await lookAt("2026-12-04T22:00:00Z")).toBe(0);
  expect(await lookAt("2026-12-07T22:00:00Z")).toBe(1);
});

test("what was looked at in vain is looked at again when the next hour begins", async () => {
  await spoke("webhook", new Date("2026-11-23T16:00:00Z"));
  let at = now;
  const house = { ...stage.houseOf(), clock: { now: () => at } };
  expect(await lookForSilence(house)).toBe(0);
  await spokeOnWorkingDays("webhook");
  at = new Date("2026-11-24T14:59:00Z");
  expect(await lookForSilence(house)).toBe(0);
  at = new Date("2026-11-24T15:00:00Z");
  expect(await lookForSilence(house)).toBe(1);
});

test("a source is missed also where another goes on about the same vault, as long as it is set up", async () => {
  await spokeOnWorkingDays("1password");
  await spokeOnWorkingDays("webhook");
  await spoke("webhook", now);
  expect(await lookForSilence(stage.houseOf())).toBe(0);
  expect(await lookForSilence(stage.houseOf(with1Password))).toBe(1);
  expect(await stage.store.db.selectFrom("silence").select("source").execute()).toEqual([{ source: "1password" }]);
});

test("what another source has replaced months ago isn't waited for", async () => {
  await spoke("webhook", new Date("2026-09-01T10:00:00Z"));
  const house = stage.houseOf(with1Password);
  const heard = async () => (await sourcesHeard(house)).map(({ source }) => source);
  expect(await heard()).toEqual(["webhook"]);
  await spoke("1password", new Date("2026-10-31T10:00:00Z"));
  expect(await heard()).toEqual(["1password", "webhook"]);
  await spoke("1password", new Date("2026-10-31T10:00:01Z"));
  expect(await heard()).toEqual(["1password"]);
});

/** Two accesses in each hour of working days, for three weeks up to the day before. */
async function spokeOnWorkingDays(source: string): Promise<void> {
  for (let day = 22; day >= 1; day--) {
    const morning = Date.UTC(2026, 10, 24 - day, 8);
    if ([0, 6].includes(new Date(morning).getUTCDay())) continue;
    await spoke(source, ...Array.from({ length: 16 }, (_, n) => new Date(morning + (n * hourMs) / 2)));
  }
}

async function spoke(source: string, ...moments: Date[]): Promise<void> {
  await stage.store.pool.query(
    `insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, vault_id, item_id)
     select sha256(convert_to($1 || at::text, 'UTF8')), 0, $1, at::text, 'reveal', at, at, 'U7', 'v_cards', 'i_visa'
       from unnest($2::timestamptz[]) as at`,
    [source, moments],
  );
}
