import { afterEach, expect, test } from "vitest";
import { report } from "../../src/cli/report.ts";
import { endLeaving, tickLeaver } from "../../src/pipeline/leaver.ts";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { rotationDebt } from "../../src/store/leavers.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const yaml = defaultYaml.replace(
  "{ id: i_amex, title: Team Amex }",
  "{ id: i_amex, title: Team Amex }, { id: i_fuel, title: Fuel card }",
);

test("somebody leaves: one list for each vault, ticks and edits bring it to its end, and what is opened again is open again", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  expect(story.told(marta)).toContain("Company cards: the list is in its channel, 0 of 3 done");
  await story.vault(juan, `leaver <@${dana}|dana>`);
  expect(story.told(juan)).toContain("there is a list already");
  expect(lists()).toHaveLength(1);
  const shown = words();
  expect(shown).toContain("🧳 What to rotate when Dana Ruiz leaves Company cards: 0 of 3 done");
  expect(shown).toMatch(
    /To rotate: opened, put in or exported by them since it was last rotated[\s\S]*For you to judge: no recorded access/,
  );
  expect(shown).toContain("can’t be seen");

  // An edit by somebody else arrives: done without anybody's tick. The leaver's own edit proves nothing.
  await story.later(5);
  await edit("i_visa", dana);
  await edit("i_amex", juan);
  await story.later(2);
  expect(words()).toContain("1 of 3 done");
  expect(words()).toMatch(/☑ Team Amex: edited/);

  await tick(dana, [placeOf("Company Visa")]);
  expect(story.told(dana)).toContain("Only the managers of this vault");
  await tick(gil, [placeOf("Company Visa")]);
  expect(words()).toContain("1 of 3 done");
  await tick(marta, [placeOf("Company Visa")]);
  await tick(juan, [placeOf("Fuel card")], 1);
  await story.later(1);
  expect(words()).toContain("✅ What to rotate when Dana Ruiz leaves Company cards: 3 of 3 done");
  expect(words()).toContain("☑ Company Visa: ticked by @U02MARTA");

  await story.reveal({ by: dana });
  await story.later(2);
  expect(words()).toContain("2 of 3 done");

  const printed = await csv();
  expect(printed[0]).toBe("vault,item,state,first,last,times,exported,proof,proof_at,by\r");
  expect(printed.find((line) => line.includes("Team Amex"))).toMatch(/,done,.*,edit,/);
  expect(printed.find((line) => line.includes("Company Visa"))).toMatch(/,to rotate,/);

  expect((await entriesOf(story, "leaver begun")).map(({ by }) => by)).toEqual([marta]);
  // What he was told of it is on the record as well.
  expect((await entriesOf(story, "leaver asked for")).map(({ by }) => by)).toEqual([juan]);
  expect((await entriesOf(story, "rotation ticked")).map(({ item, by }) => [item, by])).toEqual([
    ["i_visa", marta],
    ["i_fuel", juan],
  ]);
  expect((await entriesOf(story, "leaver refused")).map(({ by }) => by)).toEqual([dana, gil]);
});

test("nobody makes or ticks their own list", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: juan });
  await story.vault(juan, `leaver <@${juan}|juan>`);
  expect(story.told(juan)).toContain("about yourself");
  await story.vault(marta, `leaver <@${juan}|juan>`);
  await tick(juan, [0]);
  expect(story.told(juan)).toContain("about yourself");
  expect(words()).toContain("0 of 3 done");
});

test("what they put in themselves they know, its version proves nothing, and what others opened is on the list", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await edit("i_visa", juan);
  await story.later(1);
  await edit("i_visa", dana, { version: "9" });
  await edit("i_root", dana, { action: "create" });
  await edit("i_other", juan, { action: "copy" });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  expect(words()).toContain("0 of 5 done");
  const [must, judge] = groups().map(({ options }) => options.map(({ value }) => value.split(":")[1]).length);
  expect([must, judge]).toEqual([2, 3]);
  await story.later(1);
  await edit("i_visa", juan);
  await story.later(1);
  expect(words()).toContain("1 of 5 done");
});

