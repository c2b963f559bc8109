import { afterEach, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { personsNamed } from "../../src/pipeline/named.ts";
import { review } from "../../src/pipeline/review.ts";
import { tellConfiguration } from "../../src/pipeline/rules-in-force.ts";
import { readAlert } from "../../src/store/alerts.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, juan, lena, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("what a new configuration changes is said once in the channel and is on the record, however many replicas bring it", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await story.reveal({ by: dana });
  expect(await told()).toEqual([]);
  const changed = defaultYaml.replace("[marta@example.com, juan@example.com]", "[juan@example.com, lena@example.com]");
  const replicas = [houseOf(changed), houseOf(changed)];
  await Promise.all(replicas.map(tellConfiguration));
  await story.settle();
  const [message, ...others] = await told();
  expect(others).toEqual([]);
  expect(message).toContain("Lena Park (lena@example.com) may now judge; Marta Vidal (marta@example.com) no longer.");
  expect(message).toContain("doesn’t count for alerts that are open already");
  // One that still has the old file doesn't take turns with them.
  await tellConfiguration(story.service.house);
  await Promise.all(replicas.map(tellConfiguration));
  await story.settle();
  expect(await told()).toHaveLength(1);
  expect(await entriesOf(story, "configuration in force")).toMatchObject([
    { before: null, changes: [] },
    {
      by: [],
      changes: [expect.stringContaining("may now judge"), expect.stringContaining("who answers for the whole")],
    },
  ]);
});

test("who is who by a new row of the configuration doesn't count for an alert that is open (T3)", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await reported("evt_1");
  await story.settle();
  const after = houseOf(`${defaultYaml}people: [{ vault: U7, slack: ${lena} }]\n`);
  await story.later(5);
  await reported("evt_2");
  expect(await judge(after)).toBe(1);
  await story.settle();
  const [shown] = story.alerts();
  const { id } = await story.service.house.store.db.selectFrom("alert").select("id").executeTakeFirstOrThrow();
  // Before the row nobody in Slack was known to be U7, so that it took two; that is how it stays here.
  expect(await readAlert(story.service.house.store.db, id)).toMatchObject({
    revision: 2,
    person: { slack: { kind: "matched", user: { id: lena } }, slackThen: { kind: "unmatched" } },
  });
  const outcome = await review(after, {
    alertId: id,
    revision: 2,
    verdict: "expected",
    note: null,
    clicker: await story.directory.freshUser(juan),
    clickerId: juan,
    message: { channel: cards, ts: shown?.ts ?? "" },
  });
  expect(outcome).toMatchObject({ kind: "recorded", alert: { reviews: [{ by: juan, needed: 2 }] } });
});

test("who is who by the configuration is so for what was recorded before, too, without their opening anything again", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await reported("evt_1");
  await story.reveal({ by: lena, itemId: "i_amex" });
  await story.settle();
  const lenas = async () => {
    const people = await personsNamed(story.service.house, { kind: "slack", id: lena });
    expect(people).toHaveLength(1);
    return people[0]?.person.vaultIdentities.toSorted();
  };
  const before = await lenas();
  expect(before).not.toContain("U7");
  const after = houseOf(
    `${defaultYaml}people: [{ vault: U7, slack: ${lena} }, { vault: U8, email: nobody@example.com }]\n`,
  );
  await tellConfiguration(after);
  expect(await lenas()).toEqual([...(before ?? []), "U7"].toSorted());
  expect(await entriesOf(story, "persons joined")).toHaveLength(1);
  await story.sandbox.as(juan).command(cards, "/vault", `seen <@${lena}|lena>`);
  await story.service.idle();
  expect(story.told(juan)).toMatch(
    /^What Lena Park opened\n• Lena Park: .*Amex.*\n• Lena Park: .*Visa|^What Lena Park opened\n• Lena Park: .*Visa.*\n• Lena Park: .*Amex/,
  );
  // The same once more joins nobody anew.
  await tellConfiguration(houseOf(defaultYaml));
  await tellConfiguration(houseOf(`${defaultYaml}people: [{ vault: U7, slack: ${lena} }]\n`));
  expect(await entriesOf(story, "persons joined")).toHaveLength(1);
});

function houseOf(yaml: string) {
  const reading = parseConfig(yaml, "changed.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return { ...story.service.house, config: reading.config };
}

async function told(): Promise<string[]> {
  const messages = story.sandbox.workspace.messages(cards);
  return messages.map(({ blocks }) => readBlocks(blocks)).filter((words) => words.includes("settings of this watch"));
}

async function reported(id: string) {
  const occurredAt = story.service.house.clock.now().toISOString();
  const data = {
    id,
    action: "reveal",
    occurred_at: occurredAt,
    person: { id: "U7" },
    vault: { id: "v_cards" },
    item: { id: "i_visa" },
  };
  const body = JSON.stringify({ type: "vault.item.accessed", timestamp: occurredAt, data });
  expect(await story.post(body)).toMatchObject({ status: 202 });
}
