import { afterEach, expect, test } from "vitest";
import { review } from "../../src/pipeline/review.ts";
import { readBlocks } from "../support/read-message.ts";
import { dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

const omar = "U02OMAR";
const night = "2026-11-28T01:13:00Z";

let story: Story;
afterEach(() => story?.stop());

test("an address joins the vault's person and Slack's, however it is written (threat T16)", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal");
  for (const email of ["Dana@Example.COM", "ｄａｎａ@example.com", " dana@example.com "]) await access({ email });
  expect(story.alerts()).toHaveLength(1);
  expect(words()).toMatch(/^🟢 @U02DANA opened Company Visa 3 times in Company cards/);
});

test("an identity that the vault reports without an address is nobody in Slack, until it comes with one", async () => {
  story = await openStory();
  await access({ id: "U7" });
  expect(words()).toMatch(/^🟡 U7 opened Company Visa in Company cards/);
  expect(words()).toContain("⚠️ U7 is not matched to a Slack user.");
  await story.command(dana, "paying licence renewal");
  await access({ id: "U7", email: "dana@example.com" });
  expect(story.alerts()).toHaveLength(1);
  expect(words()).toMatch(/^🟡 @U02DANA opened Company Visa twice/);
  expect(words()).not.toContain("not matched");
  await story.later(31);
  await access({ id: "U7" });
  expect(text()).toMatch(/^Explained: Dana Ruiz opened .*Dana announced 'paying licence renewal'/);
});

test("the configuration joins those whom no address joins, for accesses, purposes and verdicts alike", async () => {
  story = await openStory({ yaml: `${defaultYaml}people: [{ vault: U7, slack: ${marta} }]\n` });
  await story.command(marta, "paying licence renewal");
  await access({ id: "U7", email: "m.vidal@vendor.example" });
  expect(words()).toMatch(/^🟢 @U02MARTA opened/);
  expect(text()).toMatch(/^Explained: Marta Vidal .*announced 'paying licence renewal'/);
  await press(marta);
  expect(story.told(marta)).toContain("You opened this item yourself");
});

test("two Slack users with one address: neither is chosen, and neither can announce (threats T3, T16)", async () => {
  story = await openStory();
  await share();
  for (const who of [dana, lena]) {
    await story.command(who, "paying licence renewal");
    expect(story.told(who)).toMatch(/^Two Slack accounts here share your e-mail address, .* nothing was announced\./);
  }
  await story.reveal({ by: dana });
  expect(text()).toMatch(/^Unexplained: .*nothing was announced$/);
  expect(words()).toContain(
    "⚠️ Two Slack users share this address, so none was chosen: Dana Ruiz (U02DANA), Lena Park (U02LENA).",
  );
});

test("two who share an address are told apart by the configuration, and stay two", async () => {
  const people = `people: [{ vault: vault-dana, slack: ${dana} }, { vault: vault-lena, slack: ${lena} }]`;
  story = await openStory({ yaml: `${defaultYaml}${people}\n` });
  await share();
  await story.command(lena, "paying licence renewal");
  expect(story.told(lena)).toMatch(/^Noted: /);
  await story.reveal({ by: dana });
  await story.reveal({ by: lena });
  expect(story.alerts().map((alert) => alert.text.slice(0, 23))).toEqual([
    "Unexplained: Dana Ruiz ",
    "Explained: Lena Park op",
  ]);
});

test("the alert says when it is a guest, a bot, somebody from elsewhere, or somebody who has left", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await story.reveal({ by: gil });
  expect(words()).toContain("⚠️ This Slack user is a guest here.");
  await story.reveal({ by: omar });
  expect(words()).toContain("⚠️ This Slack user is deactivated: has somebody left who can still open the vault?");
  story.sandbox.admin.changePerson(dana, { teamId: "T0OTHER" });
  await story.later(61);
  await story.reveal({ by: dana });
  expect(words()).toContain("⚠️ This Slack user belongs to another workspace.");
  await story.command(dana, "paying licence renewal");
  expect(story.told(dana)).toMatch(/^You belong to another workspace/);
  story.sandbox.admin.changePerson(lena, { isBot: true });
  await story.reveal({ by: lena });
  expect(words()).toContain("⚠️ This is a bot’s account in Slack, not a person’s.");
});

