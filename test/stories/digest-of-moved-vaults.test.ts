import { afterEach, expect, test } from "vitest";
import { makeDigests } from "../../src/pipeline/digest.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, defaultYaml, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const servers = "C0SERVERS";
const general = "C0GENERAL";
/** Mondays, 09:00 in Madrid, and a minute; "cards" keeps its channel throughout. */
const [first, second, third, fourth] = [30, 37, 44, 51].map((day) =>
  new Date(Date.UTC(2026, 10, day, 8, 1)).toISOString(),
) as [string, string, string, string];

const withTwo = (channel: string | null, { zone = "Europe/Madrid", digest = '{ day: Mon, at: "09:00" }' } = {}) =>
  `${defaultYaml}${channel === null ? "" : `  - { id: v_two, name: Servers, channel: ${channel}, timezone: ${zone} }\n`}${
    digest === "" ? "" : `digest: ${digest}\n`
  }`;

test("a vault that moves to a new channel brings its whole week there, and leaves nothing of it", async () => {
  await begin(withTwo(servers));
  story.sandbox.admin.inviteBot(general);
  await story.at(second);
  await opens(3);
  await story.at("2026-12-09T10:00:00Z");
  await story.renew(withTwo(general));
  await opens(1);
  await story.later(1);
  await story.at(third);
  expect(titles(servers)).toHaveLength(1);
  expect(titles(general)).toEqual(["The week in Servers · 7 Dec – 14 Dec"]);
  expect(read(general, 0)).toContain("• 4 accesses\n");
  expect((await entriesOf(story, "digest")).at(-1)).toMatchObject({
    channel: general,
    vaults: { v_two: ["2026-12-07T08:00:00.000Z", "2026-12-14T08:00:00.000Z"] },
  });
});

test("one that moves to a channel with digests counts there from where its last one ended, and is compared with nothing", async () => {
  await begin(withTwo(servers));
  await story.at(second);
  await opens(3);
  await story.at("2026-12-09T10:00:00Z");
  await story.renew(withTwo(cards));
  await opens(1);
  await story.at(third);
  expect(read(cards, 1)).toContain("The week in Company cards and Servers · 7 Dec – 14 Dec");
  expect(read(cards, 1)).toContain("• 4 accesses\n");
  await opens(2);
  await story.at(fourth);
  expect(read(cards, 2)).toContain("• 2 accesses (the week before: 4)\n");
});

test("one that comes from another zone is told of since then, and by one digest only", async () => {
  // In Bogota Monday's nine is six hours later.
  await begin(withTwo(servers, { zone: "America/Bogota" }));
  await story.at("2026-12-07T12:00:00Z");
  await opens(1);
  await story.at("2026-12-07T14:01:00Z");
  expect(read(servers, 0)).toContain("• 1 access\n");
  await opens(2);
  await story.renew(withTwo(cards));
  await story.at(third);
  expect(read(cards, 1)).toContain(
    "Servers is told of since Monday 7 December 2026 15:00 in Madrid, where its last digest ended",
  );
  expect(read(cards, 1)).toContain("• 2 accesses\n");
  expect(titles(servers)).toHaveLength(1);
});

test("away and back: the week is told once, and nothing is called late", async () => {
  await begin(withTwo(servers));
  await story.at(second);
  await opens(1);
  await story.at("2026-12-08T10:00:00Z");
  await story.renew(withTwo(cards));
  await opens(1);
  await story.at(third);
  await opens(1);
  await story.at(fourth);
  expect([read(cards, 1), read(cards, 2)].map((words) => /• (\d+) access/.exec(words)?.[1])).toEqual(["2", "1"]);
  await opens(1);
  await story.at("2026-12-23T10:00:00Z");
  await story.renew(withTwo(servers));
  await opens(1);
  expect(titles(servers)).toHaveLength(1);
  await story.at("2026-12-28T08:01:00Z");
  expect(titles(servers)).toEqual(["The week in Servers · 30 Nov – 7 Dec", "The week in Servers · 21 Dec – 28 Dec"]);
  expect(read(servers, 1)).toContain("• 2 accesses\n");
  expect(read(servers, 1)).not.toMatch(/late|never made|told of since/);
});

