import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const hourMs = 60 * 60_000;

test("a source that falls silent is told once, and once more when it speaks again", async () => {
  story = await openStory({ startAt: "2026-11-24T09:00:00Z", isTamperedWith: true });
  await pastWeeks();
  await story.at("2026-11-24T10:45:00Z");
  expect(said("🔇")).toEqual([]);
  await story.running(225);
  expect(said("🔇")).toEqual([
    expect.stringMatching(
      /^🔇 No access has been reported for 19 h 44 min.*on weekdays one comes every 30 min or so.*Is the webhook/,
    ),
  ]);
  const state = await story.service.readiness();
  expect(state.remarks.join(" ")).toContain("webhook has been silent");
  await story.at("2026-11-24T16:30:00Z");
  expect(said("🔇")).toHaveLength(1);
  await story.reveal({ by: dana });
  await story.later(6);
  expect(said("🔈 Accesses are reported again")).toHaveLength(1);
  expect(await entries()).toEqual(["source silent", "source speaks again"]);
});

test("after an absence of its own Vaultbell gives a source its patience anew, and says for how long it wasn't there", async () => {
  story = await openStory({ startAt: "2026-11-23T16:45:00Z", isTamperedWith: true });
  await pastWeeks();
  await story.settle();
  await story.at("2026-11-25T12:00:00Z");
  await story.running(3 * 60);
  expect(said("🔇")).toEqual([]);
  await story.running(75);
  expect(said("🔇")).toEqual([
    expect.stringMatching(
      /^🔇 No access has been reported for 2 days; .* Vaultbell itself wasn’t running for 43 h of that time\./,
    ),
  ]);
});

/** Two accesses in each hour from 9 to 17 in Madrid on weekdays, for three weeks up to the day before, as the database would have them. */
async function pastWeeks(): Promise<void> {
  const { pool } = story.service.house.store;
  for (let day = 22; day >= 1; day--) {
    const midnight = Date.UTC(2026, 10, 24 - day, -1);
    if ([0, 6].includes(new Date(midnight + 12 * hourMs).getUTCDay())) continue;
    await pool.query(
      `insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_identity, vault_id, item_id)
       select sha256(convert_to($1 || n, 'UTF8')), 0, 'webhook', $1 || n, 'reveal', at, at, 'U7', 'v_cards', 'i_visa'
         from generate_series(0, 15) as n, lateral (select $2::timestamptz + n * interval '30 minutes' as at) as moment`,
      [randomUUID(), new Date(midnight + 9 * hourMs)],
    );
  }
}

const said = (start: string) =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith(start));

async function entries(): Promise<string[]> {
  const all = await story.service.house.store.db
    .selectFrom("record")
    .select("kind")
    .where("kind", "like", "source%")
    .orderBy("seq")
    .execute();
  return all.map(({ kind }) => kind);
}
