import { afterEach, expect, test } from "vitest";
import type { VaultQuestion } from "../../src/bot/ports.ts";
import { report } from "../../src/cli/report.ts";
import { erasePerson, whomToErase } from "../../src/pipeline/erase-person.ts";
import { personsEverNamed, personsNamed } from "../../src/pipeline/named.ts";
import { answerFor } from "../../src/pipeline/questions.ts";
import { slackSaid } from "../../src/store/people.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const items = [
  "{ id: i_who, title: Who are you? }",
  "{ id: i_seen, title: Seen invoices }",
  "{ id: i_members, title: Members since 2019 }",
  "{ id: i_login, title: Login in London }",
];
const yaml = defaultYaml.replace("title: Team Amex }", `title: Team Amex }, ${items.join(", ")}`);

test("an item is found by its whole name, whatever words are in it", async () => {
  story = await openStory({ yaml });
  for (const [typed, title] of [
    ["Who are you?", "Who are you?"],
    ["“Who are you?”", "Who are you?"],
    ["Seen invoices", "Seen invoices"],
    ["seen Company Visa", "Company Visa"],
    ["Members since 2019", "Members since 2019"],
    ['"Members since 2019"', "Members since 2019"],
    ["Login in London in Company cards", "Login in London"],
    ["login in london", "Login in London"],
  ]) {
    await story.vault(marta, `who ${typed}`);
    expect(story.told(marta)).toMatch(new RegExp(`^Who opened ${title?.replace("?", "\\?")}\n`));
  }
  await story.vault(marta, "who Login in London in Company cards since 2025");
  expect(story.told(marta)).toContain("Who opened Login in London since 1 January 2025");
  await story.vault(marta, "who Company Visa in Nowhere");
  expect(story.told(marta)).toContain("Did you mean “Company Visa in Company cards”?");
  await story.vault(marta, "who Company Visa since the flood");
  expect(story.told(marta)).toContain("I can’t tell since when.");
});

