import { describe, expect, test } from "vitest";
import type { ReviewOutcome, ReviewRefusal } from "../../src/bot/ports.ts";
import { type AlertView, alertMessage, type MessageView } from "../../src/bot/views/alert.ts";
import { readCarried } from "../../src/bot/views/alert-actions.ts";
import { alertDetails } from "../../src/bot/views/alert-details.ts";
import { reviewAnswer, sorryAnswer } from "../../src/bot/views/answers.ts";
import { helpMessage } from "../../src/bot/views/help.ts";
import { intentAnnouncement } from "../../src/bot/views/intent-announcement.ts";
import { intentForm } from "../../src/bot/views/intent-form.ts";
import {
  announceAnswer,
  endAnswer,
  intentList,
  noSuchIntent,
  notUnderstood,
  whichTarget,
} from "../../src/bot/views/intent-messages.ts";
import { recurringAnswer, recurringMessage, recurringOver } from "../../src/bot/views/recurring.ts";
import { noteProblem, readFormOrigin, suspiciousForm } from "../../src/bot/views/suspicious-form.ts";
import { type UnusedView, unreportedLine, unusedQuestion } from "../../src/bot/views/unused-intent.ts";
import { wideIntents } from "../../src/bot/views/wide-intents.ts";
import { type Alert, type AlertAccess, type Recurring, testItemId } from "../../src/model.ts";
import {
  anAccess,
  anAlert,
  anAlertAccess,
  anAssessment,
  anIntent,
  anItem,
  aPerson,
  aReview,
  aSlackUser,
  aVault,
} from "./builders.ts";
import { golden, readAloud } from "./read-aloud.ts";
import { refusals } from "./slack-reading.ts";

const vault = aVault({ items: [anItem("i_visa", "Company Visa"), anItem("i_amex", "Amex")] });
const now = new Date("2026-11-24T09:35:00Z");

function draw(alert: Alert, changes: Partial<AlertView> = {}): MessageView {
  return alertMessage(alert, {
    vault,
    standing: { kind: "open" },
    now,
    managers: ["U02MARTA", "U02JUAN"],
    undoUntil: null,
    ...changes,
  });
}

const explained = anAlertAccess({
  intent: anIntent(),
  assessment: anAssessment({
    state: "explained",
    severity: "note",
    sentence: "Dana announced 'paying licence renewal' 14 min before, Tuesday 10:20 in Madrid",
    findings: [],
    intentId: "in1",
  }),
});

/** Loud findings are in the sentence, quiet ones beside it; the runbook lines wait in the details. */
const remarked = anAlertAccess({
  access: anAccess({ occurredAt: new Date("2026-11-21T01:13:00Z"), receivedAt: new Date("2026-11-21T01:13:05Z") }),
  assessment: anAssessment({
    state: "suspicious",
    severity: "critical",
    sentence:
      "Saturday 02:13 in Madrid, Friday 20:13 in Bogotá, outside Mon–Fri 08:00–19:00 in Madrid; a country not seen before: Colombia; nothing was announced",
    findings: [
      {
        policy: "announced-purpose",
        severity: "warning",
        reason: "nothing was announced",
        whatToDo: "Ask what it was for.",
      },
      {
        policy: "new-country",
        severity: "warning",
        reason: "a country not seen before: Colombia",
        whatToDo: "Ask whether they are travelling.",
      },
      { policy: "sensitive-item", severity: "note", reason: "an item marked as sensitive", whatToDo: "Ask today." },
      { policy: "guest-actor", severity: "note", reason: "opened by a guest", whatToDo: "Ask their colleague." },
      { policy: "new-device", severity: "note", reason: "a device not used before: kiosk-7", whatToDo: "Ask." },
      { policy: "new-client", severity: "note", reason: "an app not used before: 1Password CLI", whatToDo: "Ask." },
      { policy: "new-network", severity: "note", reason: "a network not used before: 198.51.100.*", whatToDo: "Ask." },
    ],
  }),
});

const night = anAlertAccess({
  access: anAccess({
    occurredAt: new Date("2026-11-21T01:13:00Z"),
    receivedAt: new Date("2026-11-21T10:42:00Z"),
  }),
  assessment: anAssessment({
    state: "suspicious",
    severity: "critical",
    sentence: "Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00; nothing was announced",
    findings: [
      { policy: "announced-purpose", severity: "warning", reason: "nothing was announced" },
      { policy: "office-hours", severity: "critical", reason: "outside Mon–Fri 08:00–19:00" },
    ],
  }),
});

