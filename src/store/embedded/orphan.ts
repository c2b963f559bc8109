import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { socketName } from "./address.ts";
import { EmbeddedRefusal } from "./refusal.ts";

/**
 * Clears the way after a Vaultbell that was killed: its PostgreSQL goes on without it, and is stopped in good order; a
 * `postmaster.pid` that names a process which isn't PostgreSQL (containers give the same numbers again) is removed.
 * Call it only while holding the folder's lock.
 */
export async function stopOrphan(cluster: string): Promise<void> {
  const postmaster = readPostmaster(cluster);
  if (postmaster && isAlive(postmaster.pid) && isPostmasterOf(postmaster.pid, cluster)) {
    if (!(await stopProcess(postmaster.pid))) {
      throw new EmbeddedRefusal(
        `PostgreSQL (process ${postmaster.pid}) still runs on ${cluster} after a Vaultbell that was killed, and doesn't stop. ` +
          `End it (kill -QUIT ${postmaster.pid}) and start Vaultbell again.`,
      );
    }
  } else if (await answers(join(cluster, socketName))) {
    throw new EmbeddedRefusal(
      `Another PostgreSQL runs on ${cluster}, out of our sight: in another container, perhaps. ` +
        "Stop that one first; two on one folder would destroy it.",
    );
  }
  // PostgreSQL would take the numbers in them for a rival's. Should children of a dead one still be about, its shared
  // memory tells the new one.
  for (const name of ["postmaster.pid", `${socketName}.lock`]) rmSync(join(cluster, name), { force: true });
  if (postmaster) removeShortFolder(postmaster.socketFolder);
}

/** Fast shutdown first, which writes everything out; immediate shutdown after that, which loses nothing either. */
async function stopProcess(pid: number): Promise<boolean> {
  for (const [signal, seconds] of [
    ["SIGINT", 5],
    ["SIGQUIT", 8],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has gone in the meantime, which the next line finds out.
    }
    for (let waited = 0; waited < seconds * 50; waited++) {
      if (!isAlive(pid)) return true;
      await sleep(20);
    }
  }
  return false;
}

/** The first lines of postmaster.pid: process, folder, start time, port, folder of the socket (pidfile.h). */
function readPostmaster(cluster: string): { pid: number; socketFolder: string } | undefined {
  let text: string;
  try {
    text = readFileSync(join(cluster, "postmaster.pid"), "utf8");
  } catch {
    return undefined;
  }
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  return Number.isSafeInteger(pid) && pid > 1 ? { pid, socketFolder: lines[4] ?? "" } : undefined;
}

/** A process that has ended keeps its number until it is collected, which in many containers nobody does. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return process.platform !== "linux" || !/^State:\s+Z/m.test(readText(`/proc/${pid}/status`));
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  if (process.platform === "linux") {
    const stands = statSync(`/proc/${pid}/cwd`, { throwIfNoEntry: false });
    const wanted = statSync(cluster);
    return (
      readText(`/proc/${pid}/comm`).trim() === "postgres" && stands?.ino === wanted.ino && stands.dev === wanted.dev
    );
  }
  if (process.platform === "win32") {
    return execFileSync("tasklist", ["/FI", `PID eq ${pid}`, "/NH"], { encoding: "utf8" }).includes("postgres.exe");
  }
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).includes(cluster);
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Removes what address.ts made for a name too long, and nothing else. */
function removeShortFolder(folder: string): void {
  if (/\/vaultbell-[A-Za-z0-9]{6}$/.test(folder)) rmSync(folder, { recursive: true, force: true });
}

async function answers(socketFile: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  return await new Promise((resolve) => {
    const socket = connect(socketFile);
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => finish(true)).once("error", () => finish(false));
  });
}
