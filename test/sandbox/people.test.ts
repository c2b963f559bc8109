import type { App } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { demoWorkspace } from "../../src/sandbox/demo.ts";
import { buttons, openStage, refusal, type Stage, section, socketApp } from "./support.ts";

let stage: Stage;
let app: App;
const heard: { type: string; by: string; action: unknown; responseUrl: string; triggerId: string }[] = [];

beforeEach(async () => {
  heard.length = 0;
  const extra = demoWorkspace({ channels: [{ id: "C0DUO", name: "duo", members: ["U02DANA"], isPrivate: true }] });
  stage = await openStage({ ...extra, commands: ["/intent", "/bad"] });
  app = await socketApp(stage, (bolt) => {
    bolt.action(/.*/, async ({ ack, body, action }) => {
      await ack();
      const responseUrl = "response_url" in body ? String(body.response_url) : "";
      const triggerId = "trigger_id" in body ? String(body.trigger_id) : "";
      heard.push({ type: action.type, by: body.user.id, action, responseUrl, triggerId });
    });
    bolt.command("/intent", async ({ ack, command }) => {
      await ack();
      heard.push({
        type: "command",
        by: command.user_id,
        action: command.text,
        responseUrl: command.response_url,
        triggerId: command.trigger_id,
      });
    });
    bolt.options("items", async ({ ack, options }) => {
      await ack({ options: [{ text: { type: "plain_text", text: `${options.value} Visa` }, value: "i_visa" }] });
    });
    bolt.command("/bad", async ({ ack }) => ack({ blocks: [section("x".repeat(3001))] }));
    bolt.event("app_home_opened", async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [section("Welcome")] } });
    });
  });
});
afterEach(async () => {
  await app.stop();
  await stage.sandbox.close();
});

const posted = async (channel: string, ...elements: object[]) => {
  const blocks = [buttons("go"), ...elements] as ReturnType<typeof section>[];
  const { ts } = await stage.client.chat.postMessage({ channel, text: "?", blocks });
  return { channel, ts: ts ?? "" };
};

test("only who is in the channel, active and human can do something there", async () => {
  const place = await posted("C0DUO");
  const { as } = stage.sandbox;
  expect(await refusal(as("U02MARTA").click(place, "go"))).toBe("not_in_channel");
  expect(await refusal(as("U02MARTA").say("C0DUO", "hi"))).toBe("not_in_channel");
  expect(await refusal(as("U02OMAR").click(place, "go"))).toBe("account_inactive");
  expect(await refusal(as("U02NOBODY").click(place, "go"))).toBe("user_not_found");
  expect(await refusal(as("U02DANA").click(place, "stop"))).toBe("action_not_found");
  expect(await refusal(as("U02DANA").command("C0DUO", "/other", ""))).toBe("invalid_command");
  expect(heard).toEqual([]);
  await as("U02DANA").click(place, "go");
  expect(heard).toMatchObject([
    { by: "U02DANA", action: { action_id: "go", block_id: "buttons", value: "value of go" } },
  ]);
});

test("a person who was deactivated or whose channel was archived since can't act any more", async () => {
  const place = await posted("C0CARDS");
  stage.sandbox.admin.changePerson("U02JUAN", { deleted: true });
  expect(await refusal(stage.sandbox.as("U02JUAN").click(place, "go"))).toBe("account_inactive");
  stage.sandbox.admin.archive("C0CARDS");
  expect(await refusal(stage.sandbox.as("U02MARTA").click(place, "go"))).toBe("is_archived");
});

test("a confirm dialog's other button delivers nothing", async () => {
  const place = await posted("C0CARDS");
  await stage.sandbox.as("U02MARTA").click(place, "go", { confirm: false });
  expect(heard).toEqual([]);
});

