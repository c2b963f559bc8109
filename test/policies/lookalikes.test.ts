import { expect, test } from "vitest";
import type { Person, SlackUser } from "../../src/model.ts";
import { lookalikes } from "../../src/policies/lookalikes.ts";
import { anAccess, aPerson, aSlackUser, aVault } from "../bot/builders.ts";

const marta: SlackUser = aSlackUser({ id: "U02MARTA", name: "Marta Soler", email: "marta@example.com" });
const dana = aSlackUser();
const colleagues = [marta, dana];
const vault = aVault();
const of = (person: Person, email: string | null = null, title = "Company Visa") =>
  lookalikes(person, email, [anAccess({ item: { id: "i_other", title, version: null, category: null } })], {
    colleagues,
    vault,
  });
const stranger = (name: string, emails = ["x@vendor.example"]) =>
  aPerson({ name, emails, slack: { kind: "unmatched" } });

test("nothing is remarked of somebody who is called as nobody else", () => {
  expect(of(aPerson())).toEqual([]);
});

test("who is called nearly as a manager is shown beside that manager's address", () => {
  expect(of(stranger("Mаrta Soler"))).toEqual([
    { kind: "person", of: "name", text: "Mаrta Soler", name: "Marta Soler", email: "marta@example.com" },
  ]);
});

test("a name that mixes alphabets is remarked, whoever it looks like", () => {
  expect(of(stranger("Pаul Klein"))).toEqual([
    { kind: "mixed", of: "name", text: "Pаul Klein", alphabets: ["Latin", "Cyrillic"] },
  ]);
});

test("a namesake is shown with the address, and an address that only looks like a colleague's", () => {
  expect(of(stranger("Marta Soler"))).toEqual([
    { kind: "person", of: "name", text: "Marta Soler", name: "Marta Soler", email: "marta@example.com" },
  ]);
  expect(of(stranger("M. S.", ["marta@exarnple.com"]))).toEqual([
    { kind: "person", of: "address", text: "marta@exarnple.com", name: "Marta Soler", email: "marta@example.com" },
  ]);
});

test("nobody looks like themselves: by their user, by their address in any spelling, or as one of two candidates", () => {
  expect(of(stranger("Marta Soler", ["marta@example.com"]), "Marta@Example.com")).toEqual([]);
  const both = { kind: "ambiguous" as const, users: [marta, dana] };
  expect(of(aPerson({ name: "Marta Soler", emails: ["team@example.com"], slack: both }))).toEqual([]);
});

test("an item that only looks like a configured one is remarked; one with the very same title isn't", () => {
  expect(of(aPerson(), null, "Cоmpany Visa").map(({ kind }) => kind)).toEqual(["item"]);
  expect(of(aPerson(), null, "Company Visa")).toEqual([]);
  expect(of(aPerson(), null, "Company\u202eVisa").map(({ kind }) => kind)).toEqual(["hidden"]);
});

test("what several accesses have in common is said once", () => {
  const twice = [1, 2].map((n) =>
    anAccess({ id: `a${n}`, item: { id: `i_${n}`, title: "Vіsa", version: null, category: null } }),
  );
  expect(lookalikes(aPerson(), null, twice, { colleagues, vault })).toHaveLength(1);
});
