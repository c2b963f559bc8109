import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, freemem, loadavg, platform, totalmem } from "node:os";

/** Where a run was made; without it the figures say nothing. */
export interface Machine {
  system: string;
  processor: string;
  cores: number;
  memoryMb: number;
  freeMemoryMb: number;
  node: string;
  postgres: string;
  pgbench: string;
  /** The machine's load before the run, over 1, 5 and 15 minutes. */
  loadBefore: number[];
}

export function describeMachine(postgres: string): Machine {
  return {
    system: `${platform()} ${arch()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryMb: mb(totalmem()),
    freeMemoryMb: mb(freemem()),
    node: process.version,
    postgres,
    pgbench: versionOf("pgbench") ?? "not installed: the stand-in in single-rows.ts",
    loadBefore: loadNow(),
  };
}

export function loadNow(): number[] {
  return loadavg().map((load) => Math.round(load * 100) / 100);
}

function versionOf(program: string): string | null {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}

/** Megabytes of 10^6 bytes. */
export interface Memory {
  /** With shared pages counted in full. */
  rssMb: number;
  /** With shared pages counted by share; `null` where the system doesn't say. */
  pssMb: number | null;
}

/** Of one process, or of several together; `null` where there is no /proc. */
export function memoryOf(pids: number[]): Memory | null {
  if (platform() !== "linux") return null;
  const each = pids.flatMap((pid) => {
    const status = readText(`/proc/${pid}/status`);
    const rss = kilobytes(status, "VmRSS");
    return rss === null ? [] : [{ rss, pss: kilobytes(readText(`/proc/${pid}/smaps_rollup`), "Pss") }];
  });
  if (each.length === 0) return null;
  const pss = each.map((one) => one.pss);
  return {
    rssMb: mb(1024 * each.reduce((sum, one) => sum + one.rss, 0)),
    pssMb: pss.includes(null) ? null : mb(1024 * pss.reduce((sum: number, one) => sum + (one ?? 0), 0)),
  };
}

/** The process and all that it started, and they. */
export function familyOf(pid: number): number[] {
  if (platform() !== "linux") return [pid];
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statFields(Number(name))[1]) }));
  const family = [pid];
  // Grows while it is walked.
  for (const one of family) family.push(...parents.filter(({ parent }) => parent === one).map((child) => child.pid));
  return family;
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Seconds of processor time used so far; `null` where there is no /proc. PostgreSQL's backends that have gone count with their parent. */
export function processorSeconds(pids: number[]): number | null {
  if (platform() !== "linux") return null;
  return pids.reduce((sum, pid) => {
    const [user, system, userOfGone, systemOfGone] = statFields(pid).slice(11, 15).map(Number);
    return sum + ((user ?? 0) + (system ?? 0) + (userOfGone ?? 0) + (systemOfGone ?? 0)) / ticksPerSecond;
  }, 0);
}

/** Seconds that the machine's processors were busy since it started, whoever kept them so; `null` where there is no /proc. */
export function busySeconds(): number | null {
  if (platform() !== "linux") return null;
  const [user, nice, system, , , irq, softirq, steal] = (readText("/proc/stat").split("\n")[0] ?? "")
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (
    [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) / ticksPerSecond
  );
}

/** proc_pid_stat(5), from the state on: the name before it may hold anything. */
function statFields(pid: number): string[] {
  const stat = readText(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function kilobytes(text: string, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process has ended, or isn't ours to look at.
    return "";
  }
}

function mb(bytes: number): number {
  return Math.round(bytes / 1e6);
}
