import type { WebClient } from "@slack/web-api";
import { WebAPIPlatformError } from "@slack/web-api";
import { expect, test } from "vitest";
import { findCopiesOf } from "../../src/bot/posted.ts";

const since = new Date(1_000_000);

test("copies of a card are looked for in the thread in which it stands, although its alert has another one by now (simulation, seed 1720)", async () => {
  const client = slack({ "1000.1": ["1001.1", "1001.2"], "2000.1": [] });
  expect(await findCopiesOf(client, { channel: "C1", ts: "1001.2" }, card("2000.1"), since)).toEqual([
    "1001.1",
    "1001.2",
  ]);
});

test("in its own thread one look is enough", async () => {
  const calls: string[] = [];
  const client = slack({ "1000.1": ["1001.1", "1001.2"] }, calls);
  expect(await findCopiesOf(client, { channel: "C1", ts: "1001.2" }, card("1000.1"), since)).toHaveLength(2);
  expect(calls).toEqual(["1000.1"]);
});

test("a card that somebody deleted has no thread any more, and its copies in today's are found all the same", async () => {
  const client = slack({ "2000.1": ["2001.1"] });
  expect(await findCopiesOf(client, { channel: "C1", ts: "1001.2" }, card("2000.1"), since)).toEqual(["2001.1"]);
});

const card = (threadTs: string) => ({
  tag: "what-now:4",
  text: "What now",
  threadTs,
  metadata: { event_type: "vaultbell_what_now", event_payload: { subject: "what-now:4" } },
});

/** Slack with a card in each reply of these threads. */
function slack(threads: Record<string, string[]>, calls: string[] = []): WebClient {
  const replies = async ({ ts }: { ts: string }) => {
    calls.push(ts);
    const found = Object.entries(threads).find(([root, all]) => root === ts || all.includes(ts));
    if (!found) throw new WebAPIPlatformError({ ok: false, error: "thread_not_found" });
    const [root, all] = found;
    const shown = ts === root ? [root, ...all] : [ts];
    const ofReply = (one: string) => (one === root ? {} : { metadata: card(root).metadata });
    return { ok: true, messages: shown.map((one) => ({ ts: one, thread_ts: root, ...ofReply(one) })) };
  };
  return { conversations: { replies } } as unknown as WebClient;
}
