import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { saysNothing } from "../../src/policies/purpose-quality.ts";

/** Lone surrogates among them. */
const anyCodePoint = fc.nat(0x10ffff).map((point) => String.fromCodePoint(point));

const around = {
  itemTitles: ["Company Visa", "Café № 4", "税"],
  vaultNames: ["Company cards"],
  hint: "supplier and amount, please",
};
const nextStep =
  " A few more words on what it is for let the managers tick it off at a glance. Here it helps to name: supplier and amount, please.";

const listed = (purposes: string) => purposes.split(" | ");

describe("purposes that say nothing", () => {
  test.each([
    ...["", " ", ".", "...", "-", "?!", "🙂", "👩‍👩‍👧", "123", "4411", "\u200B", "\u3164", "\u2800", "\u202E\u2066"],
  ])("without words: %j", (purpose) => {
    expect(saysNothing(purpose, around)).toBe(`This has no words in it yet.${nextStep}`);
  });

  test.each(["x", "ok", "hm", "é", "a1"])("too short: %j", (purpose) => {
    expect(saysNothing(purpose, around)).toBe(`'${purpose}' is too short to tell what it is for.${nextStep}`);
  });

  test.each([
    ...listed(
      "work | Work. | WORK!! | ｗｏｒｋ | w\u200Bork | test | testing | test 2 | stuff | access | need access | some work stuff",
    ),
    ...listed(
      "I need it for work | asdf | asdfasdf | asdasd | qwertz | aaaa | hahahaha | lorem ipsum | just checking | todo",
    ),
    ...listed(
      "login | because I need to | the stuff | trabajo | cosas del trabajo | necesito acceso | prueba | Arbeit",
    ),
    ...listed(
      "für die Arbeit | brauche Zugriff | nur mal schauen | travail | pour le travail | besoin d'accès | j'ai besoin de l'accès",
    ),
  ])("empty words: %j", (purpose) => {
    expect(saysNothing(purpose, around)).toMatch(/^'.+' doesn't tell yet what it is for\. A few more words/);
  });

  test.each([
    "Company Visa",
    "company  visa",
    "the Company Visa, please",
    "open COMPANY VISA",
    "cafe no 4",
    "Cafe\u0301 №4",
  ])("the item's own name: %j", (purpose) => {
    const said = saysNothing(purpose, { ...around, itemTitles: [...around.itemTitles, "Café №4"] });
    expect(said).toBe(`'${purpose.replace(/ {2}/, " ")}' names the item, but not yet why.${nextStep}`);
  });

  test("the vault's own name, and the hint itself", () => {
    expect(saysNothing("company cards", around)).toBe(`'company cards' names the vault, but not yet why.${nextStep}`);
    expect(saysNothing("Supplier and amount please", around)).toBe(
      `'Supplier and amount please' is the hint itself, not yet your answer to it.${nextStep}`,
    );
  });

  test("without a hint the sentence ends with the kind part", () => {
    expect(saysNothing("work", { itemTitles: [], vaultNames: [], hint: null })).toBe(
      "'work' doesn't tell yet what it is for. A few more words on what it is for let the managers tick it off at a glance.",
    );
  });
});

describe("honest purposes, however short", () => {
  test.each([
    ...listed(
      "VAT | VAT return | Visa renewal | refund #4411 | pago IVA | paying licence renewal | OVH invoice | Company Visa renewal",
    ),
    ...listed(
      "renew Company cards | test the new card | work visa | ticket 4411 | task 4411 | PR 12 | Plan B | AWS | payroll",
    ),
    ...listed(
      "Steuer | URSSAF | couscous | 报税 | کارت | कर भुगतान | налоги | taxe d'habitation | supplier Acme, amount 40 €",
    ),
    ...listed("I need to pay Adobe | werk | www renewal | refund 🙂"),
  ])("%j", (purpose) => expect(saysNothing(purpose, around)).toBeNull());
});

test("no purpose is too strange to be judged, nor too long", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCodePoint, maxLength: 300 }), (purpose) => {
      const said = saysNothing(purpose, around);
      if (said !== null) expect(said.endsWith(nextStep)).toBe(true);
    }),
  );
  expect(saysNothing("a".repeat(4000), around)).toBe(
    `'${"a".repeat(119)}…' doesn't tell yet what it is for.${nextStep}`,
  );
  expect(saysNothing("work ".repeat(800), around)).toContain("doesn't tell yet");
  expect(saysNothing(`${"work ".repeat(800)}on the VAT return`, around)).toBeNull();
});
