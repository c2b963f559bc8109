import { afterAll, beforeAll, expect, test } from "vitest";
import { mappingShape } from "../../src/vault/mapping.ts";
import { mappedSource } from "../../src/vault/sources/pushed.ts";
import { startDoor } from "./door-server.ts";

const token = "canary-token-of-a-relay-0123456789";
const mapping = mappingShape.parse({
  fields: {
    id: "/uuid",
    action: "/type",
    occurred_at: "/at",
    "person.email": "/who",
    "vault.id": { otherwise: "v_cards" },
    "item.id": "/item",
  },
});
const event = { uuid: "E1", type: "reveal", at: "2026-11-21T01:12:58Z", who: "dana@example.com", item: "i_visa" };
const body = Buffer.from(JSON.stringify(event));
const json = { "content-type": "application/json" };
const bearer = { ...json, authorization: `Bearer ${token}` };

let door: Awaited<ReturnType<typeof startDoor>>;
beforeAll(async () => {
  door = await startDoor({ pushed: mappedSource({ name: "mapped-x", token }, mapping) });
});
afterAll(() => door.close());

test("whoever shows the token is taken at its word, once for each body", async () => {
  const replies = [await door.post(body, bearer), await door.post(body, bearer)];
  expect(replies.map(({ status }) => status)).toEqual([202, 202]);
  const [first, second] = door.deliveries;
  expect(first).toMatchObject({ source: "mapped-x", content: { kind: "accesses", accesses: [{ eventId: "E1" }] } });
  expect(second?.messageId).toBe(first?.messageId);
});

test.each([
  [json],
  [{ ...json, authorization: "Bearer wrong" }],
  [{ ...json, authorization: token }],
  [{ ...json, authorization: `Basic ${token}` }],
])("without it nothing is read: %j", async (headers) => {
  const before = door.deliveries.length;
  const reply = await door.post(body, headers);
  expect(reply.status).toBe(401);
  expect(reply.headers["www-authenticate"]).toBe("Bearer");
  expect(door.deliveries).toHaveLength(before);
  expect(door.logged.join()).not.toContain(token);
});

test("a CloudEvents sender that asks leave gets it", async () => {
  const reply = await door.send(Buffer.alloc(0), { "webhook-request-origin": "eventing.example" }, "OPTIONS");
  expect([reply.status, reply.headers["webhook-allowed-origin"], reply.headers.allow]).toEqual([
    200,
    "eventing.example",
    "POST",
  ]);
});
