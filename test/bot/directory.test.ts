import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createDirectory, type Directory } from "../../src/bot/directory.ts";
import { foldEmail } from "../../src/policies/fold-email.ts";
import { openStore, type Store } from "../../src/store/database.ts";
import { slackUserOf, slackUsersByEmail } from "../../src/store/people.ts";
import { freshDatabase } from "../support/database.ts";
import { aVault } from "./builders.ts";
import { type Answer, type FakeApi, openFakeApi } from "./support/fake-api.ts";
import { lines } from "./support/stage.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
let api: FakeApi;
let directory: Directory;
let now = new Date();

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
beforeEach(async () => {
  now = new Date("2026-11-24T09:00:00Z");
  api = await openFakeApi({ "auth.test": () => ({ ok: true, team_id: "T1", user_id: "U0BOT" }) });
  directory = createDirectory({
    client: () => api.client,
    db: store.db,
    foldEmail,
    clock: { now: () => now },
    log: lines([]),
  });
  await store.db.deleteFrom("slack_user").execute();
  await store.db.deleteFrom("slack_lookup").execute();
});
afterEach(() => api.close());

const marta = {
  id: "U1",
  team_id: "T1",
  real_name: "Marta Vidal",
  tz: "Europe/Madrid",
  profile: { email: "Marta@Example.com" },
};
const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000);
};
const called = (method: string) => api.calls.filter((call) => call.method === method).length;

test("a user is asked for each time it matters, and what Slack said is stored", async () => {
  api.methods["users.info"] = () => ({ ok: true, user: marta });
  expect(await directory.freshUser("U1")).toMatchObject({ id: "U1", name: "Marta Vidal", email: "Marta@Example.com" });
  await directory.freshUser("U1");
  expect(called("users.info")).toBe(2);
  expect(await slackUserOf(store.db, "U1")).toMatchObject({ name: "Marta Vidal", isGuest: false });
});

test.each([
  ["a reset", () => "cut" as const],
  ["a 500", () => ({ status: 500, text: "oops" })],
  ["a limit", () => ({ status: 429, headers: { "retry-after": "30" } })],
  ["a refusal", () => ({ ok: false, error: "user_not_found" })],
  ["HTML", () => ({ status: 200, text: "<html>" })],
  ["nothing about the user", () => ({ ok: true })],
  ["somebody else", () => ({ ok: true, user: { ...marta, id: "U2" } })],
])("when Slack answers with %s, nobody is guessed, not even from what was known", async (_, answer) => {
  api.methods["users.info"] = () => ({ ok: true, user: marta });
  await directory.freshUser("U1");
  api.methods["users.info"] = answer;
  expect(await directory.freshUser("U1")).toBeNull();
});

test("without knowing our own workspace nobody can be told from a stranger", async () => {
  api.methods["users.info"] = () => ({ ok: true, user: marta });
  api.methods["auth.test"] = () => "cut";
  expect(await directory.freshUser("U1")).toBeNull();
  api.methods["auth.test"] = () => ({ ok: true, team_id: "T2" });
  expect(await directory.freshUser("U1")).toMatchObject({ isStranger: true });
  expect(directory.homeTeamId()).toBe("T2");
});

test("a known user is asked for once an hour, and when Slack can't be asked the last word stands", async () => {
  api.methods["users.info"] = () => ({ ok: true, user: marta });
  await directory.knownUser("U1");
  later(59);
  await directory.knownUser("U1");
  expect(called("users.info")).toBe(1);
  later(2);
  api.methods["users.info"] = () => "cut";
  expect(await directory.knownUser("U1")).toMatchObject({ name: "Marta Vidal" });
  expect(called("users.info")).toBe(2);
  expect(await directory.knownUser("U9")).toBeNull();
});

test("an address is looked up once an hour; nobody is an answer, a failure isn't", async () => {
  const answers: Record<string, Answer> = {
    "marta@example.com": { ok: true, user: marta },
    "nobody@example.com": { ok: false, error: "users_not_found" },
    "unlucky@example.com": "cut",
  };
  api.methods["users.lookupByEmail"] = ({ email = "" }) => answers[email] ?? "cut";
  await directory.lookUp(Object.keys(answers));
  await directory.lookUp(Object.keys(answers));
  const asked = api.calls.filter(({ method }) => method === "users.lookupByEmail").map(({ args }) => args.email);
  expect(asked).toEqual([...Object.keys(answers), "unlucky@example.com"]);
  expect(await slackUsersByEmail(store.db, ["marta@example.com"])).toMatchObject([{ id: "U1" }]);
  later(61);
  await directory.lookUp(["marta@example.com"]);
  expect(called("users.lookupByEmail")).toBe(5);
});

test("when Slack asks to wait, the other addresses wait too", async () => {
  api.methods["users.lookupByEmail"] = () => ({ status: 429, headers: { "retry-after": "30" } });
  await directory.lookUp(["a@example.com", "b@example.com", "c@example.com"]);
  expect(called("users.lookupByEmail")).toBe(1);
});

