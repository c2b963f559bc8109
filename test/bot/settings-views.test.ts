import { expect, test } from "vitest";
import { settingEndedMessage, settingsAnswer, settingsMessage } from "../../src/bot/views/settings.ts";
import { readSettings, settingsForm } from "../../src/bot/views/settings-form.ts";
import { type SettingProposal, settingKeys } from "../../src/model.ts";
import { viewProblems } from "../../src/sandbox/blocks/validate.ts";
import { aVault } from "./builders.ts";
import { golden, readAloud } from "./read-aloud.ts";
import { hiddenIn, markupIn, refusals } from "./slack-reading.ts";

const vault = aVault();
const at = new Date("2026-11-24T09:35:00Z");
const until = new Date("2026-12-01T09:35:00Z");
const proposal: SettingProposal = {
  id: "7",
  vaultId: vault.id,
  by: { slackUserId: "U02MARTA", name: "Marta Vidal", email: null },
  at,
  changes: [
    { key: "intent", before: null, after: "off" },
    { key: "policies.export", before: "critical", after: null },
  ],
  weakens: ["intent", "policies.export"],
  answer: null,
};
const about = { vault, whoCan: ["U02JUAN", "U02LENA"], blockId: "setting:1" };
const messages = {
  "settings-changed": settingsMessage(proposal, { ...about, stands: { kind: "in-force" } }),
  "settings-waits": settingsMessage(proposal, { ...about, stands: { kind: "open", until } }),
  "settings-confirmed": settingsMessage(proposal, { ...about, stands: { kind: "confirmed", by: "U02JUAN", at } }),
  "settings-declined": settingsMessage(proposal, { ...about, stands: { kind: "declined", by: "U02JUAN", at } }),
  "settings-lapsed": settingsMessage(proposal, { ...about, stands: { kind: "lapsed", since: until } }),
  "settings-ended": settingEndedMessage({ key: "hours", value: "Mon-Fri 08:00-19:00" }, about),
};

test.for(Object.entries(messages))("%s is as agreed, and Slack takes it", async ([name, view]) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
  expect(refusals(view, "message")).toEqual([]);
});

const page = settingsForm({
  kind: "page",
  vault,
  seen: "3",
  shown: settingKeys.map((key) => ({
    key,
    isFiles: key === "hint",
    value: key === "hint" ? "supplier and amount, please" : key === "intent" ? "expected" : null,
  })),
});

test("the form is as agreed, and Slack takes it, whatever stands in it", async () => {
  await expect(golden(page)).toMatchFileSnapshot("../golden/settings-form.json");
  expect(viewProblems(JSON.parse(JSON.stringify(page)), "modal")).toEqual([]);
  for (const isFiles of [true, false]) {
    const evil = settingsForm({
      kind: "page",
      vault: aVault({ id: '"'.repeat(512), name: "<!channel> *n*".repeat(20) }),
      seen: "9".repeat(18),
      shown: settingKeys.map((key) => ({ key, isFiles, value: "<@U1> *x*\u202e`".padEnd(200, "&") })),
    });
    expect(viewProblems(JSON.parse(JSON.stringify(evil)), "modal")).toEqual([]);
    expect(hiddenIn(JSON.stringify(readAloud(evil)))).toEqual([]);
  }
});

test("what the form sends is read for what stood in it alone; empty and usual are nothing said", () => {
  const sent = new Map([
    ["setting:intent", "off"],
    ["setting:night", "usual"],
    ["setting:hint", " amount "],
    ["setting:unknown", "x"],
  ]);
  expect(readSettings(sent, [...sent.keys(), "setting:hours"])).toEqual(
    new Map([
      ["hours", null],
      ["intent", "off"],
      ["hint", "amount"],
      ["night", null],
    ]),
  );
});

test("hostile words stay words", () => {
  const evil = "<!channel> *b* <https://evil.example|x> \u202e";
  const view = settingsMessage(
    { ...proposal, by: { ...proposal.by, name: evil }, changes: [{ key: "hint", before: evil, after: evil }] },
    { ...about, vault: aVault({ name: evil }), stands: { kind: "open", until } },
  );
  expect(markupIn(view.text)).toEqual([]);
  expect(hiddenIn(JSON.stringify(readAloud(view)))).toEqual([]);
  expect(refusals(view, "message")).toEqual([]);
});

test.for(["proposer", "nobody-else", "changed-meanwhile", "not-a-manager", "manager-since"] as const)(
  "a refusal says why, and what to do: %s",
  (reason) => {
    const read = readAloud(settingsAnswer({ kind: "refused", reason, vault, whoCan: [] }));
    expect(read.join("\n")).toMatch(
      /another manager|vaultbell\.yaml|again|One of its managers|somebody who was one before/,
    );
  },
);
