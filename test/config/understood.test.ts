import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { exampleFile, loadConfig } from "../../src/config.ts";
import { understoodFrom, written } from "./written.ts";

const design = `timezone: Europe/Madrid
holidays: ES-MD                      # country or country-region
managers: &leads [marta@example.com, juan@example.com]
vaults:
  - id: v_cards
    name: Company cards
    channel: C0123ABCD               # a channel's id survives its renaming
    managers: *leads
    hours: Mon-Fri 08:00-19:00       # when an access is ordinary
    intent: required                 # required | expected | off
    hint: supplier and amount, please
    escalate: { after: 15m, to: C0SECURITY }
    items: [{ id: i_visa, title: Company Visa, sensitive: true }]
digest: { day: Mon, at: "09:00" }
people: [{ email: dana@example.com, vault: U7…, slack: U02DANA }]   # only where e-mail doesn't join them
`;

test("the design's example is understood whole", () => {
  expect(understoodFrom(design)).toEqual({
    file: "vaultbell.yaml",
    fingerprint: createHash("sha256").update(design).digest("hex"),
    text: design,
    timezone: "Europe/Madrid",
    vaults: [
      {
        id: "v_cards",
        name: "Company cards",
        channel: "C0123ABCD",
        managers: [
          { kind: "email", email: "marta@example.com" },
          { kind: "email", email: "juan@example.com" },
        ],
        timezone: "Europe/Madrid",
        hours: {
          ranges: [{ weekdays: [1, 2, 3, 4, 5], fromMinute: 480, untilMinute: 1140 }],
          text: "Mon–Fri 08:00–19:00",
        },
        clock: "vault",
        holidays: {
          region: "ES-MD",
          names: expect.objectContaining({
            "2026-01-06": "Epiphany",
            "2026-05-02": "Día de la Comunidad de Madrid",
            "2026-12-25": "Christmas Day",
          }),
        },
        closed: [],
        policies: {},
        intent: "required",
        hint: "supplier and amount, please",
        ticket: null,
        items: [{ id: "i_visa", title: "Company Visa", isSensitive: true, hint: null }],
        followUp: {
          steps: [{ afterMinutes: 15, to: { kind: "channel", id: "C0SECURITY" } }],
          repeatMinutes: null,
          hours: "always",
          night: "dm",
          unmatched: 2,
          critical: 1,
          ask: "at-once",
          explained: "line",
          spotCheck: null,
          security: "C0SECURITY",
          whatNow: { call: null, freeze: null, link: null, steps: expect.any(Array) },
        },
        detailsDays: null,
        canary: null,
      },
    ],
    people: [
      {
        email: "dana@example.com",
        vaultIdentity: "U7…",
        slackUserId: "U02DANA",
        timezone: null,
        holidays: null,
        away: [],
      },
    ],
    intents: { defaultMinutes: 60, maximumMinutes: 1440, uses: 50, asksAboutUnused: true },
    sittingMinutes: 30,
    sources: [],
    fallback: { channel: null, emails: [] },
    retention: { bodiesDays: null, detailsDays: null },
    digest: { weekday: 1, minute: 540 },
    managers: [
      { kind: "email", email: "marta@example.com" },
      { kind: "email", email: "juan@example.com" },
    ],
    notes: [],
  });
});

test("what isn't written has the default that the definition names", () => {
  const config = understoodFrom(written({}));
  expect(config.vaults[0]).toMatchObject({ hours: null, intent: "required", hint: null, items: [] });
  expect(config.notes).toEqual([
    "Company cards (v_cards) has one manager, and nobody can judge what that manager opens: name a second one, or say under `escalate` who hears of it.",
    "Company cards (v_cards) has no `hours`: every hour counts as ordinary there.",
  ]);
});

