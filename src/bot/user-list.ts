import { WebAPIPlatformError, type WebClient } from "@slack/web-api";
import { readTrouble } from "./slack-error.ts";

/** 200 users a page, as Slack recommends; so many pages that only a cursor gone wrong is cut. */
const pageSize = 200;
const mostPages = 1_000;
/** Three waits for one page, of five minutes at most; after that the next round is soon enough. */
const mostWaits = 3;
const longestWaitMs = 5 * 60_000;

/**
 * Every user, page by page, as raw as Slack sends them. Waits when Slack asks for it. Ends quietly where the server has
 * no such method; throws for every other trouble.
 */
export async function* listUsers(client: WebClient): AsyncGenerator<unknown[]> {
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await listPage(client, cursor);
    if (page === null) return;
    if (Array.isArray(page.members)) yield page.members;
    const next: unknown = page.response_metadata?.next_cursor;
    // A server that repeats a cursor would keep us for ever.
    if (typeof next !== "string" || next === "" || seen.has(next)) return;
    seen.add(next);
    cursor = next;
  }
}

async function listPage(client: WebClient, cursor: string | undefined) {
  for (let waits = 0; ; waits += 1) {
    try {
      return await client.users.list({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
    } catch (error) {
      if (error instanceof WebAPIPlatformError && error.data.error === "unknown_method") return null;
      const trouble = readTrouble(error);
      if (trouble.kind !== "later" || trouble.afterMs > longestWaitMs || waits === mostWaits) throw error;
      await new Promise((resolve) => setTimeout(resolve, trouble.afterMs).unref());
    }
  }
}
