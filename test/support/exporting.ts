import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportRows } from "../../src/cli/export.ts";
import { defaultYaml, type Story } from "./story.ts";

/** `vaultbell export` on a story's database, with a folder of its own for what it writes. */
export interface Exporting {
  folder: string;
  env: { DATABASE_URL: string; VAULTBELL_CONFIG: string };
  /** Its words, and a signal where it is to be stopped; without `--out` into a file of which `text` is the content. */
  run(...args: (string | AbortSignal)[]): Promise<{ code: number; said: string; text: string }>;
  /** The rows of a file of JSON lines. */
  rows(...args: string[]): Promise<Record<string, unknown>[]>;
  end(): void;
}

export function exportingOf({ databaseUrl }: Story, yaml = defaultYaml): Exporting {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-files-"));
  const env = { DATABASE_URL: databaseUrl, VAULTBELL_CONFIG: join(folder, "vaultbell.yaml") };
  writeFileSync(env.VAULTBELL_CONFIG, yaml);
  let files = 0;
  async function run(...args: (string | AbortSignal)[]) {
    const lines: string[] = [];
    const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
    const words = args.filter((arg) => typeof arg === "string");
    const stop = args.find((arg) => typeof arg !== "string") ?? new AbortController().signal;
    const file = join(folder, `file-${files++}`);
    const to = words.includes("--out") ? [] : ["--out", file];
    const code = await exportRows([...words, ...to], env, out, stop);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return { code, said: lines.join("\n"), text };
  }
  return {
    folder,
    env,
    run,
    rows: async (what, ...args) => {
      const { text } = await run(what ?? "", "--format", "jsonl", ...args);
      return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
    },
    end: () => rmSync(folder, { recursive: true }),
  };
}