test("an overflow and a select give the option as the app wrote it, and nothing that isn't offered", async () => {
  const options = [{ text: { type: "plain_text", text: "Two" }, value: "two" }];
  const place = await posted("C0CARDS", {
    type: "actions",
    elements: [
      { type: "overflow", action_id: "more", options },
      { type: "static_select", action_id: "pick", options },
    ],
  });
  const marta = stage.sandbox.as("U02MARTA");
  await marta.click(place, "more", { value: "two" });
  await marta.choose(place, "pick", "two");
  expect(heard).toMatchObject([
    { type: "overflow", action: { selected_option: options[0] } },
    { type: "static_select", action: { selected_option: options[0] } },
  ]);
  expect(await refusal(marta.choose(place, "pick", "three"))).toBe("option_not_found");
});

test("an external select asks the app for its options, and gives one of them", async () => {
  const place = await posted("C0CARDS", {
    type: "actions",
    elements: [{ type: "external_select", action_id: "items" }],
  });
  const marta = stage.sandbox.as("U02MARTA");
  await marta.choose(place, "items", "i_visa", { query: "Company" });
  expect(heard).toMatchObject([{ action: { selected_option: { text: { text: "Company Visa" }, value: "i_visa" } } }]);
  expect(await refusal(marta.choose(place, "items", "i_amex"))).toBe("option_not_found");
});

test("a button in a modal carries its value, and a choice in a modal is kept for the submission", async () => {
  const { client, sandbox } = stage;
  const dana = sandbox.as("U02DANA");
  await dana.command("C0CARDS", "/intent", "");
  const options = [{ text: { type: "plain_text" as const, text: "Two" }, value: "two" }];
  const menu = {
    type: "actions" as const,
    block_id: "menu",
    elements: [{ type: "static_select" as const, action_id: "pick", options }],
  };
  const view = {
    type: "modal" as const,
    title: { type: "plain_text" as const, text: "T" },
    blocks: [buttons("go"), menu],
  };
  await client.views.open({ trigger_id: heard[0]?.triggerId ?? "", view });
  const viewId = String(sandbox.workspace.views("U02DANA")[0]?.id);
  await dana.click({ viewId }, "go");
  await dana.choose({ viewId }, "pick", "two");
  expect(heard.slice(1)).toMatchObject([
    { action: { value: "value of go" } },
    { action: { selected_option: options[0] } },
  ]);
  expect(sandbox.workspace.views("U02DANA")).toMatchObject([
    { state: { values: { menu: { pick: { type: "static_select", selected_option: options[0] } } } } },
  ]);
});

test("an ephemeral message can be clicked by its reader alone, and replaced by response_url", async () => {
  const { client, sandbox } = stage;
  const { message_ts: ts = "" } = await client.chat.postEphemeral({
    channel: "C0CARDS",
    user: "U02DANA",
    text: "Change it?",
    blocks: [buttons("change")],
  });
  const place = { channel: "C0CARDS", ts };
  expect(await refusal(sandbox.as("U02MARTA").click(place, "change"))).toBe("message_not_found");
  await sandbox.as("U02DANA").click(place, "change");
  expect(await answer({ replace_original: true, text: "Changed.", blocks: [section("Changed.")] })).toBe(200);
  expect(sandbox.workspace.ephemerals("U02DANA")).toMatchObject([{ ts, text: "Changed." }]);
  expect(await answer({ delete_original: true })).toBe(200);
  expect(sandbox.workspace.ephemerals("U02DANA")).toEqual([]);
});

const answer = async (body: object) =>
  (await fetch(heard[0]?.responseUrl ?? "", { method: "POST", body: JSON.stringify(body) })).status;

test("a response_url serves five times, checks blocks, and can speak to the channel", async () => {
  await stage.sandbox.as("U02DANA").command("C0CARDS", "/intent", "x");
  expect(await answer({ text: "x", blocks: [section("x".repeat(3001))] })).toBe(400);
  expect(await answer({ text: "to all", response_type: "in_channel" })).toBe(200);
  for (const text of ["2", "3", "4", "5"]) expect(await answer({ text })).toBe(200);
  expect(await answer({ text: "6" })).toBe(404);
  expect(stage.sandbox.workspace.messages("C0CARDS").map((one) => one.text)).toEqual(["to all"]);
  expect(stage.sandbox.workspace.ephemerals("U02DANA").map((one) => one.text)).toEqual(["2", "3", "4", "5"]);
});

