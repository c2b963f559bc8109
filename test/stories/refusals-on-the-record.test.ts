import type { App } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listen } from "../../src/bot/listeners/listen.ts";
import type { BotPorts, Announcement as Draft } from "../../src/bot/ports.ts";
import type { SlackUser } from "../../src/model.ts";
import { createPorts } from "../../src/pipeline/ports.ts";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

// Whatever somebody does that doesn't count is answered, and leaves one entry: who, what and why.

const yaml = `${defaultYaml.replace(
  "    hint:",
  `    unmatched: one
    whatNow: { call: "Marta, +34 600 000 001", steps: [Freeze the card, Order a new one] }
    hint:`,
)}  - { id: v_tickets, name: Servers, channel: C0SERVERS, managers: *leads, ticket: { pattern: '^OPS-[0-9]+$', required: true, example: OPS-123 } }
digest: { day: Mon, at: "09:00" }
`;

const nowhere = "00000000-0000-4000-8000-000000000000";

let story: Story;
let ports: BotPorts;
const users = new Map<string, SlackUser>();
const where = new Map<string, { channel: string; ts: string }>();
/** Ids of what was made beforehand, by what they are called here. */
const ids = new Map<string, string>();

beforeAll(async () => {
  story = await openStory({ startAt: "2026-11-27T10:00:00Z", yaml });
  ports = createPorts(story.service.house);
  await story.directory.refreshAll();
  for (const id of [dana, marta, juan, lena, gil]) {
    const user = await story.directory.freshUser(id);
    if (user) users.set(id, user);
  }
  await announced("unused", dana, "paying licence renewal for 1h");
  // A flood of which nothing is open any more.
  const event = (n: number) => ({
    id: `night-${n}`,
    action: "reveal",
    occurred_at: story.sandbox.clock.now().toISOString(),
    person: { id: `U${n}`, name: `Person ${n}` },
    vault: { id: "v_cards" },
    item: { id: "i_visa", title: "Company Visa" },
  });
  await story.post(
    JSON.stringify({ type: "vault.item.accessed", data: Array.from({ length: 60 }, (_, n) => event(n)) }),
  );
  await story.settle();
  const flood = found((message) => message.text.startsWith("Flood: "));
  await story.press(marta, flood, "Expected");
  where.set("flood", flood);
  ids.set("flood", await subjectOf(flood));

  await story.at("2026-11-30T08:01:00Z");
  await story.at("2026-12-07T08:01:00Z");
  where.set(
    "digest",
    found((message) => readBlocks(message.blocks).includes("The week in Company cards")),
  );
  ids.set("digest", await subjectOf(placeOf("digest")));
  where.set(
    "unused",
    found((message) => readBlocks(message.blocks).includes("Not needed"), "D02DANA"),
  );

  await alertOf("decided", lena);
  await ports.review({ ...click("decided", marta), verdict: "expected", note: null });
  await alertOf("open", dana);
  where.set(
    "question",
    found((message) => readBlocks(message.blocks).includes("That was me"), "D02DANA"),
  );
  await alertOf("suspicious", gil);
  await ports.review({ ...click("suspicious", marta), verdict: "suspicious", note: "nobody was in the office" });
  await story.later(1);
  where.set(
    "card",
    found((message) => message.text.includes("What now")),
  );
  const end = { outcome: "false-alarm" as const, note: "all is well" };
  expect((await ports.resolve({ ...resolving("suspicious", marta), ...end })).kind).toBe("recorded");

  await announced("standing", marta, "paying the hosting invoice for 2h");
  await announced("over", marta, "looking for the old invoice for 2h");
  await ports.endIntent({ intentId: idOf("over"), by: marta, how: "done" });
  await announced("recurring", marta, "every month 1-5: bookkeeping, card statement");
  where.set(
    "recurring",
    found((message) => message.text.includes("asks for a recurring purpose")),
  );
  await announced("recurring over", dana, "every month 6-9: bookkeeping, bank statement");
  where.set(
    "recurring over",
    found((message) => message.text.includes("bank statement")),
  );
  await ports.endIntent({ intentId: idOf("recurring over"), by: dana, how: "cancelled" });

  const endsAt = new Date(ports.now().getTime() + 3_600_000);
  const asWhole = { slackUserId: null, itemId: null, policy: null };
  await ports.snooze({
    vaultId: "v_cards",
    by: user(marta),
    byId: marta,
    endsAt,
    reason: "stocktaking",
    only: asWhole,
  });
  const values = new Map([["policies.new-device", "off"]] as const);
  await ports.proposeSettings({ vaultId: "v_cards", by: user(marta), byId: marta, seen: "0", values });
  await story.settle();
  where.set(
    "snooze",
    found((message) => readBlocks(message.blocks).includes("stocktaking")),
  );
  ids.set("snooze", await subjectOf(placeOf("snooze")));
  where.set(
    "proposal",
    found((message) => readBlocks(message.blocks).includes("[Confirm]") && readBlocks(message.blocks).startsWith("⚖")),
  );
  ids.set("proposal", await subjectOf(placeOf("proposal")));
});
afterAll(() => story?.stop());

