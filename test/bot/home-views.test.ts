import { expect, test } from "vitest";
import { sayRetention } from "../../src/bot/views/erased.ts";
import { type HomeFacts, homeView, outsiderHome } from "../../src/bot/views/home.ts";
import type { Leading } from "../../src/bot/views/home-lead.ts";
import type { Managing, Waiting } from "../../src/bot/views/home-manager.ts";
import type { OwnRecord, RecordLine } from "../../src/bot/views/home-record.ts";
import { viewProblems } from "../../src/sandbox/blocks/validate.ts";
import { anAccess, anAlert, anAlertAccess, anIntent, aPerson, aReview, aSlackUser, aVault } from "./builders.ts";
import { golden, readAloud } from "./read-aloud.ts";
import { hiddenIn, markupIn } from "./slack-reading.ts";

const vault = aVault({ hours: { ranges: [], text: "Mon–Fri 08:00–19:00" } });
const now = new Date("2026-11-24T09:35:00Z");
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const waiting: Waiting = {
  alert: anAlert(),
  vault,
  standing: { kind: "open" },
  needed: 1,
  isOwn: false,
  link: "https://example.slack.com/archives/C0CARDS/p1795511000000100",
};
const managing: Managing = {
  waiting: [waiting, { ...waiting, alert: anAlert({ id: "al_2", person: marta() }), isOwn: true, link: null }],
  total: 14,
  isMore: false,
  vaults: [
    { vault, lastHeardAt: before(14), open: 2 },
    { vault: aVault({ id: "v_new", name: "New one" }), lastHeardAt: null, open: 0 },
  ],
};
const line: RecordLine = {
  occurredAt: before(60),
  action: "reveal",
  vault: "Company cards",
  item: "Company Visa",
  state: "unexplained",
  verdict: aReview(),
  said: [{ kind: "mine", text: "the licence" }],
};
const record: Extract<OwnRecord, { kind: "known" }> = {
  kind: "known",
  emails: ["dana@example.com"],
  vaultIdentities: ["U7DANA"],
  total: 12,
  kept: sayRetention({ bodiesDays: null, detailsDays: 400 }, [{ name: "Company cards", detailsDays: 90 }]),
  since: before(60 * 24 * 30),
  lines: [line, { ...line, verdict: null, said: [], state: "explained", action: "copy" }],
  page: 0,
  pages: 2,
};
const leading: Leading = {
  slack: { waiting: 3, oldestSince: before(2), outage: { beganAt: before(600), endedAt: before(570) } },
  vaults: [{ vault, lastHeardAt: before(14), open: 2, oldestOpenAt: before(90) }],
  reviewers: [{ by: "U02MARTA", verdicts: 12, medianMs: 7 * 60_000 }],
};
const none: HomeFacts = {
  reader: { name: "Dana Ruiz", zone: "Europe/Madrid" },
  now,
  vaults: [vault],
  managing: null,
  staff: { questions: [], unused: [], moreQuestions: 0, intents: [], moreIntents: 0 },
  record: { ...record, emails: [], vaultIdentities: [], total: 0, since: null, lines: [], pages: 1 },
  leading: null,
};

function marta() {
  const user = aSlackUser({ id: "U02MARTA", name: "Marta Vidal", email: "marta@example.com" });
  return aPerson({ id: "p2", name: "Marta Vidal", emails: ["marta@example.com"], slack: { kind: "matched", user } });
}

