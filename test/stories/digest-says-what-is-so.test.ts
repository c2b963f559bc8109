import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

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
  await begin(yaml, { isTamperedWith: true });
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

test("where nobody wants to be told of hours, none is said to have come outside them", async () => {
  await begin(yaml.replace("    hint:", "    policies: { office-hours: off }\n    hint:"));
  await story.at("2026-12-01T02:00:00Z");
  await story.reveal({ by: dana });
  await story.at(second);
  expect(read(0)).toContain("• 1 access\n• 0 % explained\nWorth knowing");
  await story.later(1);
  expect(picture()).toContain("hour in Madrid: 1 in all, 0 explained, 1 unexplained. Tuesday 1.");
});

test("where one of two vaults watches its hours, they are counted there", async () => {
  await begin(withServers(cards, ", policies: { office-hours: off }"));
  await story.at("2026-12-01T02:00:00Z");
  await story.reveal({ by: dana });
  await opens("dana@example.com", "v_two", "s");
  await story.at(second);
  expect(read(0)).toContain("• 1 outside the hours, where these are watched\n");
  await story.later(1);
  expect(picture()).toContain("2 in all, 0 explained, 1 unexplained, 1 unexplained outside the hours. Tuesday 2.");
});

test("where no purpose is asked for, nothing is called explained", async () => {
  await begin(withServers(cards, ", intent: off").replace("intent: required", "intent: off"));
  await story.reveal({ by: dana });
  await opens("dana@example.com", "v_two", "s");
  await story.at(second);
  expect(digests()[0]?.text).toContain("2 accesses, and no purpose is asked for; last");
  expect(read(0)).toContain("Nothing waits for you. 2 accesses, and no purpose is asked for.");
  expect(read(0)).toContain("• 2 accesses\n• No purpose is asked for here\n• 0 outside the hours");
  await story.later(1);
  expect(picture()).toContain(
    "2 in all, 0 explained, 0 unexplained within the hours, 0 unexplained outside them, 2 for which",
  );
});

test("where one of two vaults asks for no purpose, the share is of the other's", async () => {
  await begin(withServers(cards, ", intent: off"));
  await story.command(dana, "paying licence renewal on Company Visa for 1h");
  await story.reveal({ by: dana });
  await story.reveal({ by: dana, itemId: "i_amex" });
  for (const itemId of ["s1", "s2"]) await opens("dana@example.com", "v_two", itemId);
  await story.at(second);
  expect(read(0)).toContain("• 4 accesses\n• 50 % explained of the 2 for which a purpose is asked");
  expect(digests()[0]?.text).toContain("4 accesses, 1 explained of the 2 for which a purpose is asked; last event");
});

test("an item that two people have seen is one item to rotate", async () => {
  await begin(withServers(cards));
  await story.at("2026-12-02T09:00:00Z");
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.reveal({ by: lena, itemId: "i_amex" });
  await opens("dana@example.com", "v_two", "s");
  for (const who of [dana, lena]) await vault(marta, `leaver <@${who}|x>`);
  await story.settle();
  await story.at(second);
  // Company Visa stands in the file, and may have been seen.
  expect(read(0)).toContain("Still to be rotated, because 2 people leave: 3 items, 2 of which they have seen");
  await story.renew(yaml);
  await story.at(third);
  expect(read(1)).toContain("Still to be rotated, because 2 people leave: 2 items, one of which they have seen");
});

test("the alerts of a vault that isn't watched any more are shown without buttons, and one of before says why", async () => {
  await begin(yaml);
  await story.reveal({ by: dana });
  await story.at(second);
  const before = digests()[0];
  if (!before) throw new Error("there is no digest");
  await story.renew(yaml.replace("v_cards", "v_other").replace(`channel: ${cards}`, `channel: ${servers}`));
  await story.press(juan, before, "Expected");
  expect(story.told(juan)).toBe("That vault isn’t watched any more, so its alerts can’t be judged here.");
  await story.later(1);
  expect(read(0)).not.toContain("[Expected]");
  expect(read(0)).toContain("I’ve read it");
});

test("what waits for more than five weeks isn't kept quiet: how many, and where they are shown", async () => {
  await begin(yaml);
  await story.reveal({ by: dana });
  await story.at("2027-01-11T08:01:00Z");
  expect(last()).toContain(
    "Nothing of the last five weeks waits for you; one alert has waited for longer: /vault open shows it. No access",
  );
  expect(digests().at(-1)?.text).toContain("one alert has waited for more than five weeks; no access");
  await vault(juan, "digest");
  expect(story.told(juan)).toContain("one alert has waited for longer");
  await story.reveal({ by: lena });
  // Longer than a quarter of a year: the command that the digest names shows it all the same.
  await story.at("2027-03-08T08:01:00Z");
  await vault(juan, "open");
  expect(story.told(juan)).toContain("Dana Ruiz: Company Visa in Company cards");
  expect(last()).toContain(
    "Nothing of the last five weeks waits for you; 2 alerts have waited for longer: /vault open shows them.",
  );
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.at("2027-03-15T08:01:00Z");
  expect(last()).toContain(
    "One alert waits for a verdict\n2 more have waited for more than five weeks: /vault open shows them.",
  );
  expect(digests().at(-1)?.text).toContain("one waits for a verdict, 2 more for over five weeks; one access");
});

async function begin(configuration: string, more: { isTamperedWith?: boolean } = {}): Promise<void> {
  story = await openStory({ yaml: configuration, ...more });
  await story.settle();
  await story.at(first);
}

/** Something that the stand-in vault has no item for. */
async function opens(email: string, vaultId: string, itemId: string): Promise<void> {
  const now = story.sandbox.clock.now().toISOString();
  const data = {
    id: `${email}-${vaultId}-${itemId}`,
    action: "reveal",
    occurred_at: now,
    person: { email, name: email },
    vault: { id: vaultId },
    item: { id: itemId },
  };
  const posted = await story.post(JSON.stringify({ type: "vault.item.accessed", timestamp: now, data }));
  expect(posted.status).toBe(202);
  await story.settle();
}

async function vault(who: string, text: string): Promise<void> {
  await story.sandbox.as(who).command(cards, "/vault", text);
  await story.service.idle();
}

const digests = (channel = cards) =>
  story.sandbox.workspace.messages(channel).filter(({ blocks }) => readBlocks(blocks).startsWith("🗓️"));
const read = (place: number, channel = cards) => readBlocks(digests(channel)[place]?.blocks);
const last = () => readBlocks(digests().at(-1)?.blocks);
const picture = () => story.sandbox.workspace.messages(cards).flatMap(({ files }) => files)[0]?.alt_txt ?? "";
