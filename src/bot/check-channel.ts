import type { WebClient } from "@slack/web-api";
import type { Check } from "./checks.ts";
import { readTrouble } from "./slack-error.ts";
import { sayTrouble } from "./trouble.ts";

/** Whether alerts can be posted in a channel: it exists, isn't archived, and the bot is in it. */
export async function checkChannel(client: WebClient, id: string, vaults: string[], botName: string): Promise<Check> {
  const what = `channel ${id} (${vaults.join(", ")})`;
  const invite = `In the channel, type: /invite @${botName}`;
  try {
    const { channel } = await client.conversations.info({ channel: id });
    const name = channel?.name ? `#${channel.name}` : id;
    if (channel?.is_archived === true) {
      return bad(what, `${name} is archived`, "Unarchive it, or name another channel in vaultbell.yaml.");
    }
    if (channel?.is_member === false) return bad(what, `@${botName} is not in ${name}`, invite);
    if (channel?.is_ext_shared === true) {
      const finding = `${name} is shared with another workspace, whose people read the alerts`;
      return { what, verdict: "warning", finding, remedy: "Use a channel of your own, unless that is what you want." };
    }
    return { what, verdict: "good", finding: `${name} is there, and the bot is in it`, remedy: null };
  } catch (error) {
    const { kind, code } = readTrouble(error);
    if (code === "channel_not_found") {
      const remedy = `Compare the id in vaultbell.yaml (in Slack: the channel's details, at the very end). If the channel is private: ${invite}`;
      return bad(what, "there is no such channel, or it is private and the bot is not in it", remedy);
    }
    const finding = code === "unknown_method" ? "this Slack API can't say" : sayTrouble(error, "bot token");
    return kind === "refused" && code !== "unknown_method"
      ? bad(what, finding, "Without this the channel can't be checked; posting may still work.")
      : { what, verdict: "unknown", finding, remedy: null };
  }
}

function bad(what: string, finding: string, remedy: string): Check {
  return { what, verdict: "bad", finding, remedy };
}
