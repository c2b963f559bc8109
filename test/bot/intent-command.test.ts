import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { type IntentCommandContext, parseIntentCommand } from "../../src/bot/intent-command.ts";
import type { WatchedVault } from "../../src/model.ts";
import { anItem, aVault } from "./builders.ts";

const cards = aVault({
  id: "v_cards",
  name: "Company cards",
  channel: "C0CARDS",
  items: [anItem("i_visa", "Company Visa"), anItem("i_amex", "Amex Más"), anItem("i_pin", "PIN")],
});
const servers = aVault({ id: "v_servers", name: "Servers", channel: "C0SERVERS", items: [anItem("i_pin2", "PIN")] });
const zone = "Europe/Madrid";

function at(local: string, inZone = zone): Date {
  return DateTime.fromISO(local, { zone: inZone }).toJSDate();
}

/** Tuesday 24 November 2026, 10:05 in Madrid, typed where no vault lives. */
function context(changes: Partial<IntentCommandContext> = {}): IntentCommandContext {
  return {
    now: at("2026-11-24T10:05"),
    zone,
    vaults: [cards, servers],
    channelId: "C0GENERAL",
    defaultMinutes: 60,
    maximumMinutes: 480,
    ...changes,
  };
}

/** An announcement in a line: "purpose | from–until | vault/item". */
function understood(text: string, changes: Partial<IntentCommandContext> = {}): string {
  const where = context(changes);
  const command = parseIntentCommand(text, where);
  if (command.kind !== "announce") return JSON.stringify(command);
  const say = (instant: Date) => DateTime.fromJSDate(instant, { zone: where.zone }).toFormat("d LLL HH:mm");
  const place = command.vaultId === null ? "any" : command.vaultId + (command.itemId ? `/${command.itemId}` : "");
  return `${command.purpose} | ${command.startsAt ? say(command.startsAt) : "now"} – ${say(command.endsAt)} | ${place}`;
}

describe("once", () => {
  test.each([
    ["once paying the invoice for 2h", 1, "paying the invoice"],
    ["Once: paying the invoice", 1, "paying the invoice"],
    ["once, paying the invoice", 1, "paying the invoice"],
    ["paying the invoice once", null, "paying the invoice once"],
    ["once more unto the breach", null, "once more unto the breach"],
    ["once a month payment", null, "once a month payment"],
    ['"once paying the invoice"', null, "once paying the invoice"],
  ])("%s", (text, mostUses, purpose) => {
    expect(parseIntentCommand(text, context())).toMatchObject({ kind: "announce", mostUses, purpose });
  });

  test("alone or with a window that can't be, the command that is offered still says once", () => {
    const suggestionFor = (text: string) => parseIntentCommand(text, context());
    expect(suggestionFor("once")).toMatchObject({ suggestion: "/intent once paying the licence renewal" });
    expect(suggestionFor("once audit for 3 days")).toMatchObject({ suggestion: "/intent once audit for 8h" });
  });
});

