import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { howToFindChannel } from "../../src/config/slack-id.ts";
import { loadConfig, parseConfig } from "../../src/config.ts";
import { mistakesIn, written } from "./written.ts";

test("every mistake is reported at once, in the order of the text, with its line and column", () => {
  const text = `timezone: Europe/Madird
managers: &leads [marta@example.com, juan]
vaults:
  - id: 17
    nme: Company cards
    channel: "#cards"
    managers: *leads
    hours: mon-fri 8-19
  - id: v_b
    name: B
    channel: C0123ABCD
    managers: *leads
    intent: requird
sitting: 30
`;
  expect(mistakesIn(text)).toEqual([
    '1:11 timezone: "Europe/Madird" is not an IANA time zone. Write `timezone: Europe/Madrid`. Zones are named by region and city, such as `Europe/Madrid`.',
    // Used by two vaults, and told once, where it stands.
    '2:38 managers[1]: "juan" names no manager. Managers are named by e-mail address, by Slack member id (U…), or by user group id (S…).',
    "4:5 vaults[0].name: name is missing. Add `name: Company cards`.",
    '4:9 vaults[0].id: id should be a text, and is a number. Write `id: "17"`.',
    '5:5 vaults[0].nme: the key "nme" is not known here. Write `name:`.',
    `6:14 vaults[0].channel: "#cards" is not a channel's id. ${howToFindChannel}`,
    '8:12 vaults[0].hours: "mon-fri 8-19" is not how hours are written. Write `hours: Mon-Fri 08:00-19:00`.',
    '13:13 vaults[1].intent: "requird" is not required, expected or off. Write `intent: required`.',
    "14:10 sitting: sitting should be a text, and is a number. Write `sitting: 30m`.",
  ]);
});

const joins = "Give two or more of email, vault and slack, such as `{ email: dana@example.com, slack: U02DANA }`.";
const cities = "Name a city, such as `Europe/Madrid`: abbreviations and offsets know no summer time.";
const managers = "Managers are named by e-mail address, by Slack member id (U…), or by user group id (S…).";
const vaultKeys =
  "id, name, channel, managers, timezone, hours, clock, holidays, closed, policies, intent, hint, ticket, escalate, night, unmatched, critical, ask, explained, spotCheck, whatNow, canary, retention, items";

