import { randomUUID } from "node:crypto";
import pg from "pg";

/** Set by global-setup.ts, before any test file is loaded. */
export const serverVariable = "VAULTBELL_TEST_SERVER";
export const templateDatabase = "template_newest";

export interface FreshDatabase {
  url: string;
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>;
}

/** A database of the caller's own with the newest schema and no rows, copied from the run's template. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const serverUrl = process.env[serverVariable];
  if (!serverUrl) throw new Error("No test server: run tests with vitest, whose globalSetup starts one.");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await onServer(serverUrl, `create database ${name} template ${templateDatabase} strategy file_copy`);
  return {
    url: urlOn(serverUrl, name),
    drop: () => onServer(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

/** The same server's URL for another of its databases. */
export function urlOn(serverUrl: string, database: string): string {
  return serverUrl.replace(/\/vaultbell(?=\?|$)/, `/${database}`);
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
