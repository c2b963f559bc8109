import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story.stop());

/** The vault service goes on reporting the address that it was given. */
async function opensUnder(email: string): Promise<void> {
  const now = story.sandbox.clock.now().toISOString();
  const data = {
    id: `by-${email}-${now}`,
    action: "reveal",
    occurred_at: now,
    person: { email },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_visa", title: "Company Visa" },
  };
  await story.post(JSON.stringify({ type: "vault.item.accessed", timestamp: now, data }));
  await story.settle();
}

const newest = () => {
  const [message] = story.alerts().slice(-1);
  if (!message) throw new Error("there is no alert");
  return message;
};

test("whose address changes in Slack can't clear what they open under the one before (threat T3)", async () => {
  const yaml = defaultYaml.replace("[marta@example.com, juan@example.com]", `[${marta}, ${juan}]`);
  story = await openStory({ yaml });
  await story.directory.refreshAll();
  story.sandbox.admin.changePerson(marta, { email: "marta.vidal@example.com" });
  await story.directory.refreshAll();
  await opensUnder("marta@example.com");
  expect(readBlocks(newest().blocks)).toContain(`@${marta} opened Company Visa`);
  await story.press(marta, newest(), "Expected");
  expect(story.told(marta)).toContain("You opened this item yourself");
  await story.press(juan, newest(), "Expected");
  expect(readBlocks(newest().blocks)).toContain("✅");
});

test("whom the address is given to next is taken for its owner from then on", async () => {
  const yaml = defaultYaml.replace("[marta@example.com, juan@example.com]", `[${marta}, ${juan}, ${lena}]`);
  story = await openStory({ yaml });
  await story.directory.refreshAll();
  story.sandbox.admin.changePerson(marta, { email: "marta.vidal@example.com" });
  await story.directory.refreshAll();
  story.sandbox.admin.changePerson(lena, { email: "marta@example.com" });
  await story.directory.refreshAll();
  await opensUnder("marta@example.com");
  await story.press(lena, newest(), "Expected");
  expect(story.told(lena)).toContain("You opened this item yourself");
});
