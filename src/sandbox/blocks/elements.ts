import { isDeepStrictEqual } from "node:util";
import { objectsOf, type Wire } from "../wire.ts";
import { limits } from "./limits.ts";
import type { Also, ObjectRule, Rule } from "./rule.ts";
import {
  anyNumber,
  anything,
  byType,
  confirm,
  eitherText,
  exactlyOne,
  id,
  list,
  matching,
  object,
  oneOf,
  ordered,
  plain,
  string,
  webAddress,
  whole,
  yesOrNo,
} from "./words.ts";

/** Every interactive element of Block Kit and what Slack asks of it. */

const { button, option, select } = limits;

const actionId = { action_id: string(limits.actionId) };
const confirmable = { ...actionId, confirm };
const focusable = { focus_on_load: yesOrNo };
const placeholder = { placeholder: plain(select.placeholder) };
const dispatch = {
  dispatch_action_config: object(
    { trigger_actions_on: list(oneOf("on_enter_pressed", "on_character_entered"), 1, 2) },
    {},
  ),
};

const plainOption = object(
  { text: plain(option.text), value: string(option.value) },
  { description: plain(option.description) },
);
const richOption = object(
  { text: eitherText(option.text), value: string(option.value) },
  { description: eitherText(option.description) },
);
const overflowOption = object(
  { text: plain(option.text) },
  { value: string(option.value), description: plain(option.description), url: string(option.url) },
);
const optionGroup = object({
  label: plain(limits.optionGroup.label),
  options: list(plainOption, 1, limits.optionGroup.options),
});
const choices = {
  options: list(plainOption, 1, select.options),
  option_groups: list(optionGroup, 1, select.optionGroups),
};

const initialIsOffered: Also = (value) => {
  const offered = [...objectsOf(value.options), ...objectsOf(value.option_groups).flatMap((g) => objectsOf(g.options))];
  const initial = value.initial_option === undefined ? objectsOf(value.initial_options) : [value.initial_option];
  const stray = initial.some((one) => !offered.some((other) => isDeepStrictEqual(one, other)));
  const field = value.initial_option === undefined ? "initial_options" : "initial_option";
  return stray ? [[field, "must be one of the provided options"]] : [];
};

const filter = object(
  {},
  {
    include: list(oneOf("im", "mpim", "private", "public"), 1, 4),
    exclude_external_shared_channels: yesOrNo,
    exclude_bot_users: yesOrNo,
  },
);
const single = { ...confirmable, ...focusable, ...placeholder };
const several = { ...single, max_selected_items: whole(1, 1000) };
const date = matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
const time = matching(/^([01]\d|2[0-3]):[0-5]\d$/);

export const image: ObjectRule = object(
  { alt_text: string(limits.image.alt) },
  { image_url: string(limits.image.url), slack_file: object({}, { id, url: webAddress }, exactlyOne("id", "url")) },
  exactlyOne("image_url", "slack_file"),
);

