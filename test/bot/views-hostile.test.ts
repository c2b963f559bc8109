import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReviewOutcome } from "../../src/bot/ports.ts";
import { type AlertView, alertMessage, type MessageView } from "../../src/bot/views/alert.ts";
import { alertDetails } from "../../src/bot/views/alert-details.ts";
import { reviewAnswer } from "../../src/bot/views/answers.ts";
import { configurationMessage } from "../../src/bot/views/configuration.ts";
import { digestMessage, digestSoFar } from "../../src/bot/views/digest.ts";
import { digestDetails } from "../../src/bot/views/digest-details.ts";
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
import { recurringMessage, recurringOver } from "../../src/bot/views/recurring.ts";
import { resolveForm } from "../../src/bot/views/resolve-form.ts";
import { securityMessage } from "../../src/bot/views/security.ts";
import { snoozeAnnouncement, snoozeAnswer, snoozeIsOver, snoozeList, vaultHelp } from "../../src/bot/views/snooze.ts";
import { snoozeForm } from "../../src/bot/views/snooze-form.ts";
import type { Standing } from "../../src/bot/views/standing.ts";
import { suspiciousForm } from "../../src/bot/views/suspicious-form.ts";
import { timelineMessage } from "../../src/bot/views/timeline.ts";
import { type UnusedView, unreportedLine, unusedQuestion } from "../../src/bot/views/unused-intent.ts";
import { whatNowMessage } from "../../src/bot/views/what-now.ts";
import { wideIntents } from "../../src/bot/views/wide-intents.ts";
import {
  type Access,
  type Aftermath,
  type Alert,
  type Intent,
  type Lookalike,
  type Resolution,
  testItemId,
  type WatchedVault,
} from "../../src/model.ts";
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
  aSnooze,
  aVault,
} from "./builders.ts";
import { aDigestView, aWeek, someFacts } from "./digest-builders.ts";
import { hiddenIn, markupIn, refusals, shownIn } from "./slack-reading.ts";

const blns = JSON.parse(
  readFileSync(new URL("../fixtures/naughty-strings/blns.json", import.meta.url), "utf8"),
) as string[];

const ours = [
  "<!channel>",
  "<@U02MARTA>",
  "<https://evil.example|Approved by Marta>",
  "*Approved* by _Marta_ ~not~ `code` ```pre```",
  "✅ Expected · Marta, 10:31\n\n> quoted",
  ":white_check_mark: ok",
  ":com",
  "5:100",
  "until 10:02",
  "@here @channel @everyone",
  "http://evil.example/a?b=c www.evil.example evil.example mailto:a@evil.example",
  "\u202eevil\u202c \u2066x\u2069 a\u200bb\u200d\u200cc \ufeff",
  "\ud800 lone \udfff",
  "Z̸̡̧̢͔̭̝͎̰̥̰̩̞̹͎̰̜̝͓̹̭̈́̌̇̌̽̾̓̏͌͊̔͒̕̕͘ą̷̛̺̬".repeat(40),
  "👩‍💻".repeat(300),
  `${"👩\u200d".repeat(3000)}👩`,
  "x".repeat(4000),
  "&lt;!channel&gt; &amp; <",
  "\u0000\u0007\u009b31m",
  "|".repeat(200),
  "",
  " ",
  ".",
];
const now = new Date("2026-11-24T10:00:00Z");

/** Every field that somebody outside can fill is filled with the same text. */
/** The same, of the item by which a test is known. */
const testOf = (access: Access): Access => ({ ...access, eventId: "test_1", item: { ...access.item, id: testItemId } });

function hostileVault(text: string): WatchedVault {
  return aVault({ name: text, hint: text, items: [anItem("i_visa", text), anItem(text.slice(0, 512) || "i", text)] });
}

function hostileAlert(text: string, size: number): Alert {
  const accesses = Array.from({ length: size }, (_, index) =>
    anAlertAccess({
      revision: index + 1,
      hasConflict: index % 2 === 0,
      access: anAccess({
        id: `a${index}`,
        source: text,
        eventId: text,
        action: index % 3 === 0 ? "reveal" : text,
        actor: { vaultIdentity: text, email: text, name: text },
        vault: { id: "v_cards", name: text },
        item: { id: `${text}${index}`, title: text, version: text, category: text },
        client: { app: text, version: text, platform: text, device: text },
        ip: text,
        location: { country: text, city: text },
        receivedAt: new Date("2026-11-24T19:00:00Z"),
      }),
      assessment: anAssessment({
        state: "suspicious",
        severity: "critical",
        sentence: text,
        findings: [{ policy: text, severity: "critical", reason: text }],
        policyVersion: text,
      }),
      intent: anIntent({ purpose: text }),
    }),
  );
  return anAlert({
    accesses,
    person: aPerson({ name: text, emails: [text], vaultIdentities: [text], slack: { kind: "unmatched" } }),
    reviews: [aReview({ note: text }), aReview({ id: "r2", verdict: "undone", by: text })],
  });
}

