import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseDetails } from "../../src/store/erasing.ts";
import { aDay } from "../support/a-day.ts";
import { type Exporting, exportingOf } from "../support/exporting.ts";
import { marta, openStory, type Story } from "../support/story.ts";

let story: Story;
let exporting: Exporting;
let keyed: (what: string) => Promise<Record<string, unknown>[]>;

beforeAll(async () => {
  story = await openStory({ isTamperedWith: true });
  exporting = exportingOf(story);
  const key = join(exporting.folder, "key");
  writeFileSync(key, Buffer.alloc(32, 7));
  keyed = (what) => exporting.rows(what, "--pseudonyms", "--key", key);
  await aDay(story, "=paying Dana's licence renewal for Company Visa");
});
afterAll(async () => {
  await story.stop();
  exporting.end();
});

test("nobody is named, and who is the same stays the same, under one key from file to file", async () => {
  const files = [];
  for (const what of ["accesses", "alerts", "verdicts", "intents", "questions"]) files.push(await keyed(what));
  for (const rows of files) expect(JSON.stringify(rows)).not.toMatch(/Dana|dana@|Marta|Juan|U02|203\.0\.113|licence/i);
  const [accesses, alerts, verdicts, intents] = files;
  expect(accesses?.[0]).toMatchObject({ person_name: "(left out)", purpose: "(left out)", item_id: "i_visa" });
  expect(accesses?.[0]?.person).toMatch(/^person-[0-9a-f]{16}$/);
  expect(accesses?.[0]?.person).not.toBe(accesses?.[1]?.person);
  expect(alerts?.map(({ person }) => person).sort()).toEqual(accesses?.map(({ person }) => person).sort());
  expect(intents?.[0]?.person).toBe(accesses?.[0]?.person);
  expect(verdicts?.[0]?.by).toBe(accesses?.[1]?.verdict_by);
  const [other] = await exporting.rows("accesses", "--pseudonyms");
  expect(other?.person).not.toBe(accesses?.[0]?.person);
});

test("where Slack shows an entry's number and hash beside the name, neither is in the file", async () => {
  for (const row of await keyed("accesses")) {
    expect(row).toMatchObject({ record_entry: "(left out)", record_hash: "(left out)" });
  }
  const { text } = await exporting.run("accesses", "--format", "ocsf", "--pseudonyms");
  expect(text).not.toContain("record_");
  expect(text).not.toContain("(left out)");
  for (const line of text.trimEnd().split("\n")) expect(Object.keys(JSON.parse(line).actor.user)).toEqual(["uid"]);
});

test("whoever judged has one pseudonym before and after they open something, and then is the one who opened it, too", async () => {
  const before = await keyed("verdicts");
  expect(before[0]).toMatchObject({ by: expect.stringMatching(/^slack-user-/), by_person: null });
  await story.reveal({ by: marta });
  const [verdict] = await keyed("verdicts");
  expect(verdict?.by).toBe(before[0]?.by);
  const opened = (await keyed("accesses")).at(-1);
  expect(verdict?.by_person).toBe(opened?.person);
  const [alert] = (await keyed("alerts")).filter(({ verdict: given }) => given === "expected");
  expect(alert?.verdict_by_person).toBe(opened?.person);
});

test("words that a service takes from people stay where they are known ones, and are pseudonyms elsewhere", async () => {
  const report = async (of: Record<string, unknown>) => {
    const who = {
      id: `evt_${randomUUID()}`,
      occurred_at: "2026-11-24T09:00:00Z",
      person: { email: "dana@example.com" },
    };
    const { status, body } = await story.post(JSON.stringify({ type: "vault.item.accessed", data: { ...who, ...of } }));
    expect([status, body]).toEqual([202, expect.anything()]);
  };
  await report({
    action: "José's own act",
    vault: { id: "secret/José" },
    item: { id: "secret/people/jose-nunez", title: "secret/people/jose-nunez", version: "José 3", category: "of José" },
    client: { app: "José's app", version: "José's build", platform: "José's Mac" },
    location: { country: "José's country" },
  });
  await report({
    action: "secure-copy",
    vault: { id: "v_cards" },
    item: { id: "i_visa", version: "3", category: "credit_card" },
    client: { app: "1Password for Mac", version: "8.10.4", platform: "macOS" },
    location: { country: "ES" },
  });
  await story.settle();
  const [named, plain] = (await keyed("accesses")).slice(-2);
  expect(JSON.stringify(named)).not.toMatch(/jos/i);
  expect(named).toMatchObject({
    action: expect.stringMatching(/^act-[0-9a-f]{16}$/),
    vault_id: expect.stringMatching(/^vault-/),
    item_id: expect.stringMatching(/^item-/),
    item_version: expect.stringMatching(/^version-/),
    item_category: expect.stringMatching(/^category-/),
    app: expect.stringMatching(/^app-/),
    app_version: expect.stringMatching(/^version-/),
    platform: expect.stringMatching(/^platform-/),
    country: expect.stringMatching(/^country-/),
  });
  expect(plain).toMatchObject({
    action: "secure-copy",
    vault_id: "v_cards",
    item_id: "i_visa",
    item_version: "3",
    item_category: "credit_card",
    app: "1Password for Mac",
    app_version: "8.10.4",
    platform: "macOS",
    country: "ES",
  });
});

test("whoever an escalation called has the word of their verdicts; a vault's path is none of those that stay", async () => {
  const { pool } = story.service.house.store;
  await pool.query(
    `insert into escalation (alert_id, round, step, target_kind, target, was_reached, at)
     select id, 1, n, kind, target, true, now() from (select id from alert limit 1) as one,
            (values (1, 'slack-user', $1), (2, 'email', 'gil@example.com'), (3, 'channel', 'C0CARDS')) as to_whom (n, kind, target)`,
    [marta],
  );
  await pool.query(
    "insert into asked (by, by_name, question, vault_ids, at, is_announced) values ($1, 'Marta', 'who', '{v_cards,Jose private/x}', now(), true)",
    [marta],
  );
  const [verdict] = await keyed("verdicts");
  const targets = (await keyed("escalations")).map(({ target }) => target);
  expect(targets).toEqual([verdict?.by, expect.stringMatching(/^address-/), "C0CARDS"]);
  const asked = (await keyed("questions")).find(({ by }) => by === verdict?.by);
  expect(asked?.vault_ids).toMatch(/^v_cards vault-[0-9a-f]{16}$/);
  expect(asked?.by_person).toBe(verdict?.by_person);
});

test("whose identity was erased stays erased, and isn't one person with everybody else's", async () => {
  const { db } = story.service.house.store;
  await db.transaction().execute((tx) => eraseDetails(tx, ["1"]));
  expect((await keyed("accesses"))[0]).toMatchObject({ actor_identity: "erased" });
});
