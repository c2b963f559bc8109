import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { delivery, event, startDoor, type TestDoor } from "./door-server.ts";

let door: TestDoor;
beforeAll(async () => {
  door = await startDoor();
});
afterAll(() => door.close());

const folder = fileURLToPath(new URL("../fixtures/json-test-suite/test_parsing", import.meta.url));
const files = [
  ...readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
  // Two files of the suite that are one sequence over and over.
  { name: "n_structure_100000_opening_arrays.json", bytes: Buffer.from("[".repeat(100_000)) },
  { name: "n_structure_open_array_object.json", bytes: Buffer.from(`${'[{"":'.repeat(50_000)}\n`) },
];

/** The one valid file of the suite that nests deeper than we read. */
const nested = "i_structure_500_nested_arrays.json";

describe("JSONTestSuite", () => {
  test("is whole", () => {
    expect(files).toHaveLength(318);
  });

  test.each(files)("as a body: $name", async ({ name, bytes }) => {
    const before = door.deliveries.length;
    const { status } = await door.post(bytes);
    if (name.startsWith("y_")) expect(status).toBe(422);
    else if (name.startsWith("n_")) expect(status).toBe(400);
    else expect([400, 422]).toContain(status);
    expect(door.deliveries.slice(before)).toMatchObject([{ content: { kind: "not-understood" } }]);
  });

  const valid = files.flatMap(({ name, bytes }) => {
    const value = parsed(bytes);
    return value === undefined ? [] : [{ name, bytes, value }];
  });

  test.each(valid)("as an item's title: $name", async ({ name, bytes, value }) => {
    const [start, end] = JSON.stringify(delivery(event({ item: { id: "i", title: "HERE" } }))).split('"HERE"');
    const body = Buffer.concat([Buffer.from(start ?? ""), bytes, Buffer.from(end ?? "")]);
    const reply = await door.post(body);
    if (typeof value === "string" || value === null) {
      expect(reply.status).toBe(202);
      const title = typeof value === "string" ? value.toWellFormed().replaceAll("\u0000", "\uFFFD") || null : null;
      expect(door.deliveries.at(-1)?.content).toMatchObject({ accesses: [{ item: { title } }] });
    } else if (name === nested) {
      expect(reply.status).toBe(400);
    } else {
      expect(reply.status).toBe(422);
      expect(JSON.stringify(reply.json.errors)).toContain('"/data/item/title');
    }
  });

  test.each(valid)("as an item's version, as an unknown field, and as an event: $name", async ({ bytes, name }) => {
    const whole = JSON.stringify(delivery(event({ item: { id: "i", version: "HERE" } })));
    const places = [whole, whole.replace("version", "unknown"), '{"data":"HERE"}', '{"data":["HERE"]}'];
    const statuses = [];
    for (const place of places) {
      const [start, end] = place.split('"HERE"');
      const body = Buffer.concat([Buffer.from(start ?? ""), bytes, Buffer.from(end ?? "")]);
      statuses.push((await door.post(body)).status);
    }
    if (name === nested) {
      expect(statuses).toEqual([400, 400, 400, 400]);
    } else {
      expect([202, 422]).toContain(statuses[0]);
      expect(statuses.slice(1)).toEqual([202, 422, 422]);
    }
  });
});

describe("the Big List of Naughty Strings", () => {
  const strings: string[] = JSON.parse(
    readFileSync(new URL("../fixtures/naughty-strings/blns.json", import.meta.url), "utf8"),
  );

  test("comes through every text field as it is", async () => {
    const events = strings.map((text, index) => ({
      id: `e${index}`,
      action: `act ${text}`,
      occurred_at: "2026-11-21T01:12:58Z",
      person: { id: "U7", email: text, name: text },
      vault: { id: `v${text}`, name: text },
      item: { id: `i${text}`, title: text, version: text, category: text },
      client: { app: text, version: text, platform: text, device: text },
      ip: text,
      location: { country: text, city: text },
    }));
    expect(strings.length).toBeGreaterThan(500);
    expect((await door.post(delivery(events))).status).toBe(202);
    const content = door.deliveries.at(-1)?.content;
    const expected = strings.map((text, index) => {
      const shown = text === "" ? null : text.slice(0, 2000);
      return {
        eventId: `e${index}`,
        action: `act ${text}`.trim().toLowerCase(),
        occurredAt: new Date("2026-11-21T01:12:58Z"),
        actor: { vaultIdentity: "U7", email: shown, name: shown },
        vault: { id: `v${text}`, name: shown },
        item: { id: `i${text}`, title: shown, version: shown, category: shown },
        client: { app: shown, version: shown, platform: shown, device: shown },
        ip: shown,
        location: { country: shown, city: shown },
      };
    });
    expect(content).toEqual({ kind: "accesses", accesses: expected });
  });

  test("is never a time, and always an id but for the empty one", async () => {
    for (const text of strings) {
      const timed = await door.post(delivery(event({ occurred_at: text })));
      expect(timed.json.errors).toMatchObject([{ pointer: "/data/occurred_at" }]);
      expect((await door.post(delivery(event({ id: text })))).status).toBe(text === "" ? 422 : 202);
    }
  });

  test("is no type, no body and no signature", async () => {
    for (const text of strings) {
      expect([400, 422]).toContain((await door.post(text)).status);
      expect((await door.post({ ...delivery(event()), type: text })).status).toBe(422);
    }
    expect(door.outcomes).not.toContain("refused");
    const visible = strings.filter((text) => /^[\x20-\x7e]+$/.test(text));
    for (const text of visible) {
      expect((await door.post(delivery(event()), { "webhook-signature": text })).status).toBe(401);
    }
  });
});

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