// One vault, whose own lines come last; the first line given is on line 6 unless it replaces one of the ordinary four.
test.each<[string, Parameters<typeof written>[0], string]>([
  [
    "what is explained in a digest that there isn't",
    { vault: ["explained: digest"] },
    '7:16 vaults[0].explained: what is explained would be told nowhere: there is no weekly digest. Add `digest: { day: Mon, at: "09:00" }` at the top, or write `explained: line`.',
  ],
  [
    "a pattern that could take for ever",
    { vault: ["ticket: { pattern: (a+)+$ }"] },
    '7:24 vaults[0].ticket.pattern: the pattern "(a+)+$" repeats a group, which can take for ever. Write `pattern: ^[A-Z]+-\\d+$`.',
  ],
  [
    "an example that doesn't fit",
    { vault: ["ticket: { pattern: 'OPS-[0-9]+', example: FIN-1 }"] },
    '7:47 vaults[0].ticket.example: the example "FIN-1" doesn\'t fit the pattern "OPS-[0-9]+". Give the number of a real ticket, or mend the pattern.',
  ],
  [
    "a city alone",
    { top: "timezone: Madrid" },
    '1:11 timezone: "Madrid" is not an IANA time zone. Write `timezone: Europe/Madrid`. Zones are named by region and city, such as `Europe/Madrid`.',
  ],
  [
    "an abbreviation for a zone",
    { vault: ["timezone: CET"] },
    `7:15 vaults[0].timezone: "CET" is not an IANA time zone. Write \`timezone: Europe/Berlin\`. ${cities}`,
  ],
  [
    "an offset for a zone",
    { top: 'timezone: "+01:00"' },
    `1:11 timezone: "+01:00" is not an IANA time zone. ${cities}`,
  ],
  [
    "an unknown country",
    { below: "holidays: Spain" },
    '7:11 holidays: "Spain" is not a country or a country with its region. Write the ISO 3166 code, such as `holidays: ES` or `holidays: ES-MD`.',
  ],
  [
    "a country in small letters",
    { below: "holidays: es-md" },
    '7:11 holidays: "es-md" is not how a country is written. Write `holidays: ES-MD`.',
  ],
  [
    "an unquoted channel name, which YAML takes for a comment",
    { vault: ["channel: #cards"] },
    `6:14 vaults[0].channel: channel has no value. Write \`channel: C0123ABCD\` with the channel's own id. ${howToFindChannel}`,
  ],
  [
    "a link to a channel",
    { vault: ["channel: https://x.slack.com/archives/C0123ABCD"] },
    '6:14 vaults[0].channel: "https://x.slack.com/archives/C0123ABCD" is not a channel\'s id. Write `channel: C0123ABCD`.',
  ],
  [
    "a manager with their name",
    { vault: ["managers: [Marta Vidal <marta@example.com>]"] },
    `6:16 vaults[0].managers[0]: "Marta Vidal <marta@example.com>" names no manager. Write \`marta@example.com\`. ${managers}`,
  ],
  [
    "a single manager without brackets",
    { vault: ["managers: marta@example.com"] },
    '6:15 vaults[0].managers: managers should be a list, and is the text "marta@example.com". Write `managers: [marta@example.com]`.',
  ],
  [
    "an empty list of managers",
    { vault: ["managers: []"] },
    "6:15 vaults[0].managers: managers is empty. Write `managers: [marta@example.com, juan@example.com]`.",
  ],
  [
    "a yes for true",
    { vault: ["items: [{ id: i_visa, sensitive: yes }]"] },
    '7:38 vaults[0].items[0].sensitive: sensitive should be true or false, and is the text "yes". Write `sensitive: true`.',
  ],
  [
    "an item given twice",
    { vault: ["items: [{ id: i_visa }, { id: i_visa }]"] },
    '7:35 vaults[0].items[1].id: the id "i_visa" is already taken by another item of this vault. Give each item the id that the vault service has for it, or make one item of the two.',
  ],
  [
    "a key that nothing resembles",
    { vault: ["__proto__: { isAdmin: true }"] },
    `7:5 vaults[0].__proto__: the key "__proto__" is not known here. Remove it; known here are ${vaultKeys}.`,
  ],
  [
    "a merge key",
    { vault: ["<<: { hours: always }"] },
    '7:5 vaults[0]."<<": the key "<<" is not known here. Merge keys aren\'t read here: write the keys out, or use *name as a whole value.',
  ],
  [
    "a key written twice",
    { vault: ["hours: always", "hours: 08:00-19:00"] },
    '8:5 vaults[0].hours: "hours" is written twice here. Keep one of the two.',
  ],
  [
    "a false for off",
    { vault: ["intent: false"] },
    "7:13 vaults[0].intent: false is not required, expected or off. Write `intent: off`.",
  ],
  ["an empty name", { vault: ['name: ""'] }, "6:11 vaults[0].name: this text is empty. Write a few words there."],
  [
    "a name of two lines",
    { vault: ['name: "Company\\ncards"'] },
    "6:11 vaults[0].name: this text has line breaks or control characters in it. Write `name: Company cards`.",
  ],
  [
    "a name that is too long",
    { vault: [`name: ${"x".repeat(101)}`] },
    "6:11 vaults[0].name: this text has 101 characters. Shorten it to 100 characters or fewer.",
  ],
  [
    "words for a duration",
    { vault: ["escalate: { after: 15 min, to: C0SECURITY }"] },
    '7:24 vaults[0].escalate.after: "15 min" is not how a duration is written. Write `after: 15m`.',
  ],
  [
    "an escalation to nobody",
    { vault: ["escalate: { after: 15m, to: security }"] },
    `7:33 vaults[0].escalate.to: "security" names nobody who could hear of it. Write a channel's id (C…), an e-mail address, a Slack member id (U…), or a user group id (S…). ${howToFindChannel}`,
  ],
  [
    "a step of an escalation without a time",
    { vault: ["escalate: [{ after: 15m, to: C0SECURITY }, { to: C0LEADS }]"] },
    "7:48 vaults[0].escalate[1].after: after is missing. Add `after: 15m`.",
  ],
  [
    "an escalation with a key that isn't known",
    { vault: ["escalate: { after: 15m, to: C0SECURITY, repaet: 1h }"] },
    '7:45 vaults[0].escalate.repaet: the key "repaet" is not known here. Write `repeat:`.',
  ],
  [
    "an escalation that is only a channel",
    { vault: ["escalate: C0SECURITY"] },
    '7:15 vaults[0].escalate: escalate should be a group of keys, and is the text "C0SECURITY". Write `escalate: { after: 15m, to: C0SECURITY }`.',
  ],
  [
    "what is no duration",
    { below: "sitting: soon" },
    '7:10 sitting: "soon" is not a duration. Write minutes or hours, such as `15m` or `2h`.',
  ],
  [
    "a duration that is too long",
    { below: "sitting: 13h" },
    '7:10 sitting: "13h" is longer than the 12h allowed here. Write `sitting: 12h`.',
  ],
  [
    "a default above the maximum",
    { below: "intents: { default: 2h, max: 1h }" },
    "7:21 intents.default: a purpose would stand longer by default than the 1h that it may stand at most. Write `default: 1h` or shorter, or raise `max`.",
  ],
  [
    "a digest's day written out",
    { below: 'digest: { day: Monday, at: "09:00" }' },
    '7:16 digest.day: "Monday" is not a day of the week here. Write `day: Mon`.',
  ],
  [
    "a digest's time without minutes",
    { below: "digest: { day: Mon, at: 9am }" },
    '7:25 digest.at: "9am" is not a time of day. Write `at: "09:00"`.',
  ],
  [
    "an override that joins nothing",
    { below: "people: [{ email: dana@example.com }]" },
    `7:10 people[0]: this entry joins nothing. ${joins}`,
  ],
  [
    "a Slack name for an id",
    { below: 'people: [{ email: dana@example.com, slack: "@dana" }]' },
    "7:44 people[0].slack: \"@dana\" is not a Slack user's id. Copy the member id: in Slack, open the person's profile, then ⋮, then Copy member ID (U…).",
  ],
  [
    "one vault identity for two people",
    { below: "people: [{ email: a@example.com, vault: u1 }, { email: b@example.com, vault: u1 }]" },
    '7:78 people[1].vault: the vault identity "u1" already belongs to another entry. Keep the entry of the person whose identity it is.',
  ],
  [
    "one address for two Slack users",
    { below: "people: [{ email: a@example.com, slack: U0AAA }, { email: A@example.com, slack: U0BBB }]" },
    '7:81 people[1].slack: "a@example.com" is already joined to another Slack user, "U0AAA". Keep the entry of the Slack user who is meant.',
  ],
  [
    "an alias of nothing",
    { vault: ["managers: *leads"] },
    '6:15 vaults[0].managers: "*leads" stands for nothing: no "&leads" comes before it. Name the value that is meant with & before this line, or write the value out.',
  ],
  [
    "an alias within itself",
    { vault: ["items: &all [*all]"] },
    '7:18 vaults[0].items[0][0]: "*all" stands for something that contains itself. Write the value out.',
  ],
  ["a custom tag", { vault: ["name: !secret cards"] }, "6:11 : tags (!name) aren't read here. Remove the tag."],
  [
    "a text in the place of a group",
    { below: "intents: 1h" },
    '7:10 intents: intents should be a group of keys, and is the text "1h". Write `intents: { default: 1h, max: 24h }`.',
  ],
  [
    "a second document",
    { below: "---\ntimezone: UTC" },
    "7:1 : a second document begins in this file. Remove the line ---.",
  ],
  ["a tab", { vault: ["items:\n\t- { id: x }"] }, "8:1 : this line is indented with a tab. Indent with spaces."],
  [
    "a text that begins with @",
    { vault: ["hint: @supplier"] },
    '7:11 : a text can\'t begin with this character. Put the text in quotes, such as "@text".',
  ],
])("%s: where it stands, and what would be right", (_name, parts, mistake) => {
  expect(mistakesIn(written(parts))).toEqual([mistake]);
});

