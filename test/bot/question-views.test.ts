import { expect, test } from "vitest";
import { alertMessage } from "../../src/bot/views/alert.ts";
import { readCarried } from "../../src/bot/views/alert-actions.ts";
import { deniedNote } from "../../src/bot/views/note.ts";
import { answerAnswer, askForm, type QuestionView, questionMessage } from "../../src/bot/views/question.ts";
import type { Answer } from "../../src/model.ts";
import { asAnswered } from "../../src/policies/asking.ts";
import { anAccess, anAlert, anAlertAccess, aReview, aVault } from "./builders.ts";
import { golden } from "./read-aloud.ts";

const vault = aVault();
const managers = ["U02MARTA", "U02JUAN"];
const at = new Date("2026-11-24T09:32:00Z");
const mine: Answer = { kind: "mine", text: "the hosting invoice, I forgot", revision: 1, by: "U02DANA", at };
const notMine: Answer = { ...mine, kind: "not-mine", text: null };

function ask(changes: Partial<QuestionView> = {}) {
  return questionMessage(anAlert(), {
    vault,
    managers,
    standing: { kind: "open" },
    answers: [],
    isOpen: true,
    ...changes,
  });
}

function shown(...answers: Answer[]) {
  const question = { askedOf: "U02DANA", channel: "D02DANA", askedAt: at, answers };
  return alertMessage(asAnswered(anAlert(), question), {
    vault,
    managers,
    standing: { kind: "open" },
    now: at,
    undoUntil: null,
    question,
  });
}

const messages = {
  question: ask(),
  "question-explained": ask({ answers: [mine], isOpen: false }),
  "question-denied": ask({ answers: [notMine], isOpen: false }),
  "question-judged": ask({ standing: { kind: "decided", review: aReview() }, isOpen: false }),
  "question-explained-and-judged": ask({
    answers: [mine],
    standing: { kind: "decided", review: aReview() },
    isOpen: false,
  }),
  "question-form": askForm({ alertId: "al_1", revision: 1, channel: "D02DANA", ts: "1795511000.000100" }),
  "alert-asked": shown(),
  "alert-person-explains": shown(mine),
  "alert-person-denies": shown(notMine),
  "note-person-denies": deniedNote(anAlert(), { vault, managers, blockId: "note:1" }),
};

test.each(Object.entries(messages))("%s reads as agreed", async (name, view) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("its buttons carry the alert and the revision that is shown", () => {
  const values = [...JSON.stringify(ask().blocks).matchAll(/"value":"([^"]+)"/g)].map(([, value = ""]) => value);
  expect(values.map(readCarried)).toEqual([
    { more: null, alertId: "al_1", revision: 1 },
    { more: null, alertId: "al_1", revision: 1 },
  ]);
});

test("what a vault or a person writes stays text", () => {
  const item = { ...anAccess().item, title: "<!channel> *Visa*" };
  const alert = anAlert({ accesses: [anAlertAccess({ access: anAccess({ item }) })] });
  const view = questionMessage(alert, { vault, managers, standing: { kind: "open" }, answers: [], isOpen: true });
  expect(view.text).not.toContain("<!");
  expect(view.text).not.toContain("*");
});

test("every outcome has its answer, or needs none because the message says it", () => {
  expect(answerAnswer({ kind: "noted", said: "mine" })).toBeNull();
  const said = (["not-asked", "wrong-message", "no-such-question"] as const).map(
    (reason) => answerAnswer({ kind: "refused", reason })?.text,
  );
  expect(new Set(said).size).toBe(3);
  expect(answerAnswer({ kind: "already", said: "not-mine" })?.text).toContain("told at once");
});
