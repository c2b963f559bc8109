import { describe, expect, test } from "vitest";
import { readTicket, takeTicket, ticketPatternProblem } from "../src/ticket.ts";

const ops = { pattern: "^[A-Z]+-\\d+$", isRequired: true, example: "OPS-123" };

describe("a pattern", () => {
  test.each([
    "^[A-Z]+-\\d+$",
    "[A-Z]{2,5}-\\d{1,6}",
    "(?:OPS|FIN)-\\d+",
    "#\\d+",
    "INC\\d{7}",
    "OPS\\-\\d+",
    "FIN\\_\\d+",
    "(OPS|FIN|HR)-\\d{4}",
    "[^ ]{3}",
  ])("that is taken: %s", (pattern) => expect(ticketPatternProblem(pattern)).toBeNull());

  test.each([
    ["(a+)+$", "repeats a group, which can take for ever"],
    ["(a|a)*", "repeats a group, which can take for ever"],
    ["(a?){20}a", "repeats a group, which can take for ever"],
    ["a*a*a*a*a*b", "has more than 3 repetitions of any length"],
    ["a?a?a?a?a?a?aaaaaa", "has more than 3 repetitions of any length"],
    ["a{0,}a{1,}a{2,}a{3,}", "has more than 3 repetitions of any length"],
    ["(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)", "has more than 6 alternatives"],
    ["a*", "fits nothing at all, too"],
    ["|OPS", "fits nothing at all, too"],
    ["[A-Z", "holds something"],
    ["(OPS", "isn't a regular expression"],
    ["OPS**", "isn't a regular expression"],
    ["[9-0]x", "isn't a regular expression"],
    ["(a)\\1", "holds something"],
    ["(?<name>a)\\k<name>", "holds something"],
    ["(?=a)a", "holds something"],
    ["(?<!a)b", "holds something"],
    ["\\p{L}+", "holds something"],
    ["\u202e", "holds something"],
    ["A".repeat(101), "is longer than 100 characters"],
  ])("that isn't: %s", (pattern, problem) => {
    expect(ticketPatternProblem(pattern)).toContain(problem);
  });

  test("what is taken is quick at its worst, on the longest text that is looked at", () => {
    const worst = { pattern: "(a|a)(a|a)[a]*[a]*(a|a)[a]*b", isRequired: true, example: null };
    expect(ticketPatternProblem(worst.pattern)).toBeNull();
    const from = performance.now();
    expect(takeTicket(`${"a".repeat(40)} `.repeat(100).trim(), [worst])).toBeNull();
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});

describe("a ticket", () => {
  test("is read whole, and in capitals where only those are meant", () => {
    expect(
      ["OPS-123", "ops-123", " OPS-1 ", "OPS-", "XOPS-12 3", "", `OPS-${"1".repeat(40)}`].map((word) =>
        readTicket(word, ops),
      ),
    ).toEqual(["OPS-123", "OPS-123", "OPS-1", null, null, null, null]);
  });

  test.each([
    ["paying the licence OPS-123", "OPS-123", "paying the licence"],
    ["OPS-123: paying the licence", "OPS-123", "paying the licence"],
    ["paying the licence (ops-123)", "OPS-123", "paying the licence"],
    ["what OPS-123 asks for", "OPS-123", "what OPS-123 asks for"],
    ["OPS-123", "OPS-123", "OPS-123"],
  ])("is found in %s", (purpose, ticket, rest) => {
    expect(takeTicket(purpose, [ops])).toEqual({ ticket, rest });
  });

  test("isn't found where there is none, or no rule", () => {
    expect(takeTicket("paying the licence", [ops])).toBeNull();
    expect(takeTicket("OPS-123", [])).toBeNull();
  });
});
