import fc from "fast-check";
import { expect, test } from "vitest";
import { parseQuestion, readPersonNamed } from "../../src/bot/question-command.ts";
import { readSince } from "../../src/bot/since.ts";

// A Tuesday, 10:00 in Madrid.
const context = { now: new Date("2026-11-24T09:00:00Z"), zone: "Europe/Madrid" };
const january = new Date("2025-12-31T23:00:00Z");
const luis = { kind: "email", email: "luis@example.com" } as const;

// The whole may be an item's name; what follows is meant where none is called so.
test.each([
  ["Company Visa", [["Company Visa", null]]],
  [
    "Company Visa since January",
    [
      ["Company Visa since January", null],
      ["Company Visa", january],
    ],
  ],
  [
    "“Company Visa”?",
    [
      ["Company Visa”?", null],
      ["Company Visa", null],
    ],
  ],
  [
    "Who are you?",
    [
      ["Who are you?", null],
      ["Who are you", null],
    ],
  ],
  [
    "Seen invoices",
    [
      ["Seen invoices", null],
      ["invoices", null],
    ],
  ],
  [
    "Known since ever since January",
    [
      ["Known since ever since January", null],
      ["Known since ever", january],
    ],
  ],
  [
    '"Members since 2019"',
    [
      ["Members since 2019", null],
      ["Members", new Date("2018-12-31T23:00:00Z")],
    ],
  ],
  [
    "Visa since January in Company cards",
    [
      ["Visa since January in Company cards", null],
      ["Visa in Company cards", january],
    ],
  ],
])("who %s", (text, readings) =>
  expect(parseQuestion("who", text, context)).toEqual({
    kind: "asked",
    question: {
      kind: "who",
      readings: readings.map(([item, since]) => ({ item, since })),
      isSinceUnreadable: false,
    },
  }),
);

test("since when can't be told: then only an item of the whole name is meant", () => {
  expect(parseQuestion("who", "Company Visa since tomorrow", context)).toMatchObject({
    question: { readings: [{ item: "Company Visa since tomorrow", since: null }], isSinceUnreadable: true },
  });
});

test.each([
  ["seen", "<@U02LUIS|luis>", { kind: "seen", person: { kind: "slack", id: "U02LUIS" }, vault: null, since: null }],
  ["seen", "luis@example.com", { kind: "seen", person: luis, vault: null, since: null }],
  [
    "seen",
    "<mailto:luis@example.com|luis@example.com> since jan",
    { kind: "seen", person: luis, vault: null, since: january },
  ],
  [
    "seen",
    "<@U02LUIS|luis> in the Company cards since jan",
    { kind: "seen", person: { kind: "slack", id: "U02LUIS" }, vault: "Company cards", since: january },
  ],
  ["leaver", "luis@example.com in Company cards", { kind: "leaver", person: luis, vault: "Company cards" }],
  ["changed", "since monday", { kind: "changed", vault: null, since: new Date("2026-11-22T23:00:00Z") }],
  [
    "changed",
    "since monday in Company cards",
    { kind: "changed", vault: "Company cards", since: new Date("2026-11-22T23:00:00Z") },
  ],
  [
    "changed",
    "in the Company cards since monday",
    { kind: "changed", vault: "Company cards", since: new Date("2026-11-22T23:00:00Z") },
  ],
  ["open", "", { kind: "open", vault: null }],
  ["open", "in Company cards", { kind: "open", vault: "Company cards" }],
  ["reviewers", "since January", { kind: "reviewers", since: january }],
] as const)("%s %s", (word, text, question) =>
  expect(parseQuestion(word, text, context)).toEqual({ kind: "asked", question }),
);

test.each([
  ["who", ""],
  ["who", "since January"],
  ["seen", "Luis"],
  ["seen", "@luis"],
  ["changed", ""],
  ["changed", "since the flood"],
  ["seen", "luis@example.com since tomorrow"],
  ["open", "since monday"],
  ["leaver", "luis@example.com since monday"],
  ["reviewers", "in Company cards"],
] as const)("not understood: %s %s", (word, text) =>
  expect(parseQuestion(word, text, context)).toMatchObject({ kind: "not-understood" }),
);

test.each([
  ["today", "2026-11-23T23:00:00Z"],
  ["yesterday", "2026-11-22T23:00:00Z"],
  ["tuesday", "2026-11-23T23:00:00Z"],
  ["wed", "2026-11-17T23:00:00Z"],
  ["last week", "2026-11-15T23:00:00Z"],
  ["this month", "2026-10-31T23:00:00Z"],
  ["30 days ago", "2026-10-25T09:00:00Z"],
  ["december", "2025-11-30T23:00:00Z"],
  ["3 march", "2026-03-02T23:00:00Z"],
  ["March 3rd, 2025", "2025-03-02T23:00:00Z"],
  ["2026-03-01", "2026-02-28T23:00:00Z"],
  ["2025", "2024-12-31T23:00:00Z"],
  ["last tuesday", "2026-11-16T23:00:00Z"],
  ["last monday", "2026-11-22T23:00:00Z"],
])("since %s", (typed, begins) => expect(readSince(typed, context)).toEqual(new Date(begins)));

test.each(["", "someday", "2027", "1999", "2026-13-01", "31 february", "3 4 march", "1900-01-01", "2026-11-25"])(
  "no day of the past: %j",
  (typed) => expect(readSince(typed, context)).toBeNull(),
);

test("nobody is guessed at by name", () => {
  expect(readPersonNamed("Dana Ruiz")).toBeNull();
  expect(readPersonNamed("@dana")).toBeNull();
  expect(readPersonNamed("U02DANA")).toEqual({ kind: "slack", id: "U02DANA" });
});

test("whatever is typed is answered", () => {
  const words = fc.constantFrom("who", "seen", "changed", "open", "reviewers") as fc.Arbitrary<"who">;
  fc.assert(
    fc.property(words, fc.string({ unit: "binary", maxLength: 300 }), (word, text) => {
      expect(["asked", "not-understood"]).toContain(parseQuestion(word, text, context).kind);
    }),
    { numRuns: 300 },
  );
});
