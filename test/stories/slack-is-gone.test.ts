import { afterEach, expect, test } from "vitest";
import { inTransaction } from "../../src/store/database.ts";
import { eraseDetails } from "../../src/store/erasing.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const yaml = `${defaultYaml}fallback: { channel: C0SECURITY, email: [lead@example.com] }\n`;

test("the vault's channel is closed to us: the alert is shown in the fallback channel, says why, and can be judged there", async () => {
  story = await openStory({ yaml });
  story.sandbox.admin.archive("C0CARDS");
  await story.reveal({ by: dana });
  await story.later(1);
  await story.later(1);
  const [alert, ...others] = story.alerts("C0SECURITY");
  expect(others).toEqual([]);
  expect(readBlocks(alert?.blocks)).toContain("Shown here because I can’t post in #C0CARDS.");
  if (alert) await story.press(marta, alert, "Expected");
  expect(readBlocks(story.alerts("C0SECURITY")[0]?.blocks)).toMatch(/^✅ Expected/);
  expect(story.mails).toEqual([]);
});

test("the channel is closed when its digest is due: it comes into the fallback channel with its details, says why, and can be read there", async () => {
  story = await openStory({ yaml: `${yaml}digest: { day: Mon, at: "09:00" }\n` });
  await story.settle();
  await story.at("2026-11-30T08:01:00Z");
  await story.reveal({ by: dana });
  story.sandbox.admin.archive("C0CARDS");
  await story.at("2026-12-07T08:01:00Z");
  expect((await story.service.readiness()).remarks.concat((await story.service.readiness()).problems).join()).toContain(
    "is_archived",
  );
  await story.later(2);
  await story.later(1);
  const moved = story.sandbox.workspace
    .messages("C0SECURITY")
    .map((message) => ({ ...message, read: readBlocks(message.blocks) }));
  const digest = moved.find(({ read }) => read.includes("The week in Company cards"));
  expect(digest?.read).toContain("Shown here because I can’t post in #C0CARDS.");
  const details = moved.filter(({ threadTs }) => threadTs === digest?.ts);
  expect(details.some(({ read }) => read.includes("• Company Visa: one access by one person"))).toBe(true);
  if (digest) await story.press(marta, digest, "I’ve read it");
  expect((await entriesOf(story, "digest read")).map(({ by }) => by)).toEqual([marta]);
});

test("a digest's channel is closed and no other is named: it goes to those who answer for all vaults, in private, with its details", async () => {
  const led = defaultYaml
    .replace("managers: &leads [marta@example.com, juan@example.com]", "managers: [lena@example.com]")
    .replace("managers: *leads", "managers: [marta@example.com, juan@example.com]");
  story = await openStory({
    yaml: `${led}digest: { day: Mon, at: "09:00" }\nfallback: { email: [lead@example.com] }\n`,
  });
  await story.settle();
  await story.at("2026-11-30T08:01:00Z");
  await story.reveal({ by: dana });
  story.sandbox.admin.archive("C0CARDS");
  await story.at("2026-12-07T08:01:00Z");
  for (const minutes of [2, 1, 70, 70]) await story.later(minutes);
  const told = story.sandbox.workspace.directMessages(lena);
  expect(told.map(({ blocks, files }) => (files?.length ? "its picture" : readBlocks(blocks)))).toEqual([
    expect.stringMatching(/^🗓️ The week in Company cards/),
    expect.stringMatching(/^Vault by vault/),
    "its picture",
  ]);
  expect(readBlocks(told[0]?.blocks)).toContain("Shown here because I can’t post in #C0CARDS.\nOne alert waits");
  expect(told[1]?.threadTs).toBe(told[0]?.ts);
  expect([marta, juan].flatMap((who) => story.sandbox.workspace.directMessages(who))).toEqual([]);
  const channels = [told[0]?.channel];
  expect(await entriesOf(story, "digest shown in private")).toMatchObject([{ closed: "C0CARDS", channels }]);
  if (told[0]) await story.press(lena, told[0], "I’ve read it");
  expect((await entriesOf(story, "digest read")).map(({ by }) => by)).toEqual([lena]);
  // Whoever reads it there is told of it; an e-mail would be the second time.
  expect(story.mails).toEqual([]);
});