test("one that leaves the file and comes back is told of once, from where its last digest ended", async () => {
  await begin(withTwo(servers));
  await story.at(second);
  await opens(2);
  await story.at("2026-12-09T10:00:00Z");
  await story.renew(withTwo(null));
  await story.at("2026-12-16T10:00:00Z");
  await story.renew(withTwo(cards));
  await opens(1);
  await story.at(fourth);
  expect(read(cards, 2)).toContain(
    "Servers is told of since Monday 7 December 2026 09:00 in Madrid, where its last digest ended",
  );
  expect(read(cards, 2)).toContain("• 3 accesses\n");
});

test("digests that nobody asked for were neither missed nor are they late; what came meanwhile is counted once", async () => {
  await begin(withTwo(servers));
  await story.at(second);
  await story.renew(withTwo(servers, { digest: "" }));
  await story.at("2026-12-08T10:00:00Z");
  await opens(2);
  await story.at("2026-12-31T10:00:00Z");
  await story.renew(withTwo(servers));
  await opens(1);
  await story.later(60);
  expect(titles(servers)).toHaveLength(1);
  await story.at("2027-01-04T08:01:00Z");
  expect(read(servers, 1)).toContain("• 1 access\n");
  expect(read(servers, 1)).toContain(
    "⏱️ 2 accesses came between 7 Dec and 28 Dec, when no digest told of them. The record has them all.",
  );
  expect(read(servers, 1)).not.toMatch(/late|never made/);
});

test("a digest of ten days is compared with none of seven", async () => {
  await begin(withTwo(servers));
  await story.at(second);
  await opens(2);
  await story.at(third);
  expect(read(servers, 1)).toContain("• 2 accesses (the week before: 0)\n");
  await story.renew(withTwo(servers, { digest: '{ day: Thu, at: "09:00" }' }));
  await opens(3);
  await story.at("2026-12-24T08:01:00Z");
  expect(titles(servers).at(-1)).toBe("The week in Servers · 14 Dec – 24 Dec");
  expect(read(servers, 2)).toContain("• 3 accesses\n");
  await story.at("2026-12-31T08:01:00Z");
  expect(read(servers, 3)).toContain("• 0 accesses\n");
});

test("a digest that gives up waiting for the judge says so, and the next one goes on from there", async () => {
  await begin(withTwo(servers));
  await story.at("2026-12-02T10:00:00Z");
  await opens(2);
  await story.at("2026-12-04T10:00:00Z");
  await opens(1);
  const { pool } = story.service.house.store;
  const last = "select max(id) from access";
  await pool.query(`insert into unjudged (access_id) ${last}`);
  // The other channel's waits for nobody.
  for (const minutes of [0, 5]) {
    story.sandbox.clock.moveTo(new Date(Date.parse(second) + minutes * 60_000));
    expect((await makeDigests(story.service.house)).made).toBe(1);
  }
  await pool.query(`delete from unjudged`);
  await story.settle();
  expect(read(servers, 0)).toContain(
    "⏱️ Servers is told of only up to Friday 4 December 2026 11:00 in Madrid: one report of it isn’t judged yet. The next digest goes on from there",
  );
  expect(read(servers, 0)).toContain("• 2 accesses\n");
  await story.at(third);
  expect(read(servers, 1)).toContain(
    "Servers is told of since Friday 4 December 2026 11:00 in Madrid, where its last digest ended",
  );
  expect(read(servers, 1)).toContain("• 1 access\n");
});

async function begin(configuration: string): Promise<void> {
  story = await openStory({ yaml: configuration });
  await story.settle();
  await story.at(first);
}

let opened = 0;

async function opens(times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    const now = story.sandbox.clock.now().toISOString();
    const data = {
      id: `e${opened++}`,
      action: "reveal",
      occurred_at: now,
      person: { email: "dana@example.com", name: "Dana Ruiz" },
      vault: { id: "v_two" },
      item: { id: `s${n}` },
    };
    const posted = await story.post(JSON.stringify({ type: "vault.item.accessed", timestamp: now, data }));
    expect(posted.status).toBe(202);
  }
  await story.settle();
}

const digests = (channel: string) =>
  story.sandbox.workspace.messages(channel).filter(({ blocks }) => readBlocks(blocks).startsWith("🗓️"));
const read = (channel: string, place: number) => readBlocks(digests(channel)[place]?.blocks ?? []);
const titles = (channel: string) =>
  digests(channel).map(({ blocks }) => readBlocks(blocks).split("\n")[0]?.replace("🗓️ ", ""));
