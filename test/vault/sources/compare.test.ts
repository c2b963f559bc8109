import { expect, test } from "vitest";
import type { ReportedAccess } from "../../../src/model.ts";
import {
  comparedFrom,
  daysAfter,
  daysDue,
  daysToCompare,
  daysUpTo,
  missedAmong,
  newestDays,
  within,
} from "../../../src/vault/sources/compare.ts";

const at = (instant: string) => new Date(instant);
const days = daysUpTo(at("2026-11-23T15:00:00Z"));
const told = (eventId: string, occurredAt = "2026-11-23T12:00:00Z"): ReportedAccess => ({
  eventId,
  action: "reveal",
  occurredAt: at(occurredAt),
  actor: { vaultIdentity: "U7", email: null, name: null },
  vault: { id: "v_cards", name: null },
  item: { id: "i_visa", title: null, version: null, category: null },
  client: { app: null, version: null, platform: null, device: null },
  ip: null,
  location: { country: null, city: null },
});
const missed = (listed: ReportedAccess[], known: string[]) =>
  missedAmong(listed, new Set(known), days).map(({ eventId }) => eventId);

test("what the list has and we haven't was missed, once; where all is known, nothing was", () => {
  expect(missed([told("a"), told("b"), told("c"), told("b")], ["a"])).toEqual(["b", "c"]);
  expect(missed([told("a"), told("b")], ["b", "a", "more"])).toEqual([]);
  expect(missed([], [])).toEqual([]);
});

test("two days begin with their first moment and end before the next one's; what is of another day isn't judged", () => {
  const edges = [
    "2026-11-21T23:59:59.999Z",
    "2026-11-22T00:00:00Z",
    "2026-11-23T23:59:59.999Z",
    "2026-11-24T00:00:00Z",
  ];
  expect(
    missed(
      edges.map((edge) => told(edge, edge)),
      [],
    ),
  ).toEqual(edges.slice(1, 3));
  expect(
    within(
      edges.map((edge) => told(edge, edge)),
      days,
    ),
  ).toHaveLength(2);
});

test("days may be compared three hours after their end, the newest such ones count, and each is one of two", () => {
  expect(days).toEqual({ from: at("2026-11-22T00:00:00Z"), until: at("2026-11-24T00:00:00Z") });
  expect(comparedFrom(days)).toEqual(at("2026-11-24T03:00:00Z"));
  expect(newestDays(at("2026-11-24T02:59:59Z")).until).toEqual(at("2026-11-23T00:00:00Z"));
  expect(newestDays(at("2026-11-24T03:00:00Z"))).toEqual(days);
  expect(daysAfter(days)).toEqual({ from: at("2026-11-23T00:00:00Z"), until: at("2026-11-25T00:00:00Z") });
});

test("the days to be expected of a week are the seven whose turn came in it, an hour allowed for; weeks that follow share none", () => {
  const due = (since: string, until: string) =>
    daysDue(at(since), at(until)).map(({ from }) => from.toISOString().slice(8, 10));
  expect(due("2026-11-16T08:00:00Z", "2026-11-23T08:00:00Z")).toEqual(["16", "17", "18", "19", "20", "21", "22"]);
  expect(due("2026-11-23T08:00:00Z", "2026-11-24T03:59:59Z")).toEqual([]);
  expect(due("2026-11-23T08:00:00Z", "2026-11-24T04:00:00Z")).toEqual(["23"]);
  expect(due("2026-11-24T04:00:00Z", "2026-11-25T04:00:00Z")).toEqual(["24"]);
});

test("whose turn it is: those that are being read, those that were missed, a month back at most, and past a list that keeps failing", () => {
  const newest = newestDays(at("2026-11-24T03:00:00Z"));
  const began = at("2026-11-23T15:00:00Z");
  const ofDay = (day: string, failures = 0) => ({ ...daysUpTo(at(`${day}T12:00:00Z`)), failures });
  expect(daysToCompare(null, newest, began)).toEqual(newest);
  expect(daysToCompare(null, newest, at("2026-11-24T02:00:00Z"))).toEqual(daysUpTo(at("2026-11-24T02:00:00Z")));
  expect(daysToCompare(null, newest, at("2025-01-01T00:00:00Z"))).toEqual(newest);
  expect(daysToCompare(ofDay("2026-11-23", 9), newest, began)).toBeNull();
  expect(daysToCompare(ofDay("2026-11-24"), newest, began)).toBeNull();
  expect(daysToCompare(ofDay("2026-11-20"), newest, began)).toBeNull();
  expect(daysToCompare(ofDay("2026-11-20", 4), newest, began)).toBeNull();
  expect(daysToCompare(ofDay("2026-11-20", 5), newest, began)).toEqual(daysUpTo(at("2026-11-21T12:00:00Z")));
  expect(daysToCompare(ofDay("2026-10-23"), newest, began)).toBeNull();
  expect(daysToCompare(ofDay("2026-10-22"), newest, began)).toEqual(daysUpTo(at("2026-10-23T12:00:00Z")));
});