interface Row {
  what: string;
  /** What stands before the refusal, and leaves entries of its own. */
  first?: () => Promise<unknown>;
  act: () => Promise<unknown>;
  entry: Record<string, unknown>;
}

const rows: Row[] = [
  // Purposes.
  ...(
    [
      ["of a stranger", marta, { isStranger: true }, {}, "stranger"],
      ["of a bot", marta, { isBot: true }, {}, "not-a-person"],
      ["of somebody deactivated", marta, { isDeactivated: true }, {}, "not-a-person"],
      ["of one of two with the same address", marta, { email: "Dana@example.com" }, {}, "shared-address"],
      ["for a vault that isn't watched", marta, {}, { vaultId: "v_gone" }, "no-such-vault"],
      ["without the ticket", marta, {}, { vaultId: "v_tickets" }, "no-ticket"],
      ["recurring without a vault", marta, {}, { vaultId: null, recurrence: monthly() }, "no-vault"],
      ["recurring that says nothing", marta, {}, { purpose: "work", recurrence: monthly() }, "says-nothing"],
      ["whose time has passed", marta, {}, { endsAt: new Date("2026-11-01T00:00:00Z") }, "passed"],
      ["that is too long", marta, {}, { endsAt: new Date("2027-11-01T00:00:00Z") }, "too-long"],
    ] as [string, string, Partial<SlackUser>, Partial<Draft>, string][]
  ).map(([what, by, as, draft, reason]) => ({
    what: `a purpose ${what}`,
    act: () => ports.announce({ ...draftOf({ ...user(by), ...as }), ...draft }),
    entry: { kind: "intent refused", by, reason, what: "announcement" },
  })),
  {
    what: "/intent with a time that has passed",
    act: () => story.command(marta, "paying the hosting invoice 8:00-8:30"),
    entry: {
      kind: "intent refused",
      by: marta,
      reason: "passed",
      what: "announcement",
      purpose: "paying the hosting invoice",
    },
  },
  {
    what: "/intent with a time that is too long",
    act: () => story.command(marta, "paying the hosting invoice for 900h"),
    entry: { kind: "intent refused", by: marta, reason: "too-long", what: "announcement" },
  },
  {
    what: "somebody else's purpose announced anew",
    act: () => ports.announceAgain({ by: user(dana), intentId: idOf("standing"), offer: "o" }),
    entry: { kind: "intent refused", by: dana, reason: "not-theirs", what: "announcement anew" },
  },
  {
    what: "a purpose that there isn't announced anew",
    act: () => ports.announceAgain({ by: user(dana), intentId: "999999", offer: "o" }),
    entry: { kind: "intent refused", by: dana, reason: "none", intent: "999999" },
  },
  {
    what: "the end of somebody else's purpose, pressed",
    act: () => forged(dana, "intent_cancel", () => idOf("standing")),
    entry: { kind: "intent refused", by: dana, reason: "not-theirs", what: "cancelled" },
  },
  {
    what: "the end of a purpose that was ended",
    act: () => ports.endIntent({ intentId: idOf("over"), by: marta, how: "done" }),
    entry: { kind: "intent refused", by: marta, reason: "over", what: "done" },
  },
  {
    what: "the end of nothing",
    act: () => story.command(gil, "done"),
    entry: { kind: "intent refused", by: gil, reason: "none", what: "done" },
  },
  {
    what: "the end of what can't be a purpose",
    act: () => forged(dana, "intent_done", () => "x'; drop table record"),
    entry: { kind: "intent refused", by: dana, reason: "none", intent: "x'; drop table record" },
  },
  {
    what: "a change of somebody else's purpose",
    act: () => forged(dana, "intent_change", () => idOf("standing")),
    entry: { kind: "intent refused", by: dana, reason: "none", what: "change" },
  },
  // Verdicts and what follows them.
  {
    what: "a verdict on an alert that there isn't",
    act: () => forged(dana, "review_expected", () => "forged-id:1"),
    entry: { kind: "review refused", by: dana, reason: "no-such-alert", what: "verdict expected", alert: "forged-id" },
  },
  {
    what: "an undoing of nothing",
    act: () => ports.reopen(click("open", juan)),
    entry: { kind: "review refused", by: juan, reason: "nothing-to-undo", what: "re-open" },
  },
  {
    what: "the form for a verdict on what is decided",
    act: () => ports.mayReview(click("decided", juan)),
    entry: { kind: "review came second", by: juan, what: "form asked for" },
  },
  {
    what: "an acknowledgement of what is decided",
    act: () => ports.acknowledge(click("decided", juan)),
    entry: { kind: "review refused", by: juan, reason: "already-decided", what: "acknowledgement" },
  },
  {
    what: "an acknowledgement for the second time",
    first: () => ports.acknowledge(click("open", juan)),
    act: () => ports.acknowledge(click("open", juan)),
    entry: { kind: "review refused", by: juan, reason: "acknowledged-before", what: "acknowledgement" },
  },
  {
    what: "a verdict on a flood that there isn't",
    act: () => ports.reviewFlood({ ...flooded("decided", dana), floodId: nowhere, verdict: "expected", note: null }),
    entry: { kind: "review refused", by: dana, reason: "no-such-alert", what: "verdict expected", flood: nowhere },
  },
  {
    what: "a verdict on a flood from another message",
    act: () => ports.reviewFlood({ ...flooded("decided", dana), verdict: "expected", note: null }),
    entry: { kind: "review refused", by: dana, reason: "wrong-message", what: "verdict expected" },
  },
  {
    what: "a verdict on a flood of which nothing is open",
    act: () => ports.reviewFlood({ ...flooded("flood", juan), verdict: "expected", note: null }),
    entry: { kind: "review came second", by: juan, what: "verdict expected" },
  },
  {
    what: "the form for a flood of which nothing is open",
    act: () => ports.mayReviewFlood(flooded("flood", juan)),
    entry: { kind: "review came second", by: juan, what: "form asked for" },
  },
  {
    what: "a flood that there isn't shown one by one",
    act: () => ports.showOneByOne(nowhere, dana),
    entry: { kind: "review refused", by: dana, reason: "no-such-alert", what: "one by one" },
  },
  {
    what: "a tick in a forged message",
    act: () => ports.tick({ ...byOf(dana), message: { channel: cards, ts: "1.000001" }, chosen: [0], seenTick: null }),
    entry: { kind: "review refused", by: dana, reason: "wrong-message", what: "step ticked" },
  },
  {
    what: "a resolution of what isn't suspicious",
    act: () => ports.resolve({ ...resolving("decided", juan), outcome: "misuse", note: "no" }),
    entry: { kind: "review refused", by: juan, reason: "nothing-to-resolve", what: "resolution misuse" },
  },
  {
    what: "a second resolution",
    act: () => ports.resolve({ ...resolving("suspicious", juan), outcome: "misuse", note: "no" }),
    entry: { kind: "review refused", by: juan, reason: "already-resolved", what: "resolution misuse" },
  },
  {
    what: "the form for a second resolution",
    act: () => ports.mayResolve(resolving("suspicious", juan)),
    entry: { kind: "review refused", by: juan, reason: "already-resolved", what: "resolution asked for" },
  },
  {
    what: "a tick on a card on which nothing is to be done",
    first: () => ports.reopen(click("suspicious", marta)),
    act: () => ports.tick({ ...byOf(marta), message: placeOf("card"), chosen: [0], seenTick: null }),
    entry: { kind: "review refused", by: marta, reason: "nothing-to-do", what: "step ticked" },
  },
  // Answers.
  {
    what: "an answer about an alert that there isn't",
    act: () => ports.mayAnswer({ ...answering(dana), alertId: "forged-id" }),
    entry: { kind: "answer refused", by: dana, reason: "no-such-question", what: "mine", alert: "forged-id" },
  },
  {
    what: "an answer about an alert that nobody was asked about",
    act: () => ports.answer({ ...answering(dana), alertId: idOf("decided"), said: { kind: "mine", text: "me" } }),
    entry: { kind: "answer refused", by: dana, reason: expect.stringMatching(/^not-asked$|^no-such-question$/) },
  },
  {
    what: "the same answer again",
    first: () => ports.answer({ ...answering(dana), said: { kind: "mine", text: "it was me" } }),
    act: () => ports.answer({ ...answering(dana), said: { kind: "mine", text: "it was me" } }),
    entry: { kind: "answer refused", by: dana, reason: "already", what: "mine" },
  },
  {
    what: "“that was me” after “that wasn't me”",
    first: () => ports.answer({ ...answering(dana), said: { kind: "not-mine" } }),
    act: () => ports.mayAnswer(answering(dana)),
    entry: { kind: "answer refused", by: dana, reason: "already", what: "mine" },
  },
  {
    what: "an answer about an unused purpose that there isn't",
    act: () => ports.answerUnused({ ...unused("happened"), intentId: "999999" }),
    entry: { kind: "unused intent answer refused", by: dana, reason: "no-such-question", intent: "999999" },
  },
  {
    what: "another answer about an unused purpose",
    first: () => ports.answerUnused(unused("happened")),
    act: () => ports.answerUnused(unused("not-needed")),
    entry: { kind: "unused intent answer refused", by: dana, reason: "already", what: "not-needed" },
  },
  {
    what: "a confirmation of a purpose that there isn't",
    act: () => ports.answerRecurring({ ...confirming("recurring", juan), intentId: "999999" }),
    entry: { kind: "recurring intent answer refused", by: juan, reason: "no-such-intent", intent: "999999" },
  },
  {
    what: "a second confirmation",
    first: () => ports.answerRecurring(confirming("recurring", juan)),
    act: () => ports.answerRecurring(confirming("recurring", juan)),
    entry: { kind: "recurring intent answer refused", by: juan, reason: "already", what: "confirmed" },
  },
  {
    what: "a confirmation of what was taken back",
    act: () => ports.answerRecurring(confirming("recurring over", juan)),
    entry: { kind: "recurring intent answer refused", by: juan, reason: "over", what: "confirmed" },
  },
  // Digests, snoozes, settings.
  {
    what: "a tick of a digest that there isn't",
    act: () => forged(dana, "digest_read", () => "digest:999999"),
    entry: { kind: "digest read refused", by: dana, reason: "no-such-digest", digest: "999999" },
  },
  {
    what: "a tick of a digest in another message",
    act: () => ports.digestRead({ ...byOf(juan), message: placeOf("decided"), digestId: idOf("digest") }),
    entry: { kind: "digest read refused", by: juan, reason: "no-such-digest" },
  },
  {
    what: "a second tick of a digest",
    first: () => ports.digestRead({ ...byOf(juan), message: placeOf("digest"), digestId: idOf("digest") }),
    act: () => ports.digestRead({ ...byOf(juan), message: placeOf("digest"), digestId: idOf("digest") }),
    entry: { kind: "digest read refused", by: juan, reason: "already" },
  },
  {
    what: "the running week asked for by somebody who may not",
    act: () => ports.digestSoFar({ by: user(dana), byId: dana, channel: cards }),
    entry: { kind: "digest refused", by: dana, reason: "not-a-manager" },
  },
  {
    what: "the end of a snooze that there isn't",
    act: () => ports.endSnooze({ ...byOf(dana), message: placeOf("snooze"), snoozeId: "999999" }),
    entry: { kind: "snooze refused", by: dana, reason: "no-such-snooze", what: "end of a snooze", snooze: "999999" },
  },
  {
    what: "the end of a snooze that was ended",
    first: () => ports.endSnooze({ ...byOf(juan), message: placeOf("snooze"), snoozeId: idOf("snooze") }),
    act: () => ports.endSnooze({ ...byOf(juan), message: placeOf("snooze"), snoozeId: idOf("snooze") }),
    entry: { kind: "snooze refused", by: juan, reason: "over", what: "end of a snooze" },
  },
  {
    what: "a snooze that is too long",
    act: () =>
      ports.snooze({
        vaultId: "v_cards",
        by: user(marta),
        byId: marta,
        endsAt: new Date("2028-01-01T00:00:00Z"),
        reason: "stocktaking",
        only: { slackUserId: null, itemId: null, policy: null },
      }),
    entry: { kind: "snooze refused", by: marta, reason: "too-long" },
  },
  {
    what: "a word on a proposal that there isn't",
    act: () => ports.answerSettings({ ...proposed(dana), proposalId: "999999" }),
    entry: { kind: "settings refused", by: dana, reason: "no-such-proposal", proposal: "999999" },
  },
  {
    what: "a word on a proposal that was decided",
    first: () => ports.answerSettings({ ...proposed(juan), answer: "declined" }),
    act: () => ports.answerSettings(proposed(juan)),
    entry: { kind: "settings refused", by: juan, reason: "already", what: "confirmed of settings" },
  },
  {
    what: "settings from another place than the Home",
    act: () => ports.openSettings({ ...byOf(marta), message: placeOf("decided"), vaultId: "v_cards" }),
    entry: { kind: "settings refused", by: marta, reason: "wrong-message" },
  },
  // Questions and leavers.
  {
    what: "a question of somebody who may not ask it",
    act: () =>
      ports.ask({ by: user(dana), byId: dana, channel: cards, question: { kind: "open", vault: null }, page: 0 }),
    entry: { kind: "question refused", by: dana, reason: "not-a-manager" },
  },
  {
    what: "a leaver's list of somebody who may not begin one",
    act: () =>
      ports.beginLeaving({
        by: user(dana),
        byId: dana,
        channel: cards,
        person: { kind: "slack", id: lena },
        vault: null,
      }),
    entry: { kind: "leaver refused", by: dana, reason: "not-a-manager", what: "leaver" },
  },
  {
    what: "a tick of a leaver's list in a forged message",
    act: () => ports.tickLeaver({ ...byOf(juan), message: { channel: cards, ts: "1.000001" }, chosen: [], seen: [0] }),
    entry: { kind: "leaver refused", by: juan, reason: "wrong-message", what: "leaver ticked" },
  },
  // What nobody made here.
  ...[
    "review_expected",
    "what_now_resolve",
    "flood_expected",
    "digest_read",
    "ask_not_mine",
    "recurring_confirm",
    "settings_confirm",
    "snooze_confirm",
    "snooze_end",
    "unused_happened",
    "intent_again_0",
    "report_page_1",
    "a_button_of_next_year",
  ].map((action) => ({
    what: `${action} that carries nothing of ours`,
    act: () => forged(gil, action, () => `\ud800\0${"x".repeat(900)}`),
    entry: {
      kind: "act not understood",
      by: gil,
      what: action,
      carried: expect.stringMatching(/^\ufffd\ufffdx{198}$/),
    },
  })),
];

