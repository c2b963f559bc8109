import { afterEach, expect, test } from "vitest";
import { reviewAnswer } from "../../src/bot/views/answers.ts";
import { parseConfig } from "../../src/config.ts";
import { review } from "../../src/pipeline/review.ts";
import { readBlocks } from "../support/read-message.ts";
import { dana, defaultYaml, juan, lena, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("who is made a manager after an alert was opened doesn't judge it; who was and is one does (T3, T12)", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  const changed = defaultYaml.replace("[marta@example.com, juan@example.com]", "[juan@example.com, lena@example.com]");
  expect(await click(changed, lena)).toMatchObject({ kind: "refused", reason: "manager-since", whoCan: [juan] });
  expect(await click(changed, "U02MARTA")).toMatchObject({ kind: "refused", reason: "not-a-manager" });
  const refused = await story.service.house.store.db
    .selectFrom("record")
    .select("payload")
    .where("kind", "=", "review refused")
    .execute();
  expect(refused.map(({ payload }) => JSON.parse(payload?.toString() ?? "").reason)).toEqual([
    "manager-since",
    "not-a-manager",
  ]);
  expect(await click(changed, juan)).toMatchObject({ kind: "recorded" });
});

async function click(yaml: string, who: string) {
  const reading = parseConfig(yaml, "changed.yaml");
  if (!reading.ok) throw new Error("the changed configuration is wrong");
  const alert = story.alerts()[0];
  const { id } = await story.service.house.store.db.selectFrom("alert").select("id").executeTakeFirstOrThrow();
  const outcome = await review(
    { ...story.service.house, config: reading.config },
    {
      alertId: id,
      revision: 1,
      verdict: "expected",
      note: null,
      clicker: await story.directory.freshUser(who),
      clickerId: who,
      message: { channel: alert?.channel ?? "", ts: alert?.ts ?? "" },
    },
  );
  if (outcome.kind === "refused" && outcome.reason === "manager-since") {
    expect(readBlocks(reviewAnswer(outcome)?.blocks)).toContain("after this alert was opened");
  }
  return outcome;
}
