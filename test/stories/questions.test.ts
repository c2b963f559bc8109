import { afterEach, expect, test } from "vitest";
import { report } from "../../src/cli/report.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("a manager asks who opened an item: first, last, how often, why and the verdict; the others see that it was asked", async () => {
  story = await openStory();
  await story.command(dana, "paying the licence renewal for 2h on Company Visa");
  await story.reveal({ by: dana });
  await story.later(30);
  await story.reveal({ by: dana, action: "copy" });
  const [alert] = story.alerts().filter(({ blocks }) => readBlocks(blocks).includes("[Expected]"));
  if (alert) await story.press(marta, alert, "Expected");
  await story.vault(marta, "who Company Visa since January");
  const answered = story.told(marta);
  expect(answered).toContain("Who opened Company Visa since 1 January 2026");
  expect(answered).toContain("Dana Ruiz: Company Visa in Company cards, twice, first ");
  expect(answered).toContain("announced: ‘paying the licence renewal’; ");
  expect(answered).toContain("it last spoke just now");
  expect(answered).toContain("can’t be seen");
  expect(lines()).toEqual(["🔎 Marta Vidal asked who opened Company Visa since 1 January 2026."]);

  // Asked again at once it isn't announced again; it is recorded all the same. Later it is.
  await story.vault(marta, "who company visa since january");
  expect(lines()).toHaveLength(1);
  await story.later(11);
  await story.vault(marta, "who Company Visa since January");
  expect(lines()).toHaveLength(2);
  expect(await entriesOf(story, "question asked")).toHaveLength(3);

  await story.vault(juan, `seen <@${dana}|dana>`);
  expect(story.told(juan)).toContain("What Dana Ruiz opened\n• Dana Ruiz: Company Visa in Company cards, twice");
  await story.vault(juan, `seen <@${lena}|lena>`);
  expect(story.told(juan)).toContain("What Lena Park opened\nNo recorded access.");
  await story.vault(juan, "who Team Amex");
  expect(story.told(juan)).toContain("No recorded access.");
  await story.vault(juan, "who Visa");
  expect(story.told(juan)).toContain("Did you mean “Company Visa”?");
  await story.vault(juan, "open");
  expect(story.told(juan)).toContain("What is open in Company cards");
  await story.vault(juan, "reviewers");
  expect(story.told(juan)).toContain("How the verdicts come");

  await edit("i_visa");
  await story.vault(juan, "changed since monday");
  expect(story.told(juan)).toContain("Dana Ruiz edited Company Visa in Company cards");
  expect(story.told(juan)).toContain("Dana Ruiz opened Company Visa in Company cards for the first time");

  // The same question at the command line, with the same answer, told in the channel too.
  const printed: string[] = [];
  const errors: string[] = [];
  const out = { log: (line: string) => printed.push(line), error: (line: string) => errors.push(line) };
  const env = { DATABASE_URL: story.databaseUrl, VAULTBELL_CONFIG: "vaultbell.example.yaml" };
  expect(await report(["who", "Company Visa", "--format", "csv"], env, out)).toBe(0);
  expect(printed[1]).toMatch(
    /^Dana Ruiz,Company cards,Company Visa,2026-11-24T09:00:00.000Z,.*,2,paying the licence renewal,/,
  );
  expect(errors.at(-1)).toContain("Coverage webhook v1");
  expect(await report(["who", "Nothing"], env, out)).toBe(1);
  expect(await report(["whom"], env, out)).toBe(2);
  const asked = await entriesOf(story, "question asked");
  expect(asked.slice(-2)).toMatchObject([
    { by: "command line", question: "who opened Company Visa", vaults: ["v_cards"], found: "report" },
    { by: "command line", question: "who opened Nothing", found: "unknown" },
  ]);
  const told = await story.service.house.store.db
    .selectFrom("message")
    .selectAll()
    .where("kind", "=", "asked")
    .execute();
  expect(told.filter(({ ts }) => ts === null)).toHaveLength(1);
});

test("whoever doesn't answer for a vault is refused kindly, and that is on the record", async () => {
  const other = `
  - id: v_servers
    name: Servers
    channel: C0SECURITY
    managers: [lena@example.com]
    items: [{ id: i_root, title: Root }]
`;
  story = await openStory({ yaml: `${defaultYaml}${other.slice(1)}` });
  await story.reveal({ by: dana });
  await story.reveal({ by: dana, vaultId: "v_servers", itemId: "i_root" });
  await story.vault(dana, "who Company Visa");
  expect(story.told(dana)).toContain("Only the managers of a vault can ask this");
  await story.vault(gil, `seen <@${dana}|dana>`);
  expect(story.told(gil)).not.toContain("Company Visa");
  // Lena answers for the servers alone.
  await story.vault(lena, "who Company Visa");
  expect(story.told(lena)).toContain("I know no item of that name in the vaults that you answer for");
  await story.vault(lena, `seen <@${dana}|dana>`);
  expect(story.told(lena)).toContain("Root in Servers");
  expect(story.told(lena)).not.toContain("Company Visa");
  await story.vault(lena, "reviewers");
  expect(story.told(lena)).toContain("Only those who answer for all vaults");
  expect((await entriesOf(story, "question refused")).map(({ by, reason }) => [by, reason])).toEqual([
    [dana, "not-a-manager"],
    [gil, expect.stringMatching(/guest|stranger/)],
    [lena, "leads-only"],
  ]);
  expect(lines()).toEqual([]);
});

async function edit(itemId: string): Promise<void> {
  const data = {
    id: `evt_edit_${itemId}`,
    action: "edit",
    occurred_at: "2026-11-24T09:50:00Z",
    person: { id: "vault-dana", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: itemId, title: "Company Visa" },
  };
  const body = { type: "vault.item.accessed", timestamp: "2026-11-24T09:50:00Z", data };
  expect((await story.post(JSON.stringify(body))).status).toBe(202);
  await story.settle();
}

const lines = () =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith("🔎"));
