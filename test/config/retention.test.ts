import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { overdueOf } from "../../src/pipeline/retention.ts";
import { defaultYaml } from "../support/story.ts";

test.each([
  ["retention: { details: 30d }", "is too short"],
  ["retention: { bodies: 3 months }", "is not how days are written"],
  ["retention: { bodies: soon }", "is no number of days"],
])("%s is refused", (line, problem) => {
  const reading = parseConfig(`${defaultYaml}${line}\n`, "x.yaml");
  expect(reading.ok ? [] : reading.mistakes.map((mistake) => mistake.problem)).toEqual([
    expect.stringContaining(problem),
  ]);
});

test("a vault with a time of its own is left to it by what holds for all", () => {
  const now = new Date("2027-01-01T00:00:00Z");
  const of = (yaml: string) => {
    const reading = parseConfig(yaml, "x.yaml");
    return reading.ok ? overdueOf(reading.config, now) : reading.mistakes;
  };
  const own = defaultYaml.replace("    intent: required\n", "    intent: required\n    retention: { details: 60d }\n");
  const [bodies, all, cards] = [
    { what: "bodies", before: new Date("2026-12-31T00:00:00Z"), vaultId: null, except: [] },
    { before: new Date("2026-09-23T00:00:00Z"), vaultId: null, except: ["v_cards"] },
    { before: new Date("2026-11-02T00:00:00Z"), vaultId: "v_cards", except: [] },
  ];
  expect(of(`${own}retention: { bodies: 1d, details: 100d }\n`)).toEqual([
    bodies,
    { what: "details", ...all },
    { what: "details", ...cards },
    { what: "words", ...all },
    { what: "words", ...cards },
  ]);
  expect(of(own)).toEqual([
    { what: "details", ...cards },
    { what: "words", ...cards },
  ]);
  expect(of(defaultYaml)).toEqual([]);
});
