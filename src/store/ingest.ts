import pg, { type Pool } from "pg";
import type { Clock } from "../model.ts";
import { point } from "../point.ts";
import { repeatedWhenAsked } from "./database.ts";
import { type AuthenticDelivery, type Recorded, recordGroup, type SealedDelivery, sealed } from "./deliveries.ts";

type IngestOutcome = Recorded | { kind: "unavailable"; retryAfterSeconds: number };

export interface Ingest {
  /** Resolves after the commit. Never rejects: what can't be recorded now is "unavailable". */
  record(delivery: AuthenticDelivery): Promise<IngestOutcome>;
  /** Deliveries that wait for a commit, those under way included. */
  waiting(): number;
}

interface IngestParts {
  pool: Pool;
  clock: Clock;
  /** Told of every failure, once per group. */
  onTrouble: (error: unknown) => void;
  limits?: Partial<IngestLimits>;
}

interface IngestLimits {
  /** What waits at most; beyond that the door says 503, so that a sender's patience isn't spent in our queue. */
  waitingDeliveries: number;
  waitingBytes: number;
  groupDeliveries: number;
  /** What one statement works on must be done long before its timeout. */
  groupAccesses: number;
  groupBytes: number;
  /** From so many on, or from what fills a group, a second group doesn't wait for the first: one is written while the other is being committed. */
  secondGroupFrom: number;
}

/** Of a SHA-256, a character for each byte. */
const digestLength = 32;

const usualLimits: IngestLimits = {
  waitingDeliveries: 4_096,
  waitingBytes: 64 * 1024 * 1024,
  groupDeliveries: 256,
  groupAccesses: 1_000,
  groupBytes: 4 * 1024 * 1024,
  secondGroupFrom: 64,
};

interface Waiting extends SealedDelivery {
  /** Everybody who brought this very delivery: the first's answer counts what is new, the others' say "duplicate". */
  answer: ((outcome: IngestOutcome) => void)[];
}

/**
 * Requests that arrive together share one commit. While one group is being committed, the next one gathers, and goes off
 * beside it once it is large enough; there are two at most. Nobody waits for company: what comes while a group is being
 * committed is company enough. The queue is bounded, in deliveries and in bytes.
 */
export function createIngest({ pool, clock, onTrouble, ...parts }: IngestParts): Ingest {
  const limits = { ...usualLimits, ...parts.limits };
  /** By digest and body, in the order of arrival. */
  const queue = new Map<string, Waiting>();
  let queuedBytes = 0;
  let queuedAccesses = 0;
  /** Deliveries, and groups, that are being committed. */
  let underWay = 0;
  let groups = 0;
  let isStarting = false;

  const record = (delivery: AuthenticDelivery): Promise<IngestOutcome> => {
    const isFull = queue.size >= limits.waitingDeliveries || queuedBytes >= limits.waitingBytes;
    const one = sealed(delivery);
    const key = one.digest.toString("latin1") + one.bodySha256.toString("latin1");
    const same = queue.get(key);
    if (isFull && !same) return Promise.resolve({ kind: "unavailable", retryAfterSeconds: 1 });
    return new Promise((resolve) => {
      if (same) {
        same.answer.push(resolve);
        return;
      }
      queue.set(key, { ...one, answer: [resolve] });
      queuedBytes += delivery.body.length;
      queuedAccesses += accessesIn(delivery);
      if (groups === 1 && isLarge()) {
        void commitNext();
      } else if (groups === 0 && !isStarting) {
        // At the end of this turn of the event loop, so that everything that was read in it is in the group.
        isStarting = true;
        setImmediate(() => {
          isStarting = false;
          if (groups === 0 && queue.size > 0) void commitNext();
        });
      }
    });
  };

  const isLarge = () =>
    queue.size >= limits.secondGroupFrom || queuedAccesses >= limits.groupAccesses || queuedBytes >= limits.groupBytes;

  async function commitNext(): Promise<void> {
    const group = takeGroup();
    underWay += group.length;
    groups += 1;
    await commit(group);
    underWay -= group.length;
    groups -= 1;
    if (queue.size > 0 && (groups === 0 || isLarge())) void commitNext();
  }

  function takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    const digests = new Set<string>();
    let bytes = 0;
    let accesses = 0;
    for (const [key, one] of queue) {
      // The same id with another body waits for the next group, so that it meets the first one in the table.
      const digest = key.slice(0, digestLength);
      if (digests.has(digest)) continue;
      bytes += one.delivery.body.length;
      accesses += accessesIn(one.delivery);
      if (group.length > 0 && (bytes > limits.groupBytes || accesses > limits.groupAccesses)) break;
      digests.add(digest);
      queue.delete(key);
      queuedBytes -= one.delivery.body.length;
      queuedAccesses -= accessesIn(one.delivery);
      if (group.push(one) >= limits.groupDeliveries) break;
    }
    return group;
  }

  async function commit(group: Waiting[]): Promise<void> {
    try {
      point("ingest-before-commit");
      const outcomes = await repeatedWhenAsked(() => recordGroup(pool, group, clock.now()));
      point("ingest-after-commit");
      for (const [n, one] of group.entries()) answerAll(one, outcomes[n] as Recorded);
    } catch (error) {
      onTrouble(error);
      const [one, ...others] = group;
      if (one && isAboutTheData(error) && others.length > 0) {
        // One delivery that PostgreSQL can't take must not hold up the others: each by itself, then.
        for (const single of group) await commit([single]);
      } else if (one && isAboutTheData(error) && one.delivery.content.kind === "accesses") {
        await commit([
          { ...one, delivery: { ...one.delivery, content: { kind: "not-understood", problem: unstorable } } },
        ]);
      } else {
        for (const waiting of group) {
          for (const answer of waiting.answer) answer({ kind: "unavailable", retryAfterSeconds: 1 });
        }
      }
    }
  }

  return { record, waiting: () => queue.size + underWay };
}

function accessesIn({ content }: AuthenticDelivery): number {
  return content.kind === "accesses" ? content.accesses.length : 0;
}

function answerAll({ answer: [first, ...others], delivery }: Waiting, outcome: Recorded): void {
  first?.(outcome);
  const again: Recorded =
    delivery.content.kind === "accesses"
      ? { kind: "recorded", accepted: 0, duplicates: delivery.content.accesses.length }
      : { kind: "quarantined" };
  for (const answer of others) answer(again);
}

const unstorable = { title: "The accesses of this delivery could not be stored; its body is kept." };

/** SQLSTATE classes 21, 22 and 23: data that a table or a type refuses. */
export function isAboutTheData(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[123]/.test(error.code ?? "");
}
