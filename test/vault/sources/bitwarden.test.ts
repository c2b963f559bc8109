import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { bitwarden } from "../../../src/vault/sources/bitwarden.ts";

/** A server of one's own, strict about what it is asked: tokens by form, events by a stretch of time. */
const secret = "canary-client-secret-0123456789";
const seen: { path: string; query: URLSearchParams }[] = [];
let answers: { status: number; body: unknown }[] = [];
let isRevoked = false;
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url ?? "", "http://x");
  const reply = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (pathname === "/identity/connect/token") {
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const isRight =
      request.headers["content-type"] === "application/x-www-form-urlencoded" &&
      form.get("grant_type") === "client_credentials" &&
      form.get("scope") === "api.organization" &&
      form.get("client_id") === "organization.O1234567890" &&
      form.get("client_secret") === secret;
    return isRight && !isRevoked
      ? reply(200, { access_token: "T1", expires_in: 3600 })
      : reply(400, { error: "invalid_client" });
  }
  if (request.headers.authorization !== "Bearer T1" || isRevoked) return reply(401, {});
  if (pathname === "/api/public/members") {
    return reply(200, {
      object: "list",
      data: [{ id: "M7", userId: "U7", email: "dana@example.com", name: "Dana Ruiz" }],
    });
  }
  if (pathname !== "/api/public/events" || request.method !== "GET") return reply(404, {});
  seen.push({ path: pathname, query: searchParams });
  const next = answers.shift() ?? { status: 200, body: { object: "list", data: [], continuationToken: null } };
  return reply(next.status, next.body);
});
let origin: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
  answers = [];
  isRevoked = false;
});

const event = (type: number, other: Record<string, unknown> = {}) => ({
  object: "event",
  type,
  itemId: "i1",
  collectionId: null,
  memberId: null,
  actingUserId: "U7",
  date: "2026-11-24T08:59:00.1234567Z",
  device: 9,
  ipAddress: "203.0.113.9",
  ...other,
});
const now = new Date("2026-11-24T09:00:00Z");
const from = new Date("2026-07-27T09:00:00Z");

function reader() {
  const source = bitwarden({ name: "bitwarden", server: origin, client: `organization.O1234567890:${secret}` });
  const [feed] = source.feeds;
  return async (position: string | null, at = now) => {
    const asked = await source.ask(feed?.ask(position, from, at) ?? { method: "GET", path: "", body: null });
    if (asked.kind === "trouble") return asked;
    const page = feed?.read(asked.text, { position, from, now: at });
    if (!page) throw new Error("no page");
    return page;
  };
}

async function pageOf(...events: unknown[]) {
  answers.push({ status: 200, body: { object: "list", data: events, continuationToken: null } });
  const page = await reader()(null);
  if ("kind" in page) throw new Error(page.detail);
  return page;
}

test("an event is an access of a member, with the organisation as its vault until a list says better", async () => {
  const page = await pageOf(event(1108));
  expect(page.accesses).toEqual([
    {
      eventId: expect.stringMatching(/^[0-9a-f]{40}$/),
      action: "reveal",
      occurredAt: new Date("2026-11-24T08:59:00.123Z"),
      actor: { vaultIdentity: "U7", email: "dana@example.com", name: "Dana Ruiz" },
      vault: { id: "O1234567890", name: null },
      item: { id: "i1", title: null, version: null, category: null },
      client: { app: "Chrome browser", version: null, platform: null, device: null },
      ip: "203.0.113.9",
      location: { country: null, city: null },
    },
  ]);
  expect(page.unsureOfVault).toBe(true);
  expect(page.kept).not.toContain("dana@example.com");
});

test.each([
  [1107, "view"],
  [1111, "copy"],
  [1114, "autofill"],
  [1117, "reveal"],
  [1101, "update"],
  [1602, "export"],
])("%d is %s", async (type, action) => {
  expect((await pageOf(event(type))).accesses.map((access) => access.action)).toEqual([action]);
});

test("people's standing is a notice; the rest is let go; what is odd is set aside", async () => {
  const page = await pageOf(
    event(1511, { memberId: "M7", itemId: null }),
    event(1000),
    event(9999),
    event(1107, { itemId: null }),
    7,
  );
  expect(page.notices).toMatchObject([{ kind: "suspended", subject: { identity: "U7", email: "dana@example.com" } }]);
  expect(page.accesses).toEqual([]);
  expect(page.strange).toHaveLength(2);
});

test("the same event told twice has one id, another has another", async () => {
  const page = await pageOf(event(1107), event(1107), event(1107, { date: "2026-11-24T08:59:01Z" }));
  expect(new Set(page.accesses.map(({ eventId }) => eventId)).size).toBe(2);
});

test("a stretch is read page by page, and the next begins a quarter of an hour before its end", async () => {
  answers.push({ status: 200, body: { data: [event(1107)], continuationToken: "next" } });
  const read = reader();
  const first = await read(null);
  if ("kind" in first) throw new Error(first.detail);
  expect(first.hasMore).toBe(true);
  const second = await read(first.position, new Date("2026-11-24T09:00:05Z"));
  if ("kind" in second) throw new Error(second.detail);
  await read(second.position, new Date("2026-11-24T09:00:35Z"));
  expect(seen.map(({ query }) => Object.fromEntries(query))).toEqual([
    { start: from.toISOString(), end: now.toISOString() },
    { start: from.toISOString(), end: now.toISOString(), continuationToken: "next" },
    { start: "2026-11-24T08:45:00.000Z", end: "2026-11-24T09:00:35.000Z" },
  ]);
});

test("a wrong or revoked key is a refusal, and a limit is a limit", async () => {
  const read = reader();
  answers.push({ status: 429, body: {} });
  expect(await read(null)).toMatchObject({ trouble: "limited" });
  isRevoked = true;
  expect(await read(null)).toMatchObject({ trouble: "refused" });
  expect(await read(null)).toMatchObject({ trouble: "refused" });
  isRevoked = false;
  expect(await read(null)).toMatchObject({ hasMore: false });
});

test("a day is asked for anew as a stretch of its own, page by page: what a client sent too late for the poll is in it", () => {
  const [feed] = bitwarden({ name: "bitwarden", server: origin, client: `organization.O1234567890:${secret}` }).feeds;
  const [since, until] = [new Date("2026-11-23T00:00:00Z"), new Date("2026-11-24T00:00:00Z")];
  const first = feed?.list?.(null, since, until);
  expect(first?.path).toBe("/public/events?start=2026-11-23T00%3A00%3A00.000Z&end=2026-11-24T00%3A00%3A00.000Z");
  const text = JSON.stringify({ events: { data: [event(1108)], continuationToken: "more" }, members: [] });
  const page = feed?.read(text, { position: null, from: since, now: until });
  expect(page?.hasMore).toBe(true);
  expect(feed?.list?.(page?.position ?? "", since, until).path).toBe(`${first?.path}&continuationToken=more`);
});
