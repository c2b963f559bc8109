import { expect, test } from "vitest";
import { type Config, parseConfig } from "../../src/config.ts";
import type { SettingKey } from "../../src/model.ts";
import { proposalStands } from "../../src/policies/proposal.ts";
import { weakens } from "../../src/policies/weakens.ts";

const cases: [string, string, SettingKey[]][] = [
  ["hours: Mon-Fri 08:00-19:00", "hours: Mon-Fri 09:00-17:00", []],
  ["hours: Mon-Fri 08:00-19:00", "hours: Mon-Fri 08:00-19:01", ["hours"]],
  ["hours: Mon-Fri 08:00-19:00", "hours: Mon-Thu 08:00-19:00, Sat 10:00-11:00", ["hours"]],
  ["hours: Mon-Fri 08:00-19:00", "", ["hours"]],
  ["", "hours: Mon-Sun 00:00-24:00", []],
  ["hours: Mon-Sun 22:00-06:00", "hours: Mon-Sun 22:00-24:00, Mon-Sun 00:00-06:00", []],
  ["hours: Sun 22:00-06:00", "hours: Sun 22:00-24:00, Mon 00:00-06:01", ["hours"]],
  [
    "hours: Mon-Fri 08:00-19:00\n    escalate: { after: 15m, to: C0SECURITY, hours: vault }",
    "hours: Mon-Fri 09:00-17:00\n    escalate: { after: 15m, to: C0SECURITY, hours: vault }",
    ["hours"],
  ],
  ["intent: required", "intent: expected", ["intent", "ask"]],
  ["intent: required\n    ask: at-once", "intent: expected\n    ask: at-once", ["intent"]],
  ["intent: expected", "intent: off", ["intent"]],
  ["intent: off", "intent: required", []],
  ["ask: at-once", "ask: first", ["ask"]],
  ["ask: off", "ask: first", ["ask"]],
  ["ask: first", "ask: at-once", []],
  ["ask: first", "ask: off", ["ask"]],
  ["", "night: channel", ["night"]],
  ["night: channel", "", []],
  ["", "explained: digest", ["explained"]],
  ["explained: digest", "explained: line", []],
  ["spotCheck: 10", "spotCheck: 20", ["spotCheck"]],
  ["spotCheck: 10", "", ["spotCheck"]],
  ["spotCheck: 20", "spotCheck: 10", []],
  ["", "spotCheck: 1000", []],
  ["", "policies: { export: note }", ["policies.export"]],
  ["", "policies: { export: warning }", []],
  ["", "policies: { export: critical, new-device: off }", ["policies.new-device"]],
  ["policies: { export: critical }", "", ["policies.export"]],
  ["", "policies: { announced-purpose: warning }", []],
  ["", "policies: { announced-purpose: note }", ["policies.announced-purpose"]],
  ["hint: supplier", "hint: the supplier", []],
];

test.for(cases)("%j → %j", ([before, after, expected]) => {
  expect(weakens(vaultWith(before), vaultWith(after))).toEqual(expected);
});

test("a proposal waits a week, unless it holds at once or is answered", () => {
  const at = new Date("2026-11-24T09:00:00Z");
  const until = new Date("2026-12-01T09:00:00Z");
  const proposal = {
    id: "1",
    vaultId: "v",
    by: { slackUserId: "U", name: "", email: null },
    at,
    changes: [],
    answer: null,
  };
  const weaker = { ...proposal, weakens: ["hours" as const] };
  expect(proposalStands({ ...proposal, weakens: [] }, until)).toEqual({ kind: "in-force" });
  expect(proposalStands(weaker, new Date(until.getTime() - 1))).toEqual({ kind: "open", until });
  expect(proposalStands(weaker, until)).toEqual({ kind: "lapsed", since: until });
  const answer = { kind: "declined" as const, by: "U2", at };
  expect(proposalStands({ ...weaker, answer }, until)).toEqual(answer);
});

function vaultWith(lines: string) {
  const text = `timezone: Europe/Madrid\ndigest: { day: Mon, at: "09:00" }\nvaults:\n  - id: v\n    name: V\n    channel: C0CARDS\n    managers: [marta@example.com]\n    ${lines}\n`;
  const reading = parseConfig(text, "vaultbell.yaml");
  const vault = reading.ok ? (reading.config satisfies Config).vaults[0] : undefined;
  if (!vault) throw new Error(JSON.stringify(reading));
  return vault;
}
