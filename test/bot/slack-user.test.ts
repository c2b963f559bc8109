import { expect, test } from "vitest";
import { type HomeTeam, toSlackUser } from "../../src/bot/slack-user.ts";

const home: HomeTeam = { teamId: "T1", enterpriseId: null };
const inOrganisation: HomeTeam = { teamId: "T1", enterpriseId: "E1" };

test("a user as Slack describes them", () => {
  const raw = {
    id: "U1",
    team_id: "T1",
    name: "dana",
    real_name: "Dana Ruiz",
    tz: "Europe/Madrid",
    profile: { email: "dana@example.com", display_name: "dana" },
  };
  expect(toSlackUser(raw, home)).toEqual({
    id: "U1",
    teamId: "T1",
    name: "Dana Ruiz",
    email: "dana@example.com",
    timezone: "Europe/Madrid",
    isBot: false,
    isDeactivated: false,
    isGuest: false,
    isStranger: false,
  });
});

test("what is missing is null or false, and the id is the last name of all", () => {
  expect(toSlackUser({ id: "U1" }, home)).toEqual({
    id: "U1",
    teamId: null,
    name: "U1",
    email: null,
    timezone: null,
    isBot: false,
    isDeactivated: false,
    isGuest: false,
    isStranger: false,
  });
});

test.each([
  ["a bot", { is_bot: true }, { isBot: true }],
  ["a workflow", { is_workflow_bot: true }, { isBot: true }],
  ["Slackbot, who doesn't say so", { id: "USLACKBOT" }, { isBot: true }],
  ["a deactivated user", { deleted: true }, { isDeactivated: true }],
  ["a guest of several channels", { is_restricted: true }, { isGuest: true }],
  ["a guest of one channel", { is_ultra_restricted: true }, { isGuest: true }],
  ["somebody from elsewhere", { is_stranger: true }, { isStranger: true }],
  ["a member of another workspace", { team_id: "T2" }, { isStranger: true }],
])("%s", (_, raw, expected) => {
  expect(toSlackUser({ id: "U1", ...raw }, home)).toMatchObject(expected);
});

test.each([
  ["who is in our workspace too", { enterprise_id: "E9", teams: ["T2", "T1"] }, home, false],
  ["of our organisation", { enterprise_id: "E1", teams: ["T2"] }, inOrganisation, false],
  ["of another organisation", { enterprise_id: "E2", teams: ["T2"] }, inOrganisation, true],
  ["of an organisation, while we are in none", { enterprise_id: "E2", teams: ["T2"] }, home, true],
])("a user of another workspace %s", (_, enterprise_user, where, isStranger) => {
  expect(toSlackUser({ id: "U1", team_id: "T2", enterprise_user }, where)).toMatchObject({ isStranger });
});

test.each([null, undefined, 7, "U1", [], {}, { id: null }, { id: "U 1" }, { id: "U".repeat(99) }])(
  "%j is no user",
  (raw) => {
    expect(toSlackUser(raw, home)).toBeNull();
  },
);
