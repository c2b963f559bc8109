import { afterEach, beforeEach, expect, test } from "vitest";
import { demoWorkspace } from "../../src/sandbox/demo.ts";
import { buttons, clientOf, openStage, refusal, type Stage, section, tokens } from "./support.ts";

let stage: Stage;

beforeEach(async () => {
  const demo = demoWorkspace({
    channels: [
      { id: "C0OLD", name: "old", members: ["U02DANA"], isArchived: true },
      { id: "C0APART", name: "apart", members: ["U02DANA"], botIsMember: false },
      { id: "C0SECRET", name: "secret", members: ["U02DANA"], botIsMember: false, isPrivate: true },
      { id: "C0MINE", name: "mine", members: ["U02DANA"], isPrivate: true },
    ],
  });
  stage = await openStage(demo);
});
afterEach(() => stage.sandbox.close());

const post = (channel: string, text = "hello") => stage.client.chat.postMessage({ channel, text });

test.each([
  ["C0NOWHERE", "channel_not_found"],
  ["C0SECRET", "channel_not_found"],
  ["C0APART", "not_in_channel"],
  ["C0OLD", "is_archived"],
  ["U02OMAR", "channel_not_found"],
])("a post to %s is refused: %s", async (channel, error) => {
  expect(await refusal(post(channel))).toBe(error);
  expect(stage.sandbox.workspace.messages(channel)).toEqual([]);
});

test("a post without anything to say is refused", async () => {
  expect(await refusal(post("C0CARDS", ""))).toBe("no_text");
});

test("a post goes to a channel by id or by name", async () => {
  expect((await post("C0CARDS")).channel).toBe("C0CARDS");
  expect((await post("#vault-company-cards")).channel).toBe("C0CARDS");
});

test("a post to a person opens the direct conversation, and so does conversations.open", async () => {
  const posted = await post("U02DANA", "Good morning");
  expect(posted.channel).toMatch(/^D0/);
  expect((await stage.client.conversations.open({ users: "U02DANA" })).channel?.id).toBe(posted.channel);
  expect(stage.sandbox.workspace.directMessages("U02DANA").map((one) => one.text)).toEqual(["Good morning"]);
  expect(await refusal(stage.client.conversations.open({ users: "U02OMAR" }))).toBe("user_disabled");
  expect(await refusal(stage.client.conversations.open({ users: "U02NOBODY" }))).toBe("user_not_found");
});

test("text over 40,000 characters is cut when posted and refused over 4,000 when edited", async () => {
  const { ts } = await post("C0CARDS", "x".repeat(40_001));
  expect(stage.sandbox.workspace.messages("C0CARDS")[0]?.text).toHaveLength(40_000);
  const edit = (length: number) =>
    stage.client.chat.update({ channel: "C0CARDS", ts: ts ?? "", text: "x".repeat(length) });
  expect((await edit(4000)).ok).toBe(true);
  expect(await refusal(edit(4001))).toBe("msg_too_long");
});

test("timestamps are unique and rise although the clock stands still", async () => {
  const all = [await post("C0CARDS"), await post("C0SECURITY"), await post("C0CARDS")].map(({ ts }) => ts ?? "");
  expect(all).toEqual([...all].sort());
  expect(new Set(all).size).toBe(3);
  expect(all[0]).toMatch(/^\d{10}\.\d{6}$/);
});

