import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import type { ManagerRef } from "../../src/model.ts";
import { configurationChanges } from "../../src/policies/configuration-changes.ts";

const yaml = `
timezone: Europe/Madrid
managers: &leads [marta@example.com, juan@example.com]
vaults:
  - id: v_cards
    name: Company cards
    channel: C0CARDS
    managers: *leads
    hours: Mon-Fri 08:00-19:00
    escalate: { after: 15m, to: C0SECURITY }
    items: [{ id: i_visa, title: Company Visa, sensitive: true }]
people:
  - { email: dana@example.com, vault: U7, slack: U02DANA }
`;
const names = new Map([
  ["luis@example.com", "Luis"],
  ["marta@example.com", "Marta"],
]);
const nameOf = (who: ManagerRef) => (who.kind === "email" ? (names.get(who.email) ?? who.email) : who.id);

const cases: [string, (text: string) => string, string[]][] = [
  ["a comment", (text) => `# as before\n${text}`, []],
  [
    "managers",
    (text) => text.replace("managers: *leads", "managers: [JUAN@example.com, luis@example.com]"),
    ["The managers of Company cards changed: Luis may now judge; Marta no longer."],
  ],
  [
    "one manager less",
    (text) => text.replace("managers: *leads", "managers: [juan@example.com]"),
    ["The managers of Company cards changed: Marta no longer may."],
  ],
  [
    "hours",
    (text) => text.replace("08:00-19:00", "08:00-23:00"),
    ["Company cards, ordinary hours: now Mon–Fri 08:00–23:00; before Mon–Fri 08:00–19:00."],
  ],
  [
    "escalation",
    (text) => text.replace("15m, to: C0SECURITY", "2h, to: luis@example.com, repeat: 1h"),
    [
      "Company cards, who hears when nobody judges: now Luis after 2 h, the last again every 1 h; before channel C0SECURITY after 15 min.",
      "Company cards, who is told of what is suspicious: now no channel; before channel C0SECURITY.",
    ],
  ],
  [
    "policies",
    (text) => text.replace("    hours:", "    policies: { export: off }\n    hours:"),
    ["Company cards, how loud the policies are: now export off; before as they come."],
  ],
  [
    "asking and night",
    (text) => text.replace("    hours:", "    ask: off\n    night: channel\n    critical: two\n    hours:"),
    [
      "Company cards, what is critical at night: now the channel alone; before a direct message to the managers.",
      "Company cards, whether people are asked about what nobody can explain: now no; before at once.",
      "Company cards, how many must say Expected of what is critical: now 2; before 1.",
    ],
  ],
  [
    "what is explained",
    (text) =>
      text.replace("    hours:", "    explained: digest\n    spotCheck: 20\n    hours:") +
      'digest: { day: Mon, at: "09:00" }\n',
    [
      "Company cards, where what is explained is told: now in the digest only; before a line in the channel.",
      "Company cards, spot checks: now one in 20 of what is explained; before none.",
      "For every vault, when the digest comes: now on Mondays at 09:00; before never.",
    ],
  ],
  [
    "sensitive items",
    (text) => text.replace(", sensitive: true", ""),
    ["Company cards, sensitive items: now none; before Company Visa."],
  ],
  [
    "identities",
    (text) => text.replace("slack: U02DANA", "slack: U02LENA"),
    [
      "By the configuration dana@example.com, vault user U7 and Slack user U02LENA are the same person.",
      "The configuration no longer says that dana@example.com, vault user U7 and Slack user U02DANA are the same person.",
    ],
  ],
  [
    "days away",
    (text) => text.replace("slack: U02DANA", "slack: U02DANA, away: [2027-01-04]"),
    ["What is known of dana@example.com: now away 2027-01-04; before nothing."],
  ],
  [
    "what holds for all",
    (text) => `${text}sitting: 1h\n`,
    ["For every vault, how far apart the accesses of one alert may be: now 1 h; before 30 min."],
  ],
  [
    "how long something is kept",
    (text) =>
      text.replace("    hours:", "    retention: { details: 60d }\n    hours:") +
      "retention: { bodies: 90d, details: 400d }\n",
    [
      "Company cards, how long details are kept: now 60 days; before as for every vault.",
      "For every vault, how long reports are kept as they came: now 90 days; before for ever.",
      "For every vault, how long details are kept: now 400 days; before for ever.",
    ],
  ],
  [
    "the canary",
    (text) => text.replace("    hours:", "    canary: { item: i_visa, within: 30h }\n    hours:"),
    [
      "Company cards, what must be opened every day, so that a silence shows: now Company Visa, missed after 30 h; before nothing.",
    ],
  ],
  [
    "what tells people when something is wrong or over",
    (text) =>
      `${text}digest: { day: Fri, at: "08:05" }\nfallback: { channel: C0OPS, email: [lead@example.com] }\nintents: { followUp: off }\n`,
    [
      "For every vault, whether people are asked about purposes that no access followed: now no; before yes.",
      "For every vault, when the digest comes: now on Fridays at 08:05; before never.",
      "For every vault, where alerts are shown whose own channel is closed: now channel C0OPS; before nowhere.",
      "For every vault, who is told by e-mail when Slack shows nothing: now lead@example.com; before nobody.",
    ],
  ],
  [
    "who answers for the whole",
    (text) =>
      text
        .replace("managers: &leads [marta@example.com, juan@example.com]", "managers: [marta@example.com]")
        .replace("managers: *leads", "managers: [marta@example.com, juan@example.com]"),
    ["For every vault, who answers for the whole: now Marta; before Marta and juan@example.com."],
  ],
];

test.each(cases)("a change of %s is told as it is", (_what, change, sentences) => {
  expect(configurationChanges(read(yaml), read(change(yaml)), nameOf).map(({ sentence }) => sentence)).toEqual(
    sentences,
  );
});

test("a vault that moves is told in both channels; one that comes or goes, in its own", () => {
  const moved = configurationChanges(read(yaml), read(yaml.replace("C0CARDS", "C0QUIET")), nameOf);
  expect(moved).toMatchObject([{ channels: ["C0QUIET", "C0CARDS"] }]);
  const other = read(yaml.replace("v_cards", "v_other").replace("Company cards", "Other cards"));
  expect(configurationChanges(read(yaml), other, nameOf)).toEqual([
    {
      about: "managers",
      channels: ["C0CARDS"],
      sentence: "Other cards is watched from now on. Marta and juan@example.com may judge.",
    },
    { about: "settings", channels: ["C0CARDS"], sentence: "Company cards is no longer watched." },
  ]);
});

function read(text: string) {
  const reading = parseConfig(text, "vaultbell.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.config;
}
