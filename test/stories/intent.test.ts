import { afterEach, expect, test } from "vitest";
import { announceAgain, endIntent } from "../../src/pipeline/announce.ts";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, lena, openStory, type Story } from "../support/story.ts";

const general = "C0GENERAL";
const servers = "C0SERVERS";
const twoVaults = `${defaultYaml}
  - id: v_servers
    name: Servers
    channel: ${servers}
    managers: *leads
    intent: expected
    items: [{ id: i_root, title: Root password }]
`;

let story: Story;
afterEach(() => story?.stop());

test("what is typed is understood, and said back: at once, for a while, until, tomorrow, a vault, an item", async () => {
  story = await openStory({ yaml: twoVaults });
  const typed: [string, string][] = [
    ["paying licence renewal", "Company cards, today 10:00–11:00, Madrid time."],
    ["paying licence renewal for 2h", "Company cards, today 10:00–12:00, Madrid time."],
    ["paying licence renewal until 16:00", "Company cards, today 10:00–16:00, Madrid time."],
    ["paying licence renewal tomorrow 9-11", "Company cards, tomorrow 09:00–11:00, Madrid time."],
    ["paying licence renewal on Company Visa", "Company Visa in Company cards, today 10:00–11:00, Madrid time."],
    ["paying licence renewal for 90 min in Servers", "Servers, today 10:00–11:30, Madrid time."],
    ["paying licence renewal on root password", "Root password in Servers, today 10:00–11:00, Madrid time."],
  ];
  for (const [text, understood] of typed) {
    await story.command(dana, text);
    expect(story.told(dana).split("\n")[0]).toBe(`Noted: ‘paying licence renewal’ for ${understood}`);
    expect(story.told(dana)).toContain("[Change] [Done] [Cancel]");
  }
  await story.command(dana, "paying licence renewal", general);
  expect(story.told(dana)).toBe(
    [
      "Noted: ‘paying licence renewal’ for any watched vault, today 10:00–11:00, Madrid time.",
      "Seen in #C0CARDS, #C0SERVERS.",
      "No time was named, so it stands for 1h.",
      "[Change] [Done] [Cancel]",
    ].join("\n"),
  );
});

test("Lena in New York types and reads her own time; the channel reads the vault's", async () => {
  story = await openStory();
  await story.command(lena, "closing the quarter until 16:00");
  expect(story.told(lena)).toContain("today 04:00–16:00, New York time.");
  expect(announcements()).toEqual([
    "Lena Park announced: ‘closing the quarter’ for Company cards, 10:00–22:00 in Madrid",
  ]);
  await story.command(lena, "closing the quarter until 3:30");
  expect(story.told(lena)).toMatch(/^03:30 has passed already: it is 04:00 in New York\.\nTry:\n/);
});

test("/intent alone opens a form; what is wrong is said at its field; sent, it is the same as typing it", async () => {
  story = await openStory({ yaml: twoVaults });
  await story.command(dana, "");
  expect(form(dana)).toContain("What are you going to do?");
  const wrong: [Record<string, string>, Record<string, string>][] = [
    [{ purpose: "   " }, { intent_purpose: "Please say what you are going to do." }],
    [{ window: "9:00-9:30" }, { intent_window: "09:30 has passed already: it is 10:00 in Madrid." }],
    [{ window: "for 3 days" }, { intent_window: "A purpose can stand for 24 h at most." }],
    [{ window: "soon" }, { intent_window: "Please write it like “for 2h”, “until 16:00” or “tomorrow 9-11”." }],
    [
      { vault: "v_cards", item: "v_servers\ti_root" },
      { intent_item: "This item is in another vault. Choose that vault, or leave the item empty." },
    ],
  ];
  for (const [inputs, errors] of wrong) expect(await submit(dana, inputs)).toEqual({ errors });
  expect(announcements()).toEqual([]);

  expect(await submit(dana, { purpose: "Invoice 4411, Acme", item: "v_cards\ti_amex", window: "for 2h" })).toEqual({});
  expect(story.told(dana)).toMatch(/^Noted: ‘Invoice 4411, Acme’ for Team Amex in Company cards, today 10:00–12:00/);
  expect(announcements()).toEqual([
    "Dana Ruiz announced: ‘Invoice 4411, Acme’ for Team Amex in Company cards, 10:00–12:00 in Madrid",
  ]);
});