const lookalikesOf = (text: string): Lookalike[] => [
  { kind: "person", of: "name", text: `${text} `, name: text, email: text },
  { kind: "person", of: "name", text: "Dana", name: text, email: text },
  { kind: "person", of: "address", text, name: text, email: text },
  { kind: "item", of: "item", text, title: text },
  { kind: "hidden", of: "item", text },
  { kind: "mixed", of: "name", text, alphabets: ["Latin", "Greek"] },
];

const standings = (note: string): Standing[] => [
  { kind: "open" },
  { kind: "decided", review: aReview({ revision: 500, note, verdict: "suspicious" }) },
  { kind: "grown", review: aReview({ note }), openAccesses: 1 },
];

function recurringMessages(text: string, vault: WatchedVault): MessageView[] {
  const confirmation = { by: text, name: text, at: now, until: new Date(now.getTime() + 1) };
  const days = { kind: "month" as const, from: 1, until: 5 };
  const recurring = { days, hours: null, zone: text, confirmations: [confirmation], declined: null };
  const intent = anIntent({ purpose: text, ticket: text, itemId: "i_visa", recurring, endsAt: confirmation.until });
  const person = aPerson({ name: text, slack: { kind: "matched", user: aSlackUser({ id: text, name: text }) } });
  const view = { person, vault, vaults: [vault], managers: [text], now };
  return [
    recurringMessage(intent, recurring, 0, view),
    recurringMessage(intent, recurring, 1, view),
    recurringMessage(intent, recurring, 1, { ...view, managers: [] }),
    recurringOver(intent, recurring, view),
    ...unusedMessages(intent, { person, vaults: [vault], zone: "UTC" }),
    ...unusedMessages(anIntent({ purpose: text, vaultId: text }), { person, vaults: [vault], zone: "UTC" }),
    wideIntents(
      Array.from({ length: 30 }, () => ({
        intent,
        why: ["it is for any vault", `it repeats "${text.slice(0, 100)}"`],
      })),
      { person, vaults: [vault], zone: "UTC", tag: "intent:wide:1:2026-11-23" },
    ),
  ];
}

function unusedMessages(intent: Intent, around: Pick<UnusedView, "person" | "vaults" | "zone">): MessageView[] {
  const view = { ...around, round: 0, askedAt: now, channels: ["C1", intent.purpose] };
  return [
    unreportedLine(intent, view),
    ...[null, "happened" as const, "not-needed" as const].map((said) =>
      unusedQuestion(intent, { ...view, answer: said }),
    ),
  ];
}

/** Snoozes and changed settings: what managers and the configuration name. */
function announcements(text: string, vault: WatchedVault): MessageView[] {
  const only = { slackUserId: null, itemId: text, policy: null };
  const snooze = aSnooze({ by: { slackUserId: text, name: text, email: text }, reason: text, only });
  const draft = {
    vaultId: text,
    reason: text,
    endsAt: now,
    only: { ...only, slackUserId: text },
    by: null,
    byId: text,
  };
  const examples = Array.from({ length: 3 }, () => ({ who: text, access: anAccess({ action: text }) }));
  const change = { about: "managers", sentence: text };
  return [
    snoozeAnnouncement({ ...snooze, end: { by: text, at: now } }, { vault, isOver: true, blockId: "snooze:1" }),
    snoozeAnnouncement(snooze, { vault, isOver: false, blockId: "snooze:1" }),
    snoozeIsOver(snooze, { vault, quiet: 2, blockId: "snooze:2" }),
    snoozeAnswer({ kind: "preview", draft, vault, preview: { of: 4, hidden: 3, critical: 1, examples } }, "carried"),
    snoozeAnswer({ kind: "refused", reason: "not-a-manager", vault }, ""),
    snoozeList(Array.from({ length: 30 }, () => ({ snooze, vault }))),
    vaultHelp(text),
    configurationMessage({ by: [text], changes: Array.from({ length: 20 }, () => change), blockId: "configuration:1" }),
  ];
}

