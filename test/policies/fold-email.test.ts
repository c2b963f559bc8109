import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldEmail } from "../../src/policies/fold-email.ts";

/** Lone surrogates among them. */
const anyCodePoint = fc.nat(0x10ffff).map((point) => String.fromCodePoint(point));

describe("foldEmail", () => {
  test.each([
    ["case", "Dana@Example.COM", "dana@example.com"],
    ["space around", " dana@example.com\n", "dana@example.com"],
    ["composed and decomposed", "jose\u0301@example.com", "jos\u00E9@example.com"],
    ["the Kelvin sign", "mi\u212Ae@example.com", "mike@example.com"],
    ["full width", "ｄａｎａ@example.com", "dana@example.com"],
    ["a dotted capital İ, without any locale", "\u0130nes@example.com", "ines@example.com"],
    ["a capital I, without any locale", "INES@example.com", "ines@example.com"],
    ["sigma at a word's end", "ΝΙΚΟΣ@example.com", "νικοσ@example.com"],
  ])("folds %s", (_case, address, folded) => expect(foldEmail(address)).toBe(folded));

  test("a dotless ı stays itself", () => expect(foldEmail("\u0131nes@example.com")).toBe("\u0131nes@example.com"));
  test("plus-tags are kept", () => expect(foldEmail("dana+cards@example.com")).toBe("dana+cards@example.com"));

  test("folding twice is folding once", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCodePoint, maxLength: 12 }), (address) => {
        expect(foldEmail(foldEmail(address))).toBe(foldEmail(address));
      }),
      { numRuns: 200 },
    );
  });
});