test("refused blocks are named by place, in both of Slack's ways", async () => {
  const call = stage.client.chat.postMessage({ channel: "C0CARDS", text: "x", blocks: [section("x".repeat(3001))] });
  const error = await call.catch((cause: { data: Record<string, unknown> }) => cause.data);
  expect(error).toMatchObject({
    error: "invalid_blocks",
    response_metadata: { messages: ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"] },
  });
});

test("editing replaces blocks wholly, text alone leaves them, and only the bot's own messages can be edited", async () => {
  const { ts = "" } = await stage.client.chat.postMessage({
    channel: "C0CARDS",
    text: "a",
    blocks: [section("a"), buttons("x")],
  });
  await stage.client.chat.update({ channel: "C0CARDS", ts, text: "b" });
  expect(stage.sandbox.workspace.messages("C0CARDS")[0]?.blocks).toHaveLength(2);
  await stage.client.chat.update({ channel: "C0CARDS", ts, text: "c", blocks: [section("c")] });
  expect(stage.sandbox.workspace.messages("C0CARDS")[0]).toMatchObject({ text: "c", blocks: [{ type: "section" }] });
  await stage.sandbox.as("U02DANA").say("C0CARDS", "mine");
  const own = stage.sandbox.workspace.messages("C0CARDS")[1]?.ts ?? "";
  expect(await refusal(stage.client.chat.update({ channel: "C0CARDS", ts: own, text: "x" }))).toBe(
    "cant_update_message",
  );
  stage.sandbox.as("U02DANA").remove({ channel: "C0CARDS", ts });
  expect(await refusal(stage.client.chat.update({ channel: "C0CARDS", ts, text: "x" }))).toBe("message_not_found");
});

test("an ephemeral message reaches one person, leaves no trace in the history and can't be edited", async () => {
  const { client, sandbox } = stage;
  const say = (user: string) => client.chat.postEphemeral({ channel: "C0CARDS", user, text: "psst" });
  const { message_ts: ts = "" } = await say("U02DANA");
  expect(sandbox.workspace.ephemerals("U02DANA")).toHaveLength(1);
  expect((await client.conversations.history({ channel: "C0CARDS" })).messages).toEqual([]);
  expect(await refusal(client.chat.update({ channel: "C0CARDS", ts, text: "x" }))).toBe("message_not_found");
  expect(await refusal(say("U02OMAR"))).toBe("user_not_in_channel");
});

test("history is newest first, leaves both ends out unless asked, and pages", async () => {
  const stamps: string[] = [];
  for (const text of ["a", "b", "c", "d"]) stamps.push((await post("C0CARDS", text)).ts ?? "");
  const [a = "", , , d = ""] = stamps;
  const texts = async (more: object) => {
    const { messages } = await stage.client.conversations.history({ channel: "C0CARDS", ...more });
    return messages?.map((one) => one.text);
  };
  expect(await texts({})).toEqual(["d", "c", "b", "a"]);
  expect(await texts({ oldest: a, latest: d })).toEqual(["c", "b"]);
  expect(await texts({ oldest: a, latest: d, inclusive: true })).toEqual(["d", "c", "b", "a"]);
  const first = await stage.client.conversations.history({ channel: "C0CARDS", limit: 3 });
  expect(first.has_more).toBe(true);
  expect(await texts({ limit: 3, cursor: first.response_metadata?.next_cursor ?? "" })).toEqual(["a"]);
  expect(await refusal(stage.client.conversations.history({ channel: "C0CARDS", cursor: "junk" }))).toBe(
    "invalid_cursor",
  );
});

test("metadata comes back only when it is asked for", async () => {
  const metadata = { event_type: "alert", event_payload: { alert_id: "a1" } };
  await stage.client.chat.postMessage({ channel: "C0CARDS", text: "x", metadata });
  const asked = await stage.client.conversations.history({ channel: "C0CARDS", include_all_metadata: true });
  const unasked = await stage.client.conversations.history({ channel: "C0CARDS" });
  expect(asked.messages?.[0]?.metadata).toEqual(metadata);
  expect(unasked.messages?.[0]?.metadata).toBeUndefined();
});

test("a thread holds its replies, and the channel's history doesn't", async () => {
  const { ts = "" } = await post("C0CARDS", "root");
  await stage.client.chat.postMessage({ channel: "C0CARDS", text: "reply", thread_ts: ts });
  const replies = await stage.client.conversations.replies({ channel: "C0CARDS", ts });
  expect(replies.messages?.map((one) => one.text)).toEqual(["root", "reply"]);
  const history = await stage.client.conversations.history({ channel: "C0CARDS" });
  expect(history.messages?.map((one) => [one.text, one.reply_count])).toEqual([["root", 1]]);
  const lost = stage.client.chat.postMessage({ channel: "C0CARDS", text: "x", thread_ts: "1.000001" });
  expect(await refusal(lost)).toBe("thread_not_found");
});

test("channels are listed by type, without the private ones the bot isn't in", async () => {
  const ids = async (types: string) => {
    const { channels } = await stage.client.conversations.list({ types, exclude_archived: true });
    return channels?.map((one) => one.id);
  };
  expect(await ids("public_channel")).toEqual(["C0CARDS", "C0SECURITY", "C0GENERAL", "C0APART"]);
  expect(await ids("private_channel")).toEqual(["C0MINE"]);
  const first = await stage.client.conversations.members({ channel: "C0CARDS", limit: 2 });
  expect(first.members).toEqual(["U02DANA", "U02MARTA"]);
  expect(first.response_metadata?.next_cursor).not.toBe("");
});

test("people are what Slack says of them", async () => {
  const { user } = await stage.client.users.info({ user: "U02GIL" });
  expect(user).toMatchObject({ is_ultra_restricted: true, is_restricted: true, tz: "Europe/London" });
  const found = await stage.client.users.lookupByEmail({ email: "DANA@example.com" });
  expect(found.user).toMatchObject({ id: "U02DANA", tz_offset: 3600, profile: { email: "dana@example.com" } });
  expect(await refusal(stage.client.users.lookupByEmail({ email: "omar@example.com" }))).toBe("users_not_found");
  expect(await refusal(stage.client.users.info({ user: "U0X" }))).toBe("user_not_found");
  const page = await stage.client.users.list({ limit: 3 });
  expect(page.members).toHaveLength(3);
  expect((await stage.client.usergroups.users.list({ usergroup: "S0MANAGERS" })).users).toEqual([
    "U02MARTA",
    "U02JUAN",
  ]);
});

test("an e-mail address is shown only with its scope", async () => {
  stage.sandbox.admin.setScopes(["users:read"]);
  expect((await stage.client.users.info({ user: "U02DANA" })).user?.profile?.email).toBeUndefined();
});

test("a missing scope is named, and so is what was provided", async () => {
  stage.sandbox.admin.setScopes(["channels:history"]);
  const error = await post("C0CARDS").catch((cause: { data: unknown }) => cause.data);
  expect(error).toMatchObject({ error: "missing_scope", needed: "chat:write", provided: "channels:history" });
  const direct = stage.client.conversations
    .history({ channel: "C0MINE" })
    .catch((cause: { data: unknown }) => cause.data);
  expect(await direct).toMatchObject({ error: "missing_scope", needed: "groups:history" });
});

test("tokens are told apart", async () => {
  const { apiUrl, client } = stage;
  expect(await refusal(clientOf(apiUrl, "xoxb-another").auth.test())).toBe("invalid_auth");
  expect(await refusal(clientOf(apiUrl, tokens.app).auth.test())).toBe("not_allowed_token_type");
  expect(await refusal(client.apps.connections.open({}))).toBe("not_allowed_token_type");
  expect(await (await fetch(`${apiUrl}auth.test`, { method: "POST" })).json()).toEqual({
    ok: false,
    error: "not_authed",
  });
  expect(await refusal(client.apiCall("chat.sing"))).toBe("unknown_method");
  stage.sandbox.admin.revokeTokens();
  expect(await refusal(client.auth.test())).toBe("token_revoked");
  stage.sandbox.admin.restoreTokens();
  const { user_id: userId, response_metadata: about } = await client.auth.test();
  expect(userId).toBe("U0VAULTBELL");
  expect(about?.scopes).toContain("chat:write");
});

test("JSON bodies and tokens in the body serve as well", async () => {
  const json = await fetch(`${stage.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${tokens.bot}` },
    body: JSON.stringify({ channel: "C0CARDS", text: "json", blocks: [section("json")] }),
  });
  expect(await json.json()).toMatchObject({ ok: true, channel: "C0CARDS" });
  const form = new URLSearchParams({ token: tokens.bot, channel: "C0CARDS", text: "form" });
  expect(await (await fetch(`${stage.apiUrl}chat.postMessage`, { method: "POST", body: form })).json()).toMatchObject({
    ok: true,
  });
  const junk = new URLSearchParams({ token: tokens.bot, channel: "C0CARDS", blocks: "[{" });
  expect(await (await fetch(`${stage.apiUrl}chat.postMessage`, { method: "POST", body: junk })).json()).toMatchObject({
    error: "invalid_blocks_format",
  });
});

