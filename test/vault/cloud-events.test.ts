import { expect, test } from "vitest";
import { attributesOf, unwrapped } from "../../src/vault/cloud-events.ts";
import { parseWebhook } from "../../src/vault/parse-webhook.ts";

const data = {
  action: "reveal",
  person: { email: "dana@example.com" },
  vault: { id: "v_cards" },
  item: { id: "i_visa" },
};
const event = {
  specversion: "1.0",
  id: "E1",
  source: "/vault",
  type: "vault.item.accessed",
  time: "2026-11-24T09:00:00Z",
  data,
};
const parsed = (body: unknown, attributes: Record<string, string> | null = null) =>
  parseWebhook(Buffer.from(JSON.stringify(body)), attributes);
const ids = (content: ReturnType<typeof parsed>) =>
  content.kind === "accesses"
    ? content.accesses.map(({ eventId, occurredAt }) => [eventId, occurredAt.toISOString()])
    : content;

test("structured: the event's id and time stand in for what its data leaves open", () => {
  expect(ids(parsed(event))).toEqual([["E1", "2026-11-24T09:00:00.000Z"]]);
  const own = { ...data, id: "own", occurred_at: "2026-11-24T08:00:00Z" };
  expect(ids(parsed({ ...event, data: own }))).toEqual([["own", "2026-11-24T08:00:00.000Z"]]);
});

test("batch: each is an event", () => {
  expect(ids(parsed([event, { ...event, id: "E2" }]))).toEqual([
    ["E1", "2026-11-24T09:00:00.000Z"],
    ["E2", "2026-11-24T09:00:00.000Z"],
  ]);
});

test("binary: attributes come from headers", () => {
  const headers = {
    "ce-specversion": ["1.0"],
    "ce-id": ["E%2F9"],
    "ce-time": ["2026-11-24T09:00:00Z"],
    "ce-type": ["vault.item.accessed"],
  };
  expect(ids(parsed(data, attributesOf(headers)))).toEqual([["E/9", "2026-11-24T09:00:00.000Z"]]);
});

test("another type is not ours to guess at, and no CloudEvent stays what it is", () => {
  expect(parsed({ ...event, type: "com.example.other" })).toMatchObject({ kind: "not-understood" });
  expect(attributesOf({ "ce-id": ["E1"] })).toBeNull();
  expect(attributesOf({ "ce-specversion": ["0.3"], "ce-id": ["E1"] })).toBeNull();
  for (const body of [null, 7, "x", [], [event, 7], { specversion: 1 }]) expect(unwrapped(body, null)).toBe(body);
});

test("an event without data is told as one, and never throws", () => {
  expect(parsed({ ...event, data: undefined })).toMatchObject({ kind: "not-understood" });
  expect(parsed({ ...event, data: [7] })).toMatchObject({ kind: "not-understood" });
});
