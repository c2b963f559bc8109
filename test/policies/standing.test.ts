import { describe, expect, test } from "vitest";
import type { Review } from "../../src/model.ts";
import { mayDecide, standing, withdrawalBy, withdrawalByDenial } from "../../src/policies/standing.ts";
import { tuesday1020 } from "./builders.ts";

const upTo = (newest: number) => Array.from({ length: newest }, (_, index) => ({ revision: index + 1 }));
const review = (verdict: Review["verdict"], revision: number, id = `${verdict}@${revision}`): Review => ({
  id,
  alertId: "alert-1",
  revision,
  verdict,
  by: "U01MARTA",
  note: null,
  at: tuesday1020,
});
const expected1 = review("expected", 1);
const suspicious2 = review("suspicious", 2);
const expected3 = review("expected", 3);

describe("standing", () => {
  test("open as long as nobody judged", () => {
    expect(standing(upTo(2), [])).toEqual({ kind: "open", sinceRevision: 0 });
  });

  test("decided when the verdict covers every access", () => {
    expect(standing(upTo(2), [suspicious2])).toEqual({ kind: "decided", review: suspicious2 });
  });

  test("grown when accesses came after what the manager saw", () => {
    expect(standing(upTo(3), [expected1])).toEqual({ kind: "grown", review: expected1, openAccesses: 2 });
  });

  test("the newest verdict speaks for what it covers", () => {
    expect(standing(upTo(3), [expected1, suspicious2])).toEqual({
      kind: "grown",
      review: suspicious2,
      openAccesses: 1,
    });
    expect(standing(upTo(3), [expected1, suspicious2, expected3])).toEqual({ kind: "decided", review: expected3 });
  });

  test("undone: the verdict before it stands again, if there was one", () => {
    expect(standing(upTo(1), [expected1, review("undone", 1)])).toEqual({ kind: "open", sinceRevision: 0 });
    expect(standing(upTo(3), [suspicious2, expected3, review("undone", 3)])).toEqual({
      kind: "grown",
      review: suspicious2,
      openAccesses: 1,
    });
    expect(standing(upTo(1), [review("undone", 1), expected1])).toEqual({ kind: "decided", review: expected1 });
  });

  test("re-opened: all are withdrawn", () => {
    expect(standing(upTo(3), [suspicious2, expected3, review("reopened", 3)])).toEqual({
      kind: "open",
      sinceRevision: 0,
    });
  });
});

describe("mayDecide", () => {
  test("a click on what is shown covers all", () => {
    expect(mayDecide(upTo(2), [], 2)).toEqual({ kind: "may", revision: 2, coversAll: true });
  });

  test("a click on an older message covers what that showed", () => {
    expect(mayDecide(upTo(3), [], 1)).toEqual({ kind: "may", revision: 1, coversAll: false });
  });

  test("the first click wins, on the same message and on an older one", () => {
    expect(mayDecide(upTo(2), [suspicious2], 2)).toEqual({ kind: "already-decided", review: suspicious2 });
    expect(mayDecide(upTo(3), [suspicious2], 1)).toEqual({ kind: "already-decided", review: suspicious2 });
  });

  test("what came later is still to be decided", () => {
    expect(mayDecide(upTo(3), [expected1], 3)).toEqual({ kind: "may", revision: 3, coversAll: true });
    expect(mayDecide(upTo(3), [expected1], 2)).toEqual({ kind: "may", revision: 2, coversAll: false });
  });

  test("withdrawn verdicts decide nothing", () => {
    expect(mayDecide(upTo(2), [suspicious2, review("undone", 2)], 2)).toEqual({
      kind: "may",
      revision: 2,
      coversAll: true,
    });
  });

  test("no click reaches beyond the accesses that there are", () => {
    expect(mayDecide(upTo(2), [], 99)).toEqual({ kind: "may", revision: 2, coversAll: true });
    expect(mayDecide(upTo(2), [suspicious2], 99)).toEqual({ kind: "already-decided", review: suspicious2 });
  });
});