describe("a purpose with a window", () => {
  test.each([
    ["paying licence renewal", "paying licence renewal | now – 24 Nov 11:05 | any"],
    ["paying licence renewal for 2h", "paying licence renewal | now – 24 Nov 12:05 | any"],
    ["paying licence renewal for 90 min", "paying licence renewal | now – 24 Nov 11:35 | any"],
    ["paying licence renewal for 1h30", "paying licence renewal | now – 24 Nov 11:35 | any"],
    ["paying licence renewal for 1 h 15 min", "paying licence renewal | now – 24 Nov 11:20 | any"],
    ["paying licence renewal for half an hour", "paying licence renewal | now – 24 Nov 10:35 | any"],
    ["paying licence renewal for 1.5 hours.", "paying licence renewal | now – 24 Nov 11:35 | any"],
    ["paying licence renewal until 16:00", "paying licence renewal | now – 24 Nov 16:00 | any"],
    ["paying licence renewal until 4pm", "paying licence renewal | now – 24 Nov 16:00 | any"],
    ["paying licence renewal until 4:30 pm", "paying licence renewal | now – 24 Nov 16:30 | any"],
    ["paying licence renewal till noon", "paying licence renewal | now – 24 Nov 12:00 | any"],
    ["migration tomorrow 9-11", "migration | 25 Nov 09:00 – 25 Nov 11:00 | any"],
    ["migration 9-11 tomorrow", "migration | 25 Nov 09:00 – 25 Nov 11:00 | any"],
    ["migration tomorrow from 9 to 11", "migration | 25 Nov 09:00 – 25 Nov 11:00 | any"],
    ["migration tomorrow at 9 for 2h", "migration | 25 Nov 09:00 – 25 Nov 11:00 | any"],
    ["migration for 2h tomorrow at 9:00", "migration | 25 Nov 09:00 – 25 Nov 11:00 | any"],
    ["migration tonight 22-23h", "migration | 24 Nov 22:00 – 24 Nov 23:00 | any"],
    ["migration tonight 10-11", "migration | 24 Nov 22:00 – 24 Nov 23:00 | any"],
    ["migration tonight 23-1", "migration | 24 Nov 23:00 – 25 Nov 01:00 | any"],
    ["migration monday 9:00-10:30", "migration | 30 Nov 09:00 – 30 Nov 10:30 | any"],
    ["migration next monday 9:00-10:30", "migration | 30 Nov 09:00 – 30 Nov 10:30 | any"],
    ["migration tuesday 14-16", "migration | 24 Nov 14:00 – 24 Nov 16:00 | any"],
    ["migration tuesday 8-9", "migration | 1 Dec 08:00 – 1 Dec 09:00 | any"],
    ["migration today 14-16", "migration | 24 Nov 14:00 – 24 Nov 16:00 | any"],
    ["migration today 2-4pm", "migration | 24 Nov 14:00 – 24 Nov 16:00 | any"],
    ["migration today 11-2pm", "migration | 24 Nov 11:00 – 24 Nov 14:00 | any"],
    ["migration at 15:00 for 30m", "migration | 24 Nov 15:00 – 24 Nov 15:30 | any"],
    ["migration for 30m at 15:00", "migration | 24 Nov 15:00 – 24 Nov 15:30 | any"],
    ["migration for 2h until 16:00", "migration | 24 Nov 14:00 – 24 Nov 16:00 | any"],
    ["migration from 15:00 to 16:00", "migration | 24 Nov 15:00 – 24 Nov 16:00 | any"],
    ["migration 15:00–16:00", "migration | 24 Nov 15:00 – 24 Nov 16:00 | any"],
    ["migration 2026-12-01 9-11", "migration | 1 Dec 09:00 – 1 Dec 11:00 | any"],
    ["tomorrow 9-11: migration", "migration | 25 Nov 09:00 – 25 Nov 11:00 | any"],
    ["for 2h migration", "migration | now – 24 Nov 12:05 | any"],
    ["migration today 9-11", "migration | now – 24 Nov 11:00 | any"],
  ])("%s", (typed, expected) => expect(understood(typed)).toBe(expected));

  test.each([
    "paying for the licence",
    "holding it until the audit is over",
    "sorting invoices 9-11",
    "preparing the payroll for monday",
    "dinner for 2",
    "reading tomorrow's invoice",
    "at the bank",
    "renewing for 3 people",
    "moving from 2019 to 2020",
  ])("words that aren't a window stay purpose: %s", (typed) =>
    expect(understood(typed)).toBe(`${typed} | now – 24 Nov 11:05 | any`),
  );

  test("an evening's early hour means the coming night", () => {
    const late = { now: at("2026-11-24T23:10") };
    expect(understood("deploy until 2:00", late)).toBe("deploy | now – 25 Nov 02:00 | any");
    expect(understood("deploy 1:00-3:00", late)).toBe("deploy | 25 Nov 01:00 – 25 Nov 03:00 | any");
    expect(understood("deploy until midnight", late)).toBe("deploy | now – 25 Nov 00:00 | any");
    expect(understood("deploy until tomorrow 6:00", late)).toBe("deploy | now – 25 Nov 06:00 | any");
  });

  test("a window that has begun counts from now, and says so", () => {
    expect(parseIntentCommand("migration today 9-11", context())).toMatchObject({
      startsAt: null,
      notes: ["It counts from now, 10:05: a purpose can’t begin before it was announced."],
    });
  });

  test("the zone is the typing person's", () => {
    expect(understood("call until 16:00", { zone: "America/New_York" })).toBe(
      JSON.stringify({
        kind: "not-understood",
        problem: "A purpose can stand for 8 h at most.",
        suggestion: "/intent call for 8h",
        refused: { reason: "too-long", purpose: "call" },
      }),
    );
    const kolkata = parseIntentCommand("call until 16:00", context({ zone: "Asia/Kolkata" }));
    expect(kolkata).toMatchObject({ endsAt: at("2026-11-24T16:00", "Asia/Kolkata") });
    const nowhere = parseIntentCommand("call until 12:00", context({ zone: "Mars/Olympus" }));
    expect(nowhere).toMatchObject({ endsAt: new Date("2026-11-24T12:00Z") });
  });
});

