import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrationNames } from "../../src/store/migrate.ts";
import { serverVariable, urlOn } from "../support/database.ts";

const main = join(import.meta.dirname, "../../src/main.ts");
const name = `empty_${randomUUID().replaceAll("-", "")}`;
let server: pg.Client;
let folder: string;

beforeAll(async () => {
  const url = process.env[serverVariable] ?? "";
  server = new pg.Client({ connectionString: url });
  await server.connect();
  await server.query(`create database ${name}`);
  folder = mkdtempSync(join(tmpdir(), "vaultbell-command-"));
  writeFileSync(join(folder, ".env"), `DATABASE_URL=${urlOn(url, name)}\n`);
});
afterAll(async () => {
  await server.query(`drop database ${name} with (force)`);
  await server.end();
  rmSync(folder, { recursive: true });
});

test("migrate: of two at once one applies everything, the other finds it done; both read the .env file", async () => {
  const [one, other] = await Promise.all([vaultbell("migrate"), vaultbell("migrate")]);
  const applied = [one, other].filter(({ said }) => said.includes("Applied "));
  expect(applied).toHaveLength(1);
  const names = await migrationNames();
  expect(applied[0]?.said).toBe(
    `${names.map((it) => `Applied ${it}.`).join("\n")}\nThe database has the newest schema now.\n`,
  );
  expect([one, other].filter(({ said }) => said === "The database has the newest schema already.\n")).toHaveLength(1);
  expect([one.code, other.code]).toEqual([0, 0]);
});

test("migrate: a database that isn't there is said in a sentence, with exit code 1", async () => {
  const answer = await vaultbell("migrate", { DATABASE_URL: "postgres://127.0.0.1:9/nothing" });
  expect(answer).toMatchObject({
    code: 1,
    said: expect.stringMatching(/^The database could not be brought up to date: .* Check/),
  });
});

test("doctor: what is missing ends with 1, and a command that doesn't exist with 2", async () => {
  const [doctor, unheard] = await Promise.all([vaultbell("doctor"), vaultbell("docter")]);
  expect(doctor).toMatchObject({
    code: 1,
    said: expect.stringContaining("SLACK_BOT_TOKEN is not set, although DATABASE_URL is set"),
  });
  expect(unheard).toMatchObject({ code: 2, said: expect.stringContaining('There is no command "docter".') });
});

async function vaultbell(command: string, env: NodeJS.ProcessEnv = {}): Promise<{ code: number; said: string }> {
  const args = ["--disable-warning=ExperimentalWarning", main, command];
  try {
    const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options);
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
}