/** The n-th access of a sitting: one a minute, each its own revision. */
function nth(
  n: number,
  changes: { itemId?: string; title?: string; action?: string; base?: AlertAccess } = {},
): AlertAccess {
  const base = changes.base ?? anAlertAccess();
  const occurredAt = new Date(base.access.occurredAt.getTime() + (n - 1) * 60_000);
  const item = { ...base.access.item, id: changes.itemId ?? "i_visa", title: changes.title ?? "Company Visa" };
  const action = changes.action ?? "reveal";
  return {
    ...base,
    revision: n,
    access: { ...base.access, id: `a${n}`, item, action, occurredAt, receivedAt: occurredAt },
  };
}

const several = anAlert({
  accesses: [nth(1), nth(2), nth(3, { itemId: "i_amex", title: "Amex", action: "copy" }), nth(4, { base: explained })],
});
const verdict = aReview();
const suspicious = aReview({ verdict: "suspicious", note: "She is on holiday until Monday" });

/** Every message that people see, one golden file each. */
const recurring: Recurring = {
  days: { kind: "month", from: 1, until: 5 },
  hours: null,
  zone: "Europe/Madrid",
  confirmations: [],
  declined: null,
};
const quarter = new Date("2027-02-24T09:20:00Z");
const confirmed: Recurring = {
  ...recurring,
  confirmations: [{ by: "U02MARTA", name: "Marta Vidal", at: now, until: quarter }],
};
const everyMonth = anIntent({
  purpose: "bookkeeping, card statement",
  recurring,
  endsAt: new Date(now.getTime() + 86_400_000),
});
const recurringView = { person: aPerson(), vault, vaults: [vault], managers: ["U02MARTA", "U02JUAN"], now };

const unusedView: UnusedView = {
  person: aPerson(),
  vaults: [vault],
  round: 0,
  zone: "Europe/Madrid",
  askedAt: new Date("2026-11-25T08:00:00Z"),
  answer: null,
  channels: ["C0CARDS"],
};

function must<T>(value: T | null): T {
  if (value === null) throw new Error("there is nothing to see");
  return value;
}

const aTest = anAlert({
  accesses: [
    anAlertAccess({
      access: anAccess({ eventId: "test_1", item: { ...anAccess().item, id: testItemId, title: "a test" } }),
    }),
  ],
});