const elements = {
  button: object(
    { text: plain(button.text) },
    {
      ...confirmable,
      url: string(button.url),
      value: string(button.value, 0),
      style: oneOf("primary", "danger"),
      accessibility_label: string(button.accessibilityLabel),
    },
  ),
  checkboxes: object(
    { options: list(richOption, 1, limits.checkboxOptions) },
    { ...confirmable, ...focusable, initial_options: list(richOption, 1, limits.checkboxOptions) },
    initialIsOffered,
  ),
  radio_buttons: object(
    { options: list(richOption, 1, limits.radioOptions) },
    { ...confirmable, ...focusable, initial_option: richOption },
    initialIsOffered,
  ),
  overflow: object({ options: list(overflowOption, 1, limits.overflowOptions) }, confirmable),
  static_select: object(
    {},
    { ...single, ...choices, initial_option: plainOption },
    exactlyOne("options", "option_groups"),
    initialIsOffered,
  ),
  multi_static_select: object(
    {},
    { ...several, ...choices, initial_options: list(plainOption, 1, select.options) },
    exactlyOne("options", "option_groups"),
    initialIsOffered,
  ),
  external_select: object({}, { ...single, initial_option: plainOption, min_query_length: whole(0, 255) }),
  multi_external_select: object(
    {},
    { ...several, initial_options: list(plainOption, 1, select.options), min_query_length: whole(0, 255) },
  ),
  users_select: object({}, { ...single, initial_user: id }),
  multi_users_select: object({}, { ...several, initial_users: list(id, 1, 1000) }),
  channels_select: object({}, { ...single, initial_channel: id, response_url_enabled: yesOrNo }),
  multi_channels_select: object({}, { ...several, initial_channels: list(id, 1, 1000) }),
  conversations_select: object(
    {},
    {
      ...single,
      initial_conversation: id,
      default_to_current_conversation: yesOrNo,
      response_url_enabled: yesOrNo,
      filter,
    },
  ),
  multi_conversations_select: object(
    {},
    { ...several, initial_conversations: list(id, 1, 1000), default_to_current_conversation: yesOrNo, filter },
  ),
  datepicker: object({}, { ...single, initial_date: date }),
  timepicker: object({}, { ...single, initial_time: time, timezone: string(255) }),
  datetimepicker: object({}, { ...confirmable, ...focusable, initial_date_time: whole(1_000_000_000, 9_999_999_999) }),
  plain_text_input: object(
    {},
    {
      ...actionId,
      ...focusable,
      ...placeholder,
      ...dispatch,
      initial_value: string(limits.plainTextInput, 0),
      multiline: yesOrNo,
      min_length: whole(0, limits.plainTextInput),
      max_length: whole(1, limits.plainTextInput),
    },
    ordered("min_length", "max_length"),
  ),
  email_text_input: object({}, { ...actionId, ...focusable, ...placeholder, ...dispatch, initial_value: string(3000) }),
  url_text_input: object({}, { ...actionId, ...focusable, ...placeholder, ...dispatch, initial_value: string(3000) }),
  number_input: object(
    { is_decimal_allowed: yesOrNo },
    {
      ...actionId,
      ...focusable,
      ...placeholder,
      ...dispatch,
      initial_value: string(255),
      min_value: string(255),
      max_value: string(255),
    },
    ordered("min_value", "max_value"),
  ),
  rich_text_input: object(
    {},
    {
      ...actionId,
      ...focusable,
      ...placeholder,
      ...dispatch,
      initial_value: anything,
      min_lines: anyNumber,
      max_lines: anyNumber,
    },
  ),
  file_input: object(
    {},
    { ...actionId, filetypes: list(string(50), 1, 100), max_files: whole(1, limits.fileInputFiles) },
  ),
  workflow_button: object(
    { text: plain(button.text), workflow: anything },
    { ...actionId, style: oneOf("primary", "danger"), accessibility_label: string(button.accessibilityLabel) },
  ),
  feedback_buttons: object({ positive_button: feedback(), negative_button: feedback() }, actionId),
  icon_button: object(
    { icon: oneOf("trash"), text: plain(button.text) },
    {
      ...confirmable,
      value: string(button.value, 0),
      accessibility_label: string(button.accessibilityLabel),
      visible_to_user_ids: list(id, 1, limits.iconButtonUsers),
    },
  ),
  image,
} satisfies Record<string, ObjectRule>;

export type ElementName = keyof typeof elements;

/** The elements that one place allows; everything else is an unsupported type there. */
export function only(...names: ElementName[]): Rule {
  const allowed: Record<string, ObjectRule> = Object.fromEntries(names.map((name) => [name, elements[name]]));
  return byType(() => allowed);
}

function feedback(): Rule {
  return object(
    { text: plain(button.text), value: string(button.value) },
    { accessibility_label: string(button.accessibilityLabel) },
  );
}

/** Whether a person can act on an element, as opposed to looking at it. */
export function isInteractive(element: Wire): boolean {
  return typeof element.type === "string" && element.type !== "image" && Object.hasOwn(elements, element.type);
}
