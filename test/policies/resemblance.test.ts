import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasHidden, mixedAlphabets, resembles } from "../../src/policies/resemblance.ts";

const naughty = JSON.parse(
  readFileSync(new URL("../fixtures/naughty-strings/blns.json", import.meta.url), "utf8"),
) as string[];

/** Names, addresses and titles as people have them, in many languages: nothing of them is to be remarked. */
const ordinary = [
  "José Núñez",
  "Zoë Ångström",
  "Łukasz Żółć",
  "Đorđe Đoković",
  "Nguyễn Thị Minh Khai",
  "İbrahim Işık",
  "Søren Ærø",
  "O’Neill-MacÁ",
  "Иван Петров",
  "Олексій Ґаджієв",
  "Іван Ivan",
  "Μαρία Παπαδοπούλου",
  "Արամ Խաչատրյան",
  "გიორგი",
  "田中 太郎",
  "タナカさんA",
  "김민수 Kim",
  "محمد الفاتح",
  "דוד בן־גוריון",
  "\u200fדוד\u200e (David)",
  "प्रिया शर्मा",
  "สมชาย",
  "dana.ruiz+vault@example.com",
  "Visa 4111 – μTorrent, ΔT and 5Ω",
  "Büro β-Test № 5",
  "👩‍💻 Dev 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "می‌خواهم",
];

describe("what looks like something else (T15)", () => {
  test.each([
    ["another alphabet's letter", "Mаrta Soler", "Marta Soler"],
    ["all letters of another alphabet", "Сосо", "Coco"],
    ["a digit for a letter", "Juan O1iver", "Juan Oliver"],
    ["a capital I for a small L", "PauI Klein", "Paul Klein"],
    ["R and N for M", "Tirn Miller", "Tim Miller"],
    ["wide letters", "Ｍａｒｔａ Soler", "Marta Soler"],
    ["letters for mathematics", "𝐌𝐚𝐫𝐭𝐚 Soler", "Marta Soler"],
    ["a zero width", "Mar\u200bta Soler", "Marta Soler"],
    ["an override", "\u202eMarta Soler", "Marta Soler"],
    ["more spaces and another case", "MARTA  SOLER ", "Marta Soler"],
    ["an address", "mаrta@example.com", "marta@example.com"],
    ["an address's domain", "marta@exarnple.com", "marta@example.com"],
  ])("%s: %s is taken for %s", (_, one, other) => {
    expect(resembles(one, other)).toBe(true);
    expect(resembles(other, one)).toBe(true);
  });

  test.each([
    ["Jose Nunez", "José Núñez"],
    ["Marta Soler", "Marta Solar"],
    ["Иван", "Ivan"],
    ["", ""],
    ["\u200b", "\u200b"],
  ])("%s isn't taken for %s", (one, other) => {
    expect(resembles(one, other)).toBe(false);
  });

  test.each([
    ["Mаrta", ["Latin", "Cyrillic"]],
    ["Juan Οliver", ["Latin", "Greek"]],
    ["Дoм", ["Latin", "Cyrillic"]],
    ["раураl", ["Latin", "Cyrillic"]],
  ])("%s mixes %j", (text, alphabets) => {
    expect(mixedAlphabets(text)).toEqual(alphabets);
  });

  test.each(["Mar\u200bta", "\u202eatraM", "Visa\u2066\u2069", "Vi\u00adsa", "\u3164", "\ufeffVisa", "\u200fMarta"])(
    "what can't be seen is found: %j",
    (text) => expect(hasHidden(text)).toBe(true),
  );

  test.each(ordinary)("nothing is remarked of %s", (text) => {
    expect(mixedAlphabets(text)).toEqual([]);
    expect(hasHidden(text)).toBe(false);
    expect(ordinary.filter((other) => resembles(text, other))).toEqual([text]);
  });

  test("whatever comes gets an answer: the big list of naughty strings, and any text at all", () => {
    const looked = naughty.map(
      (text) => [mixedAlphabets(text), hasHidden(text), resembles(text, `${text} q`)] as const,
    );
    expect(looked.filter(([, , isTaken]) => isTaken)).toEqual([]);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        return (
          !resembles(text, `${text}q`) && mixedAlphabets(text).length !== 1 && typeof hasHidden(text) === "boolean"
        );
      }),
    );
  });

  test("a name of a megabyte costs no more than one of five hundred letters", () => {
    const from = performance.now();
    resembles("Ж".repeat(1_000_000), "а".repeat(1_000_000));
    expect(mixedAlphabets("Ж".repeat(1_000_000))).toEqual([]);
    expect(performance.now() - from).toBeLessThan(200);
  });
});
