import { startAnnouncers } from "./announcers.ts";
import { startAnswerers } from "./answerers.ts";
import { channels } from "./cast.ts";
import { startClickers } from "./clickers.ts";
import { openServer, rememberNew, type Server } from "./database.ts";
import { drawDigests, remember } from "./digests.ts";
import { drawFaults, type Family } from "./families.ts";
import { judgeRun } from "./judge.ts";
import { createLocks } from "./locks.ts";
import { look } from "./picture.ts";
import { randomOf } from "./random.ts";
import { createReplicaPlace, type Replica, type SentMail } from "./replica.ts";
import { createSlack, type SimulatedSlack } from "./slack.ts";
import { inside, realPause } from "./stand-ins.ts";
import { startTroubles } from "./troubles.ts";
import { startVault } from "./vault.ts";
import { createWorld } from "./world.ts";

/** What came of one seed. */
export interface Run {
  seed: number;
  /** Empty: all is well. */
  problems: string[];
  families: string[];
  schedule: string[];
  steps: number;
  /** Second copies that were visible for a while, and are gone. */
  passingTwins: number;
}

export interface Stage {
  /** `always`: families of faults that the seed has, whether it draws them or not. */
  simulate(seed: number, always?: readonly Family[]): Promise<Run>;
  close(): Promise<void>;
}

const minute = 60_000;
/** Tuesday, ten in the morning in Madrid. */
const startAt = Date.parse("2026-11-24T09:00:00Z");

/** A place for simulations, one after the other, on a database of its own with the newest schema and nothing in it. */
export async function openStage(databaseUrl: string): Promise<Stage> {
  const server = await openServer(databaseUrl);
  const makeNew = await rememberNew(server);
  let runs = 0;
  return {
    simulate: async (seed, always = []) => {
      await makeNew(runs++ % 100 === 0);
      return simulateOn(server, seed, always);
    },
    close: () => server.close(),
  };
}

async function simulateOn(server: Server, seed: number, always: readonly Family[]): Promise<Run> {
  const random = (name: string) => randomOf(seed, name);
  const faults = drawFaults(random("faults"), random("habits"), always);
  const digests = faults.has("digests") ? drawDigests(random("digests"), startAt) : null;
  const habits = { isFollowedUp: faults.has("followed-up"), digestAt: digests?.at ?? null };
  if (digests) await remember(server, channels, digests);
  const stillness = random("stillness");
  const world = createWorld({
    random: random("order"),
    startAt,
    interleaving: faults.has("interleaving") ? stillness.pick([0.1, 0.5]) : 0,
    holdUp: ({ label }) => {
      // Where it matters most: between the look at the lease and the call.
      const isWeighty = /^(chat\.|conversations\.|update "?message|update "?lane)/.test(label);
      return faults.strikes("slow", isWeighty ? 0.03 : 0.002) ? stillness.between(2_000, 40_000) : 0;
    },
    stepsAtMost: 60_000,
  });
  const locks = createLocks(server, realPause);
  const log: string[] = [];
  const mails: SentMail[] = [];
  const slack = createSlack(world, faults);
  const replicas: Replica[] = [];
  const wakes = random("wakes");
  const town = { name: "the town", isDead: false };
  const wakeAll = (work: string | null) => {
    if (faults.strikes("lost-wake", 0.5)) return;
    // Mostly one is first and finds all of it; now and then they run into each other.
    const heard = wakes.chance(faults.has("interleaving") ? 0.9 : 0.4) ? replicas : [wakes.pick(replicas)];
    for (const replica of heard) world.after(wakes.between(0, 15), town, () => replica.wake(work));
  };
  for (const name of random("size").chance(0.2) ? ["A", "B", "C"] : ["A", "B"]) {
    const parts = { world, faults, habits, server, locks, slack, random: random(`replica ${name}`), wakeAll };
    replicas.push(createReplicaPlace({ ...parts, mails, log: (line) => log.push(line) }, name));
  }

  const problems = await inside(world, random("chance"), async () => {
    const lastsMs = random("length").pick([20_000, 60_000, 120_000]);
    for (const replica of replicas) replica.start();
    const vault = startVault({ world, random: random("vault"), faults, replicas, lastsMs });
    const clickers = startClickers({ world, random: random("clicks"), faults, slack, replicas, lastsMs });
    const { events } = vault;
    const answerers = habits.isFollowedUp
      ? startAnswerers({ world, random: random("answers"), slack, replicas, lastsMs })
      : null;
    const announcers = startAnnouncers({ world, random: random("intents"), replicas, events, lastsMs });
    const troubles = startTroubles({ world, random: random("troubles"), faults, slack, replicas, lastsMs });
    try {
      await world.run(startAt + Math.max(lastsMs * 1.2, troubles.lastMs + 30_000));
      world.say("everything is healed");
      troubles.heal();
      const healedAt = Math.max(world.now(), ...slack.calls.map(({ waitUntil }) => waitUntil ?? 0));
      await world.run(healedAt + 10 * minute);
      const isOver = vault.isDone() && clickers.isDone() && announcers.isDone() && (answerers?.isDone() ?? true);
      const { clicks } = clickers;
      const { announcements } = announcers;
      const answers = answerers?.said ?? [];
      const times = { startAt, healedAt, endedAt: world.now() };
      const people = { clicks, announcements, answers };
      const facts = { vault, slack, ...people, mails, log, faults, digests, times, replicas, server };
      return [...(isOver ? [] : ["I11: somebody still waits for an answer"]), ...(await judgeRun(facts))];
    } catch (error) {
      return [`I11: the simulation broke: ${error instanceof Error ? error.stack : String(error)}`];
    } finally {
      for (const replica of replicas) await replica.close();
    }
  });
  return {
    seed,
    problems,
    families: faults.names(),
    schedule: world.schedule,
    steps: world.steps(),
    passingTwins: countTwins(slack),
  };
}

function countTwins({ messages }: SimulatedSlack): number {
  const removed = messages.filter(({ deleted }) => deleted?.by === "bot");
  return removed.filter((message) => look(message).kind === "alert").length;
}