test("two vaults of one id, and a vault for which nobody answers", () => {
  const vault = (rest: string) => `  - { id: v_a, name: A, channel: C0123ABCD${rest} }\n`;
  expect(mistakesIn(`timezone: UTC\nvaults:\n${vault(", managers: [S0LEADS]")}${vault("")}`)).toEqual([
    "4:5 vaults[1]: nobody answers for this vault: it has no managers. Add `managers: [marta@example.com, juan@example.com]` to it, or at the top for all vaults.",
    '4:11 vaults[1].id: the id "v_a" is already taken by vaults[0]. Give each vault the id that the vault service has for it, or make one vault of the two.',
  ]);
});

test("broken YAML is reported where it is mended, and what can still be read is checked", () => {
  const text = `timezone: Nowhere
vaults:
  - id: v_a
   name: A
    channel: "C0123
    hours: whenever
`;
  expect(mistakesIn(text)).toEqual([
    '1:11 timezone: "Nowhere" is not an IANA time zone. Zones are named by region and city, such as `Europe/Madrid`.',
    "4:1 : this line is indented otherwise than the lines it belongs to, or a bracket before it isn't closed. Begin it exactly under its neighbours, and close every [ and {.",
    "5:14 : this quote is never closed. End the text with the quote that begins it.",
  ]);
});

