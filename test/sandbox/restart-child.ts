// A sandbox in a process of its own that can be killed: posts as told, says what was acknowledged.
import { WebClient } from "@slack/web-api";
import { openStage } from "./support.ts";

const [journalFile = ""] = process.argv.slice(2);
const { sandbox, apiUrl } = await openStage({ journalFile });
sandbox.clock.moveBy(3_600_000);
const client = new WebClient("xoxb-sandbox-bot", { slackApiUrl: apiUrl });
const { ts = "" } = await client.chat.postMessage({
  channel: "C0CARDS",
  text: "first",
  metadata: { event_type: "alert", event_payload: { id: "a1" } },
});
await client.chat.update({ channel: "C0CARDS", ts, text: "first, edited" });
await client.chat.postMessage({ channel: "U02DANA", text: "direct" });
await client.chat.postEphemeral({ channel: "C0CARDS", user: "U02MARTA", text: "psst" });
for (let count = 0; ; count += 1) {
  const posted = await client.chat.postMessage({ channel: "C0SECURITY", text: `message ${count}` });
  process.stdout.write(`${posted.ts}\n`);
}
