import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const src = resolve(import.meta.dirname, "..", "src");

/** Who may import whom. A row is a folder of src, or a file that stands in it alone. */
const mayImport: Record<string, string[]> = {
  "main.ts": ["cli"],
  cli: [
    "app.ts",
    "rehearsal.ts",
    "clock.ts",
    "stand-in.ts",
    "log.ts",
    "mail.ts",
    "config",
    "store",
    "vault",
    "pipeline",
    "bot",
    "bot/ports.ts",
    "policies",
  ],
  "app.ts": ["clock.ts", "config", "metrics.ts", "health.ts", "store", "vault", "pipeline", "bot", "policies"],
  "rehearsal.ts": ["store", "pipeline", "bot"],
  "stand-in.ts": ["config", "sandbox"],
  "metrics.ts": ["bot", "vault"],
  "health.ts": [],
  "clock.ts": [],
  "log.ts": [],
  "mail.ts": [],
  config: [],
  pipeline: [
    "policies",
    "store",
    "bot",
    "bot/views",
    "bot/ports.ts",
    "config",
    "vault/coverage.ts",
    "vault/sources/compare.ts",
  ],
  bot: ["bot/views", "bot/ports.ts", "store"],
  "bot/views": ["bot/ports.ts"],
  "bot/ports.ts": [],
  vault: ["store", "vault/sources/compare.ts"],
  "vault/coverage.ts": [],
  "vault/sources/compare.ts": [],
  store: [],
  policies: [],
  sandbox: [],
  "point.ts": [],
  "time.ts": [],
  "model.ts": [],
  "ticket.ts": [],
  "recurrence.ts": [],
};

const everybodyMay = ["model.ts", "time.ts", "ticket.ts", "recurrence.ts", "point.ts"];

/** Folders in which the same facts always give the same answer. */
const pure = [
  "policies",
  "bot/views",
  "vault/coverage.ts",
  "vault/sources/compare.ts",
  "model.ts",
  "time.ts",
  "ticket.ts",
  "recurrence.ts",
  "health.ts",
];

const impure: [RegExp, string][] = [
  [/\bDate\.now\(\)|\bnew Date\(\)|\bperformance\./, "reads the clock"],
  [/\bMath\.random\(|\brandomUUID\(|\brandomBytes\(/, "draws lots"],
  [/\bprocess\.(env|argv|cwd|on)\b/, "looks at the process"],
  [/\bset(Timeout|Interval|Immediate)\(/, "sets a timer"],
  [
    /\bfetch\(|from "node:(fs|net|http|https|child_process|timers)|from "(pg|kysely|@slack\/(bolt|web-api)|undici|pino)"/,
    "does I/O",
  ],
  [/\bconsole\./, "prints"],
];

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.replaceAll("\\", "/"));

test("every import goes where the table allows", () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => !isAllowed(placeOf(file), placeOf(target)))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("the table names every place there is, and no other", () => {
  expect([...new Set(files.map(placeOf))].sort()).toEqual(Object.keys(mayImport).sort());
});

test("the pure folders read no clock, draw no lots and do no I/O", () => {
  const wrong = files
    .filter((file) => pure.includes(placeOf(file)))
    .flatMap((file) => {
      const text = withoutComments(readFileSync(join(src, file), "utf8"));
      return impure.filter(([pattern]) => pattern.test(text)).map(([, what]) => `${file} ${what}`);
    });
  expect(wrong).toEqual([]);
});

test("nothing but the outermost doors reads the machine's clock", () => {
  const clocks = files.filter((file) => {
    const text = withoutComments(readFileSync(join(src, file), "utf8"));
    return /\bDate\.now\b|\bnew Date\(\)/.test(text);
  });
  // Slack's signatures are dated by the clock that the network knows, on either side, wherever a test moves ours to.
  expect(clocks.toSorted()).toEqual([
    "bot/slack.ts",
    "cli/doctor.ts",
    "cli/replay.ts",
    "cli/start.ts",
    "cli/test-alert.ts",
    "clock.ts",
    "sandbox/clock.ts",
    "sandbox/http-delivery.ts",
    "sandbox/vault.ts",
  ]);
});

function isAllowed(from: string, to: string): boolean {
  return from === to || everybodyMay.includes(to) || (mayImport[from]?.includes(to) ?? false);
}

/** "bot/views/alert.ts" → "bot/views"; "config.ts" and "config/yaml.ts" → "config"; "app.ts" → "app.ts". */
function placeOf(file: string): string {
  const folder = dirname(file);
  if (file === "config.ts") return "config";
  if (["bot/ports.ts", "vault/coverage.ts", "vault/sources/compare.ts"].includes(file)) return file;
  if (folder === ".") return file;
  return folder.startsWith("bot/views") ? "bot/views" : (folder.split("/")[0] ?? folder);
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target = ""]) =>
    relative(src, resolve(src, dirname(file), target)).replaceAll("\\", "/"),
  );
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:])\/\/.*$/gm, "$1");
}
