import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { buttons, httpApp, openStage, refusal, type Stage, section, socketApp } from "./support.ts";

type Listen = Parameters<typeof socketApp>[1];

let stage: Stage | undefined;
let stopApp: (() => Promise<unknown>) | undefined;

afterEach(async () => {
  await stopApp?.();
  await stage?.sandbox.close();
  stage = undefined;
  stopApp = undefined;
});

const ways: [string, (listen: Listen) => Promise<Stage>][] = [
  [
    "Socket Mode",
    async (listen) => {
      stage = await openStage();
      const app = await socketApp(stage, listen);
      stopApp = () => app.stop();
      return stage;
    },
  ],
  [
    "HTTP",
    async (listen) => {
      const port = await freePort();
      stage = await openStage({ deliver: { kind: "http", url: `http://127.0.0.1:${port}/slack/events` } });
      const app = await httpApp(stage, port, listen);
      stopApp = () => app.stop();
      return stage;
    },
  ],
];

for (const [way, open] of ways) {
  test(`${way}: a command is acknowledged with text that only its sender sees`, async () => {
    const { sandbox } = await open((app) => {
      app.command("/intent", async ({ command, ack }) => ack(`Noted: ${command.text}`));
    });
    await sandbox.as("U02DANA").command("C0CARDS", "/intent", "paying licence renewal");
    expect(sandbox.workspace.ephemerals("U02DANA").map((one) => one.text)).toEqual(["Noted: paying licence renewal"]);
    expect(sandbox.workspace.ephemerals("U02MARTA")).toEqual([]);
    expect(sandbox.workspace.messages("C0CARDS")).toEqual([]);
  });

  test(`${way}: a click edits the message, and its response_url answers the clicker alone`, async () => {
    const { sandbox, client } = await open((app) => {
      app.action("expected", async ({ ack, body, client, respond, action }) => {
        await ack();
        if (body.type !== "block_actions" || !body.channel || !body.message) return;
        const value = action.type === "button" ? action.value : "";
        const text = `${value}, says ${body.user.id}`;
        await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text, blocks: [section(text)] });
        await respond({ text: "Thank you.", response_type: "ephemeral", replace_original: false });
      });
    });
    const { ts } = await client.chat.postMessage({ channel: "C0CARDS", text: "Dana?", blocks: [buttons("expected")] });
    await sandbox.as("U02MARTA").click({ channel: "C0CARDS", ts: ts ?? "" }, "expected");
    await expect.poll(() => sandbox.workspace.ephemerals("U02MARTA").map((one) => one.text)).toEqual(["Thank you."]);
    const [message] = sandbox.workspace.messages("C0CARDS");
    expect(message?.text).toBe("value of expected, says U02MARTA");
    expect(message?.editedAt).toBeDefined();
    expect(sandbox.workspace.history({ channel: "C0CARDS", ts: ts ?? "" })).toHaveLength(2);
  });

  test(`${way}: a modal opens by trigger, refuses an empty field, shows the app's errors, then closes`, async () => {
    const seen: unknown[] = [];
    const { sandbox } = await open((app) => {
      app.command("/intent", async ({ ack, client, command }) => {
        await ack();
        await client.views.open({ trigger_id: command.trigger_id, view: noteForm });
      });
      app.view("note", async ({ ack, view }) => {
        const value = view.state.values.note?.text?.value;
        seen.push(value);
        if (value === "bad") await ack({ response_action: "errors", errors: { note: "Say more." } });
        else await ack();
      });
    });
    const marta = sandbox.as("U02MARTA");
    await marta.command("C0CARDS", "/intent", "");
    await expect.poll(() => sandbox.workspace.views("U02MARTA")).toHaveLength(1);
    const id = String(sandbox.workspace.views("U02MARTA")[0]?.id);
    expect(await marta.submit(id, {})).toEqual({ errors: { note: "Please complete this required field." } });
    expect(await marta.submit(id, { note: { text: "bad" } })).toEqual({ errors: { note: "Say more." } });
    expect(sandbox.workspace.views("U02MARTA")).toHaveLength(1);
    expect(await marta.submit(id, { note: { text: "Dana rang me." } })).toEqual({});
    expect(sandbox.workspace.views("U02MARTA")).toEqual([]);
    expect(seen).toEqual(["bad", "Dana rang me."]);
  });

  test(`${way}: an app that doesn't acknowledge makes the person see a time-out`, async () => {
    const { sandbox } = await open((app) => {
      app.command("/intent", async () => {});
    });
    expect(await refusal(sandbox.as("U02DANA").command("C0CARDS", "/intent", "x"))).toBe("operation_timeout");
  });
}

const noteForm = {
  type: "modal" as const,
  callback_id: "note",
  title: { type: "plain_text" as const, text: "What is suspicious?" },
  submit: { type: "plain_text" as const, text: "Send" },
  blocks: [
    {
      type: "input" as const,
      block_id: "note",
      label: { type: "plain_text" as const, text: "In a sentence" },
      element: { type: "plain_text_input" as const, action_id: "text", multiline: true },
    },
  ],
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("There is no port.");
  return address.port;
}
