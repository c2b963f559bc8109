import pg from "pg";
import type { Wait } from "./world.ts";

/** What PostgreSQL is asked about its locks. */
export interface Blockers {
  /** Whom this connection's statement waits for, as process ids; none: it moves. */
  blockersOf(client: pg.Client): Promise<number[]>;
  /** Ends the statement that this connection is waiting in. */
  cancel(client: pg.Client): Promise<void>;
}

export interface Locks {
  /** Runs a statement to its end; while it waits for somebody's lock, others have their turns. */
  run(client: pg.Client, isInTransaction: boolean, send: Send, wait: Wait): Promise<pg.QueryResult>;
  /** The connection is no more. */
  forget(client: pg.Client): void;
}

type Send = () => Promise<pg.QueryResult>;

/** A statement that takes longer than this may be waiting for a lock; PostgreSQL is asked. */
const mayBeWaitingMs = 3;

/**
 * Keeps waits for locks exact. At most one statement really waits in PostgreSQL: whoever frees it, it goes on alone. A second
 * one that would have to wait is taken back and sent again when something was freed, first come, first served: two that
 * PostgreSQL woke at once would run a race in real time. Circles are found here for the same reason, and whoever closes one is
 * told so as PostgreSQL does (40P01).
 */
export function createLocks(server: Blockers, realPause: (ms: number) => Promise<void>): Locks {
  let waiting: pg.Client | null = null;
  const waitsFor = new Map<number, number[]>();

  async function run(client: pg.Client, isInTransaction: boolean, send: Send, wait: Wait): Promise<pg.QueryResult> {
    const pid = pidOf(client);
    for (;;) {
      const isSecond = waiting !== null;
      if (isSecond && isInTransaction) await client.query("savepoint before_the_wait");
      const sent = followed(send());
      const blockers = await untilItRests(client, sent);
      if (blockers.length === 0) return sent.result;
      waitsFor.set(pid, blockers);
      if (isCircle(pid)) return breakCircle(client, sent);
      if (!isSecond) {
        waiting = client;
        return goOnWaiting(client, sent, wait);
      }
      await takeBack(client, sent);
      if (isInTransaction) await client.query("rollback to savepoint before_the_wait");
      await wait(async () => true);
      waitsFor.delete(pid);
    }
  }

  async function goOnWaiting(client: pg.Client, sent: Sent, wait: Wait): Promise<pg.QueryResult> {
    for (;;) {
      await wait(async () => sent.isDone || (await server.blockersOf(client)).length === 0);
      const blockers = await untilItRests(client, sent);
      waitsFor.set(pidOf(client), blockers);
      if (blockers.length > 0 && isCircle(pidOf(client))) return breakCircle(client, sent);
      if (blockers.length > 0) continue;
      forget(client);
      return sent.result;
    }
  }

  /** Until it is done (nobody is in its way), or waits. */
  async function untilItRests(client: pg.Client, sent: Sent): Promise<number[]> {
    for (;;) {
      await Promise.race([sent.settled, realPause(mayBeWaitingMs)]);
      if (sent.isDone) return [];
      const blockers = await server.blockersOf(client);
      if (blockers.length > 0 && !sent.isDone) return blockers;
    }
  }

  function isCircle(from: number): boolean {
    const seen = new Set<number>();
    const leadsBack = (pid: number): boolean =>
      (waitsFor.get(pid) ?? []).some((next) => {
        if (next === from) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return leadsBack(next);
      });
    return leadsBack(from);
  }

  async function breakCircle(client: pg.Client, sent: Sent): Promise<never> {
    await takeBack(client, sent);
    forget(client);
    throw Object.assign(new pg.DatabaseError("deadlock detected", 0, "error"), { code: "40P01" });
  }

  async function takeBack(client: pg.Client, sent: Sent): Promise<void> {
    await server.cancel(client);
    await sent.settled;
  }

  function forget(client: pg.Client): void {
    if (waiting === client) waiting = null;
    waitsFor.delete(pidOf(client));
  }

  return { run, forget };
}

interface Sent {
  result: Promise<pg.QueryResult>;
  /** Resolves with it, whatever came of it. */
  settled: Promise<void>;
  isDone: boolean;
}

function followed(result: Promise<pg.QueryResult>): Sent {
  const sent: Sent = { result, settled: Promise.resolve(), isDone: false };
  const done = () => {
    sent.isDone = true;
  };
  sent.settled = result.then(done, done);
  return sent;
}

export function pidOf(client: pg.Client): number {
  return (client as unknown as { processID: number }).processID;
}