const sentence = "nobody was in the office";
rows.push(
  ...(
    [
      ["suspicious_form", { suspicious_note: sentence }],
      ["flood_form", { suspicious_note: sentence }],
      ["resolve_form", { resolve_note: sentence, resolve_outcome: "misuse" }],
      ["ask_form", { ask_text: sentence }],
      ["a_form_of_next_year", {}],
    ] as [string, Record<string, string>][]
  ).map(([form, inputs]) => ({
    what: `${form} that carries nothing of ours`,
    act: () => sent(gil, form, inputs),
    entry: { kind: "act not understood", by: gil, what: form },
  })),
);

test.each(rows)("$what is on the record, once", async ({ first, act, entry }) => {
  await first?.();
  const before = await record();
  await act();
  expect((await record()).slice(before.length)).toEqual([expect.objectContaining(entry)]);
});

test("whoever isn't known to Slack for the moment is refused on the record", async () => {
  const ways: [string, () => Promise<void>][] = [
    [
      "command",
      () =>
        doors().command({ ack, body: { user_id: "U02NOBODY", channel_id: cards, command: "/intent", text: "audit" } }),
    ],
    ["announcement anew", () => forged("U02NOBODY", "intent_again_0", () => `${idOf("standing")}:o`)],
  ];
  for (const [what, act] of ways) {
    const before = await record();
    await act();
    expect((await record()).slice(before.length)).toEqual([
      expect.objectContaining({ kind: "intent refused", by: "U02NOBODY", reason: "unknown-clicker", what }),
    ]);
  }
});