const messages: Record<string, MessageView> = {
  "alert-test": draw(aTest),
  "alert-test-pressed": draw(aTest, { standing: { kind: "decided", review: aReview() } }),
  "alert-test-nobody": draw(aTest, { managers: [] }),
  "alert-explained": draw(anAlert({ accesses: [explained] })),
  "alert-spot-check": draw(
    anAlert({ accesses: [{ ...explained, assessment: { ...explained.assessment, isSpotCheck: true } }] }),
  ),
  "alert-unexplained": draw(anAlert()),
  "alert-at-night-late": draw(anAlert({ accesses: [night] })),
  "alert-also": draw(anAlert({ accesses: [remarked] })),
  "alert-details-what-to-do": alertDetails(anAlert({ accesses: [remarked] }), vault),
  "alert-several": draw(several),
  "alert-many-items": draw(
    anAlert({
      accesses: Array.from({ length: 40 }, (_, i) => nth(i + 1, { itemId: `i${i >> 1}`, title: `Key ${i >> 1}` })),
    }),
  ),
  "alert-expected": draw(anAlert({ reviews: [verdict] }), {
    standing: { kind: "decided", review: verdict },
    undoUntil: new Date("2026-11-24T09:41:00Z"),
  }),
  "alert-suspicious-undo-over": draw(anAlert({ accesses: [night], reviews: [suspicious] }), {
    standing: { kind: "decided", review: suspicious },
    undoUntil: new Date("2026-11-24T09:34:00Z"),
  }),
  "alert-grown": draw(anAlert({ accesses: [nth(1), nth(2), nth(3)], reviews: [aReview({ revision: 2 })] }), {
    standing: { kind: "grown", review: aReview({ revision: 2 }), openAccesses: 1 },
  }),
  "alert-undone": draw(
    anAlert({ reviews: [verdict, aReview({ id: "r2", verdict: "undone", at: new Date("2026-11-24T09:33:00Z") })] }),
  ),
  "alert-unmatched": draw(
    anAlert({ accesses: [{ ...night, hasConflict: true }], person: aPerson({ slack: { kind: "unmatched" } }) }),
    {
      managers: [],
    },
  ),
  "alert-ambiguous": draw(
    anAlert({
      person: aPerson({ slack: { kind: "ambiguous", users: [aSlackUser(), aSlackUser({ id: "U02DANA2" })] } }),
    }),
  ),
  "alert-lookalike": draw(
    anAlert({ accesses: [night], person: aPerson({ name: "Mаrta Soler", slack: { kind: "unmatched" } }) }),
    {
      lookalikes: [
        { kind: "person", of: "name", text: "Mаrta Soler", name: "Marta Soler", email: "marta@example.com" },
        { kind: "person", of: "address", text: "mаrta@example.com", name: "Marta Soler", email: "marta@example.com" },
        { kind: "hidden", of: "item", text: "Company\u202e Visa" },
        { kind: "mixed", of: "item", text: "Vіsa", alphabets: ["Latin", "Cyrillic"] },
      ],
    },
  ),
  "alert-namesake": draw(anAlert({ accesses: [night] }), {
    lookalikes: [
      { kind: "person", of: "name", text: "Dana Ruiz", name: "Dana Ruiz", email: "d.ruiz@example.com" },
      { kind: "mixed", of: "name", text: "Dаna Ruiz", alphabets: ["Latin", "Cyrillic"] },
      { kind: "item", of: "item", text: "Cоmpany Visa", title: "Company Visa" },
    ],
  }),
  "alert-guest": draw(
    anAlert({ person: aPerson({ slack: { kind: "matched", user: aSlackUser({ isGuest: true }) } }) }),
  ),
  "alert-nobody-to-judge": draw(anAlert(), { managers: [] }),
  "alert-unknown-action": draw(anAlert({ accesses: [nth(1, { action: "teleport" })] })),
  "alert-details": alertDetails(
    anAlert({ accesses: [explained, { ...night, revision: 2 }], reviews: [suspicious] }),
    vault,
  ),
  "intent-noted": announceAnswer(
    { kind: "announced", intent: anIntent(), person: aPerson(), saysNothing: null, channels: ["C0CARDS"], hint: null },
    { zone: "Europe/Madrid", now, vaults: [vault] },
    ["No time was named, so it stands for 1h."],
  ),
  "intent-noted-vague": announceAnswer(
    {
      kind: "announced",
      intent: anIntent({ purpose: "work", vaultId: "v_cards", itemId: "i_visa" }),
      person: aPerson(),
      saysNothing: "'work' doesn't tell yet what it is for. Here it helps to name: supplier and amount, please.",
      channels: ["C0CARDS"],
      hint: "supplier and amount, please",
    },
    { zone: "America/New_York", now, vaults: [vault] },
  ),
  "intent-announced": announcement({}),
  "recurring-asked": recurringMessage(everyMonth, recurring, 0, recurringView),
  "recurring-nobody-independent": recurringMessage(everyMonth, recurring, 0, { ...recurringView, managers: [] }),
  "recurring-confirmed": recurringMessage({ ...everyMonth, endsAt: quarter }, confirmed, 0, recurringView),
  "recurring-renew": recurringMessage({ ...everyMonth, endsAt: quarter }, confirmed, 1, recurringView),
  "recurring-over": recurringOver({ ...everyMonth, endsAt: quarter }, confirmed, recurringView),
  "recurring-refused": must(recurringAnswer({ kind: "refused", reason: "own-access", vault, whoCan: ["U02JUAN"] })),
  "intent-unused": unusedQuestion(anIntent({ itemId: "i_visa" }), unusedView),
  "intent-unused-recurring": unusedQuestion(
    { ...everyMonth, recurring: confirmed },
    { ...unusedView, askedAt: quarter },
  ),
  "intent-unused-happened": unusedQuestion(anIntent({ itemId: "i_visa" }), { ...unusedView, answer: "happened" }),
  "intent-unused-not-needed": unusedQuestion(anIntent({ itemId: "i_visa" }), { ...unusedView, answer: "not-needed" }),
  "intent-unreported": unreportedLine(anIntent({ itemId: "i_visa" }), unusedView),
  "intent-wide": wideIntents(
    [
      {
        intent: anIntent({ vaultId: null, purpose: "checking things" }),
        why: ["it is for any vault", "it stands for 24 h"],
      },
      { intent: anIntent({ purpose: "work" }), why: ["it says very little"] },
    ],
    { person: aPerson(), vaults: [vault], zone: "Europe/Madrid", tag: "intent:wide:1:2026-11-23" },
  ),
  "intent-wide-taken-back": wideIntents([], {
    person: aPerson(),
    vaults: [vault],
    zone: "Europe/Madrid",
    tag: "intent:wide:1:2026-11-23",
  }),
  "intent-announced-done": announcement({ end: { how: "done", at: new Date("2026-11-24T09:17:00Z") } }),
  "intent-announced-cancelled": announcement({ end: { how: "cancelled", at: new Date("2026-11-24T09:07:00Z") } }),
  "intent-announced-tomorrow-any": announcement({
    startsAt: new Date("2026-11-25T08:00:00Z"),
    endsAt: new Date("2026-11-25T10:00:00Z"),
    vaultId: null,
  }),
  "intent-list": intentList([anIntent(), anIntent({ id: "in2", purpose: "migration", vaultId: null })], {
    zone: "Europe/Madrid",
    now,
    vaults: [vault],
  }),
  "intent-not-understood": notUnderstood("16:00 has passed already: it is 17:00 in Madrid.", "/intent paying for 1h"),
  "intent-which": whichTarget("Which one do you mean? Several have that name.", [
    { label: "PIN in Company cards", command: '/intent resetting on "i_pin" in "v_cards"' },
    { label: "PIN in Servers", command: '/intent resetting on "i_pin2" in "v_servers"' },
  ]),
  help: helpMessage(),
};