function digests(text: string, vault: WatchedVault, alert: Alert): MessageView[] {
  const facts = someFacts({
    openAlerts: 12,
    unusual: Array.from({ length: 20 }, () => ({ policy: text, accesses: 3 })),
    unused: { purposes: 3, examples: [text, text, text] },
    unreported: { purposes: 3, examples: [text, text, text] },
    purposes: { announced: 2, telling: 1, best: text, emptiest: text },
    reviews: { verdicts: 2, medianMs: 1000, by: Array.from({ length: 20 }, () => text) },
    vaults: Array.from({ length: 40 }, () => ({
      ...aWeek(),
      items: Array.from({ length: 10 }, () => ({ id: text, title: text, accesses: 1, people: 1 })),
      sources: Array.from({ length: 10 }, () => ({ source: text, lastAt: now.getTime() })),
    })),
  });
  const by = { slackUserId: text, name: text, email: text };
  const only = { slackUserId: null, itemId: null, policy: null };
  const snooze = { id: "1", vaultId: vault.id, by, reason: text, announcedAt: now, endsAt: now, only, end: null };
  const view = aDigestView({
    coverage: [
      {
        name: text,
        cannot: text,
        lastAt: new Date("2026-11-30T07:00:00Z"),
        compared: { days: 7, comparedDays: 5, until: now, missed: 2, madeUpDays: 3 },
        gaps: 2,
      },
    ],
    facts,
    vaults: Array.from({ length: 40 }, () => vault),
    waiting: standings(text).flatMap((standing) => [{ alert, vault, standing, needed: 2, isWatched: true }]),
    moreLink: "https://acme.slack.com/archives/C0CARDS/p1",
    missed: { digests: 2, since: now },
    snoozes: Array.from({ length: 30 }, () => ({ snooze, vault })),
    readBy: Array.from({ length: 50 }, () => text),
  });
  return [digestMessage(view), digestSoFar(view), digestDetails({ ...view, digestId: "1" })];
}

function messages(text: string, size = 1): MessageView[] {
  const vault = hostileVault(text);
  const alert = hostileAlert(text, size);
  const person = aPerson({ name: text, slack: { kind: "matched", user: aSlackUser({ name: text }) } });
  const intent = anIntent({ purpose: text, itemId: "i_visa" });
  const asker = { zone: "Europe/Madrid", now, vaults: [vault] };
  const suspicion = aReview({ verdict: "suspicious", note: text, by: text });
  const resolution: Resolution = { reviewId: "r1", outcome: "misuse", note: text, by: text, at: now };
  const afterwards = { vault, suspicion, resolution };
  const aftermath: Aftermath = {
    card: { call: text, freeze: text, steps: Array.from({ length: 10 }, () => text), link: "https://x.example/" },
    openedAt: now,
    ticks: Array.from({ length: 10 }, (_, step) => ({
      id: `${step}`,
      step,
      isDone: step % 2 === 0,
      by: text,
      at: now,
    })),
    resolutions: [resolution],
  };
  const refused: ReviewOutcome = { kind: "refused", reason: "not-a-manager", vault, whoCan: [text, "U02JUAN"] };
  return [
    ...standings(text).map((standing) =>
      alertMessage(alert, { vault, standing, now, managers: ["U02MARTA", text], undoUntil: null }),
    ),
    ...lookalikesOf(text).map((one) =>
      alertMessage(alert, { vault, standing: { kind: "open" }, now, managers: [], undoUntil: null, lookalikes: [one] }),
    ),
    alertMessage(
      { ...alert, accesses: alert.accesses.map((one) => ({ ...one, access: testOf(one.access) })) },
      { vault, standing: { kind: "open" }, now, managers: [text], undoUntil: null },
    ),
    alertDetails(alert, vault),
    ...recurringMessages(text, vault),
    ...announcements(text, vault),
    intentAnnouncement(intent, { person, vault, vaults: [vault], now }),
    announceAnswer(
      { kind: "announced", intent, person, saysNothing: text, channels: ["C0CARDS", text], hint: text },
      asker,
      [text],
    ),
    announceAnswer({ kind: "refused", sentence: text }, asker),
    intentList(
      Array.from({ length: size > 1 ? 60 : 2 }, (_, index) => ({ ...intent, id: `in${index}` })),
      asker,
    ),
    endAnswer({ kind: "ended", intent: { ...intent, end: { how: "done", at: now } } }, "done", asker),
    endAnswer({ kind: "already", intent }, "done", asker),
    noSuchIntent("cancel", text),
    notUnderstood(text, `/intent ${text}`),
    whichTarget(text, [
      { label: text, command: "/intent a" },
      { label: text, command: text.repeat(100) },
    ]),
    whatNowMessage(alert, {
      ...afterwards,
      aftermath,
      ticks: aftermath.ticks,
      withdrawal: null,
      blockId: "what-now:1",
    }),
    whatNowMessage(alert, {
      ...afterwards,
      aftermath,
      ticks: aftermath.ticks,
      resolution: null,
      withdrawal: null,
      blockId: "what-now:1",
    }),
    timelineMessage(alert, { vault, aftermath, taken: [], question: null, blockId: "timeline:1" }),
    securityMessage(alert, { ...afterwards, link: null, blockId: "security:1" }),
    ...digests(text, vault, alert),
    reviewAnswer(refused),
    reviewAnswer({ kind: "already-decided", alert, vault, by: text, verdict: "expected", at: now }),
    helpMessage(),
  ].filter((message) => message !== null);
}

