import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readEnvironment } from "../../src/config/environment.ts";
import { exampleFile, parseConfig } from "../../src/config.ts";

const example = readFileSync(exampleFile, "utf8");

/** One expectation a run, because thousands of them take longer than what they look at. */
function expectAnswer(text: string): void {
  const reading = parseConfig(text, "vaultbell.yaml");
  const lastLine = text.split("\n").length;
  const unfit = (reading.ok ? [] : reading.mistakes).filter(
    ({ line, column, problem, remedy }) =>
      !(line >= 1 && line <= lastLine && column >= 1 && /[^.]$/.test(problem) && remedy.endsWith(".")) ||
      /[\p{Cc}\p{Zl}\p{Zp}]|undefined|\[object/u.test(problem + remedy),
  );
  expect({ unfit, hasReason: reading.ok || reading.mistakes.length > 0 }).toEqual({ unfit: [], hasReason: true });
}

test("any text gets an answer", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), expectAnswer), { numRuns: 250 });
});

test("any YAML value gets an answer", () => {
  fc.assert(fc.property(fc.json(), expectAnswer), { numRuns: 200 });
});

test("a mutilated example gets an answer", () => {
  const place = fc.nat({ max: example.length });
  const pieces = fc.constantFrom(
    "",
    "\n",
    " ",
    "\t",
    ":",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    '"',
    "'",
    "&a ",
    "*leads",
    "*a",
    "!x ",
    "#",
    "|",
    "?",
    "%",
    "<<: ",
    "\0",
    "1",
    "~",
    "---\n",
  );
  const mutilated = fc
    .array(fc.tuple(place, fc.nat({ max: 12 }), pieces), { minLength: 1, maxLength: 4 })
    .map((cuts) =>
      cuts.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), example),
    );
  fc.assert(fc.property(mutilated, expectAnswer), { numRuns: 200 });
});

test("any value in any place of the example gets an answer", () => {
  const lines = example.split("\n");
  const value = fc.constantFrom(
    "",
    "~",
    "17",
    "true",
    "[]",
    "{}",
    "[1]",
    "{ a: 1 }",
    "text",
    "*leads",
    "[*leads]",
    '""',
    "2026-01-01",
    ".inf",
    "0x10",
  );
  const replaced = fc
    .tuple(fc.nat({ max: lines.length - 1 }), value)
    .map(([at, text]) =>
      lines.map((line, index) => (index === at ? line.replace(/:.*$/, `: ${text}`) : line)).join("\n"),
    );
  fc.assert(fc.property(replaced, expectAnswer), { numRuns: 200 });
});

test("any environment gets an answer, and no message shows a value of it", () => {
  const names = [
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "WEBHOOK_SECRETS",
    "DATABASE_URL",
    "PORT",
    "LOG_LEVEL",
  ];
  const canary = fc.stringMatching(/^[A-Za-z0-9]{16}$/);
  const value = fc.tuple(
    fc.constantFrom("", "xoxb-", "xapp-", "xoxp-", "whsec_", "postgres://u:", "https://", "mysql://"),
    canary,
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), value), (values) => {
      const env = Object.fromEntries(Object.entries(values).map(([name, parts]) => [name, parts.join("")]));
      const reading = readEnvironment(env);
      const told = JSON.stringify(reading.ok ? reading.environment.notes : reading.mistakes);
      expect(Object.values(values).filter(([, secret]) => told.includes(secret))).toEqual([]);
    }),
    { numRuns: 250 },
  );
});