describe("clock-change days", () => {
  test("an hour that is left out is said so, with the one after it", () => {
    const spring = { now: at("2026-03-28T10:00") };
    expect(parseIntentCommand("restore tomorrow 2:30-4:00", context(spring))).toEqual({
      kind: "not-understood",
      problem: "The clocks go forward on Sunday 29 March in Madrid: that hour doesn’t exist.",
      suggestion: "/intent restore tomorrow 03:30-04:30",
    });
    expect(understood("restore tomorrow 1:30-3:30", spring)).toBe("restore | 29 Mar 01:30 – 29 Mar 03:30 | any");
  });

  test("an hour that comes twice is the first one, and a window over it has its real length", () => {
    const autumn = { now: at("2026-10-24T10:00") };
    const command = parseIntentCommand("restore tomorrow 2:30-4:00", context(autumn));
    expect(command).toMatchObject({ startsAt: new Date("2026-10-25T00:30Z"), endsAt: new Date("2026-10-25T03:00Z") });
  });

  test("Lord Howe's half hour", () => {
    const lordHowe = { zone: "Australia/Lord_Howe", now: at("2026-10-03T12:00", "Australia/Lord_Howe") };
    expect(parseIntentCommand("restore tomorrow 2:15-3:00", context(lordHowe))).toMatchObject({
      kind: "not-understood",
    });
    expect(understood("restore tomorrow 2:30-3:00", lordHowe)).toBe("restore | 4 Oct 02:30 – 4 Oct 03:00 | any");
  });
});

describe("a vault or an item by name", () => {
  test.each([
    ["paying licence for Company cards", "paying licence | now – 24 Nov 11:05 | v_cards"],
    ["paying licence on company VISA", "paying licence | now – 24 Nov 11:05 | v_cards/i_visa"],
    ['paying licence "Company Visa"', "paying licence | now – 24 Nov 11:05 | v_cards/i_visa"],
    ["paying licence on “Company Visa”", "paying licence | now – 24 Nov 11:05 | v_cards/i_visa"],
    ["paying licence @Company Visa", "paying licence | now – 24 Nov 11:05 | v_cards/i_visa"],
    ["paying licence on amex mas", "paying licence | now – 24 Nov 11:05 | v_cards/i_amex"],
    ["restarting nginx in Servers", "restarting nginx | now – 24 Nov 11:05 | v_servers"],
    ["restarting nginx in the Servers vault", "restarting nginx | now – 24 Nov 11:05 | v_servers"],
    ["paying licence for 2h on Company Visa", "paying licence | now – 24 Nov 12:05 | v_cards/i_visa"],
    ["paying licence on Company Visa for 2h", "paying licence | now – 24 Nov 12:05 | v_cards/i_visa"],
    ["paying on PIN in Servers until noon", "paying | now – 24 Nov 12:00 | v_servers/i_pin2"],
    ["migration tonight 22–23h “Company Visa”", "migration | 24 Nov 22:00 – 24 Nov 23:00 | v_cards/i_visa"],
    ["paying for the licence for Company cards", "paying for the licence | now – 24 Nov 11:05 | v_cards"],
  ])("%s", (typed, expected) => expect(understood(typed)).toBe(expected));

  test("typed in a vault's channel with none named: that vault; a named one wins", () => {
    expect(understood("paying licence", { channelId: "C0CARDS" })).toBe(
      "paying licence | now – 24 Nov 11:05 | v_cards",
    );
    expect(understood("fixing in Servers", { channelId: "C0CARDS" })).toBe("fixing | now – 24 Nov 11:05 | v_servers");
    expect(understood("resetting on PIN", { channelId: "C0CARDS" })).toBe(
      "resetting | now – 24 Nov 11:05 | v_cards/i_pin",
    );
  });

  test("a name that fits two is asked about, and each answer is a command that is understood", () => {
    const command = parseIntentCommand("resetting on PIN for 2h", context());
    expect(command).toEqual({
      kind: "which-item",
      question: "Which one do you mean? Several have that name.",
      candidates: [
        {
          vaultId: "v_cards",
          itemId: "i_pin",
          label: "PIN in Company cards",
          command: '/intent resetting on "i_pin" in "v_cards" for 2h',
        },
        {
          vaultId: "v_servers",
          itemId: "i_pin2",
          label: "PIN in Servers",
          command: '/intent resetting on "i_pin2" in "v_servers" for 2h',
        },
      ],
    });
    if (command.kind !== "which-item") return;
    expect(command.candidates.map((each) => understood(each.command.replace("/intent ", "")))).toEqual([
      "resetting | now – 24 Nov 12:05 | v_cards/i_pin",
      "resetting | now – 24 Nov 12:05 | v_servers/i_pin2",
    ]);
  });

  test("a name that is nearly right is offered", () => {
    expect(parseIntentCommand("paying on Compny Visa", context())).toMatchObject({
      kind: "which-item",
      question: "Nothing here is called ‘Compny Visa’. Did you mean this?",
      candidates: [{ label: "Company Visa in Company cards" }],
    });
  });

  test("two vaults in one channel are asked about", () => {
    const twins: WatchedVault[] = [cards, { ...servers, channel: "C0CARDS" }];
    expect(parseIntentCommand("paying", context({ vaults: twins, channelId: "C0CARDS" }))).toMatchObject({
      kind: "which-vault",
      candidates: [{ label: "Company cards" }, { label: "Servers" }],
    });
  });
});

