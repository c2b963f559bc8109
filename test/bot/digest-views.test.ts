import { describe, expect, test } from "vitest";
import { pngOf } from "../../src/bot/png.ts";
import type { SourceCoverage } from "../../src/bot/ports.ts";
import { readCarried } from "../../src/bot/views/alert-actions.ts";
import { digestMessage, digestSoFar, readDigestButton } from "../../src/bot/views/digest.ts";
import { digestDetails } from "../../src/bot/views/digest-details.ts";
import { digestPicture } from "../../src/bot/views/digest-picture.ts";
import { blindSpotsOf } from "../../src/vault/coverage.ts";
import { anAlert, anAlertAccess, anAssessment, aReview, aVault } from "./builders.ts";
import { aDigestView, aWeek, someFacts } from "./digest-builders.ts";
import { golden, readAloud } from "./read-aloud.ts";

const vault = aVault();
const last = { source: "webhook", lastAt: Date.parse("2026-11-30T07:20:10Z") };
const lastAt = new Date(last.lastAt);
const until = new Date("2026-11-30T00:00:00Z");
const quiet = aDigestView({
  coverage: [
    {
      ...blindSpotsOf("1password"),
      lastAt,
      compared: { days: 7, comparedDays: 7, until, missed: 0, madeUpDays: 0 },
      gaps: 0,
    },
  ],
  facts: someFacts({
    numbers: { accesses: 14, explained: 14, afterHours: 0 },
    before: { accesses: 11, explained: 9, afterHours: 1 },
    purposes: { announced: 9, telling: 9, best: "paying the licence renewal of Contoso, 480 €", emptiest: null },
    vaults: [aWeek({ sources: [last] })],
  }),
});

const waiting = ["critical", "warning"] as const;
const busyFacts = someFacts({
  openAlerts: 8,
  numbers: { accesses: 241, explained: 240, afterHours: 5 },
  before: { accesses: 188, explained: 90, afterHours: 0 },
  unusual: [
    { policy: "first-access", accesses: 6 },
    { policy: "export", accesses: 2 },
    { policy: "a-policy-of-tomorrow", accesses: 1 },
  ],
  unused: { purposes: 2, examples: ["VAT return", "renewing the domain"] },
  notNeeded: 1,
  unreported: { purposes: 1, examples: ["paying the caterer"] },
  rotation: { people: 2, items: 7, must: 5 },
  purposes: { announced: 40, telling: 33, best: "paying the licence renewal of Contoso, 480 €", emptiest: "test" },
  reviews: { verdicts: 12, medianMs: 14 * 60_000, by: ["Juan Soto", "Marta Vidal"] },
  vaults: [
    aWeek({
      numbers: { accesses: 241, explained: 240, afterHours: 5 },
      people: 9,
      items: [
        { id: "i_visa", title: "Company Visa", accesses: 200, people: 9 },
        { id: "i_amex", title: null, accesses: 41, people: 1 },
      ],
      moreItems: 3,
      sources: [last],
    }),
  ],
});
const busy = aDigestView({
  coverage: [
    { ...blindSpotsOf("webhook"), lastAt, compared: "has no list", gaps: 0 },
    {
      ...blindSpotsOf("1password"),
      lastAt,
      compared: { days: 7, comparedDays: 7, until, missed: 3, madeUpDays: 0 },
      gaps: 0,
    },
    {
      ...blindSpotsOf("bitwarden"),
      lastAt,
      compared: { days: 7, comparedDays: 0, until: null, missed: 0, madeUpDays: 0 },
      gaps: 0,
    },
    { ...blindSpotsOf("hashicorp"), lastAt, compared: "has no list", gaps: 1 },
    { ...blindSpotsOf("mapped"), lastAt, compared: "has no list", gaps: 0 },
  ],
  facts: busyFacts,
  waiting: waiting.map((severity, place) => {
    const assessment = anAssessment({ severity, state: severity === "critical" ? "suspicious" : "unexplained" });
    const review = aReview({ by: "U02JUAN" });
    const alert = anAlert({ id: `${place}`.repeat(32), accesses: [anAlertAccess({ assessment })] });
    return {
      alert,
      vault,
      standing: place === 0 ? { kind: "open" } : { kind: "decided", review },
      needed: 1,
      isWatched: true,
    };
  }),
  moreLink: "https://acme.slack.com/archives/C0CARDS/p1795511000000100",
  snoozes: [
    {
      vault,
      snooze: {
        id: "1",
        vaultId: "v_cards",
        by: { slackUserId: "U02MARTA", name: "Marta Vidal", email: null },
        reason: "stocktaking",
        announcedAt: new Date("2026-11-29T08:00:00Z"),
        endsAt: new Date("2026-12-04T17:00:00Z"),
        only: { slackUserId: null, itemId: null, policy: null },
        end: null,
      },
    },
  ],
  readBy: ["Marta Vidal", "Juan Soto"],
});
const late = aDigestView({
  ...quiet,
  madeAt: new Date("2026-11-30T11:05:00Z"),
  missed: { digests: 2, since: new Date("2026-11-09T08:00:00Z") },
  facts: { ...quiet.facts, missedAccesses: 7, before: null },
});

