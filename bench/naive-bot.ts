import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebClient } from "@slack/web-api";
import { parseSecrets, verify } from "../src/vault/standard-webhooks.ts";
import { endWithStarter, report } from "./children.ts";
import { channelOf } from "./events.ts";
import { webhookSecret } from "./secret.ts";

/**
 * What one writes in an afternoon: a route, a signature check, one chat.postMessage, and then the answer. No database. The
 * SDK is as it comes, with its own retries and its own patience with Slack's limits.
 */
interface Event {
  person: { name: string };
  vault: { id: string; name: string };
  item: { title: string };
}

const secrets = parseSecrets([webhookSecret]);
const slack = new WebClient("xoxb-bench", { slackApiUrl: process.argv[2] ?? "" });

endWithStarter();
// The SDK says every 429 aloud, which would be part of what is measured.
for (const level of ["warn", "error", "info"] as const) console[level] = () => {};
const server = createServer((request, response) => void answer(request, response));
server.listen(0, "127.0.0.1", () => report({ kind: "ready", port: (server.address() as AddressInfo).port }));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (verify(request.headers as Record<string, string>, body, secrets, new Date()).kind !== "authentic") {
    response.writeHead(401).end();
    return;
  }
  const { data } = JSON.parse(body.toString()) as { data: Event | Event[] };
  try {
    for (const { person, vault, item } of [data].flat()) {
      const channel = channelOf(Number(vault.id.replace("v_", "")));
      await slack.chat.postMessage({ channel, text: `${person.name} opened ${item.title} in ${vault.name}` });
    }
    response.writeHead(202).end();
  } catch {
    response.writeHead(500).end();
  }
}
