import { expect, test } from "vitest";
import { type ItemHistory, rotationState } from "../../src/policies/rotation.ts";

const day = (n: number) => new Date(Date.UTC(2026, 10, n, 12));
const begun = day(10);
const seen: ItemHistory = {
  sight: { last: day(5), times: 3, version: "3" },
  changes: [],
  versions: [{ version: "3", first: day(1), action: "reveal" }],
  ticks: [],
};
const unseen: ItemHistory = { sight: null, changes: [], versions: [], ticks: [] };
const edit = (n: number, isOwn = false, action = "edit") => [{ action, at: day(n), isOwn }];
const tick = (n: number, isDone = true) => ({ isDone, by: "U02MARTA", at: day(n) });
const version = (number: string, n: number, action = "reveal") => [
  ...seen.versions,
  { version: number, first: day(n), action },
];

test.each<[string, ItemHistory, object]>([
  ["seen, and never rotated", seen, { kind: "must" }],
  ["no recorded access", unseen, { kind: "judge" }],
  ["edited before it was last seen", { ...seen, changes: edit(4) }, { kind: "must" }],
  ["edited at that very moment", { ...seen, changes: edit(5) }, { kind: "must" }],
  [
    "edited after",
    { ...seen, changes: [...edit(8), ...edit(6)] },
    { kind: "done", proof: { kind: "edit", at: day(6) } },
  ],
  ["only moved", { ...seen, changes: edit(6, false, "move") }, { kind: "must" }],
  [
    "a higher version was seen later",
    { ...seen, versions: version("10", 7) },
    { kind: "done", proof: { kind: "version", version: "10", at: day(7) } },
  ],
  ["a lower version was seen later", { ...seen, versions: version("2", 7) }, { kind: "must" }],
  ["a higher version was known before", { ...seen, versions: version("4", 4) }, { kind: "must" }],
  ["versions that aren't numbers prove nothing", { ...seen, versions: version("b", 7) }, { kind: "must" }],
  [
    "without its own version, no other proves anything",
    { ...seen, sight: { last: day(5), times: 1, version: null }, versions: version("4", 7) },
    { kind: "must" },
  ],
  ["ticked", { ...seen, ticks: [tick(11)] }, { kind: "done", proof: { kind: "tick", by: "U02MARTA", at: day(11) } }],
  ["they edited it themselves", { ...seen, changes: edit(6, true) }, { kind: "must" }],
  ["others edited it, and then they did", { ...seen, changes: [...edit(6), ...edit(7, true)] }, { kind: "must" }],
  [
    "they edited it, and then others did",
    { ...seen, changes: [...edit(6, true), ...edit(7)] },
    { kind: "done", proof: { kind: "edit", at: day(7) } },
  ],
  [
    "they made it, and nobody says that they opened it",
    { ...unseen, changes: edit(2, true, "create") },
    { kind: "must" },
  ],
  ["ticked before they edited it", { ...seen, ticks: [tick(11)], changes: edit(12, true) }, { kind: "must" }],
  ["a higher version came with a renaming", { ...seen, versions: version("10", 7, "rename") }, { kind: "must" }],
  ["ticked, and taken back", { ...seen, ticks: [tick(11), tick(12, false)] }, { kind: "must" }],
  [
    "ticked, and opened again",
    { ...seen, sight: { last: day(12), times: 4, version: "3" }, ticks: [tick(11)] },
    { kind: "must" },
  ],
  ["unseen, edited before the list was begun", { ...unseen, changes: edit(9) }, { kind: "judge" }],
  ["unseen, edited since", { ...unseen, changes: edit(11) }, { kind: "done", proof: { kind: "edit", at: day(11) } }],
  [
    "unseen, ticked",
    { ...unseen, ticks: [tick(11)] },
    { kind: "done", proof: { kind: "tick", by: "U02MARTA", at: day(11) } },
  ],
])("%s", (_, history, state) => expect(rotationState(history, begun)).toEqual(state));
