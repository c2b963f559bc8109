import { expect, test } from "vitest";
import { complaints, filled, untouched } from "../../src/sandbox/form.ts";

const two = { text: { type: "plain_text", text: "Two" }, value: "two" };
const one = { text: { type: "plain_text", text: "One" }, value: "one" };

test.each([
  [{ type: "plain_text_input" }, "hello", { value: "hello" }],
  [{ type: "plain_text_input" }, "", { value: null }],
  [{ type: "number_input" }, 4, { value: "4" }],
  [{ type: "static_select", options: [one, two] }, "two", { selected_option: two }],
  [{ type: "static_select", options: [one] }, "two", { selected_option: null }],
  [{ type: "static_select", option_groups: [{ options: [one, two] }] }, "two", { selected_option: two }],
  [{ type: "radio_buttons", options: [one, two] }, "one", { selected_option: one }],
  [{ type: "checkboxes", options: [one, two] }, ["one", "two"], { selected_options: [one, two] }],
  [{ type: "checkboxes", options: [one, two] }, undefined, { selected_options: [] }],
  [{ type: "datepicker" }, "2026-11-24", { selected_date: "2026-11-24" }],
  [{ type: "timepicker" }, "10:20", { selected_time: "10:20" }],
  [{ type: "datetimepicker" }, 1_764_000_000, { selected_date_time: 1_764_000_000 }],
  [{ type: "users_select" }, "U1", { selected_user: "U1" }],
  [{ type: "conversations_select" }, "C1", { selected_conversation: "C1" }],
  [{ type: "multi_users_select" }, ["U1"], { selected_users: ["U1"] }],
])("%j filled with %j is reported as %j", (element, given, reported) => {
  expect(filled(element, given)).toEqual({ type: element.type, ...reported });
});

test.each([
  [{ type: "plain_text_input", initial_value: "x" }, { value: "x" }],
  [{ type: "static_select", options: [one, two], initial_option: two }, { selected_option: two }],
  [{ type: "checkboxes", options: [one, two], initial_options: [one] }, { selected_options: [one] }],
  [{ type: "timepicker", initial_time: "09:00" }, { selected_time: "09:00" }],
  [{ type: "multi_users_select", initial_users: ["U1"] }, { selected_users: ["U1"] }],
])("%j, left alone, is reported as %j", (element, reported) => {
  expect(untouched(element)).toEqual({ type: element.type, ...reported });
});

const required = "Please complete this required field.";

test.each([
  [{}, "", required],
  [{ min_length: 3 }, "ab", "Please enter at least 3 characters."],
  [{ min_length: 3 }, "abc", undefined],
  [{ max_length: 3 }, "éééé", "Please enter no more than 3 characters."],
  [{ max_length: 3 }, "🔔🔔🔔", undefined],
  [{ type: "email_text_input" }, "dana", "Please enter a valid email address."],
  [{ type: "url_text_input" }, "nowhere", "Please enter a valid URL."],
  [{ type: "number_input", is_decimal_allowed: false }, "1.5", "Please enter a whole number."],
  [
    { type: "number_input", is_decimal_allowed: true, max_value: "1" },
    "1.5",
    "Please enter a number no greater than 1.",
  ],
  [{ type: "number_input", is_decimal_allowed: true, min_value: "2" }, "1.5", "Please enter a number no less than 2."],
])("a field %j with %j makes the form say %j", (more, given, says) => {
  const element = { type: "plain_text_input", action_id: "a", ...more };
  const blocks = [{ type: "input", block_id: "b", element }];
  expect(complaints(blocks, { b: { a: filled(element, given) } })).toEqual(says === undefined ? {} : { b: says });
});

test("an optional field may stay empty", () => {
  const element = { type: "plain_text_input", action_id: "a" };
  expect(complaints([{ type: "input", block_id: "b", optional: true, element }], {})).toEqual({});
});