async function record(): Promise<Record<string, unknown>[]> {
  const { db } = story.service.house.store;
  const all = await db.selectFrom("record").select(["kind", "payload"]).orderBy("seq").execute();
  return all.map(({ kind, payload }) => ({ kind, ...JSON.parse(String(payload)) }));
}

function user(id: string): SlackUser {
  const known = users.get(id);
  if (!known) throw new Error(`Slack doesn't know ${id}`);
  return known;
}

function idOf(what: string): string {
  const id = ids.get(what);
  if (id === undefined) throw new Error(`there is no ${what}`);
  return id;
}

function placeOf(what: string): { channel: string; ts: string } {
  const place = where.get(what);
  if (!place) throw new Error(`there is no message of ${what}`);
  return { channel: place.channel, ts: place.ts };
}

function found(is: (message: SandboxMessage) => boolean, channel = cards): SandboxMessage {
  const message = story.sandbox.workspace.messages(channel).findLast(is);
  if (message) return message;
  throw new Error(
    `no such message in:\n${story.sandbox.workspace
      .messages(channel)
      .map(({ text }) => text)
      .join("\n")}`,
  );
}

async function subjectOf({ channel, ts }: { channel: string; ts: string }): Promise<string> {
  const { db } = story.service.house.store;
  const all = db.selectFrom("message").select("subject").where("channel", "=", channel).where("ts", "=", ts);
  return (await all.executeTakeFirstOrThrow()).subject;
}