test("no name at all is no item's, also where items have no title", async () => {
  story = await openStory({ yaml });
  const data = {
    id: "evt_untitled",
    action: "reveal",
    occurred_at: "2026-11-24T08:59:00Z",
    person: { id: "vault-dana", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_untitled" },
  };
  const body = { type: "vault.item.accessed", timestamp: "2026-11-24T08:59:00Z", data };
  expect((await story.post(JSON.stringify(body))).status).toBe(202);
  await story.settle();
  for (const typed of ["`", "´", "`` since january"]) {
    await story.vault(marta, `who ${typed}`);
    expect(story.told(marta)).toContain("I know no item of that name");
    expect(story.told(marta)).not.toContain("i_untitled");
  }
  await story.vault(marta, "who i_untitled");
  expect(story.told(marta)).toContain("Dana Ruiz: i_untitled in Company cards");
});

test("what finds nothing, or several, is on the record too, and says how far that can be trusted", async () => {
  story = await openStory();
  for (const text of [
    "who Old name",
    "who Visa",
    "seen <@U02NOBODY|nobody>",
    "open in Nowhere",
    `seen <@${dana}|dana> in Nowhere`,
  ]) {
    await story.vault(marta, text);
  }
  const told = story.sandbox.workspace.ephemerals(marta).map(({ blocks }) => readBlocks(blocks));
  expect(told).toEqual([
    expect.stringMatching(/^I know no item of that name.*can’t be seen/s),
    expect.stringMatching(/^I know no item of exactly that name\. Did you mean “Company Visa”\?.*can’t be seen/s),
    expect.stringMatching(/^What U02NOBODY opened\nNo recorded access\..*can’t be seen/s),
    expect.stringMatching(/^You answer for no vault of that name here/),
    expect.stringMatching(/^You answer for no vault of that name here/),
  ]);
  expect(await entriesOf(story, "question asked")).toMatchObject([
    { question: "who opened Old name", vaults: ["v_cards"], found: "unknown" },
    { question: "who opened Visa", vaults: ["v_cards"], found: "several" },
    { question: "what U02NOBODY opened", vaults: ["v_cards"], found: "report" },
    { question: "what is open in Nowhere", vaults: ["v_cards"], found: "unknown" },
    { question: "what Dana Ruiz opened in Nowhere", vaults: ["v_cards"], found: "unknown" },
  ]);
  // The channel sees what was answered.
  expect(lines()).toEqual(["🔎 Marta Vidal asked what U02NOBODY opened."]);
});

test("a month begins on the asker's clock, and is said and recorded as theirs", async () => {
  story = await openStory({ yaml: defaultYaml.replace("managers: *leads", "managers: [lena@example.com]") });
  // Lena is in New York, the vault in Madrid.
  await story.vault(lena, "who Company Visa since January");
  expect(story.told(lena)).toContain("Who opened Company Visa since 1 January 2026");
  expect(lines()).toEqual(["🔎 Lena Park asked who opened Company Visa since 1 January 2026."]);
  expect(await entriesOf(story, "question asked")).toMatchObject([
    { question: "who opened Company Visa since 1 January 2026", since: "2026-01-01T05:00:00.000Z" },
  ]);
});

test("a vault narrows what somebody opened, in Slack and on the command line; what can't be narrowed says so", async () => {
  const servers = `
  - id: v_servers
    name: Servers
    channel: ${cards}
    items: [{ id: i_root, title: Root }]
`.slice(1);
  story = await openStory({ yaml: `${defaultYaml}${servers}` });
  await story.reveal({ by: dana });
  await story.reveal({ by: dana, vaultId: "v_servers", itemId: "i_root" });
  await story.vault(juan, `seen <@${dana}|dana> in Servers`);
  expect(story.told(juan)).toContain("What Dana Ruiz opened in Servers\n• Dana Ruiz: Root in Servers");
  expect(story.told(juan)).not.toContain("Company Visa");
  const asked = async (...args: string[]) => {
    const printed: string[] = [];
    const errors: string[] = [];
    const out = { log: (line: string) => printed.push(line), error: (line: string) => errors.push(line) };
    const env = { DATABASE_URL: story.databaseUrl, VAULTBELL_CONFIG: "vaultbell.example.yaml" };
    const code = await report(args, env, out);
    return { code, printed: printed.join("\n"), errors: errors.join("\n") };
  };
  expect((await asked("seen", "dana@example.com", "--vault", "Company cards")).printed).toContain("Company Visa");
  expect((await asked("seen", "dana@example.com", "--vault", "Company cards")).printed).not.toContain("Root");
  expect(await asked("seen", "dana@example.com", "--vault", "Nowhere")).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/There is no vault of that name/),
  });
  expect(await asked("reviewers", "--vault", "Servers")).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/over all vaults/),
  });
  expect(await asked("who", "Nothing")).toMatchObject({
    code: 1,
    errors: expect.stringMatching(/neither configured nor in any report.*can’t be seen/s),
  });
  expect(await asked("who", "Company Visa", "--since", "the flood")).toMatchObject({
    code: 2,
    errors: expect.stringMatching(/can’t tell since when/),
  });

  // How the lines are to be read stands beside them wherever they are read.
  const counted = /over all that was ever recorded/;
  expect((await asked("who", "Company Visa", "--since", "january")).printed).toMatch(counted);
  const csv = await asked("who", "Company Visa", "--format", "csv");
  expect([csv.printed, csv.errors]).toEqual([expect.not.stringMatching(counted), expect.stringMatching(counted)]);
  const json = JSON.parse((await asked("who", "Company Visa", "--format", "json")).printed);
  expect(json.notes).toEqual([expect.stringMatching(counted)]);
});

