import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, gil, lena, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const digest = `digest: { day: Mon, at: "09:00" }\n`;
const yaml = `${defaultYaml}${digest}`;
const servers = "C0SERVERS";
const withServers = (channel: string, more = "") =>
  `${defaultYaml}  - { id: v_two, name: Servers, channel: ${channel}${more} }\n${digest}`;
/** Mondays, 09:00 in Madrid, and a minute. */
const [first, second, third] = ["2026-11-30T08:01:00Z", "2026-12-07T08:01:00Z", "2026-12-14T08:01:00Z"] as const;

test("whoever answers for all vaults is shown the running week, whose managers they needn't be", async () => {
  const led = yaml
    .replace("managers: &leads [marta@example.com, juan@example.com]", "managers: [lena@example.com]")
    .replace("managers: *leads", "managers: [marta@example.com, juan@example.com]");
  await begin(led);
  await story.reveal({ by: dana });
  await vault(lena, "digest");
  expect(story.told(lena)).toContain("🗓️ The week so far in Company cards");
  await vault(dana, "digest");
  expect(story.told(dana)).toContain("Only the managers of a vault, and those who answer for all vaults, are shown");
  await vault(gil, "digest");
  expect(story.told(gil)).toContain("You are a guest here: a vault’s week is shown to its managers");
});

test("a purpose for any watched vault counts in the digest of each channel", async () => {
  await begin(withServers(servers));
  await story.command(dana, "yearly stocktaking of every secret for 2h", "C0GENERAL");
  await story.at(second);
  for (const channel of [cards, servers]) {
    expect(read(0, channel)).toContain(
      "Announced, and no access was reported: 1, such as ‘yearly stocktaking of every",
    );
    expect(read(0, channel)).toContain("Purposes an auditor could use: 1 of 1, such as ‘yearly stocktaking of every");
  }
});

test("a gap that is found between a digest's end and its making is the next one's to tell", async () => {
  await begin(yaml);
  await story.reveal({ by: dana });
  await story.at("2026-12-05T08:00:00Z");
  story.sandbox.clock.moveTo(new Date("2026-12-07T11:00:00Z"));
  const gap = (found: string) =>
    story.service.house.store.pool.query(
      "insert into source_gap (source, feed, since, until, found_at) values ('webhook', 'file', null, null, $1)",
      [found],
    );
  await gap("2026-12-07T08:00:00Z");
  await story.settle();
  await story.at("2026-12-09T08:00:00Z");
  await story.reveal({ by: dana });
  await story.at(third);
  expect([read(0), read(1)].map((words) => words.includes("It has a gap this week"))).toEqual([false, true]);
});

async function begin(configuration: string): Promise<void> {
  story = await openStory({ yaml: configuration });
  await story.settle();
  await story.at(first);
}

async function vault(who: string, text: string): Promise<void> {
  await story.sandbox.as(who).command(cards, "/vault", text);
  await story.service.idle();
}

const digests = (channel = cards) =>
  story.sandbox.workspace.messages(channel).filter(({ blocks }) => readBlocks(blocks).startsWith("🗓️"));
const read = (place: number, channel = cards) => readBlocks(digests(channel)[place]?.blocks);
