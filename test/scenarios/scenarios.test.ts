import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { play } from "./play.ts";
import { readPage } from "./read-page.ts";

/** The scenario book: each page is a YAML file that anybody can read; see README.md beside it. */

const pages = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => readPage(join(import.meta.dirname, file)));

const states = { explained: "explained", unexplained: "unexplained", unusual: "suspicious" } as const;

test("the book has at least 150 cases, and no two of one name", () => {
  const names = pages.flatMap(({ about, cases }) => cases.map(({ name }) => `${about}: ${name}`));
  expect(names.length).toBeGreaterThanOrEqual(150);
  expect(new Set(names).size).toBe(names.length);
});

for (const { about, cases } of pages) {
  describe(about, () => {
    test.each(cases)("$name", (written) => {
      const { assessment, told, sounds, judges } = play(written);
      const { state, severity, sentence, findings } = assessment;
      const [wanted = "", loud = ""] = written.shown.split(", ");
      expect([state, severity, sentence]).toEqual([states[wanted as keyof typeof states], loud, sentence]);
      expect([told, sounds]).toEqual([written.told ?? told, written.sounds ?? sounds]);
      for (const part of written.says ?? []) expect(sentence).toContain(part);
      for (const part of written["doesn't say"] ?? []) expect(sentence).not.toContain(part);
      const found = findings.map((finding) => `${finding.policy}, ${finding.severity}`);
      for (const finding of written.found ?? []) expect(found).toContain(finding);
      for (const name of written["not found"] ?? []) expect(findings.map(({ policy }) => policy)).not.toContain(name);
      const reasons = findings.map(({ reason }) => reason).join("\n");
      for (const part of written.also ?? []) expect(reasons).toContain(part);
      const refused = Object.entries(written["may not judge"] ?? {}).map(([name, why]) => [
        name,
        why.replaceAll(" ", "-"),
      ]);
      const admitted = (written["may judge"] ?? []).map((name) => [name, "ok"]);
      expect(judges).toEqual(Object.fromEntries([...admitted, ...refused]));
    });
  });
}
