import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { erase } from "../../src/cli/erase.ts";

const folder = mkdtempSync(join(tmpdir(), "vaultbell-every-word-"));

/** All words in all tables, but for what is told of configurations and to whom messages go. */
export async function everyWord(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all ('{configuration,slack_user}')`,
  );
  let all = "";
  for (const { name } of tables) {
    const { rows } = await client.query<{ row: string }>(
      name === "record"
        ? "select convert_from(coalesce(payload, ''), 'UTF8') as row from record"
        : name === "delivery"
          ? "select convert_from(body, 'UTF8') as row from delivery"
          : `select t::text as row from ${name} as t`,
    );
    all += rows
      .map(({ row }) => `${name}: ${row}\n`)
      .join("")
      .replaceAll("U02DANA", "")
      // Chance, in which any short name may stand.
      .replaceAll(/"salt":"[^"]*"/g, "");
  }
  await client.end();
  return all;
}

/** A command as somebody types it beside the running service, and what it says. */
export async function typed(
  command: typeof erase,
  { databaseUrl, yaml }: { databaseUrl: string; yaml: string },
  ...args: string[]
): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const file = join(folder, "vaultbell.yaml");
  writeFileSync(file, yaml);
  const code = await command(args, { DATABASE_URL: databaseUrl, VAULTBELL_CONFIG: file }, out);
  return { code, said: lines.join("\n") };
}