test("a tick covers what its box showed: not what was opened since, nor what is reported late", async () => {
  story = await openStory({ yaml });
  await edit("i_visa", dana, { action: "copy", minutesAgo: 60 });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  const shown = boxOf("Company Visa");
  // Not drawn anew yet: Marta's box is of before.
  await edit("i_visa", dana, { action: "copy" });
  await choose(marta, shown.actionId, [shown.value]);
  expect(words()).toContain("0 of 3 done");
  await tick(marta, [placeOf("Company Visa")]);
  expect(words()).toContain("1 of 3 done");
  await story.later(20);
  await tick(marta, [placeOf("Fuel card")], 1);
  expect(words()).toContain("2 of 3 done");
  // From before the ticks, and told after them.
  await edit("i_visa", dana, { action: "copy", minutesAgo: 10 });
  await edit("i_fuel", dana, { action: "copy", minutesAgo: 90 });
  await story.later(2);
  expect(words()).toContain("0 of 3 done");
  expect((await entriesOf(story, "rotation ticked")).map(({ item, covers }) => [item, covers])).toEqual([
    ["i_visa", "2026-11-24T08:00:00.000Z"],
    ["i_visa", expect.stringContaining("2026-11-24T09:0")],
    ["i_fuel", "1970-01-01T00:00:00.000Z"],
  ]);
});

test("a manager says of an edit that it was no rotation, and only a later one counts", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  await story.later(1);
  await edit("i_visa", juan);
  await story.later(2);
  expect(words()).toContain("1 of 3 done");
  await choose(marta, boxOf("Company Visa").actionId, []);
  expect(words()).toContain("0 of 3 done");
  expect((await entriesOf(story, "rotation unticked")).map(({ item, by }) => [item, by])).toEqual([["i_visa", marta]]);
  await story.later(1);
  await edit("i_visa", juan);
  await story.later(2);
  expect(words()).toContain("1 of 3 done");
});

test("who exports the whole vault has every item of it: they are all to rotate, and “who” says so of each", async () => {
  story = await openStory({ yaml });
  await edit("i_other", juan, { action: "copy" });
  await edit("v_cards", dana, { action: "export" });
  await story.later(1);
  await edit("i_later", juan, { action: "create" });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  const [must, judge] = groups().map(({ options }) => options.map(({ text }) => text.text));
  expect(must).toEqual([
    "Everything in the vault (once, exported)",
    "Company Visa (exported)",
    "Team Amex (exported)",
    "Fuel card (exported)",
    "i_other (exported)",
  ]);
  expect(judge).toEqual(["i_later"]);
  const [, ...exported] = await csv();
  expect(exported.map((line) => line.split(",").slice(1, 3).join())).toEqual([
    "Everything in the vault,to rotate",
    "Company Visa,to rotate",
    "Team Amex,to rotate",
    "i_fuel,to rotate",
    "i_later,to judge: no recorded access",
    "i_other,to rotate",
  ]);
  expect(exported[1]).toMatch(/,,,0,2026-11-24T09:00:0\d\.000Z,,,/);
  await story.vault(marta, "who Company Visa");
  expect(story.told(marta)).toMatch(/Dana Ruiz: Everything in the vault in Company cards, once/);
});

test("of whom nothing is recorded, there is a list of what they may have seen, whichever way they are named", async () => {
  story = await openStory({ yaml });
  await story.vault(marta, `leaver <@${lena}|lena>`);
  expect(story.told(marta)).toContain("Company cards: the list is in its channel, 0 of 3 done");
  expect(words()).toContain("🧳 What to rotate when Lena Park leaves Company cards: 0 of 3 done");
  expect(words()).toContain("can’t be seen");
  expect(groups().map(({ options }) => options.length)).toEqual([3]);
  await story.vault(marta, "leaver lena@example.com");
  expect(story.told(marta)).toContain("there is a list already");
  await story.vault(marta, "leaver juan@example.com");
  expect(lists()).toHaveLength(2);
  expect((await entriesOf(story, "leaver begun")).length).toBe(2);
  await story.vault(marta, `leaver <@${marta}|marta>`);
  expect(story.told(marta)).toContain("about yourself");
  await story.vault(marta, "leaver nobody@example.com");
  expect(story.told(marta)).toContain("Neither a vault nor Slack knows anybody of that address");
  // What they open later is to be rotated.
  await story.reveal({ by: lena });
  await story.later(2);
  expect(groups().map(({ options }) => options.length)).toEqual([1, 2]);
});

