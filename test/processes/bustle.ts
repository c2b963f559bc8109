import { setTimeout as pause } from "node:timers/promises";
import { startClicker } from "./clicker.ts";
import type { House } from "./house.ts";

/** A busy day: vaults report, Dana and Lena announce, Marta judges, asks and looks into her Home. */
export interface Bustle {
  /** What people did in Slack: taken by a service, or not, because none was there to take it. */
  acts: { acknowledged: number; undelivered: number };
  /** No more accesses and purposes; resolves when everything reported is acknowledged. Verdicts go on. */
  stopReporting(): Promise<void>;
  /** Whether Marta has nothing left to judge. */
  isDone(): boolean;
  stop(): Promise<void>;
}

/** An access every `everyMs`; in Slack something every second, verdicts aside. */
export function startBustle(house: House, everyMs: number): Bustle {
  const stopping = new AbortController();
  const clicker = startClicker(house);
  const acts = { acknowledged: 0, undelivered: 0 };
  const reports: Promise<unknown>[] = [];
  const wait = (ms: number) => pause(ms, undefined, { signal: stopping.signal }).catch(() => {});

  async function report(): Promise<void> {
    for (let n = 0; !stopping.signal.aborted; n++) {
      reports.push(house.vault.report([house.access(n % house.channels.length, n % 3 === 0 ? "lena" : "dana")]));
      await wait(everyMs);
    }
  }

  async function act(): Promise<void> {
    for (let n = 0; !stopping.signal.aborted; n++) {
      try {
        await [announce, askWhatIsOpen, openHome][n % 3]?.(house, n);
        acts.acknowledged += 1;
      } catch {
        acts.undelivered += 1;
      }
      await wait(1_000);
    }
  }

  const going = [report(), act()];
  const stopReporting = async () => {
    stopping.abort();
    await Promise.all(going);
    await Promise.all(reports);
  };
  return {
    get acts() {
      return {
        acknowledged: acts.acknowledged + clicker.acknowledged,
        undelivered: acts.undelivered + clicker.undelivered,
      };
    },
    stopReporting,
    isDone: () => clicker.isDone(),
    stop: async () => {
      stopping.abort();
      house.vault.shut();
      await stopReporting();
      await clicker.stop();
    },
  };
}

function announce(house: House, n: number): Promise<void> {
  const channel = house.channels[n % house.channels.length] ?? "";
  return house.slack.as(n % 2 === 0 ? "U02DANA" : "U02LENA").command(channel, "/intent", `once paying invoice ${n}`);
}

function askWhatIsOpen(house: House, n: number): Promise<void> {
  return house.slack.as("U02MARTA").command(house.channels[n % house.channels.length] ?? "", "/vault", "open");
}

function openHome(house: House): Promise<void> {
  return house.slack.as("U02MARTA").openHome();
}
