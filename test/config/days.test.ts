import { describe, expect, test } from "vitest";
import { readDays } from "../../src/config/days.ts";
import { readHolidays } from "../../src/config/holidays.ts";
import { mistakesIn, understoodFrom, written } from "./written.ts";

const told = (text: string) => {
  const reading = readDays(text);
  return reading.ok ? reading.value : [reading.problem, reading.right];
};

describe("days", () => {
  test("one, or several with both ends", () => {
    expect(told("2026-12-24")).toEqual({ from: "2026-12-24", until: "2026-12-24" });
    expect(told("2026-12-24..2027-01-06")).toEqual({ from: "2026-12-24", until: "2027-01-06" });
    expect(told("2028-02-29")).toEqual({ from: "2028-02-29", until: "2028-02-29" });
  });

  test.each([
    ["2026-12-24 - 2027-01-06", "2026-12-24..2027-01-06"],
    ["2026-12-24 to 2027-01-06", "2026-12-24..2027-01-06"],
    ["2026-12-24…2027-01-06", "2026-12-24..2027-01-06"],
    ["2026/12/24", "2026-12-24"],
  ])("%s is told how it is written", (text, right) => {
    expect(told(text)).toEqual([`"${text}" is not how days are written`, right]);
  });

  test("what there isn't, what ends before it begins, and what is no day at all", () => {
    expect(told("2026-02-29")).toEqual(["there is no 2026-02-29 in the calendar", null]);
    expect(told("2027-01-06..2026-12-24")).toEqual([
      '"2027-01-06..2026-12-24" ends before it begins',
      "2026-12-24..2027-01-06",
    ]);
    expect(told("Christmas")).toEqual(['"Christmas" is not a day', null]);
  });

  test("in a file, with the place", () => {
    expect(mistakesIn(written({ vault: ["hours: always", "closed: [2026-13-01]"] }))).toEqual([
      "8:14 vaults[0].closed[0]: there is no 2026-13-01 in the calendar. Write a day that there is.",
    ]);
  });

  test("a note where closed days change nothing", () => {
    const { notes } = understoodFrom(written({ vault: ["hours: always", "closed: [2026-12-24]"] }));
    expect(notes).toContain("Company cards (v_cards): `closed` changes nothing where every hour counts as ordinary.");
  });
});

describe("holidays", () => {
  test("a region that isn't there is told which there are", () => {
    expect(readHolidays("ES-XX")).toMatchObject({
      ok: false,
      problem: '"ES-XX" is no region whose holidays are known',
      how: expect.stringMatching(/^Known there: AN, AR, .*MD/),
    });
  });

  test("movable feasts, days that stand in for others, and holidays of several days", () => {
    const names = (region: string) => {
      const reading = readHolidays(region);
      return reading.ok ? reading.value.names : {};
    };
    expect(names("DE-BY")).toMatchObject({ "2026-04-03": "Good Friday", "2026-04-06": "Easter Monday" });
    expect(names("GB-ENG")["2026-12-28"]).toMatch(/^Boxing Day/);
    const eid = ["2026-03-20", "2026-03-21", "2026-03-22"].map((date) => names("SA")[date]);
    expect(new Set(eid).size).toBe(1);
    // Half a day off isn't a closed day: Women's Day in China is one for some, from noon.
    expect(names("CN")["2026-03-08"]).toBeUndefined();
  });

  test("levels and clocks are a few words, and a misspelt one is told", () => {
    expect(mistakesIn(written({ vault: ["hours: always", "clock: persons"] }))).toEqual([
      '8:12 vaults[0].clock: "persons" is not vault or person. Write `clock: person`.',
    ]);
    expect(mistakesIn(written({ vault: ["hours: always", "policies: { exprot: critical, burst: loud }"] }))).toEqual([
      '8:17 vaults[0].policies.exprot: the key "exprot" is not known here. Write `export:`.',
      '8:42 vaults[0].policies.burst: "loud" is not off, note, warning or critical. Write `burst: off`, for example.',
    ]);
  });
});
