// Runs the stories of an older version, with its own code, on the schema of this one: what replicas live with while they are replaced.
//   npm run old-on-new -- v0.1.0 [test/stories/the-verdict.test.ts …]
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const usual = ["the-bell-rings", "the-verdict", "digest"].map((story) => `test/stories/${story}.test.ts`);

const [version, ...chosen] = process.argv.slice(2);
process.exitCode = version === undefined ? usage() : run(version, chosen.length > 0 ? chosen : usual);

function usage(): number {
  console.error("Usage: npm run old-on-new -- VERSION [TEST …]\n\n  VERSION is a tag or commit of this repository.");
  return 2;
}

function run(version: string, tests: string[]): number {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-old-"));
  const old = join(folder, "old");
  const git = (...args: string[]) => spawnSync("git", args, { cwd: root, stdio: "inherit" }).status ?? 1;
  if (git("worktree", "add", "--quiet", "--detach", old, version) !== 0) return 1;
  const modules = join(old, "node_modules");
  try {
    symlinkSync(join(root, "node_modules"), modules);
    rmSync(join(old, "migrations"), { recursive: true });
    cpSync(join(root, "migrations"), join(old, "migrations"), { recursive: true });
    // Vitest itself, and not scripts/run.mjs: the old lock file must not install anything into our packages.
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const ran = spawnSync(process.execPath, [vitest, "run", ...tests], { cwd: old, stdio: "inherit" });
    return ran.status ?? 1;
  } finally {
    unlinkSync(modules);
    git("worktree", "remove", "--force", old);
    rmSync(folder, { recursive: true, force: true });
  }
}
