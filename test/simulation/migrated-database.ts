import { randomUUID } from "node:crypto";
import pg from "pg";
import { serverVariable, urlOn } from "../support/database.ts";
import { bringUpToDate } from "./service.ts";

/** A database with this copy's own schema, which may not be the one that the test server's template has. */
export async function migratedDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env[serverVariable];
  if (!server) throw new Error("there is no test server");
  const name = `simulation_${randomUUID().replaceAll("-", "")}`;
  const url = urlOn(server, name);
  await on(server, `create database ${name}`);
  await bringUpToDate(url);
  return { url, drop: () => on(server, `drop database if exists ${name} with (force)`) };
}

async function on(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
