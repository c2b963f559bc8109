import { expect, test } from "vitest";
import { type ItemHistory, rotationState } from "../../src/policies/rotation.ts";

const day = (n: number) => new Date(Date.UTC(2026, 10, n, 12));
const begun = day(10);
const seen: ItemHistory = {
  sight: { last: day(5), times: 3, version: "3" },
  takenOut: null,
  changes: [],
  versions: [{ version: "3", first: day(1), action: "reveal" }],
  ticks: [],
};
const unseen: ItemHistory = { sight: null, takenOut: null, changes: [], versions: [], ticks: [] };
const edit = (n: number, isOwn = false, action = "edit", version: string | null = null) => [
  { action, at: day(n), isOwn, version },
];
/** `covers`: the day until which what they know was shown. */
const tick = (n: number, isDone = true, covers = 5) => ({ isDone, by: "U02MARTA", at: day(n), covers: day(covers) });
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
    { ...seen, changes: [...edit(6), ...edit(8)] },
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
  [
    "their own edit without a version, then others see the version that it made",
    { ...seen, changes: edit(6, true), versions: version("4", 7) },
    { kind: "must" },
  ],
  [
    "their own edit without a version, then others see two",
    {
      ...seen,
      changes: edit(6, true),
      versions: [...version("4", 7), { version: "5", first: day(8), action: "copy" }],
    },
    { kind: "done", proof: { kind: "version", version: "5", at: day(8) } },
  ],
  [
    "their own edit with its version, then others see a higher one",
    { ...seen, changes: edit(6, true, "edit", "4"), versions: version("5", 7) },
    { kind: "done", proof: { kind: "version", version: "5", at: day(7) } },
  ],
  [
    "a renaming without a version, then others see the version that it may have made",
    { ...seen, changes: edit(6, false, "rename"), versions: version("4", 7) },
    { kind: "must" },
  ],
  [
    "a higher version was seen, and then there was a renaming",
    { ...seen, changes: edit(8, false, "rename"), versions: version("4", 7) },
    { kind: "done", proof: { kind: "version", version: "4", at: day(7) } },
  ],
  ["a higher version came with a renaming", { ...seen, versions: version("10", 7, "rename") }, { kind: "must" }],
  ["ticked, and taken back", { ...seen, ticks: [tick(11), tick(12, false)] }, { kind: "must" }],
  [
    "ticked, and opened again",
    { ...seen, sight: { last: day(12), times: 4, version: "3" }, ticks: [tick(11)] },
    { kind: "must" },
  ],
  [
    "ticked, and an earlier access is reported that the box didn't show",
    { ...seen, sight: { last: day(10), times: 4, version: "3" }, ticks: [tick(11)] },
    { kind: "must" },
  ],
  ["unseen, ticked, and an earlier access is reported", { ...seen, ticks: [tick(11, true, -9999)] }, { kind: "must" }],
  [
    "edited, and a manager says that it wasn't rotated",
    { ...seen, changes: edit(6), ticks: [tick(11, false)] },
    { kind: "must" },
  ],
  [
    "that, and the edit's version is seen",
    { ...seen, changes: edit(6), ticks: [tick(11, false)], versions: version("4", 12) },
    { kind: "must" },
  ],
  [
    "that, and edited again",
    { ...seen, changes: [...edit(6), ...edit(12)], ticks: [tick(11, false)] },
    { kind: "done", proof: { kind: "edit", at: day(12) } },
  ],
  [
    "that, and ticked, and opened before the edit that was no rotation",
    {
      ...seen,
      sight: { last: day(6), times: 4, version: "3" },
      changes: edit(7),
      ticks: [tick(11, false), tick(12)],
    },
    { kind: "must" },
  ],
  [
    "unseen, edited since, and it wasn't rotated",
    { ...unseen, changes: edit(11), ticks: [tick(12, false)] },
    { kind: "judge" },
  ],
  ["the whole vault was exported", { ...unseen, takenOut: day(5) }, { kind: "must" }],
  [
    "the whole vault was exported, and then it was edited",
    { ...unseen, takenOut: day(5), changes: edit(6) },
    { kind: "done", proof: { kind: "edit", at: day(6) } },
  ],
  ["edited, and then the whole vault was exported", { ...seen, takenOut: day(7), changes: edit(6) }, { kind: "must" }],
  [
    "the whole vault was exported before there was this item",
    { ...unseen, takenOut: day(5), changes: edit(6, false, "create") },
    { kind: "judge" },
  ],
  ["unseen, edited before the list was begun", { ...unseen, changes: edit(9) }, { kind: "judge" }],
  ["unseen, edited since", { ...unseen, changes: edit(11) }, { kind: "done", proof: { kind: "edit", at: day(11) } }],
  [
    "unseen, ticked",
    { ...unseen, ticks: [tick(11)] },
    { kind: "done", proof: { kind: "tick", by: "U02MARTA", at: day(11) } },
  ],
])("%s", (_, history, state) => expect(rotationState(history, begun)).toEqual(state));