test.each(["", "\n\n", "# nothing yet\n"])("a file that says nothing (%j) is sent to the example", (text) => {
  expect(mistakesIn(text)).toEqual([
    "1:1 : this file says nothing yet. Copy vaultbell.example.yaml and put in your vaults.",
  ]);
});

test("aliases that multiply are refused", () => {
  const levels = [..."bcdefghijk"].map(
    (name, index) => `${name}: &${name} [${`*${"abcdefghijk"[index]}, `.repeat(9)}]`,
  );
  expect(mistakesIn(`a: &a [x]\n${levels.join("\n")}`)).toEqual([
    "1:1 : the aliases (*name) in this file stand for more than 100,000 values. Write the values out, or share smaller lists.",
  ]);
});

test("levels without end are refused", () => {
  expect(mistakesIn("[".repeat(10_000))).toMatchObject([
    expect.stringContaining("there are too many levels within each other"),
  ]);
  expect(mistakesIn(`vaults: ${"[".repeat(100)}${"]".repeat(100)}`)).toContainEqual(
    expect.stringContaining("more than 64 levels are within each other here. Nothing here needs more than six."),
  );
});

test("keys of every object are only keys", () => {
  parseConfig('{ "__proto__": { "isAdmin": true }, "constructor": { "prototype": { "isAdmin": true } } }', "x");
  expect(Reflect.get({}, "isAdmin")).toBeUndefined();
});

test("more than 1 MiB is refused before it is read as YAML", () => {
  const mistakes = ["1:1 : this file is larger than 1 MiB. Give the path of vaultbell.yaml, which has some kilobytes."];
  expect(mistakesIn("#".repeat(1024 * 1024 + 1))).toEqual(mistakes);
});

test("a file that isn't there, is a folder, isn't text or is too large is a mistake of its own", () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-config-"));
  try {
    const answerTo = (name: string, content?: Uint8Array | string) => {
      const file = join(folder, name);
      if (content !== undefined) writeFileSync(file, content);
      const reading = loadConfig(file);
      if (reading.ok) return [];
      return reading.mistakes.map(({ line, column, problem, remedy }) => `${line}:${column} ${problem}. ${remedy}`);
    };
    expect(answerTo("vaultbell.yaml")).toEqual([
      "1:1 there is no such file. Copy vaultbell.example.yaml to it and put in your vaults.",
    ]);
    expect(answerTo(".")).toEqual(["1:1 this is a folder. Give the path of the file in it, such as vaultbell.yaml."]);
    expect(answerTo("latin1.yaml", Buffer.from("name: caf\u{e9}", "latin1"))).toEqual([
      "1:1 this file is not UTF-8 text. Save it as UTF-8 in your editor.",
    ]);
    expect(answerTo("large.yaml", Buffer.alloc(1024 * 1024 + 1, "#"))).toEqual([
      "1:1 this file is larger than 1 MiB. Give the path of vaultbell.yaml, which has some kilobytes.",
    ]);
    expect(answerTo("right.yaml", written({}))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