test.each([
  ["digest-quiet", digestMessage(quiet)],
  ["digest-busy", digestMessage(busy)],
  ["digest-late", digestMessage(late)],
  ["digest-empty", digestMessage(aDigestView({ facts: someFacts({ before: null }) }))],
  ["digest-details", digestDetails({ ...busy, digestId: "1" })],
  ["digest-so-far", digestSoFar(busy)],
])("%s reads as agreed", async (name, view) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("that nothing was missing is said only of a week of which each day was compared", () => {
  const line = (compared: SourceCoverage["compared"]) =>
    readAloud(
      digestMessage({ ...quiet, coverage: [{ ...blindSpotsOf("1password"), lastAt, compared, gaps: 0 }] }),
    ).join();
  const some = { days: 7, comparedDays: 6, until, missed: 0, madeUpDays: 0 };
  expect(line({ ...some, comparedDays: 7, madeUpDays: 4 })).toContain(
    ": nothing was missing. 4 earlier days were compared late. Looking",
  );
  expect(line({ ...some, missed: 1, madeUpDays: 1 })).toContain(
    "isn’t known. One earlier day was compared late. One access had been missed this week, and came late. Looking",
  );
  expect(line(some)).toContain(
    "Only 6 of 7 days were compared with its own list: whether anything was missed on the others isn’t known. Looking",
  );
  expect(line({ ...some, comparedDays: 1, missed: 2 })).toContain(
    "Only 1 of 7 days was compared with its own list: whether anything was missed on the others isn’t known. 2 accesses had been missed this week, and came late. Looking",
  );
  expect(line({ ...some, days: 1, comparedDays: 0, until: null })).toContain(
    "The day that was due wasn’t compared with its own list: whether anything was missed isn’t known. Looking",
  );
  expect(line({ ...some, days: 0, comparedDays: 0, until: null })).toContain(
    "No day was due yet to be compared with its own list. Looking",
  );
});

test("a quiet week in one sentence, for a locked phone", () => {
  expect(digestMessage(quiet).text).toBe(
    "The week in Company cards: nothing waits; 14 accesses, all explained; last event at 08:20",
  );
});

test("many vaults leave room for what a locked phone is to say", () => {
  const text = (...names: string[]) =>
    digestMessage({ ...quiet, vaults: names.map((name) => aVault({ name })) }).text.split(": nothing waits")[0];
  const many = Array.from({ length: 14 }, (_, n) => `Company cards ${n + 1}`);
  expect(text(...many)).toBe("The week in Company cards 1, Company cards 2, Company cards 3 and 11 more vaults");
  expect(text("A".repeat(40), "B".repeat(40))).toBe(`The week in ${"A".repeat(40)} and one more vault`);
  expect(text("Cards", "Servers")).toBe("The week in Cards and Servers");
});

test("of many sources those that have been silent for longest are shown, and those that may have missed something", () => {
  const heard = (name: string, hoursAgo: number, gaps = 0): SourceCoverage => ({
    name,
    lastAt: new Date(lastAt.getTime() - hoursAgo * 3_600_000),
    cannot: "Nothing",
    compared: "has no list",
    gaps,
  });
  const coverage = [..."ABCDEF"].map((name, place) => heard(name, place));
  const lines = readAloud(digestMessage({ ...quiet, coverage: [...coverage, heard("G", 0, 1), heard("Z", 300)] }));
  expect(lines.filter((one) => /last spoke|more source/.test(one)).map((one) => one.replace(/ last.*\)/, ""))).toEqual([
    "• Z. Nothing",
    "• F. Nothing",
    "• E. Nothing",
    "• D. Nothing",
    "• G. It has a gap this week. Nothing",
    "• and 3 more sources, which spoke later: C, B and A",
  ]);
});

test("its headline counts down as verdicts come, and speaks of those it doesn't show as they were", () => {
  const headline = (decided: number, shown: number, openAlerts: number) =>
    readAloud(
      digestMessage({
        ...busy,
        facts: { ...busyFacts, openAlerts },
        waiting: Array.from({ length: shown }, (_, place) => ({
          alert: anAlert({ id: `${place}`.repeat(32) }),
          vault,
          standing: place < decided ? { kind: "decided" as const, review: aReview({}) } : { kind: "open" as const },
          needed: 1,
          isWatched: true,
        })),
      }),
    )[1];
  expect([0, 1, 2].map((decided) => headline(decided, 2, 2))).toEqual([
    "2 alerts wait for a verdict",
    "One of 2 alerts still waits for a verdict",
    "✅ What this digest asked about is decided. Thank you.",
  ]);
  expect([0, 3, 4, 5].map((decided) => headline(decided, 5, 40))).toEqual([
    "40 alerts wait for a verdict, the most urgent first",
    "2 of these 5 still wait for a verdict; 35 more waited when this was made",
    "One of these 5 still waits for a verdict; 35 more waited when this was made",
    "✅ These 5 are decided, thank you; 35 more waited when this was made",
  ]);
});

