import { objectOf, objectsOf, textOf, type Wire } from "./wire.ts";

/** What a person put into an element, in the shape in which Slack reports it. */

type Fill = (element: Wire, given: unknown) => Wire;

const text: Fill = (_element, given) => ({ value: given === undefined || given === "" ? null : String(given) });
const option: Fill = (element, given) => ({ selected_option: optionOf(element, given) ?? null });
const options: Fill = (element, given) => ({
  selected_options: listOf(given).flatMap((one) => optionOf(element, one) ?? []),
});
const field =
  (name: string): Fill =>
  (_element, given) => ({ [name]: given ?? null });
const fields =
  (name: string): Fill =>
  (_element, given) => ({ [name]: listOf(given) });

const fills: Record<string, Fill> = {
  plain_text_input: text,
  email_text_input: text,
  url_text_input: text,
  number_input: text,
  rich_text_input: field("rich_text_value"),
  file_input: fields("files"),
  static_select: option,
  external_select: option,
  radio_buttons: option,
  overflow: option,
  checkboxes: options,
  multi_static_select: options,
  multi_external_select: options,
  datepicker: field("selected_date"),
  timepicker: field("selected_time"),
  datetimepicker: field("selected_date_time"),
  users_select: field("selected_user"),
  channels_select: field("selected_channel"),
  conversations_select: field("selected_conversation"),
  multi_users_select: fields("selected_users"),
  multi_channels_select: fields("selected_channels"),
  multi_conversations_select: fields("selected_conversations"),
};

/** `given` is a plain value: text, an option's value, a date, or a list of them. */
export function filled(element: Wire, given: unknown): Wire {
  const type = textOf(element.type) ?? "";
  const fill = fills[type];
  return { type, ...(fill ? fill(element, given) : {}) };
}

/** What the element shows before anybody touched it. */
export function untouched(element: Wire): Wire {
  const initial =
    textOf(objectOf(element.initial_option).value) ??
    (Array.isArray(element.initial_options) ? objectsOf(element.initial_options).map((one) => one.value) : undefined) ??
    element.initial_value ??
    element.initial_date ??
    element.initial_time ??
    element.initial_date_time ??
    element.initial_user ??
    element.initial_users ??
    element.initial_channel ??
    element.initial_channels ??
    element.initial_conversation ??
    element.initial_conversations;
  return filled(element, initial);
}

/** What Slack's own form says before anything is sent to the app: a sentence by block_id. */
export function complaints(blocks: readonly Wire[], values: Record<string, Wire>): Record<string, string> {
  const found = blocks
    .filter((block) => block.type === "input")
    .flatMap((block): [string, string][] => {
      const element = objectOf(block.element);
      const blockId = textOf(block.block_id) ?? "";
      const value = objectOf(objectOf(values[blockId])[textOf(element.action_id) ?? ""]);
      const complaint = isEmpty(value)
        ? block.optional === true
          ? undefined
          : "Please complete this required field."
        : complaintAbout(element, value);
      return complaint === undefined ? [] : [[blockId, complaint]];
    });
  return Object.fromEntries(found);
}

function complaintAbout(element: Wire, value: Wire): string | undefined {
  const given = textOf(value.value);
  if (given === undefined) return undefined;
  const length = [...given].length;
  if (typeof element.min_length === "number" && length < element.min_length) {
    return `Please enter at least ${element.min_length} characters.`;
  }
  if (length > (typeof element.max_length === "number" ? element.max_length : 3000)) {
    return `Please enter no more than ${element.max_length ?? 3000} characters.`;
  }
  if (element.type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given)) {
    return "Please enter a valid email address.";
  }
  if (element.type === "url_text_input" && !URL.canParse(given)) return "Please enter a valid URL.";
  if (element.type === "number_input") return numberComplaint(element, given);
  return undefined;
}

function numberComplaint(element: Wire, given: string): string | undefined {
  const number = Number(given);
  if (!Number.isFinite(number)) return "Please enter a valid number.";
  if (element.is_decimal_allowed !== true && !Number.isInteger(number)) return "Please enter a whole number.";
  if (element.min_value !== undefined && number < Number(element.min_value)) {
    return `Please enter a number no less than ${element.min_value}.`;
  }
  if (element.max_value !== undefined && number > Number(element.max_value)) {
    return `Please enter a number no greater than ${element.max_value}.`;
  }
  return undefined;
}

function isEmpty(value: Wire): boolean {
  return Object.entries(value)
    .filter(([name]) => name !== "type")
    .every(([, one]) => one === null || one === undefined || one === "" || (Array.isArray(one) && one.length === 0));
}

/** The option with this value, as the app wrote it. An external select's options come from the app itself. */
export function optionOf(element: Wire, given: unknown): Wire | undefined {
  const offered = [
    ...objectsOf(element.options),
    ...objectsOf(element.option_groups).flatMap((group) => objectsOf(group.options)),
    ...objectsOf([element.initial_option]),
    ...objectsOf(element.initial_options),
  ];
  return offered.find((one) => one.value === given);
}

function listOf(given: unknown): unknown[] {
  if (given === undefined || given === null || given === "") return [];
  return Array.isArray(given) ? given : [given];
}
