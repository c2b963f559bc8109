import { describe, expect, test } from "vitest";
import { clean, plainMrkdwn } from "../../src/bot/views/text.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

describe("clean", () => {
  test.each([
    ["two\nlines\r\n and\ttabs", "two lines and tabs"],
    ["a\u0000b\u0007c\u009bd", "abcd"],
    ["\u202eevil\u202c \u2066x\u2069", "evil x"],
    ["ze\u200bro \u00adwi\ufeffdth\u2060", "zero width"],
    ["pay\u200dpal", "paypal"],
    ["\u3164\u2800 \u115f", ""],
    ["👩‍💻 and 👨‍👩‍👧", "👩‍💻 and 👨‍👩‍👧"],
    ["a\u200d👩", "a👩"],
    ["👩\u200d\u200d💻", "👩💻"],
    ["می\u200cخواهم", "می\u200cخواهم"],
    ["क्\u200dष", "क्\u200dष"],
    ["\ud800x", "\ufffdx"],
    ["e\u0301\u0301\u0301\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301"],
    ["❤\ufe0f", "❤\ufe0f"],
    ["a\ufe01b\u{e0041}", "ab"],
    ["<b>*stays*</b>", "<b>*stays*</b>"],
  ])("%j", (untrusted, line) => expect(clean(untrusted, 80)).toBe(line));

  test("cuts between graphemes, marks the cut, and never cuts what fits", () => {
    expect(clean("abcde", 5)).toBe("abcde");
    expect(clean("abcdef", 5)).toBe("abcd…");
    expect(clean("👩‍💻".repeat(6), 5, 100)).toBe(`${"👩‍💻".repeat(4)}…`);
    expect(clean("👩‍💻".repeat(6), 5)).toBe(`${"👩‍💻".repeat(3)}…`);
    expect(clean("ab cd ef", 4)).toBe("ab…");
  });

  test("one endless grapheme is cut by its units", () => {
    const endless = `${"👩\u200d".repeat(500)}👩`;
    expect([...graphemes.segment(endless)]).toHaveLength(1);
    expect(clean(endless, 10).length).toBeLessThanOrEqual(40);
    expect(clean("x".repeat(300), 75, 75).length).toBe(75);
  });
});

describe("plainMrkdwn", () => {
  test.each([
    ["R&D <licence>", "R&amp;D &lt;licence&gt;"],
    ["<!channel>", "&lt;!channel&gt;"],
    ["*bold* _it_ ~no~ `x`", "∗bold∗ ＿it＿ ∼no∼ ˋxˋ"],
    [":tada: at 02:13", "꞉tada: at 02:13"],
    ["https://evil.example", "https꞉//evil․example"],
    ["@here #general", "＠here ＃general"],
    ["dana@example.com", "dana＠example․com"],
    ["> quoted", "quoted"],
    ["> >> quoted", "quoted"],
    ["3.5 and v8.10.4", "3.5 and v8.10.4"],
  ])("%j", (untrusted, harmless) => expect(plainMrkdwn(untrusted, 80)).toBe(harmless));
});