describe("the other commands", () => {
  test.each([
    ["", { kind: "open-form" }],
    ["   ", { kind: "open-form" }],
    ["list", { kind: "list" }],
    ["LIST", { kind: "list" }],
    ["help", { kind: "help" }],
    ["?", { kind: "help" }],
    ["done", { kind: "done", which: null }],
    ["done 2", { kind: "done", which: "2" }],
    ["cancel licence renewal", { kind: "cancel", which: "licence renewal" }],
    ["lst", { kind: "not-understood", problem: "Did you mean “list”?", suggestion: "/intent list" }],
    ["cancle", { kind: "not-understood", problem: "Did you mean “cancel”?", suggestion: "/intent cancel" }],
    ["hepl", { kind: "not-understood", problem: "Did you mean “help”?", suggestion: "/intent help" }],
    ["constructor", { kind: "announce" }],
    ["list the suppliers", { kind: "announce", purpose: "list the suppliers" }],
    ["cancel the old card for 2h", { kind: "announce", purpose: "cancel the old card" }],
    ['"cancel the old card"', { kind: "announce", purpose: "cancel the old card" }],
  ])("%s", (typed, expected) => expect(parseIntentCommand(typed, context())).toMatchObject(expected));
});

describe("what can't be, with the nearest right command", () => {
  const afternoon = { now: at("2026-11-24T17:00") };
  test.each([
    ["paying until 16:00", afternoon, "16:00 has passed already: it is 17:00 in Madrid.", "/intent paying for 1h"],
    [
      "paying until 4",
      { now: at("2026-11-24T14:00") },
      "04:00 has passed already: it is 14:00 in Madrid.",
      "/intent paying until 16:00",
    ],
    [
      "paying today 9-11",
      afternoon,
      "11:00 has passed already: it is 17:00 in Madrid.",
      "/intent paying tomorrow 09:00-11:00",
    ],
    [
      "paying at 15:00 for 30m",
      afternoon,
      "15:30 has passed already: it is 17:00 in Madrid.",
      "/intent paying tomorrow 15:00-15:30",
    ],
    [
      "paying 2026-11-01 9-11",
      {},
      "That has passed already: it is Tuesday 24 November 10:05 in Madrid.",
      "/intent paying tomorrow 09:00-11:00",
    ],
    ["paying 2026-02-30 9-11", {}, "‘2026-02-30’ isn’t a day in the calendar.", "/intent paying for 1h"],
    ["paying until 25:99", {}, "‘25:99’ isn’t a time that I know.", "/intent paying for 1h"],
    ["paying tomorrow 9-27", {}, "‘27’ isn’t a time that I know.", "/intent paying for 1h"],
    [
      "paying for 3 days on Company Visa",
      {},
      "A purpose can stand for 8 h at most.",
      "/intent paying on Company Visa for 8h",
    ],
    ["paying tomorrow 9-23", {}, "A purpose can stand for 8 h at most.", "/intent paying tomorrow 09:00-17:00"],
    ["paying for 0 min", {}, "That is no time at all.", "/intent paying for 1h"],
    ["migration tomorrow", {}, "From when until when tomorrow?", "/intent migration tomorrow 9:00-10:00"],
    ["migration on Monday", {}, "From when until when Monday?", "/intent migration 2026-11-30 9:00-10:00"],
    ["for 2h", {}, "What is it for? Please say it in a few words.", "/intent paying the licence renewal for 2h"],
    [
      "on Company Visa",
      {},
      "What is it for? Please say it in a few words.",
      "/intent paying the licence renewal on Company Visa",
    ],
  ])("%s", (typed, changes, problem, suggestion) => {
    // What could be read and can't be announced is a refusal; what can't be read is none.
    const reason = problem.includes("has passed") ? "passed" : problem.endsWith("at most.") ? "too-long" : null;
    const refused = reason && { refused: { reason, purpose: "paying" } };
    const command = parseIntentCommand(typed, context(changes));
    expect(command).toEqual({ kind: "not-understood", problem, suggestion, ...refused });
    const again = parseIntentCommand(suggestion.replace("/intent ", ""), context(changes));
    expect(again.kind).toBe("announce");
  });
});

