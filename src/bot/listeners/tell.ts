import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { readTrouble } from "../slack-error.ts";
import { isSlacks } from "../slack-hosts.ts";
import type { MessageView } from "../views/alert.ts";
import type { Place } from "./payload.ts";

/** Answers one person, so that nobody else sees it. Never throws: what can't be delivered is logged. */
export type Tell = (to: Place, message: MessageView, how?: { replaceOriginal: boolean }) => Promise<void>;

/**
 * By the interaction's own response URL (which works without membership of the channel); if that fails, as an ephemeral
 * message in the channel; if that fails, as a direct message. An answer that arrives twice does no harm, one that
 * doesn't arrive looks like a broken button.
 */
export function tellPrivately(client: WebClient, apiUrl: string | null, log: Logger): Tell {
  return async (to, { text, blocks }, how = { replaceOriginal: false }) => {
    const { user, channel, responseUrl } = to;
    const ways: [string, () => Promise<unknown>][] = [];
    if (responseUrl !== null && isSlacks(responseUrl, apiUrl)) {
      const replace_original = how.replaceOriginal;
      ways.push([
        "response_url",
        () => post(responseUrl, { response_type: "ephemeral", replace_original, text, blocks }),
      ]);
    }
    if (channel !== null) {
      ways.push(["chat.postEphemeral", () => client.chat.postEphemeral({ channel, user, text, blocks })]);
      // For servers that can't read our blocks.
      ways.push(["chat.postEphemeral, text only", () => client.chat.postEphemeral({ channel, user, text })]);
    }
    ways.push(["direct message", () => client.chat.postMessage({ channel: user, text, unfurl_links: false })]);
    // Slack takes a person's id for their direct message; other servers want it opened first.
    ways.push(["opened direct message", () => sendDirect(client, user, text)]);
    for (const [way, attempt] of ways) {
      try {
        await attempt();
        return;
      } catch (error) {
        log.warn({ way, code: readTrouble(error).code }, "a private answer did not get through this way");
      }
    }
    log.error({ user, channel }, "somebody could not be answered at all");
  };
}

async function sendDirect(client: WebClient, user: string, text: string): Promise<void> {
  const { channel } = await client.conversations.open({ users: user });
  if (typeof channel?.id !== "string") throw new Error("the server opened no conversation");
  await client.chat.postMessage({ channel: channel.id, text, unfurl_links: false });
}

/** Slack's library would wait for ever and follow redirects. */
async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(5_000),
  });
  const said = await response.text();
  if (!response.ok || /"ok"\s*:\s*false/.test(said)) throw new Error(`the response URL answered ${response.status}`);
}
