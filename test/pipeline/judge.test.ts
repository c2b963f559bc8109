import { afterEach, beforeEach, expect, test } from "vitest";
import { judge } from "../../src/pipeline/judge.ts";
import { personOf } from "../../src/store/people.ts";
import { configOf, openStage, type Reported, type Stage, yaml } from "./stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

async function announce(purpose: string, at: string, mostUses: number | null = null): Promise<void> {
  const from = new Date(at);
  await stage.store.db.transaction().execute(async (tx) => {
    const person = await personOf(tx, [{ kind: "email", value: "dana@example.com" }], from);
    await tx
      .insertInto("intent")
      .values({
        person_id: person,
        slack_user_id: "U02DANA",
        purpose,
        announced_at: from,
        starts_at: from,
        ends_at: new Date(from.getTime() + 60 * 60_000),
        vault_id: null,
        item_id: null,
        most_uses: mostUses,
      })
      .execute();
  });
}

/** Accesses of some people on some items, reported in an order that has nothing to do with when they happened. */
function shuffled(count: number): Reported[] {
  return Array.from({ length: count }, (_, n) => {
    const m = (n * 7919) % count;
    const at = new Date(Date.UTC(2026, 9, 1) + m * 7 * 60_000).toISOString();
    const received = new Date(Date.UTC(2026, 10, 20) + n * 1000).toISOString();
    return {
      event: `e${m}`,
      at,
      received,
      who: `p${m % 7}`,
      vault: m % 3 === 0 ? "v_other" : "v_cards",
      item: `i${m % 11}`,
      app: `app ${m % 4}`,
      ip: `10.0.${m % 5}.${m % 200}`,
      country: ["ES", "pt", "FR"][m % 3] ?? "ES",
      action: m % 13 === 0 ? "rename" : "reveal",
    };
  });
}

test("what is remembered is what a recount over all that was judged says, whatever came in which order", async () => {
  await stage.report(...shuffled(300));
  const houses = [stage.houseOf(), stage.houseOf()];
  while ((await Promise.all(houses.map((house) => judge(house, 60)))).some((judged) => judged > 0));
  const different = await stage.store.pool.query(`
    with judged as (
      select person_id, occurred_at, vault_id, client_app, ip, upper(country) as country,
             left(encode(sha256(convert_to(vault_id || e'\\n' || item_id, 'UTF8')), 'hex'), 32) as item_key
        from assessment join access on access.id = access_id where action <> 'rename'
    ), recount as (
      select 'item' as what, person_id::text || ' ' || item_key as key, min(occurred_at) as first, max(occurred_at) as last, count(*) as n
        from judged group by 2
      union all
      select kind, person_id::text || ' ' || value, min(occurred_at), max(occurred_at), count(*)
        from judged, lateral (values ('vault', vault_id), ('client', client_app), ('country', country),
                                     ('network', substring(ip from '^\\d+\\.\\d+\\.\\d+') || '.*')) as context (kind, value) group by 1, 2
      union all
      select 'stretch', person_id::text || ' ' || date_bin('5 minutes', occurred_at, 'epoch')::text
               || array(select distinct unnest(array_agg(item_key)) order by 1)::text, null, null, count(*)
        from judged group by person_id, date_bin('5 minutes', occurred_at, 'epoch')
    ), kept as (
      select 'item' as what, person_id::text || ' ' || item_key as key, first_occurred as first, last_occurred as last, accesses as n
        from person_item
      union all
      select kind, person_id::text || ' ' || value, first_occurred, last_occurred, accesses from person_context
      union all
      select 'stretch', person_id::text || ' ' || beginning::text || array(select unnest(items) order by 1)::text, null, null, accesses
        from person_stretch
    )
    (select * from recount except select * from kept) union all (select * from kept except select * from recount)`);
  expect(different.rows).toEqual([]);
  const alerts = await stage.store.pool.query(`
    select alert.id from alert, lateral (
      select count(*) as accesses, min(occurred_at) as first, max(occurred_at) as last,
             array_agg(distinct severity) as severities, array_agg(distinct alert_access.revision) as revisions
        from alert_access join assessment using (access_id) join access on access.id = access_id
       where alert_access.alert_id = alert.id) as recount
     where alert.revision <> recount.accesses or first_occurred_at <> recount.first or last_occurred_at <> recount.last
        or revisions <> array(select generate_series(1, alert.revision))
        or loudest <> case when 'critical' = any (severities) then 'critical' when 'warning' = any (severities) then 'warning' else 'note' end`);
  expect(alerts.rows).toEqual([]);
  expect((await stage.store.pool.query("select count(*)::int as n from person_item")).rows[0].n).toBeGreaterThan(50);
});

