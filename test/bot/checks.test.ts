import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkSlack } from "../../src/bot/checks.ts";
import { SCOPES } from "../../src/bot/scopes.ts";
import { aVault } from "./builders.ts";
import { type FakeApi, openFakeApi } from "./support/fake-api.ts";

let api: FakeApi;
const scopes = Object.keys(SCOPES).join(",");
const person = (id: string, more: object = {}) => ({
  ok: true,
  user: { id, team_id: "T1", real_name: `Person ${id}`, ...more },
});

beforeEach(async () => {
  api = await openFakeApi({
    "auth.test": () => ({
      status: 200,
      headers: { "x-oauth-scopes": scopes },
      text: JSON.stringify({ ok: true, team_id: "T1", team: "Acme", user: "vaultbell" }),
    }),
    "conversations.info": () => ({ ok: true, channel: { name: "vault-cards", is_member: true, is_archived: false } }),
    "users.lookupByEmail": ({ email }) => person(email === "marta@example.com" ? "U1" : "U2"),
  });
});
afterEach(() => api.close());

const vault = aVault({
  managers: [
    { kind: "email", email: "marta@example.com" },
    { kind: "email", email: "juan@example.com" },
  ],
});
const run = async (vaults = [vault]) =>
  (await checkSlack({ client: api.client, vaults })).map(({ what, verdict, finding, remedy }) =>
    [verdict, what, finding, ...(remedy ? [remedy] : [])].join(" | "),
  );

test("when all is well, every check says so", async () => {
  expect(await run()).toEqual([
    "good | bot token | valid: @vaultbell in Acme",
    "good | scopes | all that are needed are granted",
    "good | channel C0CARDS (Company cards) | #vault-cards is there, and the bot is in it",
    "good | manager marta@example.com | Person U1 (U1)",
    "good | manager juan@example.com | Person U2 (U2)",
  ]);
});

test("a token that Slack refuses is named, and nothing else is asked", async () => {
  api.methods["auth.test"] = () => ({ ok: false, error: "invalid_auth" });
  expect(await run()).toEqual([
    "bad | bot token | Slack answers “invalid_auth”: the bot token is not valid; put a new one into SLACK_BOT_TOKEN (xoxb-…) | Mend the token, then start again.",
  ]);
});

