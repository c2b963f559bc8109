import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkSample } from "../../src/cli/sample.ts";
import { readMappingFile } from "../../src/config/mapping-file.ts";
import { lackingFields, mappingShape, parseMapped } from "../../src/vault/mapping.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vaultbell-mapping-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const whole = {
  each: "/events",
  only: { "/type": ["open", "copy"] },
  fields: {
    id: "/uuid",
    action: { from: "/type", values: { open: "reveal" } },
    occurred_at: { from: "/at", as: "seconds" as const },
    "person.email": "/who/mail",
    "vault.id": { otherwise: "v_cards" },
    "item.id": { from: "/a~1b", otherwise: "unknown" },
  },
};
const map = (value: unknown, mapping = whole) =>
  parseMapped(Buffer.from(JSON.stringify(value)), mappingShape.parse(mapping));

test("pointers, tables, constants and times make our event of theirs; other events are let go", () => {
  const open = { uuid: 7, type: "open", at: 1_795_510_800, who: { mail: "dana@example.com" }, "a/b": "i_visa" };
  const content = map({
    events: [open, { ...open, uuid: "8", type: "copy", "a/b": null }, { ...open, type: "login" }],
  });
  expect(content).toMatchObject({
    kind: "accesses",
    accesses: [
      {
        eventId: "7",
        action: "reveal",
        occurredAt: new Date("2026-11-24T09:00:00Z"),
        actor: { email: "dana@example.com", vaultIdentity: null },
        vault: { id: "v_cards" },
        item: { id: "i_visa" },
      },
      { eventId: "8", action: "copy", item: { id: "unknown" } },
    ],
  });
});

test("what is missing is told by our field and by which of their events", () => {
  const content = map({ events: [{ type: "open", at: "soon" }] });
  const errors = content.kind === "not-understood" ? content.problem.errors?.map(({ pointer }) => pointer) : [];
  expect(errors).toEqual(expect.arrayContaining(["/events/0/id", "/events/0/occurred_at", "/events/0/person"]));
  expect(map({ other: [] })).toMatchObject({ kind: "not-understood" });
  expect(map({ events: [] })).toEqual({ kind: "accesses", accesses: [] });
});

test("a pointer finds nothing in a prototype", () => {
  const odd = { ...whole, fields: { ...whole.fields, id: "/constructor/name" } };
  expect(map({ events: [{ type: "open" }] }, odd)).toMatchObject({ kind: "not-understood" });
});

test.each([
  ["fields: { id: uuid }", /:1:15 {2}fields\.id: must be a JSON pointer/],
  ["each: /x\nfields:\n  id: /a\n  nonsense: /b", /:4:3 {2}fields/],
  ["fields: { id: /a }\nextra: 1", /:2:1 .*"extra" is not known here/],
  [
    "fields: { id: /a }",
    /fields says nothing of action, occurred_at, vault\.id, item\.id, person\.id or person\.email/,
  ],
  ["fields: [", /:1:/],
])("%j is refused with its line", (text, said) => {
  const file = join(folder, "wrong.yaml");
  writeFileSync(file, text);
  const reading = readMappingFile(file, mappingShape, lackingFields);
  expect(reading.ok ? [] : reading.mistakes).toEqual([expect.stringMatching(said)]);
});

test.each(["keeper", "infisical"])("the example for %s is a mapping", (name) => {
  expect(readMappingFile(`docs/sources/mappings/${name}.mapping.yaml`, mappingShape, lackingFields)).toMatchObject({
    ok: true,
  });
});

test("a sample shows what it becomes, and whether it rings", () => {
  const sample = join(folder, "keeper.json");
  const event = {
    event: "copy_password",
    key: "k1",
    timestamp: "2026-11-24T09:00:00Z",
    username: "dana@example.com",
    record: "R1",
    folder: "v_cards",
    address: "203.0.113.9",
  };
  writeFileSync(sample, JSON.stringify(event));
  const config = join(folder, "vaultbell.yaml");
  writeFileSync(
    config,
    `timezone: Europe/Madrid
managers: [marta@example.com]
vaults: [{ id: v_cards, name: Company cards, channel: C0123ABCD }]
sources: [{ kind: mapped, name: mapped-keeper, mapping: docs/sources/mappings/keeper.mapping.yaml }]
`,
  );
  const said: string[] = [];
  const out = { log: (line: string) => void said.push(line), error: (line: string) => void said.push(line) };
  const env = { VAULTBELL_CONFIG: config };
  expect(checkSample([sample, "--source", "mapped-keeper"], env, out)).toBe(0);
  expect(said.join("\n")).toContain("what    copy: rings");
  expect(said.join("\n")).toContain("vault   Company cards (v_cards)");
  said.length = 0;
  expect(checkSample([sample], env, out)).toBe(1);
  expect(said.join("\n")).toMatch(/^Not understood: .*\n {2}\/data {2}is required/);
  expect(checkSample([sample, "--source", "nobody"], env, out)).toBe(1);
  expect(checkSample([], env, out)).toBe(2);
});