test("one that Slack took hours later says so, and nothing in it is reckoned from now", () => {
  const view = digestMessage({ ...quiet, shownAt: new Date("2026-11-30T13:05:10Z") });
  expect(readAloud(view)[1]).toBe(
    "⏳ Slack held this back: it is shown 5 h 5 min after it was made, and tells nothing newer.",
  );
  expect(readAloud(view).join()).toContain("(40 min before this was made)");
  expect(view.text).toContain("last event at 08:20");
  const overnight = digestMessage({ ...quiet, shownAt: new Date("2026-12-01T00:05:10Z") });
  expect(overnight.text).toContain("last event yesterday");
});

test("one alert that was judged begins its line like every other", () => {
  const reviews = { verdicts: 1, medianMs: 14 * 60_000, by: ["Juan Soto"] };
  expect(readAloud(digestMessage(aDigestView({ facts: someFacts({ reviews }) })))).toContain(
    "• One alert judged by Juan Soto, after 14 min",
  );
});

test("a share is never rounded up to all, nor down to none", () => {
  const read = (accesses: number, explained: number) =>
    readAloud(
      digestMessage(
        aDigestView({ facts: someFacts({ numbers: { accesses, explained, afterHours: 0 }, before: null }) }),
      ),
    ).join("\n");
  expect(read(1000, 999)).toContain("99 % explained");
  expect(read(1000, 1)).toContain("1 % explained");
  expect(read(3, 3)).toContain("100 % explained");
});

test("its buttons say which alert and revision, nobody is called, and in private there are none", () => {
  const blocks = JSON.stringify(digestMessage(busy).blocks);
  const values = [...blocks.matchAll(/"value":"([^"]+)"/g)].map(([, value = ""]) => value);
  expect(values.slice(0, 2).map(readCarried)).toEqual([
    { more: null, alertId: "0".repeat(32), revision: 1 },
    { more: null, alertId: "0".repeat(32), revision: 1 },
  ]);
  expect(readDigestButton(values.at(-1) ?? "")).toBe("1");
  expect(["digest:", "digest:1x", "alert:1", ""].map(readDigestButton)).toEqual([null, null, null, null]);
  expect(JSON.stringify(digestSoFar(busy).blocks)).not.toContain('"button"');
});

describe("the picture", () => {
  const hours = [
    { weekday: 1, hour: 9, explained: 3, unexplained: 1, afterHours: 0 },
    { weekday: 7, hour: 23, explained: 0, unexplained: 0, afterHours: 12345 },
  ];
  const picture = digestPicture({ hours, numbers: { accesses: 12349, explained: 3, afterHours: 12345 } });

  test("says its numbers in words", () => {
    expect(picture.alt).toBe(
      "Accesses by weekday and hour: 12349 in all, 3 explained, 1 unexplained within the hours, 12345 unexplained outside them. Monday 4, Sunday 12345. Most came on Sunday from 23:00: 12345.",
    );
  });

  test("shows also what is rare, and what stands under a number", () => {
    const rare = [{ weekday: 1, hour: 9, explained: 200, unexplained: 1, afterHours: 1, unasked: 1 }];
    const { svg, alt } = digestPicture({
      hours: rare,
      numbers: { accesses: 203, explained: 200, afterHours: 1, unasked: 1 },
      zone: "America/Bogota",
    });
    const bars = [...svg.matchAll(/width="([\d.]+)" height="16" fill="(#a9c6e8|url\(#\w+\))"/g)];
    expect(bars.map(([, wide, fill]) => [Number(wide) >= 3, fill])).toEqual([
      [true, "#a9c6e8"],
      [true, "url(#open)"],
      [true, "url(#after)"],
    ]);
    expect(svg).toContain("1, and no purpose is asked for");
    expect(svg).toContain("On the clock of Bogotá");
    expect(alt).toContain("hour in Bogotá: 203 in all, 200 explained,");
  });

  test("speaks of no hours where none are watched", () => {
    const hours = [{ weekday: 1, hour: 9, explained: 0, unexplained: 1, afterHours: 0 }];
    const { svg, alt } = digestPicture({ hours, numbers: { accesses: 1, explained: 0, afterHours: 0, anyHour: 1 } });
    expect(svg).toContain(">1 unexplained<");
    expect(`${svg} ${alt}`).not.toMatch(/the hours|outside/);
  });

  test("is a PNG, sharp on a telephone, with letters in it", async () => {
    const png = await pngOf(picture.svg);
    const without = await pngOf(picture.svg.replaceAll(/<text.*?<\/text>/g, ""));
    expect(png?.subarray(1, 4).toString()).toBe("PNG");
    expect([png?.readUInt32BE(16), png?.readUInt32BE(20)]).toEqual([1080, 1794]);
    expect(png?.length).toBeGreaterThan((without?.length ?? 0) + 10_000);
  });
});
