import type { Random } from "./random.ts";

/** Whoever can die: a running replica. What belongs to a dead one never happens, and nobody hears of it. */
export interface Owner {
  name: string;
  isDead: boolean;
}

/** One effect that waits for its turn. */
interface Effect<T> {
  owner: Owner;
  label: string;
  /** What happens; with `wait` it leaves the turn to others while it waits for something that they hold. */
  run: (wait: Wait) => Promise<T>;
  /** Effects of one transaction: usually done one after the other. */
  session?: Session;
  /** What it takes, in milliseconds of the world's time. */
  costMs?: number;
  /** Whether others may have waited for what this effect gives free. */
  frees?: () => boolean;
}

export interface Session {
  isInTransaction: boolean;
}

/** Resolves when something was freed since, and `isOver` says that one can go on. */
export type Wait = (isOver: () => Promise<boolean>) => Promise<void>;

export interface World {
  /** The true time, in milliseconds since 1970. Each replica's clock is this and its error. */
  now(): number;
  /** Waits until the scheduler lets the effect happen. */
  effect<T>(effect: Effect<T>): Promise<T>;
  sleep(owner: Owner, ms: number): Promise<void>;
  after(ms: number, owner: Owner, act: () => void): { cancel(): void };
  /** Real work that isn't an effect, like the end of a process: nothing else happens before it is done. */
  meanwhile(work: Promise<void>): void;
  /** Runs until `until`, or until `isOver` says so between two steps. */
  run(until: number, isOver?: () => boolean): Promise<void>;
  /** A line of the schedule. */
  say(line: string): void;
  schedule: string[];
  steps(): number;
}

interface Gate {
  effect: Effect<unknown>;
  open: (wait: Wait) => Promise<void>;
}

/** What was let through and waits for somebody else. */
interface Waiting {
  effect: Effect<unknown>;
  isOver: () => Promise<boolean>;
  goOn: () => Promise<void>;
}

interface Alarm {
  at: number;
  order: number;
  owner: Owner;
  act: () => void;
}

export interface WorldOptions {
  random: Random;
  startAt: number;
  /** How likely somebody else goes on in the middle of a transaction. */
  interleaving: number;
  /** Says whether this effect is held up now, and for how long: a process that the machine gives no time. */
  holdUp: (effect: Effect<unknown>) => number;
  stepsAtMost: number;
}

/**
 * Decides what happens next. All that the replicas do waits at gates: a query, a call to Slack, a pause. One gate is
 * opened at a time, and what it lets through is done, or waits for somebody's lock, before the next is opened; so the real
 * PostgreSQL answers in the same order every time, and a seed gives the same run again.
 */
