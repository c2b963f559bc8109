import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { type JsonSchema, jsonSchema } from "../../src/config/schema.ts";
import { exampleFile, parseConfig } from "../../src/config.ts";

const committed = JSON.parse(readFileSync(join(exampleFile, "..", "vaultbell.schema.json"), "utf8"));

test("vaultbell.schema.json is the definition's; otherwise run `node scripts/run.mjs node scripts/schema.ts`", () => {
  expect(committed).toEqual(jsonSchema());
});

test("an editor finds nothing wrong with the example, and finds a wrong channel and an unknown key", () => {
  const editor = z.fromJSONSchema(committed);
  const example = () => parse(readFileSync(exampleFile, "utf8"));
  expect(editor.safeParse(example()).error).toBeUndefined();
  const wrong = example();
  wrong.vaults[0].channel = "#cards";
  wrong.vaults[1].chanel = "C0SERVERS";
  expect(editor.safeParse(wrong).error?.issues.map(({ path }) => path)).toEqual([
    ["vaults", 0, "channel"],
    ["vaults", 1],
  ]);
});

test("every key has a description for editors", () => {
  const undescribed = keysOf(jsonSchema(), "").filter(([, schema]) => !schema.description);
  expect(undescribed).toEqual([]);
});

test("every example in the definition is itself right", () => {
  for (const [key, schema] of keysOf(jsonSchema(), "")) {
    for (const example of schema.examples ?? []) {
      const keys = key.split("/").filter((step) => step !== "");
      const inside = keys.reduceRight<unknown>((value, step) => (step === "[]" ? [value] : { [step]: value }), example);
      const reading = parseConfig(JSON.stringify(inside), "x");
      const told = reading.ok
        ? []
        : reading.mistakes.filter(
            ({ problem }) => !/missing|joins nothing|no managers|longer by default/.test(problem),
          );
      expect(told, key).toEqual([]);
    }
  }
});

function keysOf(schema: JsonSchema, path: string): [string, JsonSchema][] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, child]): [string, JsonSchema][] => [
    [`${path}/${key}`, child],
    ...keysOf(child, `${path}/${key}`),
  ]);
  return schema.items ? [...below, ...keysOf(schema.items, `${path}/[]`)] : below;
}
