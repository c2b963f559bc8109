import { afterAll, beforeAll, expect, test } from "vitest";
import type { Review } from "../../src/model.ts";
import { gather } from "../../src/pipeline/digest.ts";
import type { House } from "../../src/pipeline/house.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { vaultsOfChannel } from "../../src/policies/digest-channels.ts";
import { waitingAlerts } from "../../src/policies/loudness.ts";
import { readAlert, recordReview } from "../../src/store/alerts.ts";
import { inTransaction } from "../../src/store/database.ts";
import { verdictsIn } from "../../src/store/digest-facts.ts";
import { undecidedAlerts } from "../../src/store/undecided-alerts.ts";
import { openStage, type Stage } from "./stage.ts";

/** What is kept beside the facts, so that a week is found at once, always says what the facts say. */

const now = new Date("2026-11-24T12:00:00Z");
let stage: Stage;
let house: House;
let seed = 7;

beforeAll(async () => {
  stage = await openStage(now);
  house = stage.houseOf();
});
afterAll(() => stage.close());

function random(below: number): number {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
}

/** Eight people open something again and again; between that managers judge, take back, and agree in twos. */
async function live(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const at = new Date(now.getTime() - (rounds - round) * 7 * 60_000).toISOString();
    const some = Array.from({ length: 1 + random(4) }, (_, n) => ({
      event: `e${round}-${n}`,
      at,
      who: `person-${random(8)}`,
      item: `i_${random(5)}`,
      action: ["reveal", "reveal", "export", "edit"][random(4)] ?? "reveal",
    }));
    await stage.report(...some);
    await judge(house);
    const { rows } = await stage.store.pool.query<{ id: string; revision: number }>(
      "select id, revision from alert order by id",
    );
    const { id: alertId, revision } = rows[random(rows.length)] ?? { id: "", revision: 0 };
    if (!alertId) continue;
    const verdict = (["expected", "expected", "suspicious", "undone", "reopened"] as const)[random(5)] ?? "expected";
    const review: Omit<Review, "id"> = {
      alertId,
      revision: 1 + random(revision),
      verdict,
      by: `U0LEAD${random(2)}`,
      note: "said so",
      at: new Date(at),
      needed: random(4) === 0 ? 2 : 1,
    };
    await inTransaction(stage.store.db, (tx) => recordReview(tx, review));
  }
}

test("which alerts wait is what all reviews of all alerts add up to", async () => {
  await live(40);
  const { rows } = await stage.store.pool.query<{ id: string }>("select id from alert");
  const whole = await Promise.all(rows.map(({ id }) => readAlert(stage.store.db, id)));
  const all = whole.flatMap((alert) => (alert ? [{ ...alert, deniedUpTo: 0 }] : []));
  const kept = { vaultIds: ["v_cards"], called: [], since: new Date(0), limit: null };
  const found = waitingAlerts(await undecidedAlerts(stage.store.db, kept));
  expect(all.length).toBeGreaterThan(6);
  expect(found.map(({ id }) => id).sort()).toEqual(
    waitingAlerts(all)
      .map(({ id }) => id)
      .sort(),
  );
  expect(found.length).toBeLessThan(all.length);
});

test("the first verdicts are those of the reviews", async () => {
  const { rows } = await stage.store.pool.query<{ by: string; at: Date; opened_at: Date }>(`
    select distinct on (alert_id) by, at, opened_at from review join alert on alert.id = alert_id
     where verdict in ('expected', 'suspicious') order by alert_id, review.id`);
  const startsAt = new Date(now.getTime() - 4 * 60 * 60_000);
  const inTime = rows.filter(({ at }) => at >= startsAt && at < now);
  const stretch = { vaultId: "v_cards", startsAt, endsAt: now };
  const found = await verdictsIn(stage.store.db, [stretch], new Date(0));
  expect(found.verdicts).toBe(inTime.length);
  expect(inTime.length).toBeGreaterThan(2);
  expect(found.by).toEqual([...new Set(inTime.map(({ by }) => by))].sort());
  await expect(stage.store.pool.query("delete from first_verdict")).rejects.toThrow(/append-only/);
});

test("what a week is counted by is what was reported and found, access by access", async () => {
  const { rows } = await stage.store.pool.query<{ differ: string; shown: string }>(`
    select count(*) filter (where outcome = 'alert') as shown,
           count(*) filter (where (counted_vault, counted_source, counted_at, counted_quarter, is_after_hours, counted_item)
             is distinct from (access.vault_id, access.source, access.received_at, date_bin('15 minutes', occurred_at, 'epoch'),
                               findings @> '[{"policy": "office-hours"}]', item.item_key)
             or unusual is distinct from array(select finding ->> 'policy' from jsonb_array_elements(findings) as finding
                  where finding ->> 'policy' not in ('announced-purpose', 'telling-purpose', 'office-hours'))) as differ
      from assessment join access on access.id = access_id
      left join item on item.vault_id = access.vault_id and item.item_id = access.item_id
     where outcome = 'alert'`);
  expect(rows[0]?.differ).toBe("0");
  expect(Number(rows[0]?.shown)).toBeGreaterThan(40);
  const period = { key: "2026-11-24", startsAt: new Date(now.getTime() - 8 * 60 * 60_000), endsAt: now, missed: null };
  const vaults = vaultsOfChannel(house.config, "C0CARDS");
  const { facts } = await gather(stage.store.db, { vaults, zone: "UTC", period, now });
  expect(facts.numbers.accesses).toBe(Number(rows[0]?.shown));
});

test("a version that doesn't say what is counted has it said for it", async () => {
  const { pool } = stage.store;
  const told = "counted_vault, counted_source, counted_at, counted_quarter, counted_item, is_after_hours, unusual";
  const { rows } = await pool.query(
    `select ${told}, access_id from assessment where outcome = 'alert' order by access_id limit 1`,
  );
  await inTransaction(stage.store.db, async (tx) => {
    const untold = {
      person_id: "1",
      outcome: "alert",
      state: "unexplained",
      severity: "warning",
      sentence: "",
    } as const;
    const [alert] = await tx
      .selectFrom("alert")
      .selectAll()
      .where("may_wait", "=", false)
      .where("asks", "=", true)
      .execute();
    const { findings } = await tx
      .selectFrom("assessment")
      .select("findings")
      .where("access_id", "=", rows[0].access_id)
      .executeTakeFirstOrThrow();
    await stage.report({ event: "untold", at: now.toISOString() });
    const { id } = await tx
      .selectFrom("access")
      .select("id")
      .where("event_id", "=", "untold")
      .executeTakeFirstOrThrow();
    await tx
      .insertInto("assessment")
      .values({
        ...untold,
        access_id: id,
        findings: JSON.stringify(findings),
        policy_version: "p",
        assessed_at: now,
        intent_id: null,
      })
      .execute();
    const said = await tx.selectFrom("assessment").selectAll().where("access_id", "=", id).executeTakeFirstOrThrow();
    expect(said).toMatchObject({ counted_vault: "v_cards", counted_source: "webhook", unusual: rows[0].unusual });
    expect([said.counted_item, said.is_after_hours]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      rows[0].is_after_hours,
    ]);
    await tx
      .updateTable("alert")
      .set({ revision: (alert?.revision ?? 0) + 1 })
      .where("id", "=", alert?.id ?? "")
      .execute();
    const grown = await tx
      .selectFrom("alert")
      .select("may_wait")
      .where("id", "=", alert?.id ?? "")
      .executeTakeFirst();
    expect(grown).toEqual({ may_wait: true });
  });
});