test("what can be done without is a warning", async () => {
  api.methods["auth.test"] = () => ({
    status: 200,
    headers: { "x-oauth-scopes": scopes.replace("files:write,", "") },
    text: '{"ok":true}',
  });
  expect((await run())[1]).toMatch(/^warning \| scopes \| missing: files:write \(to put the picture of a week/);
});

test("each missing scope comes with what it is for", async () => {
  api.methods["auth.test"] = () => ({
    status: 200,
    headers: { "x-oauth-scopes": scopes.replace("commands,", "").replace(",groups:read", "") },
    text: '{"ok":true}',
  });
  expect((await run())[1]).toMatch(
    /^bad \| scopes \| missing: commands \(for the commands \/intent and \/vault\); groups:read \(the same/,
  );
});

test.each([
  [{ name: "cards", is_archived: true }, "bad", "#cards is archived"],
  [
    { name: "cards", is_member: false },
    "bad",
    "@vaultbell is not in #cards | In the channel, type: /invite @vaultbell",
  ],
  [{ name: "cards", is_member: true, is_ext_shared: true }, "warning", "shared with another workspace"],
  [undefined, "good", "C0CARDS is there"],
])("channel %j", async (channel, verdict, finding) => {
  api.methods["conversations.info"] = () => ({ ok: true, channel });
  const line = (await run()).find((one) => one.includes("channel C0CARDS")) ?? "";
  expect(line).toContain(`${verdict} | `);
  expect(line).toContain(finding);
});

test.each([
  ["channel_not_found", "bad"],
  ["missing_scope", "bad"],
  ["unknown_method", "unknown"],
  ["internal_error", "unknown"],
])("channel, when Slack answers %s", async (error, verdict) => {
  api.methods["conversations.info"] = () => ({ ok: false, error });
  expect((await run()).find((one) => one.includes("channel C0CARDS"))).toContain(`${verdict} | `);
});

test.each([
  [{ deleted: true }, "is deactivated"],
  [{ is_restricted: true }, "is a guest"],
  [{ is_bot: true }, "is a bot"],
  [{ team_id: "T2" }, "belongs to another workspace"],
])("a manager who can't judge (%j) is named, and a vault with one left is warned of", async (more, why) => {
  api.methods["users.lookupByEmail"] = ({ email }) =>
    email === "juan@example.com" ? person("U2", more) : person("U1");
  const lines = await run();
  expect(lines).toContainEqual(expect.stringContaining(`bad | manager juan@example.com | Person U2 (U2) ${why}`));
  expect(lines.at(-1)).toContain("warning | managers of Company cards | there is one manager only");
});

test("where what is critical takes two, two managers are too few for what one of them opens; a deputy is enough", async () => {
  const { followUp } = vault;
  const two = { ...vault, followUp: { ...followUp, critical: 2 as const } };
  expect((await run([two])).at(-1)).toMatch(/^warning \| managers of Company cards \| what is critical takes two/);
  api.methods["users.lookupByEmail"] = ({ email }) =>
    person(email === "marta@example.com" ? "U1" : email === "lena@example.com" ? "U3" : "U2");
  const steps = [{ afterMinutes: 15, to: { kind: "email" as const, email: "lena@example.com" } }];
  expect((await run([{ ...two, followUp: { ...two.followUp, steps } }])).join("\n")).not.toContain("takes two");
});

test("managers that Slack doesn't know, and a vault without any", async () => {
  api.methods["users.lookupByEmail"] = () => ({ ok: false, error: "users_not_found" });
  const lines = await run();
  expect(lines).toContainEqual(
    expect.stringContaining("bad | manager marta@example.com | Slack knows no active user by this"),
  );
  expect(lines.at(-1)).toContain("bad | managers of Company cards | nobody can judge");
});

test("a group's members are its managers", async () => {
  api.methods["usergroups.users.list"] = () => ({ ok: true, users: ["U1", "U2"] });
  api.methods["users.info"] = ({ user = "" }) => person(user);
  const lines = await run([aVault({ managers: [{ kind: "user-group", id: "S1" }] })]);
  expect(lines.slice(3)).toEqual(["good | manager S1 | Person U1 (U1), Person U2 (U2)"]);
});

test("a Slack API that has none of these methods is no error", async () => {
  api.methods = {};
  const verdicts = (await checkSlack({ client: api.client, vaults: [vault] })).map(({ verdict }) => verdict);
  expect(new Set(verdicts)).toEqual(new Set(["unknown"]));
});

test("Slack being down is no error of the configuration", async () => {
  api.methods["auth.test"] = () => "cut";
  api.methods["conversations.info"] = () => "cut";
  api.methods["users.lookupByEmail"] = () => ({ status: 503 });
  const verdicts = (await checkSlack({ client: api.client, vaults: [vault] })).map(({ verdict }) => verdict);
  expect(new Set(verdicts)).toEqual(new Set(["unknown"]));
});

test("the manifest asks for exactly the scopes that are needed, and the page for newcomers gives each one's reason", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../manifest.json", import.meta.url), "utf8"));
  const page = readFileSync(new URL("../../docs/slack-app.md", import.meta.url), "utf8");
  expect(manifest.oauth_config.scopes.bot).toEqual(Object.keys(SCOPES));
  expect(manifest.settings.event_subscriptions).toEqual({ bot_events: ["app_home_opened"] });
  expect(manifest.features.app_home.home_tab_enabled).toBe(true);
  for (const [scope, why] of Object.entries(SCOPES)) expect(page).toContain(`| \`${scope}\` | ${why} |`);
});
