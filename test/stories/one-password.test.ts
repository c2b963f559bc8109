import { afterEach, expect, test } from "vitest";
import { sourceView } from "../../src/pipeline/sources.ts";
import { onePassword } from "../../src/vault/sources/one-password.ts";
import { audit, type OnePasswordStandIn, openOnePassword, usage } from "../support/one-password.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
let service: OnePasswordStandIn;
afterEach(async () => {
  await story?.stop();
  await service?.close();
});

test("1Password's past is learnt without a sound; what follows rings, and a revoked token is told to the managers", async () => {
  service = await openOnePassword();
  service.add("itemusages", usage("E1", "2026-10-05T09:00:00Z"), usage("E2", "2026-11-20T01:00:00Z"));
  const { origin, token } = service;
  story = await openStory({
    yaml: `${defaultYaml}sources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [onePassword({ name: "1password", origin, token, vaultIds: new Set(["v_cards"]) })],
  });
  await story.later(1);
  expect(story.alerts()).toEqual([]);

  await story.command(dana, "paying the hosting invoice from the company card");
  service.add("itemusages", usage("E3", "2026-11-24T09:01:10Z"));
  await story.later(1);
  const [alert, ...more] = story.alerts().map(({ blocks }) => readBlocks(blocks));
  expect(more).toEqual([]);
  expect(alert).toContain("Company Visa");
  expect(alert).toContain("paying the hosting invoice");
  // The October access was learnt from: this isn't the first.
  expect(alert).not.toMatch(/first/i);

  service.add(
    "auditevents",
    audit("A1", { timestamp: "2026-11-24T09:01:30Z", object_type: "user", action: "suspend", object_uuid: "U7DANA" }),
    audit("A2", {
      timestamp: "2026-11-24T09:01:40Z",
      object_type: "uva",
      action: "grant",
      object_uuid: "v_cards",
      aux_uuid: "U9",
      aux_details: { name: "Lena Vogt" },
    }),
  );
  await story.later(1);
  expect(said("🔑")).toEqual([
    expect.stringMatching(
      /U7DANA was suspended by Marta Vidal.*\n?.*Lena Vogt was given access to Company cards by Marta Vidal/s,
    ),
  ]);

  service.token = "another one now";
  await story.later(1);
  expect(said("🔇")).toEqual([]);
  await story.later(3);
  expect(said("🔇")).toEqual([
    expect.stringMatching(/^🔇 1password can’t be read since .*no longer takes our token.*vaultbell doctor/),
  ]);
  expect((await story.service.readiness()).remarks.join()).toContain("doesn't take our token");

  service.token = token;
  service.add("itemusages", usage("E4", "2026-11-24T09:03:00Z"));
  await story.later(11);
  await story.later(1);
  expect(said("🔈")).toEqual([expect.stringMatching(/^🔈 1password is read again, after 1\d min/)]);
  expect(readBlocks(story.alerts()[0]?.blocks ?? [])).toContain("2");
  expect(await kinds()).toEqual([
    "source begun",
    "source caught up",
    "source caught up",
    "source caught up",
    "access history",
    "access history",
    "source unread",
    "source read again",
  ]);
});

const said = (start: string) =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith(start));

async function kinds(): Promise<string[]> {
  const { rows } = await story.service.house.store.pool.query(
    "select kind from record where kind like 'source%' or kind = 'access history' order by seq",
  );
  return rows.map(({ kind }) => kind);
}

test("a new token that is for less: the managers hear what isn't read any more, and nobody is paged for it", async () => {
  service = await openOnePassword();
  service.features = ["itemusages", "auditevents"];
  const { origin, token } = service;
  story = await openStory({
    yaml: `${defaultYaml}sources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [onePassword({ name: "1password", origin, token, vaultIds: new Set(["v_cards"]) })],
  });
  await story.later(1);
  expect(await streamsWithAnAge()).toEqual(["auditevents", "itemusages"]);
  service.token = "another one now";
  for (let minutes = 0; minutes < 5; minutes++) await story.later(1);
  expect(said("🔇")).toHaveLength(1);

  service.token = token;
  service.features = ["itemusages"];
  await story.later(11);
  await story.later(1);
  expect(said("🔈")).toEqual([]);
  expect(said("🔉")).toEqual([
    expect.stringMatching(/^🔉 1password is read, but not its audit events: our token isn’t allowed to read them/),
  ]);
  expect((await kinds()).slice(-2)).toEqual(["source unread", "source read in part"]);
  expect(await subjects()).toEqual(["1", "left-out-1"]);
  expect(await streamsWithAnAge()).toEqual(["itemusages"]);
  expect((await story.service.readiness()).remarks).toContainEqual(
    expect.stringMatching(
      /^The source 1password \(auditevents\) isn't read since 2026-11-24T09:.*: its token isn't for that any more/,
    ),
  );
  // Whatever comes next is told again.
  service.token = "another one now";
  for (let minutes = 0; minutes < 5; minutes++) await story.later(1);
  expect(said("🔇")).toHaveLength(2);
});

