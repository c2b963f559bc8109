import type { WebClient } from "@slack/web-api";
import { readTrouble } from "./slack-error.ts";

/** Direct conversations between the bot and people. */
export interface Directs {
  /**
   * The conversation's id, under which its history can be looked through; `null`: Slack lets us have none with this person.
   * Throws when Slack can't say just now.
   */
  channelWith(userId: string): Promise<string | null>;
}

/** Slack's words for what is wrong with the token, which says nothing of the person. */
const aboutUs = new Set(["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"]);

/** Opens each conversation before anything is posted in it, and remembers it: opening twice is harmless, and costs a call. */
export function createDirects(client: () => WebClient): Directs {
  const known = new Map<string, string>();
  return {
    channelWith: async (userId) => {
      const before = known.get(userId);
      if (before !== undefined) return before;
      try {
        const { channel } = await client().conversations.open({ users: userId });
        if (typeof channel?.id !== "string") return null;
        known.set(userId, channel.id);
        return channel.id;
      } catch (error) {
        const { kind, code } = readTrouble(error);
        if (kind === "refused" && !aboutUs.has(code)) return null;
        throw error;
      }
    },
  };
}
