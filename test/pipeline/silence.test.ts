import { afterAll, beforeAll, expect, test } from "vitest";
import { lookForSilence } from "../../src/pipeline/silence.ts";
import { beginSource } from "../../src/store/sources.ts";
import { openStage, type Stage, yaml } from "./stage.ts";

const now = new Date("2026-11-24T14:30:00Z");
const hourMs = 60 * 60_000;
let stage: Stage;
beforeAll(async () => {
  stage = await openStage(now);
});
afterAll(() => stage.close());

test("a source that is asked and answers isn't silent when nobody opens anything; one that isn't read is", async () => {
  // Two accesses in each hour of working days, for three weeks up to the day before.
  for (let day = 22; day >= 1; day--) {
    const morning = new Date(Date.UTC(2026, 10, 24 - day, 8));
    if ([0, 6].includes(morning.getUTCDay())) continue;
    await stage.store.pool.query(
      `insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, vault_id, item_id)
       select sha256(convert_to($1 || n, 'UTF8')), 0, '1password', $1 || n, 'reveal', at, at, 'U7', 'v_cards', 'i_visa'
         from generate_series(0, 15) as n, lateral (select $2::timestamptz + n * interval '30 minutes' as at) as moment`,
      [`day-${day}-`, morning],
    );
  }
  const house = stage.houseOf(`${yaml}sources: [{ kind: 1password }]\n`);
  await stage.store.db
    .transaction()
    .execute((tx) => beginSource(tx, "1password", ["itemusages"], new Date(now.getTime() - 30 * 24 * hourMs)));
  const readAt = (at: Date) => stage.store.db.updateTable("source_feed").set({ read_at: at }).execute();
  await readAt(new Date(now.getTime() - 15_000));
  expect(await lookForSilence(house)).toBe(0);
  await readAt(new Date(now.getTime() - 2 * hourMs));
  expect(await lookForSilence(house)).toBe(1);
});
