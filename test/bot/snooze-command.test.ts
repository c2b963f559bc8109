import { expect, test } from "vitest";
import { parseSnoozeCommand, readUntil } from "../../src/bot/snooze-command.ts";
import { policyNames } from "../../src/model.ts";
import { anItem, aVault } from "./builders.ts";

const context = {
  now: new Date("2026-11-24T09:00:00Z"),
  zone: "Europe/Madrid",
  vaults: [
    aVault({ items: [anItem("i_visa", "Company Visa")] }),
    aVault({ id: "v_servers", name: "Servers", channel: "C0SERVERS", items: [] }),
  ],
  policies: [...policyNames],
  channelId: "C0ELSEWHERE",
};
const all = { slackUserId: null, itemId: null, policy: null };
const friday = {
  kind: "snooze",
  vaultId: "v_cards",
  endsAt: new Date("2026-11-27T17:00:00Z"),
  reason: "stocktaking",
  only: all,
};

test.each([
  ["Company cards until Fri 18:00 because stocktaking", friday],
  ["until Fri 18:00 for Company cards because: stocktaking", friday],
  ["v_cards until friday 18:00 because stocktaking", friday],
  [
    "Company cards until Fri 18:00 only <@U02DANA|dana> because stocktaking",
    { ...friday, only: { ...all, slackUserId: "U02DANA" } },
  ],
  [
    "Company cards until Fri 18:00 only office-hours because stocktaking",
    { ...friday, only: { ...all, policy: "office-hours" } },
  ],
  ["on Company Visa until Fri 18:00 because stocktaking", { ...friday, only: { ...all, itemId: "i_visa" } }],
  ["Company cards for 3 days because stocktaking", { ...friday, endsAt: new Date("2026-11-27T09:00:00Z") }],
])("%s", (text, expected) => expect(parseSnoozeCommand(text, context)).toEqual(expected));

test("without a name it is the vault of the channel", () => {
  expect(parseSnoozeCommand("until Fri 18:00 because stocktaking", { ...context, channelId: "C0CARDS" })).toEqual(
    friday,
  );
});

test.each([
  ["Company cards until Fri 18:00", /say why/],
  ["Company cards because stocktaking", /until when/],
  ["until Fri 18:00 because stocktaking", /Which vault/],
  ["Petty cash until Fri 18:00 because stocktaking", /Which vault/],
  ["Company cards for 15 days because stocktaking", /./],
  ["Company cards until Fri 18:00 only @dana because stocktaking", /whom you mean/],
  ["Company cards until Fri 18:00 only office-hours <@U02DANA> because x y", /one thing only/],
  ["for Company cards tomorrow 9:00-18:00 because x y", /begins at once/],
])("%s is asked about", (text, problem) => {
  const read = parseSnoozeCommand(text, context);
  expect(read).toMatchObject({ kind: "not-understood", problem: expect.stringMatching(problem) });
});

test("a form's end may leave “until” out", () => {
  expect(readUntil("Fri 18:00", context)).toEqual({ endsAt: friday.endsAt });
  expect(readUntil("until Fri 18:00", context)).toEqual({ endsAt: friday.endsAt });
  expect(readUntil("whenever", context)).toHaveProperty("problem");
});