describe("what Slack makes of typed text", () => {
  test.each([
    ["asking <@U02MARTA|marta> about it", "asking @marta about it"],
    ["asking <@U02MARTA> about it", "asking @U02MARTA about it"],
    ["see <#C0CARDS|vault-company-cards>", "see #vault-company-cards"],
    ["see <https://example.com/a|example.com/a>", "see example.com/a"],
    ["see <https://example.com/a>", "see https://example.com/a"],
    ["mail <mailto:a@example.com|a@example.com> now", "mail a@example.com now"],
    ["<!channel> hello", "@channel hello"],
    ["R&amp;D &lt;licence&gt;", "R&D <licence>"],
    ["&amp;lt; stays", "&lt; stays"],
  ])("%s", (typed, purpose) =>
    expect(parseIntentCommand(typed, context())).toMatchObject({ kind: "announce", purpose }),
  );

  test("a purpose of 4,000 characters is cut at 500, its window kept, and said", () => {
    const command = parseIntentCommand(`${"licence ".repeat(500)} for 2h on Company Visa`, context());
    expect(command).toMatchObject({
      kind: "announce",
      itemId: "i_visa",
      endsAt: at("2026-11-24T12:05"),
      notes: ["The purpose was cut at 500 characters."],
    });
    expect(command.kind === "announce" && command.purpose.length).toBeLessThanOrEqual(500);
  });
});

describe("whatever is typed", () => {
  const pieces = fc.constantFrom(
    "paying",
    "for 2h",
    "until 16:00",
    "tomorrow 9-11",
    "tonight",
    "on Company Visa",
    "in Servers",
    "25:99",
    "at 2:30",
    "for 9 days",
    "2026-03-29 2:30-3:30",
    "monday",
    '"',
    "<@U1|x>",
    "done",
    "cancel",
    "until noon",
    "from 1 to 1",
    "0-0",
    "24:00",
    "for 9999h",
    "9999-12-31 9-11",
  );
  const typed = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.array(pieces, { maxLength: 7 }).map((all) => all.join(" ")),
  );
  const zones = fc.constantFrom(
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "nowhere",
  );
  const instants = fc.date({ min: new Date("2020-01-01"), max: new Date("2037-12-31"), noInvalidDate: true });

  test("it never throws; an announcement begins no earlier than now, ends later, and is within the maximum", () => {
    fc.assert(
      fc.property(typed, zones, instants, (text, inZone, now) => {
        const command = parseIntentCommand(text, context({ zone: inZone, now }));
        if (command.kind === "not-understood") expect(command.suggestion).toMatch(/^\/intent/);
        if (command.kind !== "announce") return;
        const start = command.startsAt ?? now;
        expect(start.getTime()).toBeGreaterThanOrEqual(now.getTime());
        expect(command.endsAt.getTime()).toBeGreaterThan(start.getTime());
        expect(command.endsAt.getTime() - start.getTime()).toBeLessThanOrEqual(480 * 60_000);
        expect(command.purpose).not.toBe("");
      }),
      { numRuns: 1500 },
    );
  });

  test("every suggestion is understood when it is typed", () => {
    const some = fc.array(pieces, { minLength: 1, maxLength: 5 }).map((all) => all.join(" "));
    const inZones = fc.constantFrom("Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
    fc.assert(
      fc.property(some, inZones, instants, (text, inZone, now) => {
        const where = context({ zone: inZone, now });
        const command = parseIntentCommand(text, where);
        if (command.kind !== "not-understood") return;
        const again = parseIntentCommand(command.suggestion.replace(/^\/intent ?/, ""), where);
        expect(again.kind, `${command.problem} ${command.suggestion}`).not.toBe("not-understood");
      }),
      { numRuns: 1500 },
    );
  });

  test("a hostile text costs no time", () => {
    const before = performance.now();
    for (const text of [
      "for ".repeat(10_000),
      `${"9-".repeat(20_000)}`,
      "on the ".repeat(6000),
      "a".repeat(40_000),
      "<".repeat(40_000),
      " tomorrow".repeat(5000),
    ]) {
      parseIntentCommand(text, context());
    }
    expect(performance.now() - before).toBeLessThan(2000);
  });
});
