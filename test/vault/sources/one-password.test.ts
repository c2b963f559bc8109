import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isExposure } from "../../../src/policies/exposure.ts";
import { onePassword } from "../../../src/vault/sources/one-password.ts";
import { usage } from "../../support/one-password.ts";
import { arbitraryOf, readDocument } from "../../support/openapi.ts";

const source = onePassword({
  name: "1password",
  origin: "https://events.1password.eu",
  token: "eyJ.e30.c2ln",
  vaultIds: new Set(["v_cards"]),
});
const usages = source.feeds.find(({ name }) => name === "itemusages");
const now = new Date("2026-11-24T09:00:00Z");
const read = (page: unknown) => usages?.read(JSON.stringify(page), { position: null, from: now, now });

test("an item usage is an access, told by ids", () => {
  const page = read({ cursor: "c1", has_more: true, items: [usage("E1", "2026-11-24T08:59:58.5Z")] });
  expect(page).toEqual({
    position: "c1",
    hasMore: true,
    strange: [],
    notices: [],
    apps: [expect.objectContaining({ identity: "U7DANA", app: "1Password for Mac", version: "81204" })],
    accesses: [
      {
        eventId: "E1",
        action: "reveal",
        occurredAt: new Date("2026-11-24T08:59:58.500Z"),
        actor: { vaultIdentity: "U7DANA", email: "dana@example.com", name: "Dana Ruiz" },
        vault: { id: "v_cards", name: null },
        item: { id: "i_visa", title: null, version: "3", category: null },
        client: { app: "1Password for Mac", version: "81204", platform: "MacBookPro18,1", device: null },
        ip: "203.0.113.9",
        location: { country: "ES", city: "Madrid" },
      },
    ],
  });
});

test("the first request gives a time, each later one the cursor alone", () => {
  expect(JSON.parse(usages?.ask(null, new Date("2026-07-28T09:00:00Z"), now).body ?? "")).toEqual({
    limit: 500,
    start_time: "2026-07-28T09:00:00.000Z",
  });
  expect(JSON.parse(usages?.ask("c1", now, now).body ?? "")).toEqual({ cursor: "c1" });
});

test.each([
  "fill",
  "select-sso-provider",
  "enter-item-edit-mode",
  "export",
  "share",
  "secure-copy",
  "reveal",
  "server-fetch",
])("%s lets somebody read the secret", (action) => expect(isExposure(action)).toBe(true));

test.each(["server-create", "server-update"])("%s doesn't", (action) => expect(isExposure(action)).toBe(false));

test("an act that nobody knows yet rings rather than stays silent", () => {
  const page = read({
    cursor: "c",
    has_more: false,
    items: [usage("E1", "2026-11-24T08:59:58Z", { action: "Hologram" })],
  });
  expect(page?.accesses.map(({ action }) => [action, isExposure(action)])).toEqual([["hologram", true]]);
});

test("one event that isn't understood doesn't keep the others out", () => {
  const items = [usage("E1", "2026-11-24T08:00:00Z"), usage("E2", "yesterday"), 7, usage("E3", "2026-11-24T08:01:00Z")];
  const page = read({ cursor: "c", has_more: false, items });
  expect(page?.accesses.map(({ eventId }) => eventId)).toEqual(["E1", "E3"]);
  expect(page?.strange.map(({ mistakes }) => mistakes[0]?.pointer)).toEqual(["/items/1/timestamp", "/items/2"]);
});

test.each(
  [
    [
      "",
      "{",
      "[]",
      "null",
      "{}",
      '{"cursor":"","has_more":false,"items":[]}',
      '{"cursor":"c","has_more":"no","items":[]}',
    ],
    ['{"cursor":"c","has_more":false,"items":{}}'],
  ].flat(),
)("%j is no page", (text) => expect(usages?.read(text, { position: null, from: now, now })).toBeNull());

test("a page without items is a page: its cursor counts", () => {
  expect(read({ cursor: "c2", has_more: true, items: null })).toMatchObject({
    position: "c2",
    hasMore: true,
    accesses: [],
  });
});

test("whatever the service's own definition allows is taken or set aside, one by one", () => {
  const document = readDocument(readFileSync("test/fixtures/1password-events-openapi.json", "utf8"));
  fc.assert(
    fc.property(arbitraryOf(document, "ItemUsageItems"), (page) => {
      const whole = { ...(page as object), cursor: "c", has_more: false };
      const found = read(whole);
      const items = (page as { items?: unknown[] }).items ?? [];
      expect((found?.accesses.length ?? 0) + (found?.strange.length ?? 0)).toBe(items.length);
    }),
    { numRuns: 20 },
  );
});

test("a token says when it ends; its own word is all there is", () => {
  const claims = Buffer.from('{"exp":1795000000}').toString("base64url");
  const until = (token: string) =>
    onePassword({ name: "x", origin: "https://x", token, vaultIds: new Set(["v_cards"]) }).expiresAt;
  expect(until(`eyJhbGciOiJFUzI1NiJ9.${claims}.c2ln`)).toEqual(new Date("2026-11-18T11:06:40Z"));
  expect(until("not-a-jwt")).toBeNull();
});

test("introspection tells the streams", () => {
  expect(source.introspect?.read('{"features":["itemusages"],"issued_at":"2026-10-01T08:00:00Z"}')).toEqual({
    feeds: ["itemusages"],
    issuedAt: new Date("2026-10-01T08:00:00Z"),
  });
  expect(source.introspect?.read("<html>")).toBeNull();
});