test("a page beyond the end shows the last one", async () => {
  story = await openStory({ yaml });
  for (const itemId of ["i_visa", "i_amex", "i_who", "i_seen"]) await story.reveal({ by: dana, itemId });
  await story.reveal({ by: lena });
  const asker = { id: marta, name: "Marta Vidal", zone: "Europe/Madrid" };
  const { house } = story.service;
  const questions: VaultQuestion[] = [
    { kind: "open", vault: null },
    { kind: "who", readings: [{ item: "Company Visa", since: null }], isSinceUnreadable: false },
    { kind: "seen", person: { kind: "slack", id: dana }, vault: null, since: null },
    { kind: "changed", vault: null, since: new Date("2026-11-20T00:00:00Z") },
  ];
  for (const question of questions) {
    const ask = (page: number) =>
      answerFor(house, { asker, vaults: house.config.vaults, channel: cards, question, page, perPage: 1 });
    const beyond = await ask(7);
    if (beyond.kind !== "report") throw new Error(`${question.kind}: ${beyond.kind}`);
    const { page, pages, rows } = beyond.report;
    expect([question.kind, pages > 1, page, rows.length]).toEqual([question.kind, true, pages - 1, 1]);
    expect(await ask(pages - 1)).toEqual(beyond);
  }
});

