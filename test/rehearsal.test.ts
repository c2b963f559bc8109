import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearse } from "../src/rehearsal.ts";
import { dana, openStory, type Story } from "./support/story.ts";

let story: Story;

beforeAll(async () => {
  story = await openStory();
});

afterAll(() => story.stop());

async function everyRow(): Promise<Record<string, string>> {
  const { pool } = story.service.house.store;
  const { rows } = await pool.query<{ table: string }>(
    `select table_name as "table" from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const all: Record<string, string> = {};
  for (const { table } of rows) {
    const read = await pool.query(
      `select count(*) as rows, md5(string_agg(one::text, ';' order by one::text)) as said from "${table}" as one`,
    );
    all[table] = `${read.rows[0].rows} ${read.rows[0].said}`;
  }
  return all;
}

test("a rehearsal goes the whole way and leaves nothing behind, in no table and not in Slack", async () => {
  const before = await everyRow();
  expect(await rehearse(story.service.house)).toBe("rehearsed");
  expect(await everyRow()).toEqual(before);
  expect(story.alerts()).toEqual([]);
  await story.reveal({ by: dana });
  await story.settle();
  expect(story.alerts()).toHaveLength(1);
});

test("where work waits, there is no rehearsal", async () => {
  await story.reveal({ by: dana });
  expect(await rehearse(story.service.house)).toBe("not needed");
});