test("an escalation is one step, a list of them, or a list with more to say about it", () => {
  const of = (line: string) => understoodFrom(written({ vault: [line] })).vaults[0]?.followUp;
  const juan = { afterMinutes: 15, to: { kind: "email", email: "juan@example.com" } };
  const security = { afterMinutes: 30, to: { kind: "channel", id: "C0SECURITY" } };
  expect(of("escalate: [{ after: 30m, to: C0SECURITY }, { after: 15m, to: juan@example.com }]")).toMatchObject({
    steps: [juan, security],
    repeatMinutes: null,
  });
  expect(of("escalate: { steps: [{ after: 15m, to: juan@example.com }], repeat: 1h, hours: vault }")).toMatchObject({
    steps: [juan],
    repeatMinutes: 60,
    hours: "vault",
  });
  expect(of("escalate: { after: 30m, to: C0SECURITY, repeat: 2h }")).toMatchObject({
    steps: [security],
    repeatMinutes: 120,
  });
  expect(of("escalate: { after: 30m, to: S0ONCALL }")?.steps).toEqual([
    { afterMinutes: 30, to: { kind: "user-group", id: "S0ONCALL" } },
  ]);
  expect(of("night: channel")).toMatchObject({ steps: [], repeatMinutes: null, hours: "always", night: "channel" });
  expect(of("critical: two")).toMatchObject({ critical: 2, unmatched: 2 });
  expect(of("spotCheck: 20")).toMatchObject({ explained: "line", spotCheck: 20 });
  expect(of("unmatched: one")).toMatchObject({ critical: 1, unmatched: 1 });
});

test("managers are e-mail addresses, Slack users and user groups", () => {
  const config = understoodFrom(written({ vault: ["managers: [marta@example.com, U02JUAN, W0ENTERPRISE, S0LEADS]"] }));
  expect(config.vaults[0]?.managers).toEqual([
    { kind: "email", email: "marta@example.com" },
    { kind: "slack-user", id: "U02JUAN" },
    { kind: "slack-user", id: "W0ENTERPRISE" },
    { kind: "user-group", id: "S0LEADS" },
  ]);
});

test("a vault without managers of its own has those at the top, and a zone of its own outranks the one at the top", () => {
  const text = `timezone: Europe/Madrid
managers: [marta@example.com]
vaults: [{ id: v_ny, name: New York, channel: C0123ABCD, timezone: America/New_York, hours: always }]`;
  const [vault] = understoodFrom(text).vaults;
  expect(vault?.managers).toEqual([{ kind: "email", email: "marta@example.com" }]);
  expect(vault?.timezone).toBe("America/New_York");
});

test("two vaults may share a channel, and one person may have two vault identities", () => {
  const config = understoodFrom(`timezone: UTC
managers: [marta@example.com]
vaults:
  - { id: v_a, name: A, channel: C0123ABCD, hours: always }
  - { id: v_b, name: B, channel: C0123ABCD, hours: always }
people:
  - { email: dana@example.com, vault: one, slack: U02DANA }
  - { email: dana@example.com, vault: two, slack: U02DANA }
  - { email: lena@example.com, timezone: America/New_York }
`);
  expect(config.vaults.map(({ channel }) => channel)).toEqual(["C0123ABCD", "C0123ABCD"]);
  expect(config.people).toHaveLength(3);
  expect(config.notes).toHaveLength(2);
});

test("holidays, closed days and levels at the top are everybody's; a vault has its own besides or instead", () => {
  const config = understoodFrom(`timezone: Europe/Madrid
holidays: ES
closed: [2026-12-24]
policies: { new-device: off, export: critical }
managers: [marta@example.com]
vaults:
  - { id: v_a, name: A, channel: C0123ABCD, hours: 22:00-06:00, clock: person }
  - { id: v_b, name: B, channel: C0123ABCD, hours: 22:00-06:00, holidays: FR, closed: [2026-12-27..2026-12-31], policies: { export: note } }
  - { id: v_c, name: C, channel: C0123ABCD, hours: 22:00-06:00, holidays: off }
people:
  - { email: dana@example.com, holidays: DE-BE, away: [2026-08-03..2026-08-14] }
`);
  const day = { from: "2026-12-24", until: "2026-12-24" };
  const said = config.vaults.map(({ clock, holidays, closed, policies }) => [
    clock,
    holidays?.region,
    closed,
    policies,
  ]);
  expect(said).toEqual([
    ["person", "ES", [day], { "new-device": "off", export: "critical" }],
    ["vault", "FR", [day, { from: "2026-12-27", until: "2026-12-31" }], { "new-device": "off", export: "note" }],
    ["vault", undefined, [day], { "new-device": "off", export: "critical" }],
  ]);
  expect(config.people[0]).toMatchObject({
    holidays: { region: "DE-BE" },
    away: [{ from: "2026-08-03", until: "2026-08-14" }],
  });
});

