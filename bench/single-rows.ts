import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { monotonicMs } from "./clock.ts";
import type { Stage } from "./stage.ts";

/** Commits a second of single rows of about the size of our bodies, with 32 clients: what the disk and PostgreSQL give. */
export interface SingleRows {
  perSecond: number;
  by: string;
}

const clients = 32;
const insert = "insert into bench_row (body) values (repeat('a', 605))";

export async function singleRowCommits(stage: Stage, seconds: number): Promise<SingleRows> {
  const url = await stage.freshDatabase();
  await stage.query(url, "create table bench_row (id bigserial primary key, body text not null)");
  return (await byPgbench(stage.folder, url, seconds)) ?? (await byOurOwn(url, seconds));
}

/** `null`: this machine has no pgbench. */
async function byPgbench(folder: string, url: string, seconds: number): Promise<SingleRows | null> {
  const script = join(folder, "single-row.sql");
  writeFileSync(script, `${insert};\n`);
  const options = ["-n", "-M", "prepared", "-c", String(clients), "-j", "2", "-T", String(seconds), "-f", script];
  try {
    const { stdout } = await promisify(execFile)("pgbench", [...options, url]);
    const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
    if (!(perSecond > 0)) throw new Error(`pgbench said nothing of its speed: ${stdout}`);
    return { perSecond, by: "pgbench -M prepared -c 32 -j 2" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function byOurOwn(url: string, seconds: number): Promise<SingleRows> {
  const pool = new pg.Pool({ connectionString: url, max: clients });
  const startedAt = monotonicMs();
  const until = startedAt + seconds * 1000;
  let commits = 0;
  const worker = async () => {
    for (; monotonicMs() < until; commits += 1) await pool.query({ name: "insert", text: insert });
  };
  await Promise.all(Array.from({ length: clients }, worker));
  const perSecond = commits / ((monotonicMs() - startedAt) / 1000);
  await pool.end();
  return { perSecond, by: "32 clients of `pg` in one process, since there is no pgbench here" };
}
