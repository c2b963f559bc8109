// Replaces an older build by this one under load, replica by replica on one PostgreSQL, and lets the older one come back:
// nothing acknowledged may be lost, nothing may stand in Slack twice, and the schema may refuse the older build nothing.
//   npm run rolling-upgrade -- [REVISION] [--stage 6] [--every 120]
// REVISION is a tag or commit of this repository: unless said otherwise, the last one before its ten newest migrations.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nothingWrong } from "../test/processes/count.ts";
import { startFsyncServer } from "../test/processes/fsync-server.ts";
import { type RollingResult, rollingSettings, rollOver } from "../test/processes/rolling.ts";
import { killAllServices } from "../test/processes/service.ts";

const root = join(import.meta.dirname, "..");
const migrations = readdirSync(join(root, "migrations"))
  .filter((file) => file.endsWith(".sql"))
  .sort();

const { values, positionals } = parseArgs({
  options: { stage: { type: "string", default: "6" }, every: { type: "string", default: "120" } },
  allowPositionals: true,
});
process.exitCode = await run(positionals[0] ?? beforeNewest(10));

async function run(revision: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-rolling-"));
  const old = join(folder, "old");
  git("worktree", "add", "--quiet", "--detach", old, revision);
  try {
    const before = readdirSync(join(old, "migrations")).filter((file) => file.endsWith(".sql"));
    const unknown = before.filter((file) => !migrations.includes(file));
    if (unknown.length > 0)
      throw new Error(
        `${revision} has migrations that this version doesn't know (${unknown.join(", ")}). Choose another.`,
      );
    console.log(`Old: ${git("log", "-1", "--format=%h of %cs, %s", revision)}`);
    console.log(`New: this folder, with ${migrations.length - before.length} more migrations.`);
    bringPackages(old);
    const server = await startFsyncServer(rollingSettings);
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, async () => {
        await killAllServices();
        await server.stop();
        git("worktree", "remove", "--force", old);
        rmSync(folder, { recursive: true, force: true });
        process.exit(1);
      });
    }
    try {
      const result = await rollOver(server, old, {
        stageMs: Number(values.stage) * 1_000,
        everyMs: Number(values.every),
        say: console.log,
      });
      return tell(result);
    } finally {
      await killAllServices();
      await server.stop();
    }
  } finally {
    git("worktree", "remove", "--force", old);
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell({ wrongs, oldTroubles, newTroubles, exits, audit, ...sums }: RollingResult): number {
  console.table({ ...sums, otherAnswers: JSON.stringify(sums.otherAnswers), acts: JSON.stringify(sums.acts) });
  console.log(audit.said.trim());
  const faults = [
    ...Object.entries(wrongs).flatMap(([kind, titles]) => titles.map((title: string) => `${kind}: ${title}`)),
    ...counted(oldTroubles),
    ...counted(newTroubles),
    ...exits.filter(({ code }) => code !== 0).map(({ name, code }) => `${name} ended with ${code}`),
    ...(sums.acknowledged < sums.accesses
      ? [`${sums.accesses - sums.acknowledged} reports were never acknowledged`]
      : []),
    ...(audit.code === 0 ? [] : [`audit verify ended with ${audit.code}`]),
  ];
  for (const fault of faults) console.log(`WRONG ${fault}`);
  if (faults.length === 0)
    console.log(`Nothing wrong: ${Object.keys(nothingWrong).join(", ")}, and no error in either build.`);
  return faults.length === 0 ? 0 : 1;
}

function counted(lines: string[]): string[] {
  return [...new Set(lines)].map((line) => `${lines.filter((other) => other === line).length} × ${line}`);
}

/** The last commit before the nth newest migration came. */
function beforeNewest(n: number): string {
  const file = migrations.at(-n) ?? migrations[0];
  const added = git("log", "--no-renames", "--diff-filter=A", "--format=%H", "--", `migrations/${file}`)
    .split("\n")
    .at(-1);
  if (!added) throw new Error("This needs the repository's history. Clone it whole (git fetch --unshallow).");
  return `${added}^`;
}

/** Ours, where the older build asks for the same versions; its own otherwise. */
function bringPackages(old: string): void {
  if (versionsIn(old) === versionsIn(root)) {
    symlinkSync(join(root, "node_modules"), join(old, "node_modules"));
    return;
  }
  console.log("It asks for other versions of its packages: they are installed beside it (about half a minute).");
  const install = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const ran = spawnSync("npm", install, { cwd: old, stdio: "inherit", shell: process.platform === "win32" });
  if (ran.status !== 0) throw new Error("npm could not install the older build's packages; its message is above.");
}

function versionsIn(folder: string): string {
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const packages = Object.entries<{ version?: string }>(lock.packages);
  return JSON.stringify(packages.map(([path, { version }]) => [path, version]).sort());
}

function git(...args: string[]): string {
  const ran = spawnSync("git", args, { cwd: root, encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`git ${args[0]}: ${ran.stderr.trim()}`);
  return ran.stdout.trim();
}