async function alertOf(what: string, by: string): Promise<void> {
  await story.reveal({ by });
  where.set(what, story.alerts().at(-1) ?? { channel: "", ts: "" });
  ids.set(what, await subjectOf(placeOf(what)));
}

async function announced(what: string, by: string, text: string): Promise<void> {
  await story.command(by, text);
  const { db } = story.service.house.store;
  ids.set(what, (await db.selectFrom("intent").select("id").orderBy("id", "desc").executeTakeFirstOrThrow()).id);
}

type Came = (came: { ack: () => Promise<void>; body: unknown }) => Promise<void>;

/** What comes in by Slack's door, also what no button or form of ours would send. */
function doors(): Record<"command" | "action" | "view", Came> {
  const found = new Map<string, Came>();
  const app = Object.fromEntries(
    ["command", "action", "event", "view"].map((kind) => [
      kind,
      (_which: unknown, came: Came) => found.set(kind, came),
    ]),
  );
  const { directory } = story;
  const homes = { open: async () => {}, refresh: async () => {} };
  const log = story.service.house.log;
  listen(app as unknown as App, { ports, directory, homes, log, client: {} as WebClient, tell: async () => {} });
  const door = (kind: string) => found.get(kind) ?? (() => Promise.reject(new Error(`nothing takes a ${kind}`)));
  return { command: door("command"), action: door("action"), view: door("view") };
}