test("what waits for the judge is said to, where nothing is recorded yet", async () => {
  story = await openStory();
  const data = {
    id: "evt_waits",
    action: "reveal",
    occurred_at: "2026-11-24T08:59:00Z",
    person: { id: "vault-dana", email: "dana@example.com", name: "Dana Ruiz" },
    vault: { id: "v_cards", name: "Company cards" },
    item: { id: "i_visa", title: "Company Visa" },
  };
  const body = { type: "vault.item.accessed", timestamp: "2026-11-24T08:59:00Z", data };
  expect((await story.post(JSON.stringify(body))).status).toBe(202);
  const { house } = story.service;
  const asker = { id: marta, name: "Marta Vidal", zone: "Europe/Madrid" };
  const ask = async (item: string) => {
    const question: VaultQuestion = { kind: "who", readings: [{ item, since: null }], isSinceUnreadable: false };
    return JSON.stringify(
      await answerFor(house, { asker, vaults: house.config.vaults, channel: cards, question, page: 0, perPage: 5 }),
    );
  };
  const waits = "1 access of these vaults was reported and isn’t judged yet";
  expect(await ask("Company Visa")).toMatch(new RegExp(`"rows":\\[\\].*${waits}`));
  expect(await ask("Other name")).toContain(waits);
  await story.settle();
  expect(await ask("Company Visa")).toMatch(/"rows":\[\{"who".*Dana Ruiz/);
  expect(await ask("Company Visa")).not.toContain("judged yet");
});

test("an item that was renamed is found by what it was called, and one that is called so now goes first", async () => {
  story = await openStory();
  const opened = async (event: string, title: string, itemId = "i_moved") => {
    const data = {
      id: event,
      action: event.startsWith("rename") ? "rename" : "reveal",
      occurred_at: "2026-11-24T08:59:00Z",
      person: { id: "vault-dana", email: "dana@example.com", name: "Dana Ruiz" },
      vault: { id: "v_cards", name: "Company cards" },
      item: { id: itemId, title },
    };
    const body = { type: "vault.item.accessed", timestamp: "2026-11-24T08:59:00Z", data };
    expect((await story.post(JSON.stringify(body))).status).toBe(202);
    await story.settle();
  };
  await opened("e1", "Old Name");
  await opened("rename2", "New Name");
  await story.vault(marta, "who old name since january");
  expect(story.told(marta)).toMatch(
    /^Who opened New Name since 1 January 2026\n• Dana Ruiz: New Name .*\nNo item is called “Old Name” now; this is the one that was called so before\./,
  );
  expect(lines().at(-1)).toContain("who opened New Name since");
  await opened("e3", "Old Name", "i_other");
  await story.vault(marta, "who old name");
  expect(story.told(marta)).toMatch(/^Who opened Old Name\n• Dana Ruiz: Old Name/);
  expect(story.told(marta)).not.toContain("No item is called");
});

test("an address that changes in Slack takes nothing back of what was opened under the one before", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  const { house } = story.service;
  const { db } = house.store;
  const user = await story.directory.freshUser(dana);
  if (!user) throw new Error("Slack doesn't know Dana");
  await slackSaid(
    db,
    [{ ...user, email: "dana.new@example.com", emailFolded: "dana.new@example.com" }],
    house.clock.now(),
  );
  expect((await personsNamed(house, { kind: "slack", id: dana })).length).toBe(0);
  const [known, ...more] = await personsEverNamed(house, { kind: "slack", id: dana });
  expect([known?.person.emails, more]).toEqual([["dana@example.com"], []]);
  // Whom the address is given to next isn't taken for her, nor she for them.
  const lenas = await story.directory.freshUser(lena);
  if (!lenas) throw new Error("Slack doesn't know Lena");
  await slackSaid(db, [{ ...lenas, email: "dana@example.com", emailFolded: "dana@example.com" }], house.clock.now());
  expect(await personsEverNamed(house, { kind: "slack", id: dana })).toEqual([]);
});

test("two people of one name are told apart, in answers and on the record", async () => {
  story = await openStory();
  const opened = async (event: string, id: string, email: string) => {
    const data = {
      id: event,
      action: "reveal",
      occurred_at: "2026-11-24T08:59:00Z",
      person: { id, email, name: "Ana Gil" },
      vault: { id: "v_cards", name: "Company cards" },
      item: { id: "i_visa", title: "Company Visa" },
    };
    const body = { type: "vault.item.accessed", timestamp: "2026-11-24T08:59:00Z", data };
    expect((await story.post(JSON.stringify(body))).status).toBe(202);
    await story.settle();
  };
  await opened("a1", "vault-ana-1", "ana.one@example.org");
  await story.vault(marta, "who Company Visa");
  expect(story.told(marta)).toContain("• Ana Gil: Company Visa");
  await opened("a2", "vault-ana-2", "ana.two@example.org");
  for (const question of ["who Company Visa", "changed since monday", "open"]) {
    await story.vault(marta, question);
    expect(story.told(marta)).toMatch(/Ana Gil \(ana\.one@example\.org\)/);
    expect(story.told(marta)).toMatch(/Ana Gil \(ana\.two@example\.org\)/);
  }
  await story.vault(marta, "seen ana.two@example.org");
  expect(story.told(marta)).toMatch(/^What Ana Gil \(ana\.two@example\.org\) opened/);
  const asked = (await entriesOf(story, "question asked")).at(-1);
  expect(asked).toMatchObject({ question: "what Ana Gil (ana.two@example.org) opened", about: [expect.any(String)] });

  // So are two whom Slack calls the same, though only one of them ever opened anything.
  await story.reveal({ by: dana });
  await story.vault(marta, `seen <@${dana}|dana>`);
  expect(story.told(marta)).toMatch(/^What Dana Ruiz opened/);
  const { house } = story.service;
  const user = await story.directory.freshUser(lena);
  if (!user) throw new Error("Slack doesn't know Lena");
  await slackSaid(house.store.db, [{ ...user, name: "dana ruiz", emailFolded: user.email }], house.clock.now());
  await story.vault(marta, `seen <@${dana}|dana>`);
  expect(story.told(marta)).toMatch(
    /^What Dana Ruiz \(dana@example\.com\) opened.*\n• Dana Ruiz \(dana@example\.com\): /,
  );
});

test("who was erased is never somebody unknown", async () => {
  story = await openStory();
  await story.reveal({ by: dana });
  const { house } = story.service;
  const whom = await whomToErase(house, { kind: "email", email: "dana@example.com" });
  if (whom.kind !== "one") throw new Error(whom.kind);
  await erasePerson(house, whom.whom, "command line");
  await story.vault(marta, "seen dana@example.com");
  expect(story.told(marta)).toMatch(
    /^What dana@example\.com opened\nNo recorded access\.\nOne person was erased on request/,
  );
  await story.vault(marta, "who Company Visa");
  expect(story.told(marta)).toContain("Erased person: Company Visa");
});

const lines = () =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith("🔎"));