test("a file goes up in three steps and can then be shown", async () => {
  const bytes = Buffer.from([137, 80, 78, 71, 0, 13, 10, 13, 10, 1]);
  await stage.client.filesUploadV2({
    channel_id: "C0CARDS",
    file: bytes,
    filename: "week.png",
    initial_comment: "The week",
  });
  expect(stage.sandbox.workspace.files()).toMatchObject([{ name: "week.png" }]);
  expect(stage.sandbox.workspace.files()[0]?.bytes).toEqual(bytes);
  const [message] = stage.sandbox.workspace.messages("C0CARDS");
  expect(message?.text).toBe("The week");
  const id = stage.sandbox.workspace.files()[0]?.id ?? "";
  const image = { type: "image" as const, alt_text: "the week", slack_file: { id } };
  expect((await stage.client.chat.postMessage({ channel: "C0CARDS", text: "x", blocks: [image] })).ok).toBe(true);
});

test("every call is on the judge's record, without its token", async () => {
  await post("C0CARDS");
  await refusal(post("C0NOWHERE"));
  expect(stage.sandbox.calls.map(({ method, outcome }) => [method, outcome])).toEqual([
    ["chat.postMessage", "ok"],
    ["chat.postMessage", "channel_not_found"],
  ]);
  expect(JSON.stringify(stage.sandbox.calls)).not.toContain(tokens.bot);
});