const homes = {
  "home-manager": homeView({ ...none, reader: { name: "Marta Vidal", zone: "Europe/Madrid" }, managing }),
  "home-staff": homeView({
    ...none,
    staff: {
      questions: [{ alert: anAlert(), vault, managers: ["U02MARTA", "U02JUAN"] }],
      unused: [{ intent: anIntent({ id: "in0", ticket: "OPS-7" }), round: 0, askedAt: now, channels: ["C0CARDS"] }],
      moreQuestions: 0,
      intents: [
        anIntent({ ticket: "OPS-12", mostUses: 1 }),
        anIntent({
          id: "in2",
          startsAt: new Date(now.getTime() + 3_600_000),
          endsAt: new Date(now.getTime() + 7_200_000),
        }),
      ],
      moreIntents: 1,
    },
    record,
  }),
  "home-lead": homeView({ ...none, reader: { name: "Lena Park", zone: "America/New_York" }, leading }),
  "home-nobody": homeView(none),
  "home-ambiguous": homeView({ ...none, record: { kind: "ambiguous" } }),
  "home-guest": outsiderHome("guest"),
  "home-unknown": outsiderHome("unknown"),
};

test.for(Object.entries(homes))("%s is as agreed, and Slack takes it", async ([name, view]) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
  expect(viewProblems(JSON.parse(JSON.stringify(view)), "home")).toEqual([]);
});

test("what waits comes first; one's own access has no buttons; the rest is counted", () => {
  const read = readAloud(homes["home-manager"]);
  expect(read[0]).toBe("Hello Marta. 14 alerts wait for a verdict.");
  expect(read.filter((one) => one.startsWith("[Expected]"))).toHaveLength(1);
  expect(read).toContain("and 12 more, in the channels of their vaults");
  expect(read.indexOf("Waiting for a verdict")).toBeLessThan(read.indexOf("Your vaults"));
});

test("full to the brim, with hostile words, Slack still takes it and reads no markup in them", () => {
  const evil = `<!channel> *x* \u202e${"👩‍💻".repeat(300)}`;
  const person = aPerson({ name: evil, slack: { kind: "unmatched" } });
  const accesses = Array.from({ length: 30 }, (_, place) =>
    anAlertAccess({
      access: anAccess({ id: `a${place}`, item: { id: `i${place}`, title: evil, version: null, category: null } }),
      revision: place + 1,
    }),
  );
  const hostile = aVault({ id: "v".repeat(512), name: evil, hours: { ranges: [], text: evil } });
  const many = <T>(count: number, make: (place: number) => T) =>
    Array.from({ length: count }, (_, place) => make(place));
  const alert = (place: number) => anAlert({ id: `al_${place}`, person, accesses });
  const view = homeView({
    reader: { name: evil, zone: "Europe/Madrid" },
    now,
    vaults: [hostile],
    managing: {
      waiting: many(10, (place) => ({ ...waiting, alert: alert(place), vault: hostile })),
      total: 300,
      isMore: true,
      vaults: many(60, (place) => ({
        vault: { ...hostile, id: `${place}${hostile.id}` },
        lastHeardAt: null,
        open: 300,
      })),
    },
    staff: {
      questions: many(5, (place) => ({ alert: alert(place), vault: hostile, managers: many(60, (n) => `U${n}`) })),
      unused: many(5, (place) => ({
        intent: anIntent({ id: `un${place}`, purpose: evil }),
        round: 0,
        askedAt: now,
        channels: many(9, (n) => `C${n}`),
      })),
      moreQuestions: 45,
      intents: many(5, (place) => anIntent({ id: `in${place}`, purpose: evil })),
      moreIntents: 45,
    },
    record: {
      ...record,
      emails: many(9, () => evil),
      lines: many(10, () => ({ ...line, item: evil, vault: evil, said: [{ kind: "mine", text: evil }] })),
      page: 5,
      pages: 900,
    },
    leading: {
      ...leading,
      vaults: many(60, () => ({ vault: hostile, lastHeardAt: null, open: 1, oldestOpenAt: now })),
      reviewers: many(10, (place) => ({ by: `U${place}`, verdicts: 1, medianMs: 0 })),
    },
  });
  expect(viewProblems(JSON.parse(JSON.stringify(view)), "home")).toEqual([]);
  const words = JSON.stringify(readAloud(view));
  expect(hiddenIn(words)).toEqual([]);
  expect(markupIn(JSON.stringify(view.blocks.filter(({ type }) => type === "section")))).toEqual([]);
});