test("one purpose explains so many accesses as it may, in one batch and over several", async () => {
  const house = stage.houseOf(`${yaml}intents: { uses: 3 }\n`);
  await announce("paying licence renewal", "2026-11-24T09:00:00Z");
  const at = (minute: number) => ({ event: `e${minute}`, at: `2026-11-24T09:${minute}:00Z` });
  await stage.report(at(10), at(11));
  await judge(house);
  await stage.report(at(12), at(13));
  await judge(house);
  const { e10, e11, e12, e13 } = await stage.concluded();
  expect([e10?.state, e11?.state, e12?.state, e13?.state]).toEqual([
    "explained",
    "explained",
    "explained",
    "unexplained",
  ]);
  expect(e13?.sentence).toContain("but that has explained 3 accesses already");
});

test("one said to be for one access explains what happened first as far as it is known, in one batch and over several", async () => {
  const house = stage.houseOf();
  await announce("paying licence renewal", "2026-11-24T09:00:00Z", 1);
  const at = (minute: number, received = minute) => ({
    event: `e${minute}`,
    at: `2026-11-24T09:${minute}:00Z`,
    received: `2026-11-24T09:${received}:30Z`,
  });
  await stage.report(at(20), at(21));
  await judge(house);
  await stage.report(at(22), at(10, 23));
  await judge(house);
  // Known by now to have been used at 09:10, it explains nothing that came between.
  await stage.report(at(15, 24));
  await judge(house);
  const all = await stage.concluded();
  const states = [10, 15, 20, 21, 22].map((minute) => all[`e${minute}`]?.state);
  expect(states).toEqual(["explained", "unexplained", "explained", "unexplained", "unexplained"]);
  expect(all.e21?.sentence).toContain("but that was for one access and is used up since 10:20");
  expect(all.e15?.sentence).toContain("but that was for one access and is used up since 10:10");
  const recount = await stage.store.pool.query(`
    select * from intent_use where moments is distinct from (
      select array_agg(occurred_at order by occurred_at) from assessment join access on access.id = access_id
       where assessment.intent_id = intent_use.intent_id)`);
  expect(recount.rows).toEqual([]);
});

test("a purpose for one access in any vault explains one, also when two replicas judge in two vaults at the same moment", async () => {
  const house = stage.houseOf(`${yaml}  - { id: v_keys, name: Keys, channel: C0KEYS, hours: always }\n`);
  await announce("paying licence renewal", "2026-11-24T09:00:00Z", 1);
  await stage.report(
    { event: "cards", at: "2026-11-24T09:10:00Z" },
    { event: "keys", at: "2026-11-24T09:11:00Z", vault: "v_keys" },
  );
  // Each has read what is used up before either writes it down, as far as they are let.
  const { pool } = stage.store;
  const [slow, second] = [await pool.connect(), await pool.connect()];
  const waiting = async (many: number) => {
    const asked =
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await pool.query(asked)).rows[0].n < many) await new Promise((resolve) => setTimeout(resolve, 10));
  };
  await slow.query("begin; lock table intent_use in exclusive mode");
  await second.query(
    "begin; select from unjudged where access_id = (select id from access where event_id = 'keys') for update",
  );
  const first = judge(house, 1);
  await waiting(1);
  await second.query("commit");
  const other = judge({ ...house }, 2);
  await waiting(2);
  await slow.query("commit");
  for (const client of [slow, second]) client.release();
  expect(await Promise.all([first, other])).toEqual([1, 1]);
  const { cards, keys } = await stage.concluded();
  expect([cards?.state, keys?.state]).toEqual(["explained", "unexplained"]);
  expect(keys?.sentence).toContain("was for one access");
});

