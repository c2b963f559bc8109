import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A process of ours, on a program of its own, with a channel between. It ends when that channel breaks. */
export interface Child {
  pid: number;
  /** The first message of this kind, whether it has come already or not; throws when the process ends before. */
  hear<T>(kind: string): Promise<T>;
  tell(message: Message): void;
  /** SIGTERM, and SIGKILL after twelve seconds: to this very process. */
  end(): Promise<void>;
}

export interface Message {
  kind: string;
  [field: string]: unknown;
}

const patienceMs = 12_000;
const running = new Set<Child>();

/** `folder`: where what it prints goes, into a file named `name`. */
export function startChild(
  folder: string,
  name: string,
  file: string,
  options: { args?: string[]; env?: NodeJS.ProcessEnv; nodeFlags?: string[] } = {},
): Child {
  const logFile = join(folder, `${name}.log`);
  const output = openSync(logFile, "a");
  const child = spawn(
    process.execPath,
    [...(options.nodeFlags ?? []), join(import.meta.dirname, file), ...(options.args ?? [])],
    { stdio: ["ignore", output, output, "ipc"], env: { ...plainEnvironment(), ...options.env } },
  );
  closeSync(output);
  const heard: Message[] = [];
  const listeners = new Set<() => void>();
  let isGone = false;
  const stir = () => {
    for (const listener of [...listeners]) listener();
  };
  child.on("message", (message) => {
    heard.push(message as Message);
    stir();
  });
  child.once("exit", () => {
    isGone = true;
    running.delete(self);
    stir();
  });

  const self: Child = {
    pid: child.pid ?? 0,
    hear: (kind) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const at = heard.findIndex((message) => message.kind === kind);
          if (at < 0 && !isGone) return;
          listeners.delete(look);
          if (at < 0) reject(new Error(`${name} ended before it said "${kind}": ${lastLines(logFile)}`));
          else resolve(heard.splice(at, 1)[0] as never);
        };
        listeners.add(look);
        look();
      }),
    tell: (message) => void child.send(message),
    end: () => endOne(child, () => isGone),
  };
  running.add(self);
  return self;
}

/** Whoever runs the bench may have their own Vaultbell's settings and tokens about: none of them belongs here. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SystemRoot, TEMP } = process.env;
  return { PATH, HOME, TMPDIR, SystemRoot, TEMP };
}

/** For the end of a part, which leaves nothing running but `kept`, and for the end of the run, however it comes. */
export async function endAllChildren(kept?: Child): Promise<void> {
  await Promise.all([...running].filter((child) => child !== kept).map((child) => child.end()));
}

/** For the programs of the bench: without whoever started them they have nothing to do. */
export function endWithStarter(): void {
  process.once("disconnect", () => process.exit(0));
}

export function report(message: Message): void {
  process.send?.(message);
}

async function endOne(child: ChildProcess, isGone: () => boolean): Promise<void> {
  if (isGone()) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const isLate = await Promise.race([exit.then(() => false), pause(patienceMs, true, { ref: false })]);
  if (!isLate) return;
  child.kill("SIGKILL");
  await exit;
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-6).join("\n");
}