function forms(text: string, size = 1) {
  const vault = hostileVault(text);
  const origin = { alertId: "al_1", revision: 1, channel: "C0CARDS", ts: "1.2" };
  return [
    suspiciousForm(origin, hostileAlert(text, size), vault),
    resolveForm(origin, hostileAlert(text, size), vault),
    snoozeForm({ vaults: [vault], vaultId: vault.id, policies: ["office-hours"] }),
    intentForm({
      vaults: Array.from({ length: size > 1 ? 120 : 2 }, (_, index) => ({ ...vault, id: `v${index}` })),
      vaultId: "v1",
      purpose: text,
      defaultMinutes: 60,
      maximumMinutes: 480,
      replaces: null,
      itemId: "i_visa",
      ticket: null,
      recent: { intents: [anIntent({ purpose: text, ticket: text })], offer: "offer-1" },
      isOnce: false,
      window: "until 16:00",
    }),
  ];
}

const open = { standing: { kind: "open" }, now, managers: [], undoUntil: null } as const satisfies Partial<AlertView>;

function check(text: string, size = 1): void {
  for (const message of messages(text, size)) checkMessage(message);
  for (const form of forms(text, size)) {
    expect(refusals(form, "modal")).toEqual([]);
    expect(shownIn(form).flatMap(hiddenIn)).toEqual([]);
  }
}

function checkMessage(message: MessageView): void {
  expect(refusals(message, "message")).toEqual([]);
  expect(markupIn(withoutOurs(message.text))).toEqual([]);
  expect(shownIn(message).flatMap(hiddenIn)).toEqual([]);
}

/** The one mention that we put into a text on purpose. */
const withoutOurs = (text: string) => text.replace("<@U02JUAN>", "Juan").replace("/intent", "");

describe("whatever a vault, a person or the configuration says", () => {
  test.each(ours)("is shown, and does nothing: %j", (text) => check(text));

  test("also the big list of naughty strings", { timeout: 90_000 }, () => {
    expect(blns.length).toBeGreaterThan(400);
    for (const [index, text] of blns.entries()) {
      // All of them where managers look; the rarer messages take turns, because drawing all for each takes minutes.
      if (index % 15 === 0) check(text);
      else checkMessage(alertMessage(hostileAlert(text, 1), { ...open, vault: hostileVault(text) }));
    }
  });

  test("also 500 accesses in a sitting", { timeout: 60_000 }, () => {
    for (const text of ["Company Visa", "<!channel> *x*", "x".repeat(4000)]) check(text, 500);
  });

  test("also any string at all", { timeout: 90_000 }, () => {
    const units = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 300 }),
    );
    const signs = fc.array(
      fc.constantFrom(
        "<",
        ">",
        "&",
        "*",
        "_",
        "~",
        "`",
        ":",
        "@",
        "!",
        "|",
        "http://",
        "a",
        " ",
        "\n",
        ".",
        "com",
        "here",
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          units,
          signs.map((all) => all.join("")),
        ),
        (text) => check(text),
      ),
      { numRuns: 40 },
    );
  });

  test("the notification's text stays within what a phone shows", () => {
    const long = hostileAlert("Supercalifragilistic name ".repeat(40), 1);
    const { text } = alertMessage(long, {
      ...open,
      vault: hostileVault("A vault’s long name ".repeat(9)),
    });
    expect(text.length).toBeLessThanOrEqual(280);
  });
});

describe("the reader that these tests trust", () => {
  test.each([
    "<!channel>",
    "*b*",
    "a _b_ c",
    "~x~",
    "`x`",
    ":tada:",
    "https://x.example",
    "x.example",
    "@here",
    "> x",
    "a@b.example",
  ])("sees %s", (text) => expect(markupIn(text)).not.toEqual([]));
  test.each(["Dana opened Company Visa, Tuesday 10:20 in Madrid", "2 * 3", "14 min before; 10:20–11:20"])(
    "leaves %s",
    (text) => expect(markupIn(text)).toEqual([]),
  );
});
