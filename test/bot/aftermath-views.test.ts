import { expect, test } from "vitest";
import { alertMessage } from "../../src/bot/views/alert.ts";
import { readOutcome, resolveAnswer, resolveForm } from "../../src/bot/views/resolve-form.ts";
import { securityMessage } from "../../src/bot/views/security.ts";
import { timelineMessage } from "../../src/bot/views/timeline.ts";
import {
  readResolved,
  readSeenTick,
  readStep,
  type WhatNowView,
  whatNowMessage,
} from "../../src/bot/views/what-now.ts";
import type { Aftermath, Resolution } from "../../src/model.ts";
import { ticksOf } from "../../src/policies/aftermath.ts";
import { anAlert, aReview, aVault } from "./builders.ts";
import { golden } from "./read-aloud.ts";

const vault = aVault();
const at = new Date("2026-11-24T09:42:00Z");
const suspicion = aReview({ verdict: "suspicious", note: "nobody was in the office" });
const withdrawal = aReview({ id: "r2", verdict: "undone", at });
const resolution: Resolution = {
  reviewId: "r1",
  outcome: "leaked-and-rotated",
  note: "the number was on a shared screen; the bank sends a new card",
  by: "U02JUAN",
  at: new Date("2026-11-24T11:05:00Z"),
};
const aftermath: Aftermath = {
  card: {
    call: "Marta Vidal, +34 600 000 001",
    freeze: "bank app > cards > freeze",
    steps: ["Freeze the card", "Order a new one", "Change the number in the vault"],
    link: "https://wiki.example.com/cards",
  },
  openedAt: new Date("2026-11-24T09:31:00Z"),
  ticks: [
    { id: "7", step: 0, isDone: true, by: "U02MARTA", at },
    { id: "8", step: 1, isDone: true, by: "U02MARTA", at },
    { id: "9", step: 1, isDone: false, by: "U02JUAN", at },
  ],
  resolutions: [resolution],
};

function card(changes: Partial<WhatNowView> = {}) {
  const about = { ...aftermath, ...changes.aftermath };
  return whatNowMessage(anAlert(), {
    vault,
    aftermath: about,
    ticks: ticksOf(about),
    suspicion,
    resolution: null,
    withdrawal: null,
    blockId: "what-now:12",
    ...changes,
  });
}

const security = {
  vault,
  suspicion,
  resolution: null,
  link: "https://x.slack.com/archives/C/p1",
  blockId: "security:13",
};
const origin = { alertId: "al_1", revision: 0, channel: "C0CARDS", ts: "1795511000.000100" };
const decided = { kind: "decided", review: suspicion } as const;

const messages = {
  "what-now": card({ aftermath: { ...aftermath, ticks: [] } }),
  "what-now-ticked": card(),
  "what-now-resolved": card({ resolution }),
  "what-now-taken-back": card({ suspicion: null, withdrawal }),
  timeline: timelineMessage(anAlert({ reviews: [suspicion] }), {
    vault,
    aftermath,
    taken: [{ to: { kind: "channel", id: "C0SECURITY" }, at, wasReached: true }],
    question: { askedOf: "U02DANA", channel: "D02DANA", askedAt: new Date("2026-11-24T09:21:00Z"), answers: [] },
    blockId: "timeline:14",
  }),
  security: securityMessage(anAlert(), security),
  "security-told-of-more": securityMessage(anAlert(), { ...security, isMore: true }),
  "security-resolved": securityMessage(anAlert(), { ...security, resolution, link: null }),
  "security-taken-back": securityMessage(anAlert(), { ...security, suspicion: null }),
  "resolve-form": resolveForm(origin, anAlert(), vault),
  "alert-resolved": alertMessage(anAlert({ reviews: [suspicion] }), {
    vault,
    standing: decided,
    now: at,
    managers: ["U02MARTA"],
    undoUntil: null,
    resolution,
  }),
};

test.each(Object.entries(messages))("%s reads as agreed", async (name, view) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("buttons and boxes carry what is read again, and nothing else is", () => {
  expect(readResolved("now:al_1")).toBe("al_1");
  expect(readResolved("al_1:3")).toBeNull();
  expect(readStep("step:9")).toBe(9);
  expect(readStep("step:10")).toBeNull();
  expect(readSeenTick("what-now:12:9")).toBe("9");
  expect(readSeenTick("B1x")).toBeNull();
  expect(readOutcome("misuse")).toBe("misuse");
  expect(readOutcome("constructor")).toBeNull();
});

test("who resolves second is told who was first", () => {
  const words = JSON.stringify(resolveAnswer({ kind: "already-resolved", vault, resolution })?.blocks);
  expect(words).toContain("Already resolved by ");
  expect(words).toContain("U02JUAN");
});

test("forty moments are the newest thirty, and say that there are more", () => {
  const ticks = Array.from({ length: 40 }, (_, n) => ({
    id: `${n}`,
    step: 0,
    isDone: n % 2 === 0,
    by: "U02MARTA",
    at,
  }));
  const view = timelineMessage(anAlert(), {
    vault,
    aftermath: { ...aftermath, ticks },
    taken: [],
    question: null,
    blockId: "timeline:1",
  });
  expect(JSON.stringify(view.blocks)).toContain("12 earlier in the record");
});