test("without anybody above them it goes to those who manage each of the channel's vaults, who can judge and read it there", async () => {
  const own = defaultYaml
    .replace("managers: &leads [marta@example.com, juan@example.com]\n", "")
    .replace("managers: *leads", "managers: [marta@example.com, juan@example.com]");
  const two = `${own}  - { id: v_two, name: Servers, channel: C0CARDS, managers: [marta@example.com, lena@example.com] }\n`;
  story = await openStory({ yaml: `${two}digest: { day: Mon, at: "09:00" }\n` });
  await story.settle();
  await story.at("2026-11-30T08:01:00Z");
  await story.reveal({ by: dana });
  story.sandbox.admin.archive("C0CARDS");
  await story.at("2026-12-07T08:01:00Z");
  for (const minutes of [2, 1]) await story.later(minutes);
  const digestOf = (who: string) =>
    story.sandbox.workspace.directMessages(who).find(({ blocks }) => readBlocks(blocks).startsWith("🗓️ The week in"));
  expect([juan, lena].map(digestOf)).toEqual([undefined, undefined]);
  const digest = digestOf(marta);
  if (!digest) throw new Error("nobody was told");
  await story.press(marta, digest, "Expected");
  await story.press(marta, digest, "I’ve read it");
  await story.later(1);
  expect(readBlocks(digestOf(marta)?.blocks)).toMatch(/is decided\. Thank you\.[\s\S]*Read by Marta Vidal/);
});

test("a digest that no message has shown for an hour is told by e-mail, once (fault 'token_revoked')", async () => {
  story = await openStory({
    yaml: `${defaultYaml}digest: { day: Mon, at: "09:00" }\nfallback: { email: [lead@example.com] }\n`,
  });
  await story.settle();
  await story.at("2026-11-30T08:01:00Z");
  await story.reveal({ by: dana });
  await story.at("2026-12-07T07:30:00Z");
  story.sandbox.admin.revokeTokens("token_revoked");
  await story.at("2026-12-07T08:01:00Z");
  await story.later(50);
  expect(story.mails).toEqual([]);
  // The mail server is asked again ten minutes later, and not with each look.
  story.mailTrouble.current = new Error("connect ECONNREFUSED");
  for (const minutes of [15, 1, 1]) await story.later(minutes);
  expect(await entriesOf(story, "fallback mail refused")).toMatchObject([{ about: "digests" }]);
  story.mailTrouble.current = null;
  await story.later(1);
  expect(story.mails).toEqual([]);
  for (const minutes of [15, 60, 600]) await story.later(minutes);
  expect(story.mails.map(({ subject, text }) => [subject, text])).toEqual([
    [
      "Vaultbell: the week's digest can't be shown in Slack",
      [
        "The week's digest could not be shown in Slack for an hour.",
        "Nothing is lost: it is shown as soon as Slack lets us.",
        "",
        "- The week in Company cards: one waits for a verdict; one access, not explained; last event Monday 30 November. Slack says: token_revoked.",
        "",
        "What to do: `npx vaultbell doctor` on the machine that runs Vaultbell says what is wrong and how to mend it.",
      ].join("\n"),
    ],
  ]);
  expect(await entriesOf(story, "fallback mail sent")).toMatchObject([{ about: "digests", to: ["lead@example.com"] }]);
});

test("Slack takes a digest hours later: it says so, and is reckoned from its making", async () => {
  story = await openStory({ yaml: `${defaultYaml}digest: { day: Mon, at: "09:00" }\n` });
  await story.settle();
  await story.at("2026-11-30T08:01:00Z");
  await story.reveal({ by: dana });
  await story.at("2026-12-07T07:30:00Z");
  story.sandbox.admin.revokeTokens("token_revoked");
  await story.at("2026-12-07T08:01:00Z");
  await story.at("2026-12-07T13:05:00Z");
  story.sandbox.admin.restoreTokens();
  for (const minutes of [6, 6]) await story.later(minutes);
  const digest = story.sandbox.workspace
    .messages("C0CARDS")
    .find(({ blocks }) => readBlocks(blocks).startsWith("🗓️ The week in"));
  expect(readBlocks(digest?.blocks)).toMatch(/⏳ Slack held this back: it is shown 5 h \d+ min after it was made/);
  expect(readBlocks(digest?.blocks)).toContain("(7 days before this was made)");
  expect(digest?.text).toContain("last event Monday 30 November");
});

test("who was erased before Slack could show their alert is named in no mail", async () => {
  story = await openStory({ yaml, isTamperedWith: true });
  story.sandbox.admin.revokeTokens("token_revoked");
  await story.reveal({ by: dana });
  const { db } = story.service.house.store;
  await inTransaction(db, async (tx) => {
    const all = await tx.selectFrom("access").select("id").execute();
    await eraseDetails(
      tx,
      all.map(({ id }) => id),
    );
  });
  for (const minutes of [1, 2, 5]) await story.later(minutes);
  expect(story.mails).toHaveLength(1);
  expect(story.mails[0]?.text).toMatch(/^- Erased person, Company cards: /m);
});