test("what is suspicious is told to the channel at the top, else to the first that a vault escalates to", () => {
  const vaults = `managers: [marta@example.com]
vaults:
  - { id: v_a, name: A, channel: C0123ABCD, escalate: [{ after: 2h, to: C0LATER1 }, { after: 1h, to: C0SOONER }] }
  - { id: v_b, name: B, channel: C0123ABCD, whatNow: { call: Marta, steps: [Freeze it], link: "https://wiki.example.com/a b" } }
`;
  const without = understoodFrom(`timezone: Europe/Madrid\n${vaults.replace("a b", "ab")}`);
  expect(without.vaults.map(({ followUp }) => followUp.security)).toEqual(["C0SOONER", null]);
  expect(without.vaults[0]?.followUp.whatNow).toMatchObject({ call: null, freeze: null, link: null });
  expect(without.vaults[0]?.followUp.whatNow.steps).toHaveLength(4);
  expect(without.vaults[1]?.followUp.whatNow).toEqual({
    call: "Marta",
    freeze: null,
    steps: ["Freeze it"],
    link: "https://wiki.example.com/ab",
  });
  const withIt = understoodFrom(`timezone: Europe/Madrid\nsecurity: C0SECURITY\n${vaults.replace("a b", "ab")}`);
  expect(withIt.vaults.map(({ followUp }) => followUp.security)).toEqual(["C0SECURITY", "C0SECURITY"]);
});

test("settings of ours are durations", () => {
  const config = understoodFrom(
    written({ below: "intents: { default: 90m, max: 1h30m, uses: 5, followUp: off }\nsitting: 2h" }),
  );
  expect(config.intents).toEqual({ defaultMinutes: 90, maximumMinutes: 90, uses: 5, asksAboutUnused: false });
  expect(config.sittingMinutes).toBe(120);
});

test("nothing of a configuration can be changed", () => {
  const config = understoodFrom(design);
  for (const value of everyValueWithin(config)) expect(Object.isFrozen(value)).toBe(true);
});

test("a byte order mark and Windows line ends change nothing but the fingerprint", () => {
  const plain = understoodFrom(design);
  const windows = understoodFrom(`\u{feff}${design.replaceAll("\n", "\r\n")}`);
  expect({ ...windows, fingerprint: "", text: "" }).toEqual({ ...plain, fingerprint: "", text: "" });
  expect(windows.fingerprint).not.toBe(plain.fingerprint);
});

test("the example file is right, is what the stand-in workspace has, and names its schema on the first line", () => {
  const reading = loadConfig(exampleFile);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const bytes = readFileSync(exampleFile);
  expect(reading.config.fingerprint).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(bytes.toString().split("\n")[0]).toBe("# yaml-language-server: $schema=./vaultbell.schema.json");
  expect(reading.config.notes).toEqual([]);
  expect(
    reading.config.vaults.map(({ id, channel, intent, items }) => ({
      id,
      channel,
      intent,
      items: items.map((i) => i.id),
    })),
  ).toEqual([
    { id: "v_cards", channel: "C0CARDS", intent: "required", items: ["i_visa", "i_amex"] },
    { id: "v_servers", channel: "C0SERVERS", intent: "expected", items: ["i_root", "i_backup"] },
  ]);
});

function everyValueWithin(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [value];
  return [value, ...Object.values(value).flatMap(everyValueWithin)];
}
