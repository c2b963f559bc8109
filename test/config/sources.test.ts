import { expect, test } from "vitest";
import { buildSources } from "../../src/vault/sources/build.ts";
import { mistakesIn, understoodFrom, written } from "./written.ts";

const withSources = (...lines: string[]) =>
  written({ below: `sources:\n${lines.map((line) => `  - ${line}`).join("\n")}` });
const problems = (...lines: string[]) => mistakesIn(withSources(...lines));

test("a source needs its kind alone", () => {
  expect(understoodFrom(withSources("kind: 1password")).sources).toEqual([
    {
      kind: "1password",
      name: "1password",
      origin: "https://events.1password.com",
      tokenVariable: "ONEPASSWORD_EVENTS_TOKEN",
      mapping: null,
      file: null,
    },
  ]);
  expect(understoodFrom(withSources("{ kind: 1password, server: events.1password.eu }")).sources[0]?.origin).toBe(
    "https://events.1password.eu",
  );
});

test("a token in the file is refused and not repeated", () => {
  const told = problems("{ kind: 1password, token: eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJhIjoxfQ.c2lnbmF0dXJl }");
  expect(told).toEqual([expect.stringContaining("secrets don't belong into this file")]);
  expect(told.join()).not.toContain("eyJ");
});

test.each([
  ["{ kind: 1password, server: events.example.com }", "is none of 1Password's servers"],
  ["{ kind: 1password, server: http://events.1password.eu }", "only sent over https"],
  ["{ kind: 1password, server: https://me:pw@events.1password.eu }", "name or password"],
  ["{ kind: 1password, name: 1Password EU }", "Write `name: 1password-eu`"],
  ["{ kind: 1password, name: cards }", "Write `name: 1password-cards`"],
  ["{ kind: 1password, name: webhook }", "already taken by the signed webhook"],
  ["{ kind: onepassword }", "1password"],
])("%s", (line, told) => expect(problems(line).join()).toContain(told));

test("a mapped source needs its mapping, and no other has one", () => {
  expect(problems("kind: mapped").join()).toContain("a mapped source has no mapping");
  expect(problems("{ kind: 1password, mapping: ./x.yaml }").join()).toContain("only a mapped source has a mapping");
  expect(problems("{ kind: mapped, name: mapped-keeper, mapping: ./keeper.mapping.yaml }")).toEqual([]);
});

test("two of a kind need two names", () => {
  expect(problems("kind: 1password", "kind: 1password").join()).toContain("already taken by sources[0]");
  expect(problems("kind: 1password", "{ kind: 1password, name: 1password-eu, token: OP_EU_TOKEN }")).toEqual([]);
});

test("a missing token and a service account's are told by the variable, never by their value", () => {
  const { sources } = understoodFrom(withSources("kind: 1password"));
  const said = (env: Record<string, string>) =>
    buildSources(sources, {
      env,
      vaultIds: new Set(),
      readMapping: () => ({ ok: false, mistakes: [] }),
    }).mistakes.join();
  expect(said({})).toContain("ONEPASSWORD_EVENTS_TOKEN is not set");
  expect(said({ ONEPASSWORD_EVENTS_TOKEN: "ops_eyJzaWduSW5BZGRyZXNz" })).toMatch(/service account's token/);
  expect(said({ ONEPASSWORD_EVENTS_TOKEN: "ops_eyJzaWduSW5BZGRyZXNz" })).not.toContain("eyJz");
  expect(said({ ONEPASSWORD_EVENTS_TOKEN: "eyJhbGciOiJFUzI1NiJ9.e30.c2ln" })).toBe("");
});