test("whoever stays after all owes nothing: the list says who ended it, and a later one begins anew", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await story.vault(juan, `leaver <@${dana}|dana>`);
  expect(words()).toContain("Begun by @U02JUAN");
  await tick(juan, [placeOf("Company Visa")]);
  const [group] = groups();
  await story.press(dana, list(), endIt);
  expect(story.told(dana)).toContain("Only the managers of this vault");
  await story.press(marta, list(), endIt);
  expect(words()).toContain("They stay, says @U02MARTA");
  expect(words()).not.toContain("checkboxes");
  const house = story.service.house;
  expect(await rotationDebt(house.store.db, ["v_cards"], house.clock.now())).toEqual({ people: 0, items: 0, must: 0 });
  // From a list as it was: a second end, and a tick.
  const message = { channel: cards, ts: list().ts };
  const clicker = await story.directory.freshUser(juan);
  expect(await endLeaving(house, { clicker, clickerId: juan, message })).toMatchObject({ reason: "already-ended" });
  const chosen = [{ place: Number(group?.options[0]?.value.split(":")[1]), covers: null }];
  expect(await tickLeaver(house, { clicker, clickerId: juan, message, chosen, seen: [] })).toMatchObject({
    reason: "already-ended",
  });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(2);
  expect(words()).toContain("this list has ended");

  await story.vault(marta, `leaver <@${dana}|dana>`);
  expect(lists()).toHaveLength(2);
  expect(words(1)).toContain("0 of 3 done");
  expect(words(1)).toContain("Begun by @U02MARTA");
  expect((await entriesOf(story, "leaver ended")).map(({ by, continuedBy }) => [by, continuedBy])).toEqual([
    [marta, null],
  ]);
  expect((await entriesOf(story, "leaver refused")).map(({ by, reason }) => [by, reason])).toEqual([
    [dana, "not-a-manager"],
    [juan, "already-ended"],
    [juan, "already-ended"],
  ]);
});

test("two who turn out to be one have one list: the elder goes on, with what was ticked on the other", async () => {
  story = await openStory({ yaml });
  await edit("i_visa", "vault-d", { action: "copy" });
  await edit("i_amex", dana, { action: "copy" });
  await story.vault(marta, "leaver d@private.example");
  await story.vault(marta, `leaver <@${dana}|dana>`);
  expect(lists()).toHaveLength(2);
  await tick(marta, [placeOf("Team Amex", 1)], 0, 1);
  expect(words(1)).toContain("1 of 3 done");
  await story.later(1);
  await edit("i_fuel", "both", { action: "copy" });
  await story.later(2);
  expect(words(1)).toContain("They turned out to be somebody who has a list here already");
  expect(words()).toContain("1 of 3 done");
  expect(words()).toMatch(/☑ Team Amex: ticked by @U02MARTA/);
  const house = story.service.house;
  expect(await rotationDebt(house.store.db, ["v_cards"], house.clock.now())).toEqual({ people: 1, items: 2, must: 2 });
  const [ended] = await entriesOf(story, "leaver ended");
  expect(ended).toMatchObject({ by: null, leaver: "2", continuedBy: "1" });
});

test("a long list goes on in a second message, which stands for its own items", async () => {
  const more = Array.from({ length: 30 }, (_, n) => `{ id: i_more${n}, title: More ${n} }`).join(", ");
  story = await openStory({ yaml: yaml.replace("{ id: i_fuel, title: Fuel card }", more) });
  await edit("i_more29", dana, { action: "copy" });
  await edit("i_visa", dana, { action: "copy" });
  await edit("i_beside", juan, { action: "copy" });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  expect(lists()).toHaveLength(2);
  expect(words()).toContain("0 of 33 done (part 1 of 2)");
  expect(words(1)).toContain("0 of 33 done (part 2 of 2)");
  const all = [0, 1].flatMap((which) => groups(which).flatMap(({ options }) => options.map(({ text }) => text.text)));
  expect(new Set(all).size).toBe(33);
  expect(groups(1).flatMap(({ options }) => options.map(({ text }) => text.text))).toEqual([
    "More 27",
    "More 28",
    "i_beside",
  ]);
  await tick(marta, [placeOf("i_beside", 1)], 0, 1);
  expect(words(1)).toMatch(/1 of 33 done [\s\S]*☑ i_beside: ticked by @U02MARTA/);
  expect(words()).toContain("1 of 33 done");
  await story.press(juan, list(), endIt);
  expect([words(), words(1)]).toEqual([expect.stringContaining("has ended"), expect.stringContaining("has ended")]);
});

