import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { byteaArray, integerArray, textArray, timestamptzArray } from "../../src/store/binary-arrays.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function returned(type: string, array: Buffer): Promise<unknown> {
  const { rows } = await client.query(`select $1::${type}[] as values`, [array]);
  return rows[0].values;
}

test("PostgreSQL reads the texts that were written, whatever is in them", async () => {
  const texts = ["plain", null, "", "NULL", "ñ é 漢字 🔑", '"quoted", {braced}\\', "two\nlines", "x".repeat(70_000)];
  expect(await returned("text", textArray(texts))).toEqual(texts);
  expect(await returned("text", textArray([]))).toEqual([]);
});

test("PostgreSQL reads the bytes that were written", async () => {
  const bytes = [Buffer.of(0, 255, 1), Buffer.alloc(0), Buffer.from("body")];
  expect(await returned("bytea", byteaArray(bytes))).toEqual(bytes);
});

test("PostgreSQL reads the numbers that were written", async () => {
  const numbers = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
  expect(await returned("integer", integerArray(numbers))).toEqual(numbers);
});

test("PostgreSQL reads the instants that were written, to the millisecond and on both sides of its epoch", async () => {
  const instants = [
    "2026-11-24T09:00:02.345Z",
    "2000-01-01T00:00:00.000Z",
    "1999-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.001Z",
    "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00.000Z",
  ].map((text) => new Date(text));
  expect(await returned("timestamptz", timestamptzArray(instants))).toEqual(instants);
});
