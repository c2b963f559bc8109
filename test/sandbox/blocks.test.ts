import { expect, test } from "vitest";
import { messageProblems, problemAnswer, viewProblems } from "../../src/sandbox/blocks/validate.ts";
import { button, divider, modal, plain } from "./block-builders.ts";
import { refusedBlocks, refusedViews } from "./block-refusals.ts";
import { messageSizes, viewSizes } from "./block-sizes.ts";

const inMessage = (blocks: unknown) => messageProblems(blocks);
const inModal = (view: unknown) => viewProblems(view, "modal");

const sizes = [
  ...messageSizes.map((rule) => ({ ...rule, problems: inMessage })),
  ...viewSizes.map((rule) => ({ ...rule, problems: inModal })),
];

test.each(sizes)("$what: $most pass and one more doesn't", ({ most, at, build, problems }) => {
  expect(problems(build(most))).toEqual([]);
  expect(problems(build(most + 1)).map((one) => one.pointer)).toContain(at);
});

const withLeast = sizes.flatMap(({ least, ...rule }) => (least === undefined ? [] : [{ ...rule, least }]));

test.each(withLeast)("$what: $least passes and one fewer doesn't", ({ least, at, build, problems }) => {
  expect(problems(build(least))).toEqual([]);
  expect(problems(build(least - 1)).map((one) => one.pointer)).toContain(at);
});

test.each(refusedBlocks)("%s is refused in a message", (_what, blocks, pointer, says) => {
  expect(inMessage(blocks)).toContainEqual({ pointer, says });
});

test.each(refusedViews)("%s is refused", (_what, view, pointer, says) => {
  expect(inModal(view)).toContainEqual({ pointer, says });
});

test("the same action_id may stand in two blocks", () => {
  expect(inMessage([1, 2].map((index) => ({ type: "actions", block_id: `b${index}`, elements: [button()] })))).toEqual(
    [],
  );
});

test("lengths are counted in code points, so that 75 emoji fit on a button", () => {
  expect(inMessage([{ type: "actions", elements: [button({ text: plain("🔔".repeat(75)) })] }])).toEqual([]);
});

test("an alert belongs in a modal", () => {
  expect(inModal(modal({ blocks: [{ type: "alert", text: plain("x"), level: "warning" }] }))).toEqual([]);
});

test("a Home view takes a hundred blocks and no title", () => {
  expect(viewProblems({ type: "home", blocks: Array.from({ length: 100 }, () => divider) }, "home")).toEqual([]);
  expect(viewProblems({ type: "home", title: plain("T"), blocks: [divider] }, "home")).toContainEqual({
    pointer: "/view",
    says: "invalid additional property: title",
  });
});

test("a file that was never uploaded can't be shown", () => {
  const blocks = [{ type: "image", alt_text: "a", slack_file: { id: "F1" } }];
  expect(messageProblems(blocks, () => true)).toEqual([]);
  expect(messageProblems(blocks, () => false)).toEqual([
    { pointer: "/blocks/0/slack_file", says: "invalid slack file" },
  ]);
});

test("the answer names the place twice, as Slack does", () => {
  expect(problemAnswer([{ pointer: "/blocks/0/text/text", says: "must be less than 3001 characters" }])).toEqual({
    errors: ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"],
    response_metadata: { messages: ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"] },
  });
});
