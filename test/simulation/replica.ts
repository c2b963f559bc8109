import type { Logger } from "pino";
import { followingClock } from "../../src/clock.ts";
import type { Habits } from "./cast.ts";
import { openReplicaStore, type ReplicaStore, type Server } from "./database.ts";
import type { Faults } from "./families.ts";
import type { Locks } from "./locks.ts";
import type { Random } from "./random.ts";
import { createReplica, type Service } from "./service.ts";
import type { SimulatedSlack } from "./slack.ts";
import { slackClient } from "./slack-client.ts";
import type { Owner, World } from "./world.ts";

/** A mail as the mail server's log has it. */
export interface SentMail {
  at: number;
  subject: string;
  text: string;
  isTaken: boolean;
}

/** A place where the service runs: it dies, and is started again. */
export interface Replica {
  name: string;
  isUp(): boolean;
  /** By how much its clock is wrong. */
  clockErrorMs: number;
  /** Asks the running process for something; "lost" when it died meanwhile, or there is none. */
  ask<T>(
    what: (service: Service) => Promise<T>,
  ): Promise<{ kind: "answer"; value: T } | { kind: "failed" } | { kind: "lost" }>;
  start(): void;
  /** Wakes the stage that does such work; `null`: all of them. */
  wake(work: string | null): void;
  /** Connections that are in somebody's hands, now. */
  connectionsInUse(): number;
  close(): Promise<void>;
  /** How often it died. */
  deaths: number;
}

interface Parts {
  world: World;
  faults: Faults;
  habits: Habits;
  server: Server;
  locks: Locks;
  slack: SimulatedSlack;
  random: Random;
  log: (line: string) => void;
  mails: SentMail[];
  wakeAll: (work: string | null) => void;
}

/** Slower than the product's: what is missed by a wake-up call that is lost comes late, and still in time for the judge. */
const slowPollMs = 150_000;
const pauseAfterFailureMs = 1_000;

export function createReplicaPlace(parts: Parts, name: string): Replica {
  const { world, faults, server, locks, slack, random } = parts;
  const parallel = random.pick([1, 1, 2]);
  let process: {
    owner: Owner;
    service: Service;
    store: ReplicaStore;
    dead: Promise<void>;
    wakes: Map<string, () => void>;
  } | null = null;

  function start(): void {
    const owner: Owner = { name: `${name}${replica.deaths + 1}`, isDead: false };
    let announceDeath = () => {};
    const dead = new Promise<void>((resolve) => {
      announceDeath = resolve;
    });
    const die = async (where: string): Promise<boolean> => {
      if (replica.deaths >= 3 || owner.isDead) return owner.isDead;
      world.say(`${owner.name} is killed ${where}`);
      owner.isDead = true;
      replica.deaths += 1;
      process = null;
      const end = store.crash().then(() => {
        announceDeath();
        world.after(random.between(100, 25_000), nobody, start);
      });
      world.meanwhile(end);
      await end;
      return true;
    };
    const store = openReplicaStore({ world, faults, server, locks, owner, die, onNotify: parts.wakeAll });
    // As the product's: whatever the host's own clock says, the database's time counts, carried on by one that never jumps.
    const clock = followingClock(
      () => world.now() + replica.clockErrorMs,
      () => world.now(),
    );
    const client = slackClient({ world, faults, slack, owner, random, die });
    const sendMail = (mail: { subject: string; text: string }) =>
      world.effect({
        owner,
        label: `mail: ${mail.subject}`,
        run: async () => {
          const isTaken = !faults.strikes("mail-refused", 0.4);
          parts.mails.push({ ...mail, at: world.now(), isTaken });
          if (!isTaken) throw new Error("421 not now");
        },
      });
    const log = logger(owner, parts.log);
    const service = createReplica({ store: store.store, clock, client, log, parallel, sendMail, habits: parts.habits });
    const wakes = new Map<string, () => void>();
    // The product, too, asks what time it is before it does anything.
    void clock
      .follow(async () => new Date(world.now()))
      .then(() => {
        process = { owner, service, store, dead, wakes };
        world.say(`${owner.name} starts`);
        void service.start().catch(() => {});
        void stage("accesses", owner, service.judge, async () => null);
        void stage("messages", owner, service.deliver, service.nextDue);
        // It looks often and finds something seldom: only where it may.
        if (parts.habits.isFollowedUp) void stage("escalations", owner, service.escalate, service.nextToAttend);
        if (parts.habits.digestAt !== null) void stage("digests", owner, service.digest, service.nextDigest);
        if (faults.has("outage")) void stage("outages", owner, service.fallBack, service.nextFallBack);
      });

    /** As the product's own loop: until nothing is left, then until woken, due, or the slow poll's turn. */
    async function stage(
      what: string,
      of: Owner,
      work: () => Promise<number>,
      nextDue: () => Promise<Date | null>,
    ): Promise<void> {
      for (;;) {
        let isWoken = false;
        let wakeUp = () => {
          isWoken = true;
        };
        const wake = () => wakeUp();
        wakes.set(what, wake);
        try {
          if ((await work()) > 0) continue;
          const due = await nextDue();
          const ms = due ? Math.max(5, due.getTime() - clock.now().getTime()) : slowPollMs;
          if (!isWoken) {
            await new Promise<void>((resolve) => {
              const alarm = world.after(Math.min(ms, slowPollMs), of, resolve);
              wakeUp = () => {
                alarm.cancel();
                resolve();
              };
            });
          }
        } catch (error) {
          parts.log(`${of.name} ${what} failed: ${String(error)}`);
          world.say(`${of.name}: ${what} failed: ${String(error).slice(0, 200)}`);
          await world.sleep(of, pauseAfterFailureMs);
        } finally {
          wakes.delete(what);
        }
      }
    }
  }

  const replica: Replica = {
    name,
    clockErrorMs: 0,
    deaths: 0,
    isUp: () => process !== null,
    ask: async (what) => {
      if (!process) return { kind: "lost" };
      const { service, dead } = process;
      return Promise.race([
        what(service).then(
          (value) => ({ kind: "answer", value }) as const,
          (error) => {
            world.say(`  failed: ${String(error).slice(0, 200)}`);
            return { kind: "failed" } as const;
          },
        ),
        dead.then(() => ({ kind: "lost" }) as const),
      ]);
    },
    start,
    wake: (work) => {
      for (const [what, wake] of process?.wakes ?? []) if (work === null || (wokenBy[what] ?? what) === work) wake();
    },
    connectionsInUse: () => process?.store.inUse() ?? 0,
    close: async () => {
      if (process) process.owner.isDead = true;
      await process?.store.crash();
      process = null;
    },
  };
  return replica;
}

/** What there is to show is often an alert about which somebody else is to hear, or no longer: as the product does. */
const wokenBy: Record<string, string> = { escalations: "messages" };

const nobody: Owner = { name: "the world", isDead: false };

/** Pino's shape, kept in memory: the judge reads it for secrets. */
function logger(owner: Owner, write: (line: string) => void): Logger {
  const at = (level: string) => (fields: unknown, message?: string) =>
    write(`${owner.name} ${level} ${typeof fields === "string" ? fields : safely(fields)} ${message ?? ""}`);
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error"), child: () => log };
  return log as unknown as Logger;
}

function safely(fields: unknown): string {
  return JSON.stringify(fields, (_key, value) => (value instanceof Error ? String(value) : value)) ?? "";
}