function announcement(changes: Parameters<typeof anIntent>[0]): MessageView {
  return intentAnnouncement(anIntent(changes), { person: aPerson(), vault, vaults: [vault], now });
}

describe("what people see, as golden files", () => {
  test.each(Object.entries(messages))("%s", async (name, message) => {
    expect(refusals(message, "message")).toEqual([]);
    await expect(golden(message)).toMatchFileSnapshot(`../golden/${name}.json`);
  });

  test("the forms", async () => {
    const origin = { alertId: "al_1", revision: 1, channel: "C0CARDS", ts: "1795425640.000100" };
    const forms = {
      "suspicious-form": suspiciousForm(origin, anAlert(), vault),
      "intent-form": intentForm({
        vaults: [vault],
        vaultId: null,
        itemId: null,
        ticket: null,
        recent: { intents: [], offer: "offer-1" },
        isOnce: false,
        purpose: null,
        window: null,
        defaultMinutes: 60,
        maximumMinutes: 480,
        replaces: null,
      }),
      "intent-form-change": intentForm({
        vaults: [vault],
        vaultId: "v_cards",
        itemId: "i_amex",
        purpose: "paying licence renewal",
        window: "until 16:00",
        ticket: null,
        recent: { intents: [anIntent()], offer: "offer-1" },
        isOnce: true,
        defaultMinutes: 60,
        maximumMinutes: 480,
        replaces: "in1",
      }),
    };
    for (const [name, form] of Object.entries(forms)) {
      expect(refusals(form, "modal")).toEqual([]);
      await expect(golden(form)).toMatchFileSnapshot(`../golden/${name}.json`);
    }
    expect(readFormOrigin(forms["suspicious-form"].private_metadata ?? "")).toEqual(origin);
    expect(readFormOrigin("something else")).toBeNull();
    expect(noteProblem("   ")).not.toBeNull();
    expect(noteProblem("on holiday")).toBeNull();
  });
});

describe("the story on a locked phone", () => {
  test.each([
    [
      "alert-at-night-late",
      "Looks unusual: Dana Ruiz opened Company Visa (Company cards), Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00; nothing was announced",
    ],
    [
      "alert-unexplained",
      "Unexplained: Dana Ruiz opened Company Visa (Company cards), Tuesday 10:20 in Madrid; nothing was announced",
    ],
    [
      "alert-explained",
      "Explained: Dana Ruiz opened Company Visa (Company cards); Dana announced 'paying licence renewal' 14 min before, Tuesday 10:20 in Madrid",
    ],
    ["intent-announced", "Dana Ruiz announced: ‘paying licence renewal’ for Company cards, 10:06–11:06 in Madrid"],
    [
      "intent-announced-done",
      "Dana Ruiz announced: ‘paying licence renewal’ for Company cards, 10:06–11:06 in Madrid (done after 11 min)",
    ],
  ])("%s", (name, text) => expect(messages[name]?.text).toBe(text));
});

describe("an alert's buttons", () => {
  const actions = (message: MessageView | undefined) => readAloud(message ?? { blocks: [] }).at(-1);

  test("ask as long as something is open, and offer the way back once nothing is", () => {
    const open = "[Expected] [Suspicious] [… I’m looking into it / Details / How this works]";
    expect(actions(messages["alert-unexplained"])).toBe(open);
    expect(actions(messages["alert-explained"])).toBe(open);
    expect(actions(messages["alert-grown"])).toBe(open);
    expect(actions(messages["alert-expected"])).toBe("[Undo] [… Details / How this works]");
    expect(actions(messages["alert-suspicious-undo-over"])).toBe("[Re-open] [… Details / How this works]");
  });

  test("carry the alert and the revision that was shown", () => {
    expect(messages["alert-several"]?.blocks.at(-1)).toMatchObject({
      block_id: "alert:al_1:4",
      elements: [{ value: "al_1:4" }, { value: "al_1:4" }, {}],
    });
    expect(readCarried("al_1:4")).toEqual({ more: null, alertId: "al_1", revision: 4 });
    expect(readCarried("details:al_1:4")).toEqual({ more: "details", alertId: "al_1", revision: 4 });
    expect(readCarried("<al_1>")).toBeNull();
  });
});

