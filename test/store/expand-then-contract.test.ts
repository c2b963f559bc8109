import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { migrateAt } from "../../src/store/migrate.ts";
import { dana, marta, openStory } from "../support/story.ts";

const folder = join(import.meta.dirname, "../../migrations");

/** What a replica of the version before can't live with; see docs/operation.md, "Upgrading". */
const contracts: [RegExp, string][] = [
  [/\bdrop\s+(table|column|function|type|view)\b/i, "takes away what an older version reads"],
  [/\brename\s+(to|column)\b|\brename\b.*\bto\b/i, "renames what an older version reads"],
  [/\balter\s+column\s+\w+\s+(set\s+data\s+)?type\b/i, "changes a type"],
  [/\balter\s+column\s+\w+\s+set\s+not\s+null\b/i, "asks for what an older version doesn't write"],
  [
    /\badd\s+column\s+(if\s+not\s+exists\s+)?\w+[^,;]*\bnot\s+null\b(?![^,;]*\b(default|generated)\b)/i,
    "asks for what an older version doesn't write",
  ],
];

test("a migration only adds, or says since when nothing reads what it takes away", () => {
  const wrong = readdirSync(folder)
    // Before the first version that anybody upgrades from, there was nobody to spare.
    .filter((file) => file.endsWith(".sql") && file >= "0020")
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      if (/^-- contract: .{20,}/m.test(text)) return [];
      const statements = text.replace(/--.*$/gm, "");
      return contracts.filter(([pattern]) => pattern.test(statements)).map(([, why]) => `${file} ${why}`);
    });
  expect(wrong).toEqual([]);
});

test("an old replica goes on while and after a newer version's migration adds to its tables", async () => {
  const story = await openStory();
  const newer = new pg.Client({ connectionString: story.databaseUrl });
  await newer.connect();
  try {
    await newer.query(`
      alter table access add column shelf text, add column seen_by integer not null default 0;
      alter table assessment add column weight numeric, add constraint later check (weight > 0) not valid;
      alter table alert add column lane text; alter table message add column colour text default 'red';
      alter table review add column device text; alter table record add column note text;
      create table shelf (id bigint generated always as identity primary key, access_id bigint references access (id));
      create index access_shelf on access (shelf); insert into migration values ('9999_later', now()::text)`);
    await story.command(dana, "paying licence renewal for Company Visa");
    await story.reveal({ by: dana });
    await story.reveal({ by: dana, itemId: "i_amex" });
    const [alert] = story.alerts();
    if (alert) await story.press(marta, alert, "Expected");
    const { rows } = await newer.query(
      "select count(*)::int as reviews, (select count(*)::int from access) as accesses from review",
    );
    expect(rows).toEqual([{ reviews: 1, accesses: 2 }]);
    expect((await story.service.readiness()).problems).toEqual([]);
    // And should it have to start again meanwhile, it does.
    expect(await migrateAt(story.databaseUrl)).toEqual([]);
  } finally {
    await newer.end();
    await story.stop();
  }
});
