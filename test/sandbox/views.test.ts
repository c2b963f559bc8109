import type { App, ViewResponseAction } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStage, refusal, type Stage, section, socketApp } from "./support.ts";

let stage: Stage;
let app: App;
let answer: ViewResponseAction | undefined;
const closed: string[] = [];

const text = (words: string) => ({ type: "plain_text" as const, text: words });
const modal = (name: string, more: object = {}) => ({
  type: "modal" as const,
  callback_id: "form",
  title: text(name),
  submit: text("Send"),
  blocks: [section(name)],
  ...more,
});
const field = {
  type: "input",
  block_id: "b",
  label: text("L"),
  element: { type: "plain_text_input", action_id: "a", initial_value: "kept" },
};

beforeEach(async () => {
  closed.length = 0;
  answer = undefined;
  stage = await openStage();
  app = await socketApp(stage, (bolt) => {
    bolt.command("/intent", async ({ ack, client, command }) => {
      await ack();
      const view = modal("First", { notify_on_close: true, blocks: [section("First"), field] });
      await client.views.open({ trigger_id: command.trigger_id, view });
    });
    bolt.view("form", async ({ ack }) => {
      if (answer === undefined) await ack();
      else await ack(answer);
    });
    bolt.view({ callback_id: "form", type: "view_closed" }, async ({ ack, view }) => {
      await ack();
      closed.push(view.title.text);
    });
  });
  await stage.sandbox.as("U02DANA").command("C0CARDS", "/intent", "");
  await expect.poll(stack).toHaveLength(1);
});
afterEach(async () => {
  await app.stop();
  await stage.sandbox.close();
});

const stack = () => stage.sandbox.workspace.views("U02DANA");
const titles = () => stack().map((view) => (view.title as { text: string }).text);
const top = () => String(stack().at(-1)?.id);
const submit = () => stage.sandbox.as("U02DANA").submit(top(), {});

test("a submission can be answered with another view, in place or on top, or by closing all", async () => {
  answer = { response_action: "update", view: modal("Second") };
  await submit();
  expect(titles()).toEqual(["Second"]);
  answer = { response_action: "push", view: modal("Third") };
  await submit();
  expect(titles()).toEqual(["Second", "Third"]);
  answer = { response_action: "clear" };
  await submit();
  expect(titles()).toEqual([]);
});

test("submitting the view on top shows the one beneath", async () => {
  answer = { response_action: "push", view: modal("Second") };
  await submit();
  answer = undefined;
  await submit();
  expect(titles()).toEqual(["First"]);
});

test("an answer that breaks the rules leaves the form open, and the person sees that something is wrong", async () => {
  answer = { response_action: "update", view: modal("x".repeat(25)) };
  expect(await refusal(submit())).toBe("invalid_arguments");
  answer = { response_action: "errors", errors: { nowhere: "x" } };
  expect(await refusal(submit())).toBe("invalid_arguments");
  expect(titles()).toEqual(["First"]);
});

test("an app that asked for it hears of a closed view", async () => {
  await stage.sandbox.as("U02DANA").closeView(top());
  expect(titles()).toEqual([]);
  await expect.poll(() => closed).toEqual(["First"]);
});

test("nobody can use another person's form, or one that is closed", async () => {
  const id = top();
  expect(await refusal(stage.sandbox.as("U02MARTA").submit(id, {}))).toBe("view_not_found");
  await submit();
  expect(await refusal(stage.sandbox.as("U02DANA").submit(id, {}))).toBe("view_not_found");
});
