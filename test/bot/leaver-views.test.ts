import { expect, test } from "vitest";
import type { RotationItem } from "../../src/bot/ports.ts";
import {
  leaverAnswer,
  leaverMessage,
  leaverPageSize,
  readLeaverBox,
  readLeaverSeen,
} from "../../src/bot/views/leaver.ts";
import { coverageSentence } from "../../src/vault/coverage.ts";
import { aVault } from "./builders.ts";
import { golden, readAloud } from "./read-aloud.ts";
import { hiddenIn, markupIn, refusals, shownIn } from "./slack-reading.ts";

const at = new Date("2026-11-24T09:35:00Z");
const seen = { first: new Date("2026-02-03T09:00:00Z"), last: at, times: 3 };
const common = {
  name: "Dana Ruiz",
  vault: "Company cards",
  zone: "Europe/Madrid",
  coverage: [coverageSentence({ source: "webhook", lastAt: at }, at)],
  blockId: "leaver:1",
};
const begun = { by: "U02MARTA", at: new Date("2026-11-23T09:00:00Z") };
const listing = (all: RotationItem[], page = 0) => ({
  ...common,
  begun,
  end: null,
  done: all.filter(({ state }) => state.kind === "done").length,
  total: all.length,
  items: all.slice(page * leaverPageSize, (page + 1) * leaverPageSize),
  page,
});
const items: RotationItem[] = [
  { place: 0, item: "Company Visa", known: at, takenOut: null, seen, state: { kind: "must" } },
  {
    place: 1,
    item: "Team Amex",
    known: at,
    takenOut: null,
    seen,
    state: { kind: "done", proof: { kind: "version", version: "4", at } },
  },
  { place: 2, item: "Fuel card", known: null, takenOut: null, seen: null, state: { kind: "judge" } },
  { place: 5, item: "Safe", known: at, takenOut: at, seen: null, state: { kind: "must" } },
  {
    place: 3,
    item: "Tolls",
    known: null,
    takenOut: null,
    seen: null,
    state: { kind: "done", proof: { kind: "tick", by: "U02MARTA", at } },
  },
  { place: 4, item: "Bank", known: at, takenOut: null, seen, state: { kind: "done", proof: { kind: "edit", at } } },
];
const many = (length: number, item = "Item"): RotationItem[] =>
  Array.from({ length }, (_, place) => ({
    place,
    item: `${item} ${place}`,
    known: place % 2 === 0 ? at : null,
    takenOut: null,
    seen: place % 2 === 0 ? seen : null,
    state: { kind: place % 2 === 0 ? "must" : "judge" },
  }));
const finished = items.map((one) => ({ ...one, state: { kind: "done", proof: { kind: "edit", at } } }) as RotationItem);

test.each(
  Object.entries({
    leaver: leaverMessage(listing(items)),
    "leaver-finished": leaverMessage(listing(finished)),
    "leaver-ended": leaverMessage({ ...listing(items), items: [], end: { by: "U02JUAN", at } }),
    "leaver-continued": leaverMessage({ ...listing(items), items: [], end: { by: null, at } }),
    "leaver-begun": leaverAnswer({
      kind: "begun",
      name: "Dana Ruiz",
      lists: [{ vault: aVault(), isNew: true, done: 1, total: 5 }],
    }),
  }),
)("%s", async (name, message) => {
  await expect(golden(message)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("a long list goes on in further messages, and each says which part it is", () => {
  const long = many(leaverPageSize * 2 + 1);
  const pages = [0, 1, 2].map((page) => leaverMessage(listing(long, page)));
  for (const [page, message] of pages.entries()) {
    expect(refusals(message, "message")).toEqual([]);
    expect(readAloud(message)[0]).toContain(`0 of 61 done (part ${page + 1} of 3)`);
  }
  const boxes = pages.flatMap((message) => JSON.stringify(message.blocks).match(/"value":"place:\d+:/g) ?? []);
  expect(new Set(boxes).size).toBe(61);
  expect(boxes).toHaveLength(61);
});

test("a box stands for a place and for what was known then, and a group's id tells what it showed ticked", () => {
  expect(readLeaverBox("place:12:1795512900000")).toEqual({ place: 12, covers: new Date(1795512900000) });
  expect(readLeaverBox("place:12")).toEqual({ place: 12, covers: null });
  expect(readLeaverBox("step:1")).toBeNull();
  expect(readLeaverSeen("leaver:1:judge0:3.14")).toEqual([3, 14]);
  expect(readLeaverSeen("leaver:1:must2:")).toEqual([]);
  expect(readLeaverSeen("b7Qx")).toEqual([]);
});

test.each(["<!channel> *x* _y_ :tada:", "x".repeat(4000), "\u202eevil\u0000", "", "👩‍💻".repeat(300)])(
  "whatever a vault says is shown, and does nothing: %j",
  (text) => {
    const proofs: RotationItem[] = [
      {
        place: 31,
        item: text,
        known: at,
        takenOut: null,
        seen,
        state: { kind: "done", proof: { kind: "version", version: text, at } },
      },
      {
        place: 32,
        item: text,
        known: at,
        takenOut: null,
        seen,
        state: { kind: "done", proof: { kind: "tick", by: text, at } },
      },
    ];
    const hostile = { name: text, vault: text, coverage: [text], begun: { by: text, at } };
    for (const message of [
      leaverMessage({ ...listing([...proofs, ...many(28, text)]), ...hostile }),
      leaverMessage({ ...listing([]), ...hostile, end: { by: text, at } }),
      leaverAnswer({
        kind: "begun",
        name: text,
        lists: [{ vault: aVault({ name: text }), isNew: false, done: 0, total: 1 }],
      }),
    ]) {
      expect(refusals(message, "message")).toEqual([]);
      expect(markupIn(message.text)).toEqual([]);
      expect(shownIn(message).flatMap(hiddenIn)).toEqual([]);
    }
  },
);
