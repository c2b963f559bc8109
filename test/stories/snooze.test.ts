import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { undecidedAlerts } from "../../src/store/undecided-alerts.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, gil, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const yaml = defaultYaml.replace("    hint:", "    escalate: { after: 15m, to: C0SECURITY }\n    hint:");

test("asked for, previewed, confirmed: quiet until its end, and everything is still recorded", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.vault(marta, "snooze Company cards until Fri 18:00 because stocktaking");
  expect(story.told(marta)).toContain("it would have kept 1 of 1 unexplained accesses quiet");
  expect(said("😴")).toEqual([]);
  await story.press(marta, lastTold(marta), "Snooze it");
  expect(said("😴 @U02MARTA")[0]).toContain(
    "snoozed Company cards until Friday 27 November 2026 18:00 in Madrid: ‘stocktaking’",
  );

  await story.later(60);
  const before = questions();
  await story.reveal({ by: dana });
  await story.later(60);
  expect(story.alerts()).toHaveLength(3);
  const quiet = readBlocks(story.alerts().at(-1)?.blocks);
  expect(quiet).toContain("😴 Snoozed by Marta Vidal until Friday 27 November 2026 18:00 in Madrid: ‘stocktaking’");
  expect(quiet).toContain("[Suspicious]");
  await story.openHome(juan);
  expect(story.home(juan)).toMatch(
    /2 alerts wait for a verdict[\s\S]*Team Amex[\s\S]*Company Visa[\s\S]*😴 Snoozed by/,
  );
  expect(story.alerts("C0SECURITY")).toHaveLength(1);
  expect(questions()).toBe(before);
  const asked = { vaultIds: ["v_cards"], called: [], since: new Date(0), limit: null };
  const sounds = (await undecidedAlerts(story.service.house.store.db, asked)).flatMap(({ accesses }) => accesses);
  expect(sounds.map(({ assessment }) => assessment.severity)).toEqual(["warning", "note"]);
  expect(await judged()).toMatchObject([{ severity: "warning" }, { severity: "warning", snooze: "1" }]);

  // Its author's own access sounds as always, and so does an export.
  await story.reveal({ by: marta, itemId: "i_amex" });
  expect(readBlocks(story.alerts().at(-1)?.blocks)).not.toContain("😴");
  await story.reveal({ by: juan, action: "export" });
  expect(readBlocks(story.alerts().at(-1)?.blocks)).not.toContain("😴");

  await story.at("2026-11-27T17:00:01Z");
  expect(said("🔔 Company cards rings as usual again")).toEqual([
    expect.stringContaining("One access was shown quietly."),
  ]);
  expect(said("☑️ @U02MARTA")).toHaveLength(1);
});

test("only managers snooze; ended at once by another one; refusals are told and recorded", async () => {
  story = await openStory({ yaml });
  for (const who of [dana, gil]) {
    await story.vault(who, "snooze Company cards until Fri 18:00 because I say so");
    expect(said("😴")).toEqual([]);
  }
  expect(story.told(dana)).toContain("You are not a manager of Company cards");
  await story.vault(marta, `snooze Company cards until Fri 18:00 only <@${marta}|marta> because of me`);
  expect(story.told(marta)).toContain("You can’t snooze what you open yourself");
  await story.vault(marta, "snooze Company cards for 2h because stocktaking");
  await story.press(marta, lastTold(marta), "Snooze it");
  const announced = story.alerts().find((one) => readBlocks(one.blocks).startsWith("😴"));
  if (!announced) throw new Error("nothing was announced");
  await story.press(dana, announced, "End now");
  expect(story.told(dana)).toContain("You are not a manager");
  await story.vault(juan, "snoozes");
  expect(story.told(juan)).toContain("Company cards until ");
  await story.press(juan, announced, "End now");
  expect(said("🔔 Company cards rings as usual again")).toEqual([expect.stringContaining("Nothing came under it.")]);
  expect(said("☑️ @U02MARTA")[0]).toContain("Ended by @U02JUAN");
  await story.reveal({ by: dana });
  expect(readBlocks(story.alerts().at(-1)?.blocks)).not.toContain("😴");
  const refused = (await entriesOf(story, "snooze refused")).map(({ by, reason, what }) => `${by} ${reason}: ${what}`);
  expect(refused).toEqual([
    `${dana} not-a-manager: snooze asked for`,
    `${gil} ${refused[1]?.split(" ")[1]} snooze asked for`,
    `${marta} about-yourself: snooze asked for`,
    `${dana} not-a-manager: end of a snooze`,
  ]);
});

test("the form asks for the same and shows the same preview", async () => {
  story = await openStory({ yaml });
  await story.vault(marta, "snooze");
  const view = story.sandbox.workspace.views(marta).at(-1) as { id: string };
  const typed = (until: string) => ({
    snooze_until: { snooze_until: until },
    snooze_reason: { snooze_reason: "stocktaking" },
    snooze_person: { snooze_person: dana },
  });
  expect(await story.sandbox.as(marta).submit(view.id, typed("some day"))).toHaveProperty("errors");
  await story.sandbox.as(marta).submit(view.id, typed("Fri 18:00"));
  await story.service.idle();
  expect(story.told(marta)).toContain("Snooze Company cards for what @U02DANA opens until ");
  expect(story.told(marta)).toContain("nothing rang in this vault");
});

function lastTold(who: string): SandboxMessage {
  const message = story.sandbox.workspace.ephemerals(who).at(-1);
  if (!message) throw new Error(`${who} was told nothing`);
  return message;
}

const said = (start: string) =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith(start));

const questions = () => story.sandbox.workspace.directMessages(dana).length;
const judged = () => entriesOf(story, "access judged");