test("a vault's clock that runs fast is measured by its deliveries, and lets nothing pass (T4)", async () => {
  const ahead = { signedAheadMs: 3 * 60_000 };
  await announce("paying licence renewal", "2026-11-24T09:00:00Z");
  await stage.report(
    { event: "doubtful", at: "2026-11-24T09:02:00Z", received: "2026-11-24T09:00:30Z", ...ahead },
    { event: "sure", at: "2026-11-24T09:20:00Z", received: "2026-11-24T09:17:30Z", ...ahead },
  );
  await judge(stage.houseOf());
  const { doubtful, sure } = await stage.concluded();
  expect([doubtful?.state, sure?.state]).toEqual(["unexplained", "explained"]);
  expect(doubtful?.sentence).toContain("which is 3 min ahead of ours: timing unverified");
});

test("one delivery on time shows that the clock is right, and that the others were slow to arrive", async () => {
  await announce("paying licence renewal", "2026-11-24T09:00:00Z");
  await stage.report(
    { event: "slow", at: "2026-11-24T09:10:00Z", received: "2026-11-24T09:14:00Z", signedAheadMs: -4 * 60_000 },
    { event: "quick", at: "2026-11-24T09:15:00Z", signedAheadMs: -500 },
  );
  await judge(stage.houseOf());
  const { slow, quick } = await stage.concluded();
  expect([slow?.state, quick?.state]).toEqual(["explained", "explained"]);
  expect([slow?.policies, quick?.policies].flat()).not.toContain("reported-time");
});

test("what is reported late is judged by the configuration that stood when it happened", async () => {
  const open = yaml.replace("Mon-Fri 08:00-19:00", "always");
  const morning = new Date("2026-11-24T06:00:00Z");
  const then = { ...stage.houseOf(open), clock: { now: () => morning } };
  await stage.report({ event: "first", at: "2026-11-24T05:30:00Z" });
  await judge(then);
  const now = stage.houseOf();
  await stage.report(
    { event: "early", at: "2026-11-24T06:30:00Z", received: "2026-11-24T12:00:01Z" },
    { event: "late", at: "2026-11-24T20:30:00Z" },
  );
  await judge(now);
  await stage.report({ event: "later", at: "2026-11-24T21:30:00Z" });
  await judge(now);
  const { early, late, later } = await stage.concluded();
  expect([early?.state, late?.state, later?.state]).toEqual(["unexplained", "suspicious", "suspicious"]);
  expect(early?.version.split("+")[1]).toBe(configOf(open).fingerprint.slice(0, 12));
  expect(late?.version.split("+")[1]).toBe(now.config.fingerprint.slice(0, 12));
  const { rows } = await stage.store.pool.query("select count(*)::int as n from configuration");
  expect(rows).toEqual([{ n: 2 }]);
});

test("two persons who turn out to be one have one memory", async () => {
  const item = (n: number) => `i${n}`;
  for (let n = 0; n < 9; n++)
    await stage.report({ event: `e${n}`, at: "2026-11-24T09:10:00Z", who: "dana", item: item(n) });
  await judge(stage.houseOf());
  const joined = `${yaml}people: [{ email: dana@example.com, slack: U02DANA }, { email: d.ruiz@example.com, slack: U02DANA }]\n`;
  await stage.report({ event: "tenth", at: "2026-11-24T09:12:00Z", who: "d.ruiz", item: item(10) });
  await judge(stage.houseOf(joined));
  await stage.report({ event: "eleventh", at: "2026-11-24T09:13:00Z", who: "dana", item: item(11) });
  await judge(stage.houseOf(joined));
  const { tenth, eleventh } = await stage.concluded();
  expect(eleventh?.policies).toContain("burst");
  expect(tenth).toBeDefined();
});
