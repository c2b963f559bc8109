import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Bustle, startBustle } from "./bustle.ts";
import { countWrongs, isAtRest, type Wrongs } from "./count.ts";
import { ask, type FsyncServer } from "./fsync-server.ts";
import { type House, openHouse } from "./house.ts";
import { freePort, type ServiceProcess } from "./service.ts";

const ours = resolve(import.meta.dirname, "..", "..");

export interface RollingResult {
  wrongs: Wrongs;
  /** What old processes logged as errors, and what PostgreSQL refused them, once the new schema was there. */
  oldTroubles: string[];
  newTroubles: string[];
  accesses: number;
  acknowledged: number;
  /** What the vault was answered other than 202, and how often; "none" where nobody was at the door any more. */
  otherAnswers: Record<string, number>;
  acts: Bustle["acts"];
  verdicts: number;
  /** From the first new process's start until it was ready, with its migrations. */
  newReadyMs: number;
  /** Whether the older build starts on the newer schema: it does since migration 29. */
  startsAgain: boolean;
  exits: { name: string; code: number | NodeJS.Signals; tookMs: number }[];
  /** `vaultbell audit verify`, by this build. */
  audit: { code: number | null; said: string };
}

interface Replica {
  name: string;
  service: ServiceProcess;
  /** What it has logged so far, a line each. */
  lines: string[];
}

/**
 * Two processes of an older build make room for two of this one on one database, as replicas are replaced one after the
 * other, and one of the older build comes back for a while; all the time vaults report and people act. `oldRoot`: a
 * checkout of the older build, with its packages. Each of the five stages lasts `stageMs`; an access comes every `everyMs`.
 */
export async function rollOver(
  server: FsyncServer,
  oldRoot: string,
  { stageMs, everyMs, say }: { stageMs: number; everyMs: number; say: (line: string) => void },
): Promise<RollingResult> {
  const database = await server.emptyDatabase();
  const atTheDoor: Replica[] = [];
  let knocks = 0;
  const house = await openHouse({
    databaseUrl: database.url,
    channels: 8,
    vault: { retryMs: 50 },
    door: () => atTheDoor[knocks++ % atTheDoor.length]?.service.url ?? house.env.SLACK_API_URL ?? "",
  });
  const replicas: Replica[] = [];
  const exits: RollingResult["exits"] = [];
  const add = async (name: string, root: string): Promise<Replica> => {
    const replica = startReplica(house, database.url, name, root, await freePort());
    replicas.push(replica);
    await replica.service.ready(120_000);
    atTheDoor.push(replica);
    say(`${name} is ready`);
    return replica;
  };
  const remove = async (replica: Replica): Promise<void> => {
    const { code, tookMs } = await replica.service.stop();
    // Only now: a balancer learns from a door that is shut that it is shut.
    atTheDoor.splice(atTheDoor.indexOf(replica), 1);
    exits.push({ name: replica.name, code, tookMs: Math.round(tookMs) });
    say(`${replica.name} was asked to end, and did with ${code} after ${Math.round(tookMs)} ms`);
  };

  let bustle: Bustle | null = null;
  try {
    const olds = [await add("old-1", oldRoot), await add("old-2", oldRoot)] as const;
    bustle = startBustle(house, everyMs);
    await pause(stageMs);
    const writtenBefore = server.logText().length;
    const linesBefore = new Map(olds.map((old) => [old, old.lines.length]));
    const from = performance.now();
    const news = [await add("new-1", ours)];
    const newReadyMs = Math.round(performance.now() - from);
    await pause(stageMs);
    await remove(olds[0]);
    news.push(await add("new-2", ours));
    await pause(stageMs);
    await remove(olds[1]);
    await pause(stageMs);
    const again = await add("old-3", oldRoot).catch((error: Error) => {
      say(`an old one doesn't start any more: ${error.message.slice(0, 2_000)}`);
      return null;
    });
    if (again) {
      await pause(stageMs);
      await remove(again);
    }
    await bustle.stopReporting();
    say("nothing more is reported; what is open is shown and decided");
    await untilAtRest(database.url, bustle, news);
    await bustle.stop();
    const [wrongs, audit] = [await countWrongs(house, database.url), await verifyRecord(house)];
    for (const one of news) await remove(one);

    const refused = server.logText().slice(writtenBefore).split("\n").filter(isOfTheSchema);
    const troubles = (build: string) => [
      ...refused.filter((line) => line.startsWith(build)).map((line) => `PostgreSQL: ${line}`),
      ...replicas
        .filter(({ name }) => name.startsWith(build))
        .flatMap((replica) => errorsIn(replica.name, replica.lines.slice(linesBefore.get(replica) ?? 0))),
    ];
    const answers = house.vault.deliveries.flatMap((delivery) => delivery.answers.map(String));
    const [reviews] = await ask<{ count: number }>(database.url, "select count(*)::int as count from review");
    return {
      wrongs,
      oldTroubles: troubles("old-"),
      newTroubles: troubles("new-"),
      accesses: house.vault.deliveries.flatMap(({ accesses }) => accesses).length,
      acknowledged: house.vault.deliveries.filter(({ acknowledgedAt }) => acknowledgedAt !== null).length,
      otherAnswers: Object.fromEntries(
        [...new Set(answers)]
          .filter((answer) => answer !== "202")
          .map((answer) => [answer, answers.filter((other) => other === answer).length]),
      ),
      acts: bustle.acts,
      verdicts: reviews?.count ?? 0,
      newReadyMs,
      startsAgain: again !== null,
      exits,
      audit,
    };
  } finally {
    await bustle?.stop();
    await house.close();
    await database.drop();
  }
}