describe("where it takes two (T3)", () => {
  const by = (who: string, verdict: Review["verdict"], revision: number): Review => ({
    ...review(verdict, revision, `${who} ${verdict}@${revision}`),
    by: who,
    needed: 2,
  });
  const marta = by("U01MARTA", "expected", 1);
  const juan = by("U01JUAN", "expected", 1);

  test("one Expected is pending, and two people's decide", () => {
    expect(standing(upTo(1), [marta])).toEqual({ kind: "open", sinceRevision: 0, pending: [marta] });
    expect(standing(upTo(1), [marta, juan])).toEqual({ kind: "decided", review: juan, with: [marta] });
  });

  test("the same person twice is one person", () => {
    expect(standing(upTo(1), [marta, { ...marta, id: "again" }])).toMatchObject({ kind: "open" });
    expect(mayDecide(upTo(1), [marta], 1, ["U01MARTA"])).toEqual({ kind: "second-person", review: marta });
    expect(mayDecide(upTo(1), [marta], 1, ["U01MARTA2", "U01MARTA"])).toMatchObject({ kind: "second-person" });
    expect(mayDecide(upTo(1), [marta], 1, ["U01JUAN"])).toMatchObject({ kind: "may" });
  });

  test("one Suspicious decides at once, whoever has said Expected before", () => {
    const suspicious = by("U01JUAN", "suspicious", 1);
    expect(standing(upTo(1), [marta, suspicious])).toEqual({ kind: "decided", review: suspicious });
  });

  test("two decide what both saw; what one of them saw more stays open and pending", () => {
    const juanMore = by("U01JUAN", "expected", 2);
    expect(standing(upTo(2), [marta, juanMore])).toEqual({
      kind: "grown",
      review: { ...juanMore, revision: 1 },
      with: [marta],
      openAccesses: 1,
      pending: [juanMore],
    });
    const martaMore = by("U01MARTA", "expected", 2);
    expect(standing(upTo(2), [marta, juanMore, martaMore])).toMatchObject({ kind: "decided", review: martaMore });
  });

  test("a verdict from when one was enough stands, and what came since needs two", () => {
    const before = { ...marta, needed: 1 as const };
    const more = by("U01MARTA", "expected", 2);
    expect(standing(upTo(2), [before, more])).toEqual({
      kind: "grown",
      review: before,
      openAccesses: 1,
      pending: [more],
    });
  });

  test("undone, the other's is pending again; re-opened, nobody's is", () => {
    expect(standing(upTo(1), [marta, juan, review("undone", 1)])).toMatchObject({ kind: "open", pending: [marta] });
    expect(standing(upTo(1), [marta, juan, review("reopened", 1)])).toEqual({ kind: "open", sinceRevision: 0 });
  });
});

describe("what Undo and Re-open withdraw", () => {
  const half = { ...expected1, id: "1", needed: 2 as const };
  const other = { ...half, id: "2", by: "U02JUAN" };
  const suspicious = review("suspicious", 1, "3");
  const withdraws = (by: string, newest: number, reviews: Review[], isInTime = true) =>
    withdrawalBy(by, upTo(newest), reviews, () => isInTime);

  test("half of a verdict is its author's alone, and only while it is what was said last", () => {
    expect(withdraws(half.by, 1, [half], false)).toEqual({ kind: "undone", verdicts: 1 });
    expect(withdraws(other.by, 1, [half])).toBeNull();
    expect(withdraws(half.by, 2, [half, { ...other, revision: 2 }], false)).toBeNull();
    expect(
      withdraws(half.by, 2, [
        { ...half, revision: 2 },
        { ...suspicious, by: other.by },
      ]),
    ).toBeNull();
  });

  test("whoever said two halves takes back both at once, and none that another's word came after", () => {
    const more = { ...half, id: "4", revision: 2 };
    expect(withdraws(half.by, 2, [half, more])).toEqual({ kind: "undone", verdicts: 2 });
    expect(withdraws(half.by, 2, [half, { ...other, revision: 1, needed: 1 }, more])).toEqual({
      kind: "undone",
      verdicts: 1,
    });
  });

  test("half of one beside a Suspicious leaves what others said alone", () => {
    const after = { ...other, revision: 2 };
    expect(withdraws(suspicious.by, 2, [suspicious, after])).toBeNull();
    expect(withdraws("U03THIRD", 2, [suspicious, after])).toBeNull();
    expect(withdraws(other.by, 2, [suspicious, after])).toEqual({ kind: "undone", verdicts: 1 });
  });

  test("the verdict that stands is undone by its author in time, and re-opened by anybody else or later", () => {
    expect(withdraws(half.by, 1, [expected1])).toEqual({ kind: "undone", verdicts: 1 });
    expect(withdraws(half.by, 1, [expected1], false)).toEqual({ kind: "reopened" });
    expect(withdraws(other.by, 1, [expected1])).toEqual({ kind: "reopened" });
    expect(withdraws(half.by, 1, [])).toBeNull();
    // What was said from an older message while another's half waits is its author's, too.
    expect(withdraws(suspicious.by, 2, [{ ...other, revision: 2 }, suspicious])).toEqual({
      kind: "undone",
      verdicts: 1,
    });
  });
});

test("'That wasn't me' does away with each Expected, half or whole, and with no Suspicious before it", () => {
  const half = { ...review("expected", 2, "1"), needed: 2 as const };
  const suspicious = review("suspicious", 1, "2");
  expect(withdrawalByDenial(upTo(2), [suspicious, half, { ...half, id: "3" }])).toEqual({
    kind: "undone",
    verdicts: 2,
  });
  expect(withdrawalByDenial(upTo(2), [half])).toEqual({ kind: "reopened" });
  expect(withdrawalByDenial(upTo(2), [expected1])).toEqual({ kind: "reopened" });
  expect(withdrawalByDenial(upTo(2), [expected1, half])).toEqual({ kind: "reopened" });
  expect(withdrawalByDenial(upTo(1), [suspicious])).toBeNull();
  expect(withdrawalByDenial(upTo(1), [])).toBeNull();
});