test("Change opens the form with what stands, item and time too, and the new one replaces it", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal on Team Amex until 16:00");
  await story.press(dana, answerTo(dana), "Change");
  expect(story.sandbox.workspace.views(dana)[0]).toMatchObject({
    blocks: [
      { element: { initial_value: "paying licence renewal" } },
      { element: { initial_option: { value: "v_cards" } } },
      { element: { initial_option: { value: "v_cards\ti_amex" } } },
      { element: { initial_value: "until 16:00" } },
      { element: { initial_option: { value: "several" } } },
      {},
      {},
    ],
  });
  await submit(dana, { purpose: "paying licence renewal, invoice 4411" });
  expect(announcements()).toEqual([
    "Dana Ruiz announced: ‘paying licence renewal’ for Team Amex in Company cards, 10:00–16:00 in Madrid (cancelled)",
    "Dana Ruiz announced: ‘paying licence renewal, invoice 4411’ for Team Amex in Company cards, 10:00–16:00 in Madrid",
  ]);
  await story.command(dana, "audit tomorrow 9-11");
  await story.press(dana, answerTo(dana), "Change");
  expect(story.sandbox.workspace.views(dana).at(-1)).toMatchObject({
    blocks: [{}, {}, {}, { element: { initial_value: "tomorrow 09:00-11:00" } }, {}, {}, {}],
  });
});

test("list, done and cancel: none, one, or several: which one?", async () => {
  story = await openStory();
  for (const empty of ["list", "done", "cancel"]) {
    await story.command(dana, empty);
    expect(story.told(dana)).toMatch(/^Nothing that you announced stands at the moment\./);
  }
  await story.command(dana, "paying licence renewal");
  await story.later(11);
  await story.command(dana, "done");
  expect(story.told(dana)).toBe(
    "Thank you. ‘paying licence renewal’: done after 11 min. What you open from now on is no longer explained by it.",
  );
  await story.command(dana, "renewal of domains");
  await story.command(dana, "audit of receipts");
  await story.command(dana, "list");
  expect(story.told(dana)).toBe(
    [
      "You have announced 2 purposes:",
      "1. ‘audit of receipts’ for Company cards, today 10:11–11:11, Madrid time.",
      "[Done] [Cancel]",
      "2. ‘renewal of domains’ for Company cards, today 10:11–11:11, Madrid time.",
      "[Done] [Cancel]",
    ].join("\n"),
  );
  await story.command(dana, "cancel");
  expect(story.told(dana)).toMatch(
    /^Which one\?\n.*audit of receipts.*\n\[Cancel\]\n.*renewal of domains.*\n\[Cancel\]$/,
  );
  await story.command(dana, "cancel 2");
  expect(story.told(dana)).toMatch(/^Taken back\. ‘renewal of domains’: cancelled\./);
  await story.command(dana, "done domains");
  expect(story.told(dana)).toContain('/intent "done domains"');
  await story.command(dana, "done receipts");
  expect(story.told(dana)).toMatch(/^Thank you\. ‘audit of receipts’: done/);
});

test("the channel sees what became of each: done, cancelled, or its time has passed", async () => {
  story = await openStory();
  await story.command(dana, "first payment");
  await story.later(5);
  await story.press(dana, answerTo(dana), "Done");
  await story.command(dana, "second payment");
  await story.press(dana, answerTo(dana), "Cancel");
  await story.command(dana, "third payment for 20 min");
  await story.later(21);
  expect(announcements().map((text) => text.replace(/^.*‘(.*)’.*?(\(.*\))?$/, "$1 $2"))).toEqual([
    "first payment (done after 5 min)",
    "second payment (cancelled)",
    "third payment (its time has passed)",
  ]);
  expect(story.sandbox.workspace.messages(cards)).toHaveLength(3);
});

