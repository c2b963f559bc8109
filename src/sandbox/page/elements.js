// @ts-check
// The things one can press, choose and fill in. In a message they act at once; in an input block they are read at submission.
import { h } from "./dom.js";
import { menuButton } from "./menu.js";
import { plainText, textNodes } from "./mrkdwn.js";

/** @typedef {import("./shapes.d.ts").Block} Block */
/** @typedef {import("./shapes.d.ts").Element} BlockElement */
/** @typedef {import("./shapes.d.ts").Drawing} Drawing */
/** @typedef {import("./shapes.d.ts").FieldValue} FieldValue */
/** @typedef {import("./shapes.d.ts").Option} Option */
/** @typedef {{ id?: string, labelledBy?: string, isRequired?: boolean }} Labels given inside an input block */
/**
 * @typedef {object} Draft what every drawer gets
 * @property {BlockElement} element
 * @property {Block} block
 * @property {Drawing} drawing
 * @property {Labels} labels
 * @property {FieldValue | undefined} kept what was in the field before the view was updated
 */

/** @param {string} type */
export const hasElement = (type) => Object.hasOwn(drawers, type);

/** @param {BlockElement} element @param {Block} block @param {Drawing} drawing @param {Labels} labels @returns {HTMLElement} */
export function elementNode(element, block, drawing, labels) {
  const draw = drawers[element.type];
  if (!draw) throw new Error(`no drawer for ${element.type}`);
  const kept = drawing.keptValue(block.block_id ?? "", element.action_id ?? "");
  return draw({ element, block, drawing, labels, kept });
}

/** @type {Record<string, (draft: Draft) => HTMLElement>} */
const drawers = {
  button: buttonNode,
  overflow: overflowNode,
  static_select: (draft) => selectNode(draft, optionsOf(draft.element)),
  users_select: (draft) => selectNode(draft, peopleOptions(draft.drawing)),
  channels_select: (draft) => selectNode(draft, channelOptions(draft.drawing)),
  conversations_select: (draft) => selectNode(draft, channelOptions(draft.drawing)),
  plain_text_input: textInputNode,
  email_text_input: textInputNode,
  url_text_input: textInputNode,
  number_input: textInputNode,
  datepicker: (draft) => pickerNode(draft, "date", draft.element.initial_date),
  timepicker: (draft) => pickerNode(draft, "time", draft.element.initial_time),
  checkboxes: (draft) => choicesNode(draft, "checkbox"),
  radio_buttons: (draft) => choicesNode(draft, "radio"),
};

/** @param {Draft} draft */
function buttonNode({ element, block, drawing }) {
  const style = element.style === "primary" || element.style === "danger" ? ` button-${element.style}` : "";
  const label = plainText(element.text);
  const attributes = {
    class: `button${style}`,
    "aria-label":
      element.accessibility_label && !element.accessibility_label.includes(label)
        ? `${label}. ${element.accessibility_label}`
        : (element.accessibility_label ?? null),
    "data-action-id": element.action_id,
    "data-focus": focusKey(block, element),
  };
  const press = () => drawing.press("click", details(block, element, element.value), element.confirm);
  if (element.url) {
    const link = { href: element.url, target: "_blank", rel: "noreferrer noopener" };
    return /^https?:/i.test(element.url)
      ? h("a", { ...attributes, ...link, onclick: press }, label)
      : h("span", attributes, label);
  }
  const button = h("button", { type: "button", ...attributes }, label);
  button.addEventListener("click", () => whilePressed(button, press));
  return button;
}

/** @param {Draft} draft */
function overflowNode({ element, block, drawing }) {
  const entries = (element.options ?? []).map((option) => ({
    label: plainText(option.text),
    detail: plainText(option.description),
    url: option.url,
    choose: () => drawing.press("click", details(block, element, option.value), element.confirm),
  }));
  const button = menuButton("More actions", entries);
  button.dataset.actionId = element.action_id ?? "";
  button.dataset.focus = focusKey(block, element);
  return button;
}

/** @param {Draft} draft @param {{ label: string | null, options: Option[] }[]} groups */
function selectNode(draft, groups) {
  const { element, labels } = draft;
  const { initial_option, initial_user, initial_channel, initial_conversation } = element;
  const initial = initial_option?.value ?? initial_user ?? initial_channel ?? initial_conversation;
  const placeholder = plainText(element.placeholder) || "Choose an option";
  const select = h("select", { class: "select", ...common(draft), "aria-label": labels.id ? null : placeholder });
  select.append(h("option", { value: "" }, placeholder));
  for (const group of groups) {
    const options = group.options.map((option) => h("option", { value: option.value }, plainText(option.text)));
    select.append(...(group.label === null ? options : [h("optgroup", { label: group.label }, options)]));
  }
  return keepsItsValue(draft, select, initial);
}

