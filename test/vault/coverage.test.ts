import { expect, test } from "vitest";
import { blindSpotsOf, coverageOfAll, coverageSentence, isTooOld, oldApps } from "../../src/vault/coverage.ts";
import { bitwarden } from "../../src/vault/sources/bitwarden.ts";
import { onePassword } from "../../src/vault/sources/one-password.ts";

const now = new Date("2026-11-24T10:00:00Z");
const before = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

test("a source's sentence says what it tells, what it can't, when it last spoke, and which version of itself this is", () => {
  expect(coverageSentence({ source: "webhook", lastAt: before(40) }, now)).toBe(
    "The signed webhook reports what its sender passes on, from the day on which it was set up; it last spoke 40 min ago. What the vault service doesn’t log (in many apps: looking at an item without revealing a field), what an offline app hasn’t sent yet, and what was copied or noted down elsewhere can’t be seen. (Coverage webhook v1)",
  );
});

test("of several vaults each source is told once, by when it last spoke of any", () => {
  const heard = [
    { source: "webhook", lastAt: before(90) },
    { source: "webhook", lastAt: before(5) },
    { source: "constructor", lastAt: null },
  ];
  const sentences = coverageOfAll(heard, now);
  expect(sentences).toHaveLength(2);
  expect(sentences[0]).toContain("it last spoke 5 min ago");
  expect(sentences[1]).toContain("This source reports what it was set up to report; it has never spoken yet");
});

test("which acts on which clients, since when and how late, and what helps", () => {
  expect(coverageSentence({ source: "1password-eu", lastAt: before(5) }, now)).toBe(
    "1Password reports revealing, copying, filling in, editing, exporting and sharing in its apps, from 8.4.0 on, when they sync; opening on the web, by the command line and by Connect, at once; it last spoke 5 min ago. Looking at an item in an app without revealing a field, and so reading a secure note there, isn’t told, nor is what an older or offline app did. A number in a concealed field or a card item is seen when it is revealed. (Coverage 1password-eu v2)",
  );
});

test.each(["bitwarden", "hashicorp", "mapped-keeper", "webhook", "unheard-of"])(
  "%s says what it can't see",
  (source) => {
    expect(coverageSentence({ source, lastAt: null }, now)).toMatch(
      new RegExp(`reports .*; it has never spoken yet\\. .*(told|seen).*\\. \\(Coverage ${source} v\\d+\\)$`),
    );
  },
);

test("a source that is set up is told although it never spoke of these vaults", () => {
  expect(coverageOfAll([{ source: "webhook", lastAt: before(5) }], now, ["1password", "webhook"])).toEqual([
    expect.stringMatching(/^The signed webhook .*5 min ago/),
    expect.stringMatching(/^1Password .*never spoken/),
  ]);
});

test.each([
  ["1Password for Mac", "70904004", true],
  ["1Password for Mac", "80399001", true],
  ["1Password for Mac", "80400000", false],
  ["1Password for Windows", "8.3.9", true],
  ["1Password for Windows", "8.10.4", false],
  ["1Password Browser Extension", "20250", false],
  ["1Password for iOS", "unknown", false],
])("%s %s is too old to report: %s", (app, version, isOld) => {
  expect(isTooOld({ source: "1password", app, version })).toBe(isOld);
});

test("people with old apps are named, a few of them", () => {
  const apps = Array.from({ length: 7 }, (_, n) => {
    return { source: "1password", who: `P${n}`, app: "1Password for Mac", version: "70904004" };
  });
  const named = expect.stringMatching(/: P0 \(1Password for Mac 7\.9\.4\), .*P4 .* and 2 more\.$/);
  expect(oldApps(apps, 0)).toEqual([named]);
  expect(oldApps(apps, 1)).toEqual([named, "So does 1 other, of whom nothing is recorded here."]);
  expect(oldApps([], 2)).toEqual([
    expect.stringMatching(/^2 people of whom nothing is recorded here use an app that is too old to report anything/),
  ]);
  expect(oldApps([], 0)).toEqual([]);
});

test("where nothing ever spoke, that is said", () => {
  expect(coverageOfAll([], now)).toEqual([expect.stringContaining("it has never spoken yet")]);
});

test("the streams that are said to have a list of their own are those that have one", () => {
  const [origin, client] = ["https://vault.example", "organization.O1:secret"];
  const sources = [
    onePassword({ name: "1password", origin, token: "token", vaultIds: new Set() }),
    bitwarden({ name: "bitwarden-eu", server: origin, client }),
  ];
  for (const { name, feeds } of sources) {
    expect(blindSpotsOf(name).lists).toEqual(feeds.filter(({ list }) => list).map((feed) => feed.name));
  }
});