test("Slack refuses us: the lead is told by e-mail once, again when there is more, and when it is over (fault 'token_revoked')", async () => {
  story = await openStory({ yaml });
  story.sandbox.admin.revokeTokens("token_revoked");
  await story.reveal({ by: dana });
  await story.later(1);
  expect(story.mails).toEqual([]);
  await story.later(2);
  await story.later(5);
  expect(story.mails.map((mail) => mail.subject)).toEqual(["Vaultbell: one alert can't be shown in Slack"]);
  expect(story.mails[0]?.text).toBe(
    [
      "One alert could not be shown in Slack. Noticed Tuesday 24 November 2026 10:03 in Madrid. Slack says: token_revoked.",
      "Nothing is lost: everything is recorded, and is shown as soon as Slack lets us.",
      "",
      "- Dana Ruiz, Company cards: Tuesday 10:00 in Madrid, within Mon–Fri 08:00–19:00; nothing was announced",
      "",
      "What to do: `npx vaultbell doctor` on the machine that runs Vaultbell says what is wrong and how to mend it.",
    ].join("\n"),
  );
  await story.later(60);
  await story.reveal({ by: marta });
  await story.later(3);
  expect(story.mails.map((mail) => mail.subject)).toEqual([
    "Vaultbell: one alert can't be shown in Slack",
    "Vaultbell: 2 alerts can't be shown in Slack",
  ]);
  story.sandbox.admin.restoreTokens();
  await story.later(6);
  await story.later(1);
  expect(story.alerts()).toHaveLength(2);
  expect(story.mails.at(-1)?.subject).toBe("Vaultbell: Slack shows everything again");
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("Slack held this back: it is shown 1 h");
  expect(await entriesOf(story, "fallback mail sent")).toMatchObject([
    { about: "outage", alerts: 1, to: ["lead@example.com"] },
    { about: "outage", alerts: 2 },
    { about: "over", alerts: 2 },
  ]);
});

test("an escalation moves as well; and what joins an alert that Slack shows already is told by e-mail when Slack can't show that", async () => {
  const escalated = yaml.replace("    hint:", "    escalate: { after: 15m, to: C0SERVERS }\n    hint:");
  story = await openStory({ yaml: escalated });
  await story.reveal({ by: dana });
  await story.later(16);
  await story.later(2);
  expect(story.alerts("C0SECURITY").map(({ blocks }) => readBlocks(blocks))).toEqual([
    expect.stringMatching(
      /^🔔 Nobody has judged this for 16 min[\s\S]*Shown here because I can’t post in #C0SERVERS\./,
    ),
  ]);
  expect(story.mails).toEqual([]);
  story.sandbox.admin.revokeTokens("token_revoked");
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(3);
  expect(story.mails.map(({ subject }) => subject)).toEqual(["Vaultbell: one alert can't be shown in Slack"]);
  expect(story.mails[0]?.text).toMatch(
    /- Dana Ruiz, Company cards: Tuesday 10:18 .* \(more since Slack showed it last\)/,
  );
  story.sandbox.admin.restoreTokens();
  await story.later(6);
  await story.later(1);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("opened 2 items");
  expect(story.mails.at(-1)?.subject).toBe("Vaultbell: Slack shows everything again");
});

test("the mail server is down too: it is told when it is back", async () => {
  story = await openStory({ yaml });
  story.sandbox.admin.revokeTokens("account_inactive");
  story.mailTrouble.current = new Error("connect ECONNREFUSED");
  await story.reveal({ by: dana });
  await story.later(3);
  expect(story.mails).toEqual([]);
  story.mailTrouble.current = null;
  await story.later(1);
  expect(story.mails).toHaveLength(1);
  expect((await entriesOf(story, "fallback mail refused")).length).toBeGreaterThan(0);
});

test("whoever is named for mails since a reload gets them, and the record says to whom each went", async () => {
  story = await openStory({ yaml });
  story.sandbox.admin.revokeTokens("token_revoked");
  await story.reveal({ by: dana });
  await story.later(3);
  await story.renew(yaml.replace("lead@example.com", "night@example.com"));
  await story.later(60);
  await story.reveal({ by: marta });
  await story.later(3);
  expect(story.mails.map(({ to }) => to)).toEqual([["lead@example.com"], ["night@example.com"]]);
  expect(await entriesOf(story, "fallback mail sent")).toMatchObject(story.mails.map(({ to }) => ({ to })));
});

test("without a fallback nothing is told elsewhere, and health says what is wrong", async () => {
  story = await openStory();
  story.sandbox.admin.revokeTokens("invalid_auth");
  await story.reveal({ by: dana });
  await story.later(5);
  expect((await story.service.readiness()).problems.join(" ")).toMatch(/invalid_auth/);
});
