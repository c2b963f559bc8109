import fc from "fast-check";
import { expect, test } from "vitest";
import { hoursPattern, readHours } from "../../src/config/hours.ts";

const workdays = [1, 2, 3, 4, 5];
const everyDay = [1, 2, 3, 4, 5, 6, 7];

test.each([
  ["Mon-Fri 08:00-19:00", [[workdays, 480, 1140]], "Mon–Fri 08:00–19:00"],
  [
    "Mon-Fri 08:00-14:00, Sat 10:00-13:00",
    [
      [workdays, 480, 840],
      [[6], 600, 780],
    ],
    "Mon–Fri 08:00–14:00, Sat 10:00–13:00",
  ],
  [
    "Mon-Fri 09:00-13:00,15:00-19:00",
    [
      [workdays, 540, 780],
      [workdays, 900, 1140],
    ],
    "Mon–Fri 09:00–13:00, 15:00–19:00",
  ],
  ["22:00-06:00", [[everyDay, 1320, 360]], "22:00–06:00"],
  ["08:00-24:00", [[everyDay, 480, 1440]], "08:00–24:00"],
  ["Mon,Wed,Fri", [[[1, 3, 5], 0, 1440]], "Mon, Wed, Fri"],
  ["Mon, Wed-Fri 09:00-13:00", [[[1, 3, 4, 5], 540, 780]], "Mon, Wed–Fri 09:00–13:00"],
  ["Fri-Mon 09:00-13:00", [[[1, 5, 6, 7], 540, 780]], "Fri–Mon 09:00–13:00"],
] as const)("%s is understood", (text, ranges, shown) => {
  expect(readHours(text)).toEqual({
    ok: true,
    value: {
      ranges: ranges.map(([weekdays, fromMinute, untilMinute]) => ({
        weekdays: [...weekdays],
        fromMinute,
        untilMinute,
      })),
      text: shown,
    },
  });
});

test("always is every hour", () => {
  expect(readHours("always")).toEqual({ ok: true, value: null });
});

test.each([
  ["Mon–Fri 8:00–19:00", "Mon-Fri 08:00-19:00"],
  ["mon-fri 8-19", "Mon-Fri 08:00-19:00"],
  ["Monday to Friday 8 to 19", "Mon-Fri 08:00-19:00"],
  ["Tuesdays and Thursdays 9am - 5:30pm", "Tue, Thu 09:00-17:30"],
  ["weekdays 0800-1900", "Mon-Fri 08:00-19:00"],
  ["9-17 Mon-Fri", "Mon-Fri 09:00-17:00"],
  ["8.30-17.00", "08:30-17:00"],
  ["12am-12pm", "00:00-12:00"],
  ["Wednesday; Sat; Sun", "Wed, Sat, Sun"],
  ["24/7", "always"],
  ["Always", "always"],
  ["Mon-Fri  08:00-19:00 ", "Mon-Fri 08:00-19:00"],
])("%s is refused with the nearest right form, %s", (text, right) => {
  expect(readHours(text)).toEqual({ ok: false, problem: `"${text}" is not how hours are written`, right });
});

test.each(["", "whenever", "25:00-26:00", "Mon-Fri 08:00-19:60", "Mon 10:00-12:00, Tue", "Mon-Fri 19:00", "08:00-"])(
  "%j is not understood, and the answer shows what would be",
  (text) => {
    expect(readHours(text)).toMatchObject({
      ok: false,
      problem: `"${text}" is not understood as hours`,
      right: "Mon-Fri 08:00-19:00",
    });
  },
);

test("a stretch that ends when it begins is refused, because it may mean nothing or a whole day", () => {
  expect(readHours("Mon 08:00-08:00")).toEqual({
    ok: false,
    problem: "08:00-08:00 begins and ends at the same time",
    right: "Mon 00:00-24:00",
  });
});

test("whatever is written: what is understood fits the editors' pattern, and a right form is understood", () => {
  const alphabet = fc.constantFrom(
    "Mon",
    "Sun",
    "-",
    " ",
    ",",
    ", ",
    "08:00",
    "24:00",
    "9",
    "pm",
    "to",
    "always",
    "fri",
    "–",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(alphabet, { maxLength: 9 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const reading = readHours(text);
      const isOneMoment = !reading.ok && /(\d\d:\d\d)-\1/.test(reading.right ?? "");
      const isFit = reading.ok
        ? new RegExp(hoursPattern).test(text)
        : reading.right !== null && reading.right !== text && (isOneMoment || readHours(reading.right).ok);
      expect(isFit).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
