import { expect, test } from "vitest";
import { readNames } from "../../src/vault/names-list.ts";

test("1Password's list, Bitwarden's and a plain one are read for ids and titles alone", () => {
  const list = [
    { id: "i1", title: "Company Visa", vault: { id: "v1", name: "Cards" }, fields: [{ value: "4111 1111" }] },
    { id: "i2", name: "Amex", collectionIds: ["c1"], login: { password: "hunter2" } },
    { id: "i3", title: "Root", vault: "v2" },
  ];
  const reading = readNames(JSON.stringify(list));
  expect(reading).toEqual({
    ok: true,
    skipped: 0,
    names: [
      { id: "i1", title: "Company Visa", vaultId: "v1" },
      { id: "i2", title: "Amex", vaultId: "c1" },
      { id: "i3", title: "Root", vaultId: "v2" },
    ],
  });
  expect(JSON.stringify(reading)).not.toMatch(/hunter2|4111/);
});

test("the last of two names counts; entries without either are counted", () => {
  const list = [{ id: "i1", title: "Old" }, { id: "i1", title: "New" }, { id: "i2" }, 7, null, { title: "x" }];
  expect(readNames(JSON.stringify(list))).toEqual({
    ok: true,
    skipped: 4,
    names: [{ id: "i1", title: "New", vaultId: null }],
  });
});

test.each(["", "{}", "[1]", '{"items":[]}', "null"])("%j is no list", (text) => {
  expect(readNames(text).ok).toBe(false);
});

test("no title is too odd: it is kept as PostgreSQL can hold it", () => {
  const reading = readNames(JSON.stringify([{ id: "i\u0000", title: "a\u0000b\ud800" }]));
  expect(reading.ok && reading.names[0]?.title).toBe("a\ufffdb\ufffd");
});
