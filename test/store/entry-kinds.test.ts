import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { entryKinds } from "../../src/store/entry-kinds.ts";

const docs = readFileSync(join(import.meta.dirname, "../../docs/record.md"), "utf8");

// That nothing else can be written is for the compiler to say: an entry's kind is one of these.
test("each kind of entry that can be written is described, in order, and no other", () => {
  const [, table = ""] = docs.split("## Kinds of entries");
  const described = [...(table.split("\n## ")[0] ?? "").matchAll(/^\| `([^`]+)` \| \S.+\|$/gm)].map(([, kind]) => kind);
  expect(described).toEqual([...entryKinds]);
});