test("only its owner can end it, whatever is clicked or typed", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal");
  const [intent] = await story.service.house.store.db.selectFrom("intent").select("id").execute();
  await story.command(lena, "done licence");
  expect(story.told(lena)).toMatch(/^Nothing that you announced sounds like ‘licence’\./);
  // What a forged click would carry: Lena's name is Slack's word, the id is Dana's.
  for (const how of ["done", "cancelled"] as const) {
    const forged = { intentId: intent?.id ?? "", by: lena, how };
    expect(await endIntent(story.service.house, forged)).toEqual({ kind: "not-yours" });
  }
  expect(announcements()[0]).not.toContain("done");
});

test("what can't be understood is answered with the nearest right command, which works when it is sent", async () => {
  story = await openStory();
  const typed: [string, string, string][] = [
    ["lsit", "Did you mean “list”?", "/intent list"],
    ["for 2h", "What is it for? Please say it in a few words.", "/intent paying the licence renewal for 2h"],
    ["audit until 25:99", "‘25:99’ isn’t a time that I know.", "/intent audit for 1h"],
    ["audit tomorrow", "From when until when tomorrow?", "/intent audit tomorrow 9:00-10:00"],
    ["audit 9:00-9:30", "09:30 has passed already: it is 10:00 in Madrid.", "/intent audit tomorrow 09:00-09:30"],
    ["audit for 3 days", "A purpose can stand for 24 h at most.", "/intent audit for 24h"],
    ["audit for 99999h", "A purpose can stand for 24 h at most.", "/intent audit for 24h"],
    ["audit for 0h", "That is no time at all.", "/intent audit for 1h"],
  ];
  for (const [text, problem, suggestion] of typed) {
    await story.command(dana, text);
    expect(story.told(dana)).toBe(`${problem}\nTry:\n${suggestion}`);
    expect(announcements()).toEqual([]);
  }
  await story.command(dana, "audit on Compny Visa");
  expect(story.told(dana)).toMatch(/^Nothing here is called ‘Compny Visa’\. Did you mean this\?\n/);
  await story.press(dana, answerTo(dana), "Company Visa in Company cards");
  expect(announcements()).toEqual([
    "Dana Ruiz announced: ‘audit’ for Company Visa in Company cards, 10:00–11:00 in Madrid",
  ]);
});

test("nothing can be announced backwards, typed or in the form (threat T4)", async () => {
  story = await openStory();
  const now = story.sandbox.clock.now();
  const before = new Date("2026-11-24T08:30:00Z");
  await story.command(dana, "paying licence renewal from 8:00 to 12:00");
  expect(story.told(dana)).toContain("today 10:00–12:00");
  expect(story.told(dana)).toContain("It counts from now, 10:00: a purpose can’t begin before it was announced.");
  await story.command(dana, "");
  await submit(dana, { purpose: "paying licence renewal", window: "8:00-12:00" });
  await story.command(dana, "paying licence renewal 2026-11-24 8:00-12:00");
  const rows = await story.service.house.store.db.selectFrom("intent").select(["announced_at", "starts_at"]).execute();
  expect(rows).toHaveLength(3);
  expect(rows.every((row) => row.announced_at >= now && row.starts_at >= row.announced_at)).toBe(true);
  await story.reveal({ by: dana, occurredAt: before });
  expect(alertText()).toMatch(
    /^Unexplained: .*nothing was announced before; Dana announced .* 30 min after the access, /,
  );
});