/** @param {Draft} draft */
function textInputNode(draft) {
  const { element, kept } = draft;
  const attributes = { class: "text-input", placeholder: plainText(element.placeholder), ...common(draft) };
  const types = { email_text_input: "email", url_text_input: "url" };
  const type = types[/** @type {keyof typeof types} */ (element.type)] ?? "text";
  const input = element.multiline
    ? h("textarea", { ...attributes, rows: "4" })
    : h("input", { ...attributes, type, autocomplete: "off" });
  if (element.type === "number_input") input.inputMode = element.is_decimal_allowed ? "decimal" : "numeric";
  if (element.focus_on_load) input.autofocus = true;
  input.value = String(kept ?? element.initial_value ?? "");
  register(draft, () => input.value);
  return input;
}

/** @param {Draft} draft @param {"date" | "time"} type @param {string | undefined} initial */
function pickerNode(draft, type, initial) {
  const { element, labels } = draft;
  const name = plainText(element.placeholder) || (type === "date" ? "Pick a date" : "Pick a time");
  const input = h("input", { type, class: "picker", ...common(draft), "aria-label": labels.id ? null : name });
  return keepsItsValue(draft, input, initial);
}

/** @template {HTMLSelectElement | HTMLInputElement} Field @param {Draft} draft @param {Field} node @param {string | undefined} initial @returns {Field} */
function keepsItsValue(draft, node, initial) {
  const { element, block, drawing, kept } = draft;
  node.value = String(kept ?? initial ?? "");
  const before = node.value;
  register(draft, () => node.value || null);
  if (!sendsAtOnce(draft)) return node;
  node.addEventListener("change", async () => {
    const done = await drawing.press("choose", details(block, element, node.value), element.confirm);
    if (!done) node.value = before;
  });
  return node;
}

/** @param {Draft} draft @param {"checkbox" | "radio"} type */
function choicesNode(draft, type) {
  const { element, block, drawing, labels, kept } = draft;
  const options = element.options ?? [];
  const initial = element.initial_options ?? (element.initial_option ? [element.initial_option] : []);
  const held = kept === undefined ? initial.map((option) => option.value) : [kept].flat();
  const group = h("div", {
    class: "choices",
    role: type === "radio" ? "radiogroup" : "group",
    "aria-labelledby": labels.labelledBy,
    "data-action-id": element.action_id,
  });
  const name = `choice-${focusKey(block, element)}`;
  const inputs = options.map((option, index) => {
    const input = h("input", { type, name, value: option.value, "data-focus": `${focusKey(block, element)}/${index}` });
    input.checked = held.includes(option.value ?? "");
    const detail = option.description && h("span", { class: "choice-detail" }, textNodes(option.description, drawing));
    group.append(h("label", { class: "choice" }, input, h("span", {}, textNodes(option.text, drawing), detail)));
    return input;
  });
  const picked = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const read = () => (type === "radio" ? (picked()[0] ?? null) : picked());
  register(draft, read);
  if (sendsAtOnce(draft)) {
    group.addEventListener("change", () => drawing.press("choose", details(block, element, read()), element.confirm));
  }
  return group;
}

/** @param {Draft} draft */
function common({ element, block, labels }) {
  return {
    id: labels.id,
    "aria-required": labels.isRequired ? "true" : null,
    "aria-describedby": labels.id && `${labels.id}-error`,
    "data-action-id": element.action_id,
    "data-focus": focusKey(block, element),
  };
}

/** @param {Draft} draft @param {() => FieldValue} read */
function register({ element, block, drawing }, read) {
  drawing.fields.push({ blockId: block.block_id ?? "", actionId: element.action_id ?? "", read });
}

/** Inside an input block an element only acts when the block asks for it. @param {Draft} draft */
function sendsAtOnce({ block }) {
  return block.type !== "input" || block.dispatch_action === true;
}

/** @param {HTMLButtonElement} button @param {() => Promise<unknown>} press */
async function whilePressed(button, press) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  await press().finally(() => button.removeAttribute("aria-busy"));
}

/** @param {Block} block @param {BlockElement} element @param {unknown} value */
function details(block, element, value) {
  return { blockId: block.block_id, actionId: element.action_id, ...(value === undefined ? {} : { value }) };
}

/** @param {Block} block @param {BlockElement} element */
function focusKey(block, element) {
  return `${block.block_id ?? ""}/${element.action_id ?? ""}`;
}

/** @param {BlockElement} element */
function optionsOf(element) {
  if (!element.option_groups) return [{ label: null, options: element.options ?? [] }];
  return element.option_groups.map((group) => ({ label: plainText(group.label), options: group.options }));
}

/** @param {Drawing} drawing */
function peopleOptions({ state }) {
  const people = state.people.filter((person) => !person.deleted && !person.isBot);
  return [{ label: null, options: people.map((person) => optionOf(person.realName, person.id)) }];
}

/** @param {Drawing} drawing */
function channelOptions({ state }) {
  const channels = state.channels.filter((channel) => !channel.isDirect);
  return [{ label: null, options: channels.map((channel) => optionOf(`#${channel.name}`, channel.id)) }];
}

/** @param {string} text @param {string} value @returns {Option} */
const optionOf = (text, value) => ({ text: { type: "plain_text", text, emoji: false }, value });