export function createWorld(options: WorldOptions): World {
  const { random } = options;
  let time = options.startAt;
  let order = 0;
  let count = 0;
  let gates: Gate[] = [];
  let alarms: Alarm[] = [];
  let waiting: Waiting[] = [];
  let underWay: Promise<void>[] = [];
  let current: Session | undefined;
  let isSomethingFree = false;
  const schedule: string[] = [];
  const say = (line: string) => void schedule.push(`${((time - options.startAt) / 1000).toFixed(3)} ${line}`);

  function after(ms: number, owner: Owner, act: () => void) {
    const alarm = { at: time + Math.max(0, ms), order: order++, owner, act };
    alarms.push(alarm);
    return {
      cancel: () => {
        alarms = alarms.filter((other) => other !== alarm);
      },
    };
  }

  function ring(): boolean {
    const due = alarms.filter((alarm) => alarm.at <= time).sort((a, b) => a.at - b.at || a.order - b.order);
    alarms = alarms.filter((alarm) => alarm.at > time);
    for (const { owner, act } of due) if (!owner.isDead) act();
    return due.length > 0;
  }

  function nextAlarm(): number {
    return alarms.reduce((soonest, alarm) => (alarm.owner.isDead ? soonest : Math.min(soonest, alarm.at)), Infinity);
  }

  function choose(): Gate | undefined {
    const going = current?.isInTransaction ? gates.find(({ effect }) => effect.session === current) : undefined;
    if (going && !random.chance(options.interleaving)) return going;
    return gates.length > 0 ? random.pick(gates) : undefined;
  }

  async function pass(gate: Gate): Promise<void> {
    const { effect } = gate;
    gates = gates.filter((other) => other !== gate);
    const heldUpMs = options.holdUp(effect);
    if (heldUpMs > 0) {
      say(`${effect.owner.name} stands still for ${Math.round(heldUpMs / 1000)} s before: ${effect.label}`);
      after(heldUpMs, effect.owner, () => gates.push(gate));
      return;
    }
    count += 1;
    if (count > options.stepsAtMost)
      throw new Error(`the world didn't come to rest within ${options.stepsAtMost} steps`);
    say(`${effect.owner.name}: ${effect.label}`);
    time += effect.costMs ?? 0;
    current = effect.session;
    await letThrough(gate);
  }

  /** Until it is done, or waits: then others go on. */
  async function letThrough({ effect, open }: Gate): Promise<void> {
    let rests = () => {};
    const untilItRests = async (go: () => void) => {
      const resting = new Promise<void>((resolve) => {
        rests = resolve;
      });
      go();
      await Promise.race([work.then(() => freed(effect)), resting]);
    };
    const wait: Wait = (isOver) =>
      new Promise((resolve) => {
        say(`${effect.owner.name} waits for a lock: ${effect.label}`);
        waiting.push({ effect, isOver, goOn: () => untilItRests(resolve) });
        rests();
      });
    let begin = () => {};
    const work = new Promise<void>((resolve) => {
      begin = resolve;
    }).then(() => open(wait));
    await untilItRests(begin);
  }

  /** It is done: others may have waited for what it held. */
  function freed(effect: Effect<unknown>): void {
    if (effect.frees?.()) isSomethingFree = true;
  }

  /** Something may be free: whoever waited for it goes on, first come, first served. */
  async function letWaitersGoOn(): Promise<void> {
    isSomethingFree = false;
    const all = waiting;
    waiting = [];
    for (const one of all) {
      if (one.effect.owner.isDead) continue;
      if (!(await one.isOver())) {
        waiting.push(one);
        continue;
      }
      say(`${one.effect.owner.name} goes on: ${one.effect.label}`);
      await one.goOn();
    }
  }

  async function settled(): Promise<void> {
    while (underWay.length > 0) {
      const all = underWay;
      underWay = [];
      await Promise.all(all);
      isSomethingFree = true;
    }
    // What was let through goes on to its next gate, now and then by way of a few turns of the event loop.
    const before = gates.length;
    for (let turn = 0; turn < 3 && gates.length <= before; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    gates = gates.filter(({ effect }) => !effect.owner.isDead);
  }

  return {
    now: () => time,
    say,
    schedule,
    steps: () => count,
    after,
    meanwhile: (work) => void underWay.push(work),
    sleep: (owner, ms) => new Promise((resolve) => after(ms, owner, resolve)),
    effect: <T>(effect: Effect<T>) =>
      new Promise<T>((resolve, reject) => {
        if (effect.owner.isDead) return;
        const open = async (wait: Wait) => {
          try {
            const value = await effect.run(wait);
            if (!effect.owner.isDead) resolve(value);
          } catch (error) {
            if (!effect.owner.isDead) reject(error);
          }
        };
        gates.push({ effect: effect as Effect<unknown>, open });
      }),
    run: async (until, isOver) => {
      for (;;) {
        await settled();
        if (isOver?.()) return;
        if (isSomethingFree && waiting.length > 0) {
          await letWaitersGoOn();
          continue;
        }
        isSomethingFree = false;
        if (ring()) continue;
        const gate = choose();
        if (gate) {
          await pass(gate);
          continue;
        }
        const next = nextAlarm();
        if (next > until) break;
        time = Math.max(time, next);
      }
      time = Math.max(time, until);
    },
  };
}
