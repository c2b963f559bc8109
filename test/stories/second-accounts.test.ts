import { afterEach, beforeEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

/** Lena's account is Marta's second one: another Slack id, the same address written otherwise, and a manager by its id. */
let story: Story;
beforeEach(async () => {
  const yaml = defaultYaml
    .replace("[marta@example.com, juan@example.com]", `[${marta}, ${juan}, ${lena}]`)
    .replace("    intent: required\n", "");
  story = await openStory({ startAt: "2026-12-01T09:00:00Z", yaml });
  story.sandbox.admin.changePerson(lena, { email: "Marta@Example.com" });
  await story.directory.refreshAll();
});
afterEach(() => story.stop());

test("nobody judges by their second account what they opened by their first; where it may be either, it takes two others", async () => {
  await story.reveal({ by: marta });
  for (const who of [lena, marta]) {
    await story.press(who, newest(), "Expected");
    expect(story.told(who)).toContain("You opened this item yourself");
  }
  await story.press(juan, newest(), "Expected");
  expect(readBlocks(newest().blocks)).toContain("👥 1 of 2: @U02JUAN says Expected");
});

test("whose account it is can't be told, so that neither announces anything for the other", async () => {
  await story.command(marta, "every month 1-5: bookkeeping, card statement");
  expect(story.alerts()).toEqual([]);
  expect(story.told(marta)).not.toMatch(/^Noted/);
});

test("a snooze of the second account makes nothing of the first quiet, and can't be for the first alone", async () => {
  await story.vault(lena, `snooze Company cards for 2h only <@${marta}|marta> because of the move`);
  expect(story.told(lena)).toContain("You can’t snooze what you open yourself");
  await story.vault(lena, "snooze Company cards for 2h because of the move");
  const [preview] = story.sandbox.workspace.ephemerals(lena).slice(-1);
  if (preview) await story.press(lena, preview, "Snooze it");
  await story.later(5);
  await story.reveal({ by: marta });
  expect(readBlocks(newest().blocks)).not.toContain("😴");
  await story.reveal({ by: juan });
  expect(readBlocks(newest().blocks)).toContain("😴");
});

test("what weakens the watch isn't confirmed by its proposer's second account", async () => {
  await story.openHome(marta);
  await story.pressHome(marta, "Settings");
  const view = String(story.sandbox.workspace.views(marta).at(-1)?.id);
  await story.sandbox.as(marta).submit(view, { "setting:ask": { "setting:ask": "off" } });
  await story.service.idle();
  await story.settle();
  await story.press(lena, newest(), "Confirm");
  expect(story.told(lena)).toContain("You proposed this yourself");
  expect(story.service.house.config.vaults[0]?.followUp.ask).toBe("at-once");
  await story.press(juan, newest(), "Confirm");
  expect(story.service.house.config.vaults[0]?.followUp.ask).toBe("off");
  expect((await entriesOf(story, "settings refused")).map(({ by, reason }) => [by, reason])).toEqual([
    [lena, "proposer"],
  ]);
});

test("one Expected from each of both accounts is one of two", async () => {
  const data = {
    id: "evt_1",
    action: "reveal",
    occurred_at: story.sandbox.clock.now().toISOString(),
    person: { id: "U99", email: "robert@example.com", name: "Robert Roe" },
    vault: { id: "v_cards" },
    item: { id: "i_visa" },
  };
  await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  await story.settle();
  await story.press(marta, newest(), "Expected");
  await story.press(lena, newest(), "Expected");
  expect(story.told(lena)).toContain("here it takes a second person");
  expect(readBlocks(newest().blocks)).toContain("👥 1 of 2: @U02MARTA says Expected");
});

/** The newest message of the channel that has buttons. */
function newest(): SandboxMessage {
  const found = story.alerts().at(-1);
  if (!found) throw new Error("nothing is in the channel");
  return found;
}