describe("private answers, one line each", () => {
  const say = (outcome: ReviewOutcome) => readAloud(reviewAnswer(outcome) ?? { blocks: [] }).join("\n");
  const whoCan = ["U02MARTA", "U02JUAN"];

  test.each<[ReviewRefusal, string]>([
    ["own-access", "You opened this item yourself, so somebody else must judge it. @U02MARTA and @U02JUAN can."],
    ["not-a-manager", "You are not a manager of Company cards; the managers are @U02MARTA and @U02JUAN."],
    ["guest", "Guests of this workspace can’t judge an access. @U02MARTA and @U02JUAN can."],
    [
      "stranger",
      "You are here from another workspace, so you can’t judge an access of this one. @U02MARTA and @U02JUAN can.",
    ],
    ["bot", "A bot can’t judge an access: it takes a person. @U02MARTA and @U02JUAN can."],
    ["deactivated", "This Slack account is deactivated, so the click was not counted. @U02MARTA and @U02JUAN can."],
    [
      "unknown-clicker",
      "Slack couldn’t tell me just now who you are, so I didn’t count the click. Please try again in a minute.",
    ],
    [
      "wrong-message",
      "This button isn’t in the message that I posted for this alert, so I didn’t count it. Please use the one in the vault’s channel.",
    ],
    ["no-such-alert", "I have no alert that belongs to this button. Please tell whoever runs Vaultbell."],
    [
      "nothing-to-undo",
      "There is nothing for you to take back here. What waits for a second manager, only whoever said it can take back.",
    ],
  ])("%s", (reason, sentence) => expect(say({ kind: "refused", reason, vault, whoCan })).toBe(sentence));

  test("who was second is told who was first", () => {
    expect(say({ kind: "already-decided", alert: anAlert(), vault, by: "U02JUAN", verdict: "expected", at: now })).toBe(
      "Already decided by @U02JUAN at {time of Tuesday 24 November 2026 10:35 in Madrid}: Expected.",
    );
  });

  test("a click that counted needs no answer, unless more came in meanwhile", () => {
    expect(reviewAnswer({ kind: "recorded", alert: anAlert(), vault, coversAll: true })).toBeNull();
    expect(say({ kind: "recorded", alert: anAlert(), vault, coversAll: false })).toMatch(/^Recorded for what you saw/);
  });

  test("nobody who can is said as it is", () => {
    expect(say({ kind: "refused", reason: "own-access", vault, whoCan: [] })).toBe(
      "You opened this item yourself, so somebody else must judge it. Nobody else answers for this vault yet; please tell whoever runs Vaultbell.",
    );
  });

  test("ending an intent", () => {
    const asker = { zone: "Europe/Madrid", now, vaults: [vault] };
    const done = anIntent({ end: { how: "done", at: new Date("2026-11-24T09:17:00Z") } });
    const said = (message: MessageView) => readAloud(message).join("\n");
    expect(said(endAnswer({ kind: "ended", intent: done }, "done", asker))).toBe(
      "Thank you. ‘paying licence renewal’: done after 11 min. What you open from now on is no longer explained by it.",
    );
    expect(said(endAnswer({ kind: "none" }, "done", asker))).toBe(
      "Nothing that you announced stands at the moment. /intent paying licence renewal would announce a purpose.",
    );
    expect(
      said(endAnswer({ kind: "several", intents: [done, anIntent({ id: "in2" })] }, "cancelled", asker)),
    ).toContain("[Cancel]");
    expect(said(endAnswer({ kind: "not-yours" }, "done", asker))).toBe(
      "That was announced by somebody else, so only they can end it.",
    );
    expect(said(endAnswer({ kind: "already", intent: done }, "done", asker))).toBe(
      "‘paying licence renewal’ is over already: done after 11 min.",
    );
    expect(said(noSuchIntent("cancel", "the old card"))).toContain('/intent "cancel the old card"');
    expect(sorryAnswer("click").text).toContain("try again in a minute");
  });
});
