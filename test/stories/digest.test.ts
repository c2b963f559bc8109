import { afterEach, expect, test } from "vitest";
import { makeDigests } from "../../src/pipeline/digest.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const yaml = `${defaultYaml}digest: { day: Mon, at: "09:00" }\n`;
/** Mondays, 09:00 in Madrid, and a minute: the first whole week ends on the second. */
const first = "2026-11-30T08:01:00Z";
const second = "2026-12-07T08:01:00Z";

test("a week as its managers read it: what waits is judged from the digest, which says who has read it", async () => {
  story = await openStory({ yaml });
  await story.settle();
  await story.at(first);
  expect(digests()).toEqual([]);
  await story.command(dana, "paying licence renewal on Company Visa for 1h");
  await story.reveal({ by: dana });
  await story.at("2026-12-01T01:13:00Z");
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.at("2026-12-02T10:00:00Z");
  await story.command(juan, "test for 1h");
  await vault(marta, "digest");
  expect(story.told(marta)).toContain("🗓️ The week so far in Company cards · 30 Nov – 2 Dec");
  expect(story.told(marta)).toContain("One alert waits for a verdict");
  expect(story.told(marta)).not.toContain("[Expected]");
  await vault(dana, "digest");
  expect(story.told(dana)).toContain(
    "Only the managers of a vault, and those who answer for all vaults, are shown its week.",
  );
  expect((await entriesOf(story, "digest asked for")).map(({ by }) => by)).toEqual([marta]);
  await story.at(second);
  expect(digests()).toHaveLength(1);
  const words = read(0);
  expect(words).toContain("🗓️ The week in Company cards · 30 Nov – 7 Dec");
  expect(words).toContain("One alert waits for a verdict");
  expect(words).toContain("• 2 accesses\n• 50 % explained\n• 1 outside the hours");
  expect(words).toContain("Purposes an auditor could use: 1 of 2, such as ‘paying licence renewal’; ‘test’ could say");
  expect(words).toContain("Announced, and no access was reported: 1, such as ‘test’");
  expect(words).toContain("No alert was judged this week");
  expect(words).not.toContain("late");
  await story.later(1);
  expect(pictures()).toMatchObject([
    { name: "week-2026-12-07.png", alt_txt: expect.stringContaining("2 in all, 1 explained, 0 unexplained within") },
  ]);
  expect((await entriesOf(story, "digest picture uploaded")).length).toBe(1);
  const [details] = replies();
  expect(readBlocks(details?.blocks)).toContain("• Team Amex: one access by one person");

  // The same rules as everywhere: nobody clears themselves, also not from a digest.
  await story.press(dana, digest(0), "Expected");
  expect(story.told(dana)).toContain("You opened this item yourself");
  await story.press(juan, digest(0), "Expected");
  expect(read(0)).toContain("✅ Expected · @U02JUAN");
  expect(read(0)).toContain("✅ What this digest asked about is decided. Thank you.");

  await story.press(dana, digest(0), "I’ve read it");
  expect(story.told(dana)).toContain("only the vault’s managers, and those who answer for all vaults, are noted");
  await story.press(marta, digest(0), "I’ve read it");
  await story.press(juan, digest(0), "I’ve read it");
  await story.later(1);
  expect(read(0)).toContain("👀 Read by Marta Vidal, Juan Soto");
  await story.press(juan, digest(0), "I’ve read it");
  expect(story.told(juan)).toContain("noted already");
  expect((await entriesOf(story, "digest read")).map(({ by }) => by)).toEqual([marta, juan]);
  expect(await entriesOf(story, "digest")).toMatchObject([{ channel: cards, period: "2026-12-07", openAlerts: 1 }]);
});

test("a host that comes back late judges first what came in time, and waits no longer than five minutes for that", async () => {
  story = await openStory({ yaml });
  await story.settle();
  await story.at(first);
  await story.reveal({ by: dana });
  const { pool } = story.service.house.store;
  const wait = () => pool.query("insert into unjudged (access_id) select max(id) from access");
  const made = async () => (await makeDigests(story.service.house)).made;
  await wait();
  story.sandbox.clock.moveTo(new Date(Date.parse(second) + 60 * 60_000));
  expect(await made()).toBe(0);
  await pool.query("delete from unjudged");
  expect(await made()).toBe(1);
  await story.at("2026-12-10T08:00:00Z");
  await story.reveal({ by: dana });
  await wait();
  const third = Date.parse("2026-12-14T08:01:00Z");
  for (const [minutes, digests] of [
    [60, 0],
    [64, 0],
    [66, 1],
  ] as const) {
    story.sandbox.clock.moveTo(new Date(third + minutes * 60_000));
    expect(await made()).toBe(digests);
  }
  await pool.query("delete from unjudged");
});

test("a quiet week is told too, once with two replicas; one that was down says that it is late, and what it missed", async () => {
  story = await openStory({ yaml });
  await story.settle();
  await story.at(first);
  const twice = await Promise.all([makeDigests(story.service.house), makeDigests(story.service.house)]);
  expect(twice.map(({ made }) => made)).toEqual([0, 0]);
  story.sandbox.clock.moveTo(new Date(second));
  const made = await Promise.all([makeDigests(story.service.house), makeDigests(story.service.house)]);
  expect(made.map((one) => one.made).sort()).toEqual([0, 1]);
  await story.settle();
  expect(digests()).toHaveLength(1);
  expect(read(0)).toContain("Nothing waits for you. No access was reported.");
  expect(read(0)).toContain("Nothing was ever reported from here: is the source connected?");
  expect(digest(0).text).toContain("nothing waits; no access was reported; no event yet");

  await story.at("2026-12-14T11:05:00Z");
  expect(read(1)).toContain("⏱️ Monday’s digest, made 3 h 5 min after its hour.\n");
  await story.at("2027-01-04T08:01:00Z");
  expect(digests()).toHaveLength(3);
  expect(read(2)).toContain(
    "The 2 digests before it were never made: no access was reported between 14 Dec and 28 Dec",
  );
  await story.later(60);
  expect(digests()).toHaveLength(3);
  // Nothing to draw in a quiet week.
  expect(pictures()).toEqual([]);
});

const digests = () =>
  story.sandbox.workspace.messages(cards).filter(({ blocks }) => readBlocks(blocks).startsWith("🗓️"));
const replies = () =>
  story.sandbox.workspace.messages(cards).filter(({ blocks }) => readBlocks(blocks).startsWith("Vault by vault"));
const pictures = () => story.sandbox.workspace.messages(cards).flatMap(({ files }) => files);
const read = (place: number) => readBlocks(digest(place).blocks);

function digest(place: number) {
  const found = digests()[place];
  if (!found) throw new Error(`there is no digest ${place}`);
  return found;
}

async function vault(who: string, text: string): Promise<void> {
  await story.sandbox.as(who).command(cards, "/vault", text);
  await story.service.idle();
}
