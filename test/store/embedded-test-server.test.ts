import { describe, expect, it } from "vitest";
import { freshDatabase } from "../support/database.ts";
import { query } from "./embedded-folders.ts";

describe("the tests' own databases", () => {
  it("have the newest schema, are each other's strangers, and are gone after drop", async () => {
    const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
    expect(await query(one.url, "select count(*)::int > 0 as migrated from migration")).toEqual([{ migrated: true }]);
    await query(one.url, "create table mine (n int)");
    await expect(query(two.url, "select * from mine")).rejects.toThrow("does not exist");
    await one.drop();
    await two.drop();
    await expect(query(one.url, "select 1")).rejects.toThrow("does not exist");
  });
});
