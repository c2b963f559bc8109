import { expect, test } from "vitest";
import type { Report, ReportRows, Sight } from "../../src/bot/ports.ts";
import { askedNote, sayQuestion } from "../../src/bot/views/asked.ts";
import { reportAnswer, reportNotes } from "../../src/bot/views/report.ts";
import { coverageSentence } from "../../src/vault/coverage.ts";
import { golden, readAloud } from "./read-aloud.ts";
import { hiddenIn, markupIn, refusals, shownIn } from "./slack-reading.ts";

const at = new Date("2026-11-24T09:35:00Z");
const dana = { name: "Dana Ruiz", apart: null, slackUserId: "U02DANA" };
const coverage = [coverageSentence({ source: "webhook", lastAt: new Date("2026-11-24T08:55:00Z") }, at)];
const sight: Sight = {
  who: dana,
  vault: "Company cards",
  item: "Company Visa",
  first: new Date("2026-02-03T09:00:00Z"),
  last: at,
  times: 12,
  purpose: { kind: "announced", text: "licence renewal" },
  verdict: { kind: "expected", by: "U02MARTA" },
};

function answered(rows: ReportRows, more: Partial<Report> = {}) {
  const zone = "Europe/Madrid";
  const asked = sayQuestion("who", { about: "Company Visa", since: new Date("2026-01-01T00:00:00Z"), zone });
  const readings = [{ item: "Company Visa", since: null }];
  const question = { kind: "who" as const, readings, isSinceUnreadable: false };
  const total = more.total ?? rows.rows.length;
  const notes = rows.kind === "sights" ? reportNotes(question, { total, calledBefore: null }) : [];
  const report = { asked, question, at, zone, page: 0, pages: 1, total, notes, coverage, ...rows, ...more } as Report;
  return reportAnswer({ kind: "report", report }, (_, page) => JSON.stringify({ page }));
}

const messages = {
  "report-sights": answered(
    {
      kind: "sights",
      rows: [
        sight,
        {
          ...sight,
          who: { name: "Juan Soto", apart: "juan@example.org", slackUserId: null },
          times: 1,
          purpose: null,
          verdict: { kind: "open" },
        },
        { ...sight, purpose: { kind: "said", text: "a refund" }, verdict: { kind: "suspicious", by: "U02JUAN" } },
      ],
    },
    { pages: 3, page: 1, total: 40 },
  ),
  "report-none": answered({ kind: "sights", rows: [] }),
  "report-changes": answered({
    kind: "changes",
    rows: [
      { at, vault: "Company cards", item: "Company Visa", who: dana, what: { kind: "act", action: "trash" } },
      { at, vault: "Company cards", item: "Company Visa", who: dana, what: { kind: "first-time" } },
    ],
  }),
  "report-open": answered({
    kind: "open",
    rows: [
      {
        vault: "Company cards",
        who: dana,
        items: ["Company Visa", "Team Amex", "Fuel", "Tolls"],
        openedAt: new Date("2026-11-24T07:00:00Z"),
        severity: "critical",
        link: "https://example.slack.com/archives/C0CARDS/p1795511000000100",
      },
    ],
  }),
  "report-reviewers": answered({
    kind: "reviewers",
    rows: [{ who: { name: "Marta Vidal", apart: null, slackUserId: "U02MARTA" }, verdicts: 12, medianMs: 7 * 60_000 }],
  }),
  asked: askedNote({ byName: "Marta Vidal", question: "who opened Company Visa since 1 January 2026" }, "asked:1"),
};

test.each(Object.entries(messages))("%s", async (name, message) => {
  await expect(golden(message)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("an answer ends with how far it can be trusted, and never says that nobody has seen something", () => {
  for (const [name, message] of Object.entries(messages)) {
    if (name === "asked") continue;
    expect(readAloud(message).at(-1)).toContain("The signed webhook reports what its sender passes on");
    expect(readAloud(message).join(" ")).not.toMatch(/nobody has|has not seen|never seen/i);
  }
});

test("no sentence of how far it can be trusted goes without a word", () => {
  const shown = (count: number) => {
    const many = Array.from({ length: count }, (_, place) => `Source ${place} can’t see this.`);
    return readAloud(answered({ kind: "sights", rows: [] }, { coverage: many })).join("\n");
  };
  expect(shown(12)).toContain("Source 11 can’t see this.");
  expect(shown(14)).toMatch(/Source 10 can’t see this\.\n3 more sources are set up/);
  expect(shown(14)).not.toContain("Source 11");
});

test.each([
  "<!channel> *x* _y_ :tada:",
  "x".repeat(4000),
  "\u202eevil\u0000",
  "",
  "https://evil.example",
  "👩‍💻".repeat(300),
])("whatever a vault says is shown, and does nothing: %j", (text) => {
  const who = { name: text, apart: text, slackUserId: text };
  const rows = Array.from({ length: 15 }, () => ({
    ...sight,
    who,
    vault: text,
    item: text,
    purpose: { kind: "announced" as const, text },
    verdict: { kind: "expected" as const, by: text },
  }));
  const act = { kind: "act" as const, action: text };
  const hostile = [
    answered({ kind: "sights", rows }, { asked: text, pages: 2, coverage: [text] }),
    answered({ kind: "changes", rows: [{ at, vault: text, item: text, who, what: act }] }, { asked: text }),
    answered({
      kind: "open",
      rows: [{ vault: text, who, items: [text, text], openedAt: at, severity: "note", link: null }],
    }),
    answered({ kind: "reviewers", rows: [{ who, verdicts: 1, medianMs: 1 }] }),
    askedNote(
      { byName: text, question: sayQuestion("seen", { about: text, inVault: text, since: null, zone: "UTC" }) },
      "asked:1",
    ),
    reportAnswer({ kind: "several", names: [text, text], coverage: [text] }, () => ""),
  ];
  for (const message of hostile) {
    expect(refusals(message, "message")).toEqual([]);
    expect(markupIn(message.text)).toEqual([]);
    expect(shownIn(message).flatMap(hiddenIn)).toEqual([]);
  }
});