test("a list that owes something is looked after for as long as it does, and says when its source spoke", async () => {
  story = await openStory({ yaml });
  await story.reveal({ by: dana });
  await story.vault(marta, `leaver <@${dana}|dana>`);
  expect(words()).toContain("it last spoke on 24 November 2026 at 10:00");
  await story.at("2027-07-01T09:00:00Z");
  await edit("i_visa", juan);
  await story.later(2);
  expect(words()).toContain("1 of 3 done");
});

/** Dana's list as a file. */
async function csv(): Promise<string[]> {
  const printed: string[] = [];
  const out = { log: (line: string) => printed.push(line), error: () => {} };
  const env = { DATABASE_URL: story.databaseUrl, VAULTBELL_CONFIG: "vaultbell.example.yaml" };
  expect(await report(["leaver", "dana@example.com", "--vault", "v_cards", "--format", "csv"], env, out)).toBe(0);
  return printed;
}

/** In the vault: the name in their identity, and their address. The last two share an identity. */
const people: Record<string, [name: string, email: string]> = {
  [dana]: ["dana", "dana@example.com"],
  [juan]: ["juan", "juan@example.com"],
  "vault-d": ["d", "d@private.example"],
  both: ["d", "dana@example.com"],
};
const endIt = "They stay: end this list";

async function edit(
  itemId: string,
  by: string,
  { action = "edit", version = null as string | null, minutesAgo = 0 } = {},
): Promise<void> {
  const [name = by, email = ""] = people[by] ?? [];
  const now = story.service.house.clock.now();
  const at = new Date(now.getTime() - minutesAgo * 60_000).toISOString();
  const data = {
    id: `evt_${action}_${itemId}_${name}_${at}`,
    action,
    occurred_at: at,
    person: { id: `vault-${name}`, email },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: itemId, ...(version !== null && { version }) },
  };
  const answer = await story.post(JSON.stringify({ type: "vault.item.accessed", timestamp: now.toISOString(), data }));
  expect(answer.status).toBe(202);
  await story.settle();
}

interface Box {
  text: { text: string };
  value: string;
}

/** The groups of boxes of the list, in their order. */
function groups(which = 0): { actionId: string; options: Box[]; ticked: Box[] }[] {
  const blocks = (lists()[which]?.blocks ?? []) as unknown as {
    type: string;
    elements: { action_id?: string; options?: Box[]; initial_options?: Box[] }[];
  }[];
  return blocks
    .filter(({ type, elements }) => type === "actions" && elements[0]?.options)
    .map(({ elements }) => ({
      actionId: elements[0]?.action_id ?? "",
      options: elements[0]?.options ?? [],
      ticked: elements[0]?.initial_options ?? [],
    }));
}

function boxOf(item: string, which = 0): { actionId: string; value: string } {
  const boxes = groups(which).flatMap(({ actionId, options }) => options.map((box) => ({ ...box, actionId })));
  const box = boxes.find(({ text }) => text.text.startsWith(item));
  if (!box) throw new Error(`no box of ${item}`);
  return box;
}

const placeOf = (item: string, which = 0) => Number(boxOf(item, which).value.split(":")[1]);

async function tick(who: string, places: number[], group = 0, which = 0): Promise<void> {
  const boxes = groups(which)[group];
  if (!boxes) throw new Error("no boxes");
  const ofPlace = (place: number) =>
    boxes.options.find(({ value }) => value.startsWith(`place:${place}:`))?.value ?? "";
  const values = [...boxes.ticked.map(({ value }) => value), ...places.map(ofPlace)];
  await choose(who, boxes.actionId, values, which);
}

async function choose(who: string, actionId: string, values: string[], which = 0): Promise<void> {
  await story.sandbox.as(who).choose(list(which), actionId, values);
  await story.service.idle();
  await story.settle();
}

function list(which = 0): SandboxMessage {
  const found = lists()[which];
  if (!found) throw new Error("no list");
  return found;
}

const lists = (): SandboxMessage[] =>
  story.sandbox.workspace.messages(cards).filter(({ blocks }) => readBlocks(blocks).includes("What to rotate when"));

const words = (which = 0) => lists().map(({ blocks }) => readBlocks(blocks))[which] ?? "";