/** PostgreSQL writes the replica's name before each line: by it we know whom it refused something. */
export const rollingSettings = { log_line_prefix: "%a %e ", log_min_error_statement: "error" };

function startReplica(house: House, databaseUrl: string, name: string, root: string, port: number): Replica {
  const url = new URL(databaseUrl);
  url.searchParams.set("application_name", name);
  const args = ["--disable-warning=ExperimentalWarning", join(root, "src", "main.ts"), "start"];
  const service = house.start({
    port,
    command: { program: process.execPath, args },
    env: { DATABASE_URL: url.href },
  });
  const lines: string[] = [];
  let rest = "";
  service.child.stderr?.on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  return { name, service, lines };
}

/**
 * What is refused because of how tables are: syntax and names (42…), constraints (23…), and what triggers raise (P0…).
 * Deadlocks, timeouts and connections that end are the ordinary weather.
 */
function isOfTheSchema(line: string): boolean {
  return /^\S+ (42|23|P0|0A|22|XX)\w{3} (ERROR|FATAL)/.test(line);
}

function errorsIn(name: string, lines: string[]): string[] {
  return lines.flatMap((line) => {
    try {
      const { level, msg, error } = JSON.parse(line) as { level: number; msg: string; error?: { message?: string } };
      return level >= 50 ? [`${name} logged: ${msg}${error?.message ? ` (${error.message})` : ""}`] : [];
    } catch {
      // Words for the terminal.
      return [];
    }
  });
}

async function untilAtRest(databaseUrl: string, bustle: Bustle, replicas: Replica[]): Promise<void> {
  const until = performance.now() + 300_000;
  for (let quiet = 0; quiet < 3; ) {
    if (performance.now() > until)
      throw new Error(
        `no rest in five minutes. ${replicas.map(({ service }) => service.said().slice(-3_000)).join("\n")}`,
      );
    await pause(300);
    quiet = bustle.isDone() && (await isAtRest(databaseUrl)) ? quiet + 1 : 0;
  }
}

async function verifyRecord(house: House): Promise<RollingResult["audit"]> {
  const main = ["--disable-warning=ExperimentalWarning", join(ours, "src", "main.ts"), "audit", "verify"];
  const child = spawn(process.execPath, main, {
    env: { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", VAULTBELL_ENV_FILE: "none", ...house.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, said };
}