test("a response_url is good for thirty minutes", async () => {
  await stage.sandbox.as("U02DANA").command("C0CARDS", "/intent", "x");
  stage.sandbox.clock.moveBy(30 * 60_000);
  expect(await answer({ text: "just in time" })).toBe(200);
  stage.sandbox.clock.moveBy(1);
  expect(await answer({ text: "too late" })).toBe(404);
});

const modal = (name: string, more: object = {}) => ({
  type: "modal" as const,
  title: { type: "plain_text" as const, text: name },
  blocks: [section(name), buttons("deeper")],
  ...more,
});

test("a trigger lives three seconds and serves once", async () => {
  const { client, sandbox } = stage;
  const open = (triggerId = "") => client.views.open({ trigger_id: triggerId, view: modal("One") });
  await sandbox.as("U02DANA").command("C0CARDS", "/intent", "");
  const refused = client.views.open({ trigger_id: heard[0]?.triggerId ?? "", view: modal("x".repeat(25)) });
  expect(await refusal(refused)).toBe("invalid_arguments");
  await open(heard[0]?.triggerId);
  expect(await refusal(open(heard[0]?.triggerId))).toBe("exchanged_trigger_id");
  await sandbox.as("U02DANA").command("C0CARDS", "/intent", "");
  sandbox.clock.moveBy(3001);
  expect(await refusal(open(heard[1]?.triggerId))).toBe("expired_trigger_id");
  expect(await refusal(open("1.2.3"))).toBe("invalid_trigger_id");
});

test("modals stack three high, and closing one shows the one beneath", async () => {
  const { client, sandbox } = stage;
  const dana = sandbox.as("U02DANA");
  const top = () => String(sandbox.workspace.views("U02DANA").at(-1)?.id);
  await dana.command("C0CARDS", "/intent", "");
  await client.views.open({ trigger_id: heard[0]?.triggerId ?? "", view: modal("One") });
  for (const name of ["Two", "Three"]) {
    await dana.choose({ viewId: top() }, "deeper", undefined);
    await client.views.push({ trigger_id: heard.at(-1)?.triggerId ?? "", view: modal(name) });
  }
  await dana.choose({ viewId: top() }, "deeper", undefined);
  const fourth = client.views.push({ trigger_id: heard.at(-1)?.triggerId ?? "", view: modal("Four") });
  expect(await refusal(fourth)).toBe("push_limit_reached");
  await dana.closeView(top());
  expect(sandbox.workspace.views("U02DANA")).toHaveLength(2);
  await client.views.update({ view_id: top(), view: modal("Changed") });
  expect(sandbox.workspace.views("U02DANA").at(-1)).toMatchObject({ title: { text: "Changed" } });
  const stale = client.views.update({ view_id: top(), hash: "0.old", view: modal("Stale") });
  expect(await refusal(stale)).toBe("hash_conflict");
  expect(await refusal(client.views.update({ view_id: "V0", view: modal("Lost") }))).toBe("not_found");
});

test("opening the Home tab is an event, and the app's view is what the person sees", async () => {
  await stage.sandbox.as("U02LENA").openHome();
  await expect.poll(() => stage.sandbox.workspace.home("U02LENA")).toMatchObject({ type: "home" });
});

test("an acknowledgement that breaks Block Kit's rules is shown to nobody", async () => {
  expect(await refusal(stage.sandbox.as("U02DANA").command("C0CARDS", "/bad", ""))).toBe("invalid_blocks");
  expect(stage.sandbox.workspace.ephemerals("U02DANA")).toEqual([]);
});