test("a vague purpose is noted, said to be vague kindly, and explains nothing until it is changed", async () => {
  story = await openStory();
  for (const [purpose, said] of [
    [".", "This has no words in it yet."],
    ["work", "'work' doesn't tell yet what it is for."],
    ["Company Visa", "'Company Visa' names the item, but not yet why."],
  ]) {
    await story.command(dana, purpose ?? "");
    expect(story.told(dana)).toContain(`💬 ${said} A few more words`);
    expect(story.told(dana)).toContain("it won’t explain what you open");
    expect(story.told(dana).match(/supplier and amount/g)).toHaveLength(1);
  }
  await story.reveal({ by: dana });
  expect(alertText()).toMatch(/^Unexplained: .*'Company Visa' .* before, which doesn't say why$/);
});

test("a purpose neither mentions, links nor formats, wherever it is shown (threat T14)", async () => {
  story = await openStory();
  const hostile =
    "<!channel> <!here> <@U02MARTA|marta> @channel *bold* ~x~ `code` :tada: <https://evil.example|ok> evil.example \u202E\u200B paying";
  await story.command(dana, hostile);
  await story.command(dana, "list");
  await story.command(dana, "");
  await submit(dana, { purpose: hostile });
  await story.command(dana, `${"very ".repeat(800)}long`);
  expect(story.told(dana)).toContain("The purpose was cut at 500 characters.");
  await story.reveal({ by: dana });
  const shown = [...story.sandbox.workspace.messages(cards), ...story.sandbox.workspace.ephemerals(dana)];
  expect(shown).toHaveLength(8);
  for (const message of shown) {
    expect(message.text).not.toMatch(/<[!@#h]|@channel|@here|[*~`]|:tada:|[\u202E\u200B]|evil\.example/);
    const json = JSON.stringify(message.blocks);
    expect(json).not.toMatch(/"type":"(link|broadcast|emoji|mrkdwn|usergroup)"|[\u202E\u200B]|\\u20/);
    expect(json).not.toContain('"user_id":"U02MARTA"');
  }
});

test("once, typed or in the form, explains one access; the second is told since when it is used up", async () => {
  story = await openStory();
  await story.command(dana, "once paying licence renewal for 2h");
  expect(story.told(dana)).toContain("Company cards, today 10:00–12:00, Madrid time, for one access.");
  expect(announcements()[0]).toMatch(/10:00–12:00 in Madrid, for one access$/);
  await story.later(2);
  await story.reveal({ by: dana });
  expect(alertText()).toMatch(/^Explained: /);
  await story.later(40);
  await story.reveal({ by: dana });
  expect(alertText()).toMatch(/^Unexplained: .*, but that was for one access and is used up since 10:02$/);
  await story.command(dana, "");
  await submit(dana, { purpose: "Invoice 4411, Acme", uses: "once" });
  expect(story.told(dana)).toContain(", for one access.");
});

test("a vault that asks for a ticket is given one, typed or in the form, and its alert shows it", async () => {
  const ticket = String.raw`    ticket: { pattern: '^[A-Z]+-\d+$', required: true, example: OPS-123 }`;
  story = await openStory({ yaml: defaultYaml.replace("    hint:", () => `${ticket}\n    hint:`) });
  await story.command(dana, "paying licence renewal for 2h");
  expect(story.told(dana)).toBe(
    "Company cards asks for a ticket’s number, such as OPS-123.\nTry:\n/intent paying licence renewal OPS-123 for 2h",
  );
  await story.command(dana, "");
  const wrong = { intent_ticket: "Company cards asks for a ticket’s number, such as OPS-123." };
  expect(await submit(dana, { vault: "v_cards" })).toEqual({ errors: wrong });
  expect(await submit(dana, { vault: "v_cards", ticket: "eleven" })).toEqual({ errors: wrong });
  expect(announcements()).toEqual([]);
  expect(await submit(dana, { vault: "v_cards", ticket: "ops-7", purpose: "Invoice 4411, Acme" })).toEqual({});
  await story.command(dana, "OPS-123: paying licence renewal for 2h");
  expect(story.told(dana)).toMatch(/^Noted: ‘paying licence renewal’ \(OPS-123\) for Company cards/);
  expect(announcements()).toEqual([
    "Dana Ruiz announced: ‘Invoice 4411, Acme’ (OPS-7) for Company cards, 10:00–11:00 in Madrid",
    "Dana Ruiz announced: ‘paying licence renewal’ (OPS-123) for Company cards, 10:00–12:00 in Madrid",
  ]);
  await story.later(1);
  await story.reveal({ by: dana });
  expect(alertText()).toMatch(/^Explained: .*Dana announced 'Invoice 4411, Acme' \(OPS-7\)/);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("‘Invoice 4411, Acme’ (OPS-7), announced");
});

test("what was announced before is announced again with one press, in the form and after a slip; a press told twice counts once", async () => {
  story = await openStory({ yaml: twoVaults });
  for (const purpose of ["first invoice", "second invoice", "work", "Second invoice", "third invoice on Team Amex"]) {
    await story.command(dana, purpose);
    await story.command(dana, "done 1");
  }
  await story.command(dana, "rotating the root password in Servers");
  await story.command(lena, "closing the quarter");
  await story.later(90);
  await story.command(dana, "lsit");
  expect(story.told(dana)).toMatch(/\[third invoice\] \[Second invoice\] \[first invoice\]$/);
  await story.press(dana, answerTo(dana), "third invoice");
  expect(story.told(dana)).toMatch(/^Noted: ‘third invoice’ for Team Amex in Company cards, today 11:30–12:30/);
  await story.command(dana, "", general);
  const view = story.sandbox.workspace.views(dana).at(-1) as { id: string; blocks: unknown };
  expect(readBlocks(view.blocks)).toContain("[third invoice] [rotating the root password] [Second invoice]");
  const before = announcements(servers).length;
  await story.sandbox.as(dana).click({ viewId: view.id }, "intent_again_1");
  await story.service.idle();
  await story.settle();
  expect(form(dana)).toContain("Noted: ‘rotating the root password’ for Servers, today 11:30–12:30");
  expect(announcements(servers)).toHaveLength(before + 1);
  const rows = await story.service.house.store.db.selectFrom("intent").selectAll().orderBy("id", "desc").execute();
  const [, intentId = "", offer = ""] = rows[0]?.pressed?.split(":") ?? [];
  const by = await story.directory.knownUser(dana);
  const other = await story.directory.knownUser(lena);
  if (!by || !other) throw new Error("nobody is known");
  const told = await announceAgain(story.service.house, { by, intentId, offer });
  expect(told).toMatchObject({ kind: "announced", intent: { id: rows[0]?.id } });
  expect(await announceAgain(story.service.house, { by: other, intentId, offer })).toMatchObject({ kind: "refused" });
  expect(await story.service.house.store.db.selectFrom("intent").select("id").execute()).toHaveLength(rows.length);
});

test("what covers very much is pointed out where alerts are escalated to: once a week, and not what was taken back", async () => {
  story = await openStory({
    yaml: twoVaults.replace("    hint:", "    escalate: { after: 15m, to: C0SECURITY }\n    hint:"),
  });
  const security = () => story.sandbox.workspace.messages("C0SECURITY").map(({ text }) => text);
  await story.command(dana, "work");
  await story.press(dana, answerTo(dana), "Cancel");
  await story.command(dana, "yearly audit of suppliers", general);
  await story.later(50);
  expect(security()).toEqual([]);
  await story.later(15);
  expect(security()).toEqual([
    "Dana Ruiz announced a purpose this week that covers very much or says very little. Nothing is wrong by that alone.",
  ]);
  await story.command(dana, "yearly audit of customers", general);
  await story.later(65);
  expect(security()).toEqual([
    "Dana Ruiz announced 2 purposes this week that cover very much or say very little. Nothing is wrong by that alone.",
  ]);
  const [message] = story.sandbox.workspace.messages("C0SECURITY");
  expect(readBlocks(message?.blocks)).toMatch(
    /‘yearly audit of suppliers’ for any watched vault, 24 Nov: it covers any watched vault/,
  );
  expect(readBlocks(message?.blocks)).not.toContain("‘work’");
});

test("an access after Done isn't explained, wherever Done was pressed", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal for 2h");
  await story.later(5);
  await story.press(dana, answerTo(dana), "Done");
  await story.later(5);
  await story.reveal({ by: dana });
  expect(alertText()).toMatch(/^Unexplained: .*, but that was done 5 min before$/);
});

test("a planned tonight 22-23h explains 22:14, and not 23:40", async () => {
  story = await openStory();
  await story.command(dana, "migrating the card to the new bank tonight 22-23h");
  expect(story.told(dana)).toContain("today 22:00–23:00, Madrid time");
  await story.at("2026-11-24T21:14:00Z");
  await story.reveal({ by: dana });
  await story.at("2026-11-24T22:40:00Z");
  await story.reveal({ by: dana });
  expect(story.alerts().map(({ text }) => text)).toEqual([
    "Explained: Dana Ruiz opened Company Visa (Company cards); Dana announced 'migrating the card to the new bank' 12 h 14 min before, for 22:00–23:00; Tuesday 22:14 in Madrid, outside Mon–Fri 08:00–19:00, as announced",
    "Looks unusual: Dana Ruiz opened Company Visa (Company cards), Tuesday 23:40 in Madrid, outside Mon–Fri 08:00–19:00; Dana had announced 'migrating the card to the new bank', but that ended 40 min before",
  ]);
});

test("an intent for one item doesn't explain another, nor one vault another vault's", async () => {
  story = await openStory({ yaml: twoVaults });
  await story.command(dana, "paying licence renewal on Team Amex");
  await story.reveal({ by: dana, itemId: "i_visa" });
  expect(alertText()).toMatch(/^Unexplained: .*Dana had announced 'paying licence renewal', but for 'Team Amex'$/);
  await story.reveal({ by: dana, itemId: "i_amex" });
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("🟢 Team Amex opened");
  await story.reveal({ by: dana, vaultId: "v_servers", itemId: "i_root" });
  expect(alertText(servers)).toMatch(/^Unexplained: .*but for the vault 'Company cards'$/);
});

/** The announcements of a channel as a locked phone says them, oldest first. */
function announcements(channel = cards): string[] {
  return story.sandbox.workspace
    .messages(channel)
    .map(({ text }) => text)
    .filter((text) => text.includes(" announced: "));
}

function alertText(channel = cards): string {
  return story.alerts(channel).at(-1)?.text ?? "";
}

function answerTo(who: string): SandboxMessage {
  const answer = story.sandbox.workspace.ephemerals(who).at(-1);
  if (!answer) throw new Error(`${who} was told nothing`);
  return answer;
}

function form(who: string): string {
  return readBlocks((story.sandbox.workspace.views(who).at(-1) as { blocks: unknown } | undefined)?.blocks);
}

/** Fills in the form that is open; what isn't named stays as the form offers it. */
async function submit(
  who: string,
  inputs: { purpose?: string; vault?: string; item?: string; window?: string; uses?: string; ticket?: string },
): Promise<{ errors?: Record<string, string> }> {
  const view = story.sandbox.workspace.views(who).at(-1) as { id: string } | undefined;
  const values = {
    intent_purpose: inputs.purpose ?? "paying licence renewal",
    ...(inputs.vault && { intent_vault: inputs.vault }),
    ...(inputs.item && { intent_item: inputs.item }),
    ...(inputs.ticket && { intent_ticket: inputs.ticket }),
    ...(inputs.uses && { intent_uses: inputs.uses }),
    ...(inputs.window && { intent_window: inputs.window }),
  };
  const filled = Object.fromEntries(Object.entries(values).map(([block, value]) => [block, { [block]: value }]));
  const answer = await story.sandbox.as(who).submit(view?.id ?? "", filled);
  await story.service.idle();
  await story.settle();
  return answer;
}