test("a person whose Slack address changes is still who they are, also when the vault reports the new one", async () => {
  story = await openStory();
  await access({ id: "U7", email: "dana@example.com" });
  expect(words()).toContain("@U02DANA");
  story.sandbox.admin.changePerson(dana, { email: "dana.ruiz@example.com" });
  await story.later(61);
  await access({ id: "U7", email: "dana@example.com" });
  expect(words()).toContain("@U02DANA opened Company Visa");
  await press(dana);
  expect(story.told(dana)).toContain("You opened this item yourself");
  await story.command(dana, "paying licence renewal");
  await access({ id: "U7", email: "dana.ruiz@example.com" });
  expect(words()).toContain("@U02DANA opened Company Visa twice");
  await press(dana);
  expect(story.told(dana)).toContain("You opened this item yourself");
});

test("managers named by Slack id and by user group may judge, and nobody else", async () => {
  const yaml = (managers: string) => defaultYaml.replace("[marta@example.com, juan@example.com]", managers);
  story = await openStory({ yaml: yaml(`[${lena}, S0MANAGERS]`), startAt: night });
  await story.reveal({ by: dana });
  expect(words()).toContain("@U02LENA, @U02MARTA and @U02JUAN: does one of you know about this?");
  await press(gil);
  expect(story.told(gil)).toMatch(
    /^Guests of this workspace can’t judge an access\. @U02LENA, @U02MARTA and @U02JUAN can\./,
  );
  await press(juan);
  expect(words()).toMatch(/^✅ Expected · @U02JUAN/);
  await story.later(11);
  await press(lena, "Re-open");
  expect(words()).toContain("Re-opened by @U02LENA");
});

test("a manager who leaves after the alert judges nothing more, and is called no more", async () => {
  story = await openStory({ startAt: night });
  await story.reveal({ by: dana });
  expect(words()).toContain("@U02MARTA and @U02JUAN: does one of you know about this?");
  story.sandbox.admin.changePerson(marta, { deleted: true });
  const alert = story.alerts()[0];
  const click = {
    alertId: JSON.stringify(alert?.blocks).match(/alert:([0-9a-f]{32}):1/)?.[1] ?? "",
    revision: 1,
    verdict: "expected" as const,
    note: null,
    clicker: await story.directory.freshUser(marta),
    clickerId: marta,
    message: { channel: alert?.channel ?? "", ts: alert?.ts ?? "" },
  };
  expect(await review(story.service.house, click)).toMatchObject({
    kind: "refused",
    reason: "deactivated",
    whoCan: [juan],
  });
  await story.later(61);
  await story.reveal({ by: lena });
  expect(words()).toContain("@U02JUAN: do you know about this?");
  expect(words()).not.toContain("@U02MARTA");
  story.sandbox.admin.changePerson(juan, { deleted: true });
  await story.later(61);
  await story.reveal({ by: lena });
  expect(words()).toContain(
    "⚠️ No manager who could judge this was found in Slack; please tell whoever runs Vaultbell.",
  );
});

test("Slack is asked for an address once an hour, however many accesses there are", async () => {
  story = await openStory();
  for (let n = 0; n < 5; n++) {
    await story.reveal({ by: dana });
    await story.later(5);
  }
  expect(lookups("dana@example.com")).toBe(1);
  expect(lookups("marta@example.com")).toBe(1);
  await story.later(40);
  await story.reveal({ by: dana });
  expect(lookups("dana@example.com")).toBe(2);
});

test("somebody who is called nearly as a manager is told apart beside the name (threat T15)", async () => {
  story = await openStory();
  await story.directory.refreshAll();
  await access({ id: "U66", email: "helpdesk@vendor.example", name: "Mаrta Vidal" });
  expect(words()).toContain(
    "⚠️ This name looks like that of Marta Vidal (marta@example.com); nothing says that it is the same person.",
  );
});

/** What the vault reports of the same item, by whoever it says. */
async function access(person: { id?: string; email?: string; name?: string }): Promise<void> {
  const data = {
    id: `evt_${story.sandbox.calls.length}_${JSON.stringify(person)}`,
    action: "reveal",
    occurred_at: story.sandbox.clock.now().toISOString(),
    person,
    vault: { id: "v_cards" },
    item: { id: "i_visa" },
  };
  const answer = await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } });
  await story.settle();
}

/** Lena gets Dana's address in Slack, and Slack is heard. */
async function share(): Promise<void> {
  story.sandbox.admin.changePerson(lena, { email: "Dana@example.com" });
  await story.directory.refreshAll();
}

async function press(who: string, button = "Expected"): Promise<void> {
  const alert = story.alerts().at(-1);
  if (!alert) throw new Error("no bell rang");
  await story.press(who, alert, button);
}

/** The newest alert as it reads, and as a locked phone says it. */
const words = () => readBlocks(story.alerts().at(-1)?.blocks);
const text = () => story.alerts().at(-1)?.text ?? "";

const lookups = (email: string) =>
  story.sandbox.calls.filter(({ method, args }) => method === "users.lookupByEmail" && args.email === email).length;