const ack = async () => {};

/** Pressed in a message of ours, with what nobody put into the button. */
async function forged(who: string, actionId: string, value: () => string): Promise<void> {
  const { channel, ts } = placeOf("decided");
  const container = { channel_id: channel, message_ts: ts };
  const body = { user: { id: who }, container, actions: [{ action_id: actionId, value: value() }] };
  await doors().action({ ack, body });
}

async function sent(who: string, form: string, inputs: Record<string, string>): Promise<void> {
  const given = Object.entries(inputs).map(([id, value]) => [id, { [id]: { value, selected_option: { value } } }]);
  const view = { callback_id: form, private_metadata: "nothing of ours", state: { values: Object.fromEntries(given) } };
  await doors().view({ ack, body: { user: { id: who }, view } });
}

const byOf = (id: string) => ({ clicker: user(id), clickerId: id });
const click = (alert: string, id: string) => ({
  ...byOf(id),
  alertId: idOf(alert),
  revision: 1,
  message: placeOf(alert),
});
const resolving = (alert: string, id: string) => ({ ...byOf(id), alertId: idOf(alert), message: placeOf(alert) });
const flooded = (message: string, id: string) => ({ ...byOf(id), floodId: idOf("flood"), message: placeOf(message) });
const answering = (by: string) => ({ alertId: idOf("open"), revision: 1, by, message: placeOf("question") });
const confirming = (intent: string, id: string) => ({
  ...byOf(id),
  intentId: idOf(intent),
  round: 0,
  answer: "confirmed" as const,
  message: placeOf(intent),
});
const unused = (answer: "happened" | "not-needed") => ({
  intentId: idOf("unused"),
  round: 0,
  answer,
  by: dana,
  message: placeOf("unused"),
});
const proposed = (id: string) => ({
  ...byOf(id),
  proposalId: idOf("proposal"),
  answer: "confirmed" as const,
  message: placeOf("proposal"),
});

function draftOf(by: SlackUser): Draft {
  return {
    by,
    purpose: "paying the hosting invoice",
    startsAt: null,
    endsAt: new Date(story.sandbox.clock.now().getTime() + 3_600_000),
    vaultId: "v_cards",
    itemId: null,
    mostUses: null,
    ticket: null,
    recurrence: null,
  };
}

function monthly(): Draft["recurrence"] {
  return { days: { kind: "week", weekdays: [1] }, hours: null, zone: "Europe/Madrid" };
}
