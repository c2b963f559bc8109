import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story.stop());

const yaml = defaultYaml.replace(
  "    intent: required\n",
  "    intent: required\n    canary: { item: i_amex, within: 26h }\n",
);

test("an access that comes every day stays away: the channel is told once, also where others come, and once when it is back", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.running(25 * 60);
  await story.reveal({ by: dana });
  expect(lines()).toEqual([]);
  await story.running(2 * 60);
  await story.running(60);
  expect(lines()).toEqual([
    expect.stringMatching(
      /^🐤 The daily test access hasn’t come for 26 h: Team Amex in Company cards, awaited since .+ do you know why\?$/,
    ),
  ]);
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(10);
  await story.later(10);
  expect(lines()).toHaveLength(2);
  expect(lines()[1]).toMatch(/^🐤 The daily test access has come again: .+, after 28 h\. What else was opened/);
  expect(await entriesOf(story, "canary missing")).toMatchObject([
    { vault: "v_cards", item: "i_amex", withinMinutes: 1560 },
  ]);
  expect(await entriesOf(story, "canary back")).toHaveLength(1);
});

test("one that never came is missed from when it was configured", async () => {
  story = await openStory({ yaml });
  await story.settle();
  await story.running(25 * 60);
  expect(lines()).toEqual([]);
  await story.running(2 * 60);
  expect(lines()).toHaveLength(1);
});

test("a Vaultbell that wasn't running calls nothing missing before it has waited anew", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(48 * 60);
  expect(lines()).toEqual([]);
  await story.running(25 * 60);
  expect(lines()).toEqual([]);
  await story.running(2 * 60);
  expect(lines()).toHaveLength(1);
});

const lines = () =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith("🐤"));
