import type { Logger } from "pino";
import type { Clock } from "../../model.ts";
import type { Store } from "../../store/database.ts";
import { allowFeeds } from "../../store/sources.ts";
import type { Feed, PolledSource } from "./source.ts";

interface Allowance {
  /** Asks the service, once a day and after each refusal. One that doesn't say so just now is believed to allow all. */
  feedsOf(source: PolledSource): Promise<Feed[]>;
  /** By what was said last. Streams that were read by an older configuration are never read. */
  isRead(source: PolledSource, feed: string): boolean;
  /** Its token is another one, or isn't taken any more. */
  forget(source: string): void;
}

const askedEveryMs = 24 * 60 * 60_000;

/** Which streams our tokens may read. */
export function createAllowance({ store, clock, log }: { store: Store; clock: Clock; log: Logger }): Allowance {
  const said = new Map<string, { feeds: string[] | null; at: number }>();

  function isRead({ name: source, feeds }: PolledSource, feed: string): boolean {
    const one = feeds.find(({ name }) => name === feed);
    const allowed = said.get(source)?.feeds ?? null;
    return one !== undefined && (one.isNeeded || allowed === null || allowed.includes(feed));
  }

  async function ask({ name, introspect, ask: askService, feeds }: PolledSource, now: number): Promise<void> {
    if (introspect === null) return;
    const asked = await askService(introspect.question);
    const answer = asked.kind === "answered" ? introspect.read(asked.text) : null;
    said.set(name, { feeds: answer?.feeds ?? null, at: answer ? now : 0 });
    if (!answer) return;
    const read = feeds.filter((feed) => feed.isNeeded || answer.feeds.includes(feed.name));
    await allowFeeds(
      store.db,
      name,
      read.map((feed) => feed.name),
    );
    log.info({ source: name, feeds: answer.feeds, issuedAt: answer.issuedAt }, "source knows our token");
  }

  return {
    feedsOf: async (source) => {
      const now = clock.now().getTime();
      const known = said.get(source.name);
      if (!known || now - known.at > askedEveryMs) await ask(source, now);
      return source.feeds.filter((feed) => isRead(source, feed.name));
    },
    isRead,
    forget: (source) => void said.delete(source),
  };
}