test("a lookup that finds somebody without repeating the address still says whose it is, also after users.info", async () => {
  const { profile: _, ...withoutEmail } = marta;
  api.methods["users.lookupByEmail"] = () => ({ ok: true, user: withoutEmail });
  api.methods["users.info"] = () => ({ ok: true, user: withoutEmail });
  await directory.lookUp(["marta@example.com"]);
  expect(await directory.freshUser("U1")).toMatchObject({ email: "marta@example.com" });
  expect(await slackUsersByEmail(store.db, ["marta@example.com"])).toHaveLength(1);
});

test("every user is heard of, page by page, waiting when Slack asks for it: two with one address are found", async () => {
  let limited = false;
  api.methods["users.list"] = ({ cursor, limit }) => {
    expect(limit).toBe("200");
    if (!cursor) return { ok: true, members: [marta], response_metadata: { next_cursor: "two" } };
    if (!limited) {
      limited = true;
      return { status: 429, headers: { "retry-after": "0" } };
    }
    return {
      ok: true,
      members: [{ ...marta, id: "U2", profile: { email: "MARTA@example.com" } }],
      response_metadata: { next_cursor: "" },
    };
  };
  expect(await directory.refreshAll()).toBe(2);
  expect(await slackUsersByEmail(store.db, ["marta@example.com"])).toHaveLength(2);
  const vault = aVault({ managers: [{ kind: "email", email: "marta@example.com" }] });
  expect(await directory.managerIds(vault)).toEqual([]);
});

test("hostile and broken users harm nothing, and a cursor that goes round ends", async () => {
  const long = "x".repeat(100_000);
  api.methods["users.list"] = () => ({
    ok: true,
    response_metadata: { next_cursor: "again" },
    members: [
      null,
      7,
      "U1",
      [],
      {},
      { id: 7 },
      { id: "" },
      { id: "U1; drop table slack_user" },
      { id: "U3", name: null, profile: null, tz: 7, deleted: "yes", is_bot: 1, team_id: {}, enterprise_user: "x" },
      { id: "U4", real_name: "a\u0000b\ud800c", profile: { email: `${long}@example.com` }, tz: long },
      { id: "U5", real_name: "first" },
      { id: "U5", real_name: "last" },
      { id: "U6", profile: { real_name: "<!channel>", email: "\u202Emarta@example.com" }, is_stranger: true },
    ],
  });
  expect(await directory.refreshAll()).toBe(8);
  expect(called("users.list")).toBe(2);
  expect(await slackUserOf(store.db, "U3")).toMatchObject({
    name: "U3",
    isDeactivated: false,
    isBot: false,
    isStranger: false,
  });
  expect(await slackUserOf(store.db, "U4")).toMatchObject({ name: "ab\ufffdc" });
  expect(await slackUserOf(store.db, "U5")).toMatchObject({ name: "last" });
  expect(await slackUserOf(store.db, "U6")).toMatchObject({ isStranger: true });
});

test("where users can't be listed, that is no trouble", async () => {
  expect(await directory.refreshAll()).toBe(0);
  api.methods["users.list"] = () => ({ ok: false, error: "missing_scope" });
  expect(await directory.refreshAll()).toBeNull();
});

test("managers are found by address, named by id, and taken from groups, each once", async () => {
  api.methods["users.lookupByEmail"] = () => ({ ok: true, user: marta });
  api.methods["usergroups.users.list"] = () => ({ ok: true, users: ["U1", "U7", 9] });
  const vault = aVault({
    managers: [
      { kind: "email", email: "MARTA@example.com" },
      { kind: "slack-user", id: "U8" },
      { kind: "user-group", id: "S1" },
    ],
  });
  expect(await directory.managerIds(vault)).toEqual(["U1", "U8", "U7"]);
  later(4);
  await directory.managerIds(vault);
  expect(called("usergroups.users.list")).toBe(1);
  later(2);
  api.methods["usergroups.users.list"] = () => "cut";
  expect(await directory.managerIds(vault)).toEqual(["U1", "U8", "U7"]);
  later(60);
  expect(await directory.managerIds(vault)).toEqual(["U1", "U8"]);
});

test("a deactivated manager isn't one", async () => {
  api.methods["users.lookupByEmail"] = () => ({ ok: true, user: { ...marta, deleted: true } });
  expect(await directory.managerIds(aVault({ managers: [{ kind: "email", email: "marta@example.com" }] }))).toEqual([]);
});

test("a user group is called as Slack calls it; where Slack can't say, it isn't asked again at once", async () => {
  api.methods["usergroups.list"] = () => ({ ok: false, error: "missing_scope" });
  expect(await directory.groupName("S1")).toBeNull();
  expect(await directory.groupName("S1")).toBeNull();
  expect(called("usergroups.list")).toBe(1);
  api.methods["usergroups.list"] = () => ({ ok: true, usergroups: [{ id: "S1", handle: "oncall" }] });
  later(61);
  expect([await directory.groupName("S1"), await directory.groupName("S2")]).toEqual(["@oncall", null]);
  expect(called("usergroups.list")).toBe(2);
});