/** What is told of sources. Only a trouble begins with its number: an older replica reads whatever does as one. */
async function subjects(): Promise<string[]> {
  const messages = story.service.house.store.db.selectFrom("message").select("subject").where("kind", "=", "source");
  return (await messages.orderBy("id").execute()).map(({ subject }) => subject);
}

/** Those of which the operator's alert rule hears. */
async function streamsWithAnAge(): Promise<string[]> {
  await story.service.readiness();
  const text = await (await fetch(`${story.url}/metrics`)).text();
  return [...text.matchAll(/^vaultbell_source_last_read_seconds\{.*feed="(\w+)"/gm)]
    .map(([, feed = ""]) => feed)
    .toSorted();
}

test("what 1Password's cursor never told is found by the daily comparison: told late, with a word why, in doctor and in the digest", async () => {
  service = await openOnePassword();
  service.features = ["itemusages"];
  const { origin, token } = service;
  story = await openStory({
    yaml: `${defaultYaml}digest: { day: Mon, at: "09:00" }\nsources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [onePassword({ name: "1password", origin, token, vaultIds: new Set(["v_cards"]) })],
  });
  await story.later(1);
  service.add("itemusages", usage("E1", "2026-11-24T09:01:10Z"));
  await story.later(1);
  service.slipIn("itemusages", usage("E0", "2026-11-24T09:30:00Z", { item_uuid: "i_amex" }));
  await story.later(30);
  expect(await stored()).toEqual(["E1"]);

  await story.at("2026-11-25T03:00:00Z");
  for (let minutes = 0; minutes < 3; minutes++) await story.later(1);
  expect(await stored()).toEqual(["E1", "E0"]);
  expect(said("🔎")).toEqual([
    expect.stringMatching(/^🔎 One access of 1password had been missed: the daily comparison .* is on record now/),
  ]);
  // The vault may have another channel by the time at which this is drawn.
  const { rows } = await story.service.house.store.pool.query("select id from source_comparison");
  const elsewhere = await sourceView(story.service.house, `compared-${rows[0].id}`, "C0ELSEWHERE", "source:1");
  expect(elsewhere.text).toBe("One access of 1password had been missed, and is told late");
  const alert = story
    .alerts()
    .map(({ blocks }) => readBlocks(blocks))
    .at(-1);
  expect(alert).toContain("Team Amex");
  expect(alert).toMatch(/reported 17 h 30 min later/);
  expect((await kinds()).filter((kind) => kind.startsWith("source compar"))).toEqual([
    "source compared",
    "source comparison told",
  ]);
  expect(await subjects()).toEqual(["compared-1"]);

  await story.at("2026-11-26T03:01:00Z");
  await story.later(1);
  expect(said("🔎")).toHaveLength(1);
  await story.sandbox.as(marta).command(cards, "/vault", "digest");
  await story.service.idle();
  expect(story.told(marta)).toMatch(
    /1Password last spoke .* before this was made\)\. Compared with its own list up to .*: one access had been missed this week, and came late\. Looking at an item in an app/,
  );

  // Nobody was here over the week's end: what was due before it is made up in the next week's time.
  await story.at("2026-12-01T08:00:00Z");
  for (let minutes = 0; minutes < 6; minutes++) await story.later(1);
  await story.sandbox.as(marta).command(cards, "/vault", "digest");
  await story.service.idle();
  expect(story.told(marta)).toMatch(/up to .*: nothing was missing\. 4 earlier days were compared late\. Looking at/);
});

async function stored(): Promise<string[]> {
  const { rows } = await story.service.house.store.pool.query("select event_id from access order by id");
  return rows.map(({ event_id }) => event_id);
}

test("a token that ends within three weeks is remarked before it does", async () => {
  service = await openOnePassword();
  const { origin, token } = service;
  story = await openStory({
    startAt: "2026-10-27T09:00:00Z",
    yaml: `${defaultYaml}sources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [onePassword({ name: "1password", origin, token, vaultIds: new Set(["v_cards"]) })],
  });
  const remarks = async () => (await story.service.readiness()).remarks.join();
  // The stand-in's token says that it ends on 2026-11-18 at 11:06:40.
  await story.at("2026-10-28T11:06:39Z");
  expect(await remarks()).not.toContain("token");
  await story.at("2026-10-28T11:06:40Z");
  expect(await remarks()).toContain("The token of the source 1password ends at 2026-11-18T11:06:40.000Z");
  await story.at("2026-11-18T11:06:41Z");
  expect(await remarks()).toContain("The token of the source 1password ended at 2026-11-18T11:06:40.000Z");
});
