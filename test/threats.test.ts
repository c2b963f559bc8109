import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

test("every threat has its row, in order, and each row names tests that are there by that name", () => {
  const rows = [...read("docs/threats.md").matchAll(/^\| (T\d+) \| [^|]+ \| (.+) \|$/gm)];
  expect(rows.map(([, threat]) => threat)).toEqual(Array.from({ length: 32 }, (_, n) => `T${n + 1}`));
  for (const [, threat, shown = ""] of rows) expect(missing(shown), threat).toEqual([]);
});

test("every row of the ASVS table is met by tests that are there, or says in words how", () => {
  const rows = [...read("docs/asvs.md").matchAll(/^\| (V\d+\.\d+\.\d+) \| [^|]+ \| (.+) \|$/gm)];
  expect(rows.length).toBeGreaterThan(40);
  const ids = rows.map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id, how = ""] of rows) {
    expect(missing(how, false), id).toEqual([]);
    expect(how.length, id).toBeGreaterThan(15);
  }
});

test("what the pages link to is there", () => {
  const pages = ["README.md", "SECURITY.md", "ARCHITECTURE.md", ...pagesIn("docs")];
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^(https?:|mailto:)/.test(target) && !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  expect(broken).toEqual([]);
});

/** Tests that are named and not there. */
function missing(text: string, isNeeded = true): string[] {
  const named = [...text.matchAll(/\]\(\.\.\/(test\/[^)]+)\) “([^”]+)”/g)];
  if (named.length === 0 && isNeeded) return ["no test is named"];
  return named
    .filter(([, file = "", name = ""]) => !existsSync(join(root, file)) || !plain(read(file)).includes(plain(name)))
    .map(([, file, name]) => `${file}: ${name}`);
}

/** Without what sets quotes apart in source. */
function plain(text: string): string {
  return text.replaceAll("\\", "");
}

function pagesIn(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".md")).map((file) => join(folder, file));
}
