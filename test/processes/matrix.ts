import { startFsyncServer } from "./fsync-server.ts";
import { hasStrace, planKills, seeded } from "./plan.ts";
import { type Death, runScenario, type ScenarioResult } from "./scenario.ts";

export interface MatrixResult {
  seed: number;
  /** Whether kills at syscalls were among them. */
  usedStrace: boolean;
  scenarios: { deaths: Death[]; outcome: ScenarioResult | { failed: string } }[];
  tookMs: number;
}

/** Kills a service so many times, several houses side by side on one PostgreSQL that reaches for the disk. */
export async function runMatrix({
  kills,
  seed,
  lives = 5,
  parallel = 10,
  untilMs = Number.POSITIVE_INFINITY,
  isEnough = () => false,
  onScenario = () => {},
}: {
  kills: number;
  seed: number;
  lives?: number;
  parallel?: number;
  /** No scenario begins after this many milliseconds. */
  untilMs?: number;
  /** Asked before each scenario. */
  isEnough?: () => boolean;
  onScenario?: (done: number, all: number, outcome: ScenarioResult | { failed: string }) => void;
}): Promise<MatrixResult> {
  const from = performance.now();
  const usedStrace = hasStrace();
  const plan = planKills(kills, lives, seeded(seed), usedStrace);
  const server = await startFsyncServer();
  const scenarios: MatrixResult["scenarios"] = [];
  const waiting = plan.entries();
  const worker = async () => {
    for (const [index, deaths] of waiting) {
      if (performance.now() - from > untilMs || isEnough()) return;
      const outcome = await runScenario(server, deaths, seeded(seed + index + 1)).catch((error: unknown) => ({
        failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }));
      scenarios.push({ deaths, outcome });
      onScenario(scenarios.length, plan.length, outcome);
    }
  };
  try {
    // Only who ends in peace keeps what Node has compiled; without this, each of the killed would compile anew.
    await runScenario(server, [], seeded(seed));
    await Promise.all(Array.from({ length: parallel }, worker));
  } finally {
    await server.stop();
  }
  return { seed, usedStrace, scenarios, tookMs: performance.now() - from };
}

export interface MatrixSums {
  kills: number;
  /** By point, syscall group or "moment": how often it was planned, and how often it came true. */
  byDeath: Record<string, { planned: number; cameTrue: number }>;
  accesses: number;
  attempts: number;
  /** What was asked for and told, and in how many pages. */
  polledAccesses: number;
  polledPages: number;
  clicksAcknowledged: number;
  clicksUndelivered: number;
  slowestRecoveryMs: number;
  failed: string[];
  wrong: { deaths: Death[]; outcome: ScenarioResult }[];
}

export function sumUp({ scenarios }: MatrixResult): MatrixSums {
  const sums: MatrixSums = {
    kills: 0,
    byDeath: {},
    accesses: 0,
    attempts: 0,
    polledAccesses: 0,
    polledPages: 0,
    clicksAcknowledged: 0,
    clicksUndelivered: 0,
    slowestRecoveryMs: 0,
    failed: [],
    wrong: [],
  };
  for (const { deaths, outcome } of scenarios) {
    if ("failed" in outcome) {
      sums.failed.push(`${JSON.stringify(deaths)}\n${outcome.failed}`);
      continue;
    }
    sums.kills += outcome.deaths.length;
    sums.accesses += outcome.accesses;
    sums.attempts += outcome.attempts;
    sums.polledAccesses += outcome.polled.accesses;
    sums.polledPages += outcome.polled.pages;
    sums.clicksAcknowledged += outcome.clicks.acknowledged;
    sums.clicksUndelivered += outcome.clicks.undelivered;
    sums.slowestRecoveryMs = Math.max(sums.slowestRecoveryMs, outcome.recoveryMs);
    for (const { planned, cameTrue } of outcome.deaths) {
      const soFar = sums.byDeath[nameOf(planned)] ?? { planned: 0, cameTrue: 0 };
      const more = { planned: soFar.planned + 1, cameTrue: soFar.cameTrue + Number(cameTrue) };
      sums.byDeath[nameOf(planned)] = more;
    }
    const isWrong = outcome.exit !== 0 || Object.values(outcome.wrongs).some((list) => list.length > 0);
    if (isWrong) sums.wrong.push({ deaths, outcome });
  }
  return sums;
}

function nameOf(death: Death): string {
  if (death.kind === "point") return death.point;
  return death.kind === "syscall" ? `syscall ${death.syscalls}` : "moment";
}
