// @ts-check
// Draws Block Kit. What it does not know it shows as a grey box with the type's name, never as nothing.
import { h } from "./dom.js";
import { elementNode, hasElement } from "./elements.js";
import { markdownNodes } from "./markdown.js";
import { plainText, textNodes } from "./mrkdwn.js";
import { richTextNodes } from "./rich-text.js";

/** @typedef {import("./shapes.d.ts").Block} Block */
/** @typedef {import("./shapes.d.ts").Element} BlockElement */
/** @typedef {import("./shapes.d.ts").TextObject} TextObject */
/** @typedef {import("./shapes.d.ts").Drawing} Drawing */

/** @param {Block[]} blocks @param {Drawing} drawing @returns {HTMLElement[]} */
export function blockNodes(blocks, drawing) {
  return blocks.map((block) => {
    const draw = Object.hasOwn(drawers, block.type) ? drawers[block.type] : undefined;
    const node = draw ? draw(block, drawing) : unknownNode(block.type);
    node.classList.add("block");
    if (block.block_id) node.dataset.blockId = block.block_id;
    return node;
  });
}

/** @type {Record<string, (block: Block, drawing: Drawing) => HTMLElement>} */
const drawers = {
  section: sectionNode,
  context: contextNode,
  actions: actionsNode,
  header: (block) => h("h3", { class: "block-header" }, plainText(block.text)),
  divider: () => h("hr", { class: "block-divider" }),
  rich_text: (block, drawing) =>
    h("div", { class: "rich-text" }, richTextNodes(/** @type {any[]} */ (block.elements ?? []), drawing)),
  image: (block) => imageNode(block),
  input: inputNode,
  markdown: (block, drawing) => h("div", { class: "markdown" }, markdownNodes(plainText(block.text), drawing)),
  table: tableNode,
  alert: (block, drawing) =>
    h("div", { class: `block-alert alert-${block.level ?? "default"}`, role: "note" }, textNodes(block.text, drawing)),
};

/** @param {Block} block @param {Drawing} drawing */
function sectionNode(block, drawing) {
  const body = h("div", { class: "section-body" });
  if (block.text) body.append(h("div", { class: "text" }, textNodes(block.text, drawing)));
  if (block.fields) {
    const fields = block.fields.map((field) => h("div", { class: "field text" }, textNodes(field, drawing)));
    body.append(h("div", { class: "fields" }, fields));
  }
  const accessory = block.accessory && h("div", { class: "accessory" }, anyElement(block.accessory, block, drawing));
  return h("div", { class: "section" }, body, accessory);
}

/** @param {Block} block @param {Drawing} drawing */
function contextNode(block, drawing) {
  const elements = /** @type {(BlockElement & TextObject)[]} */ (block.elements ?? []);
  const parts = elements.map((element) =>
    element.type === "image"
      ? imageBox(element, "context-image")
      : h("span", { class: "text" }, textNodes(/** @type {TextObject} */ (element), drawing)),
  );
  return h("div", { class: "context" }, parts);
}

/** @param {Block} block @param {Drawing} drawing */
function actionsNode(block, drawing) {
  const elements = /** @type {BlockElement[]} */ (block.elements ?? []);
  return h(
    "div",
    { class: "actions" },
    elements.map((element) => anyElement(element, block, drawing)),
  );
}

/** @param {Block} block @param {Drawing} drawing */
function inputNode(block, drawing) {
  const element = block.element;
  if (!element || !hasElement(element.type)) return unknownNode(`input: ${element?.type ?? "nothing"}`);
  const id = `input-${block.block_id}`;
  const isGroup = element.type === "checkboxes" || element.type === "radio_buttons";
  const optional = block.optional && h("span", { class: "optional" }, " (optional)");
  const label = h(
    isGroup ? "div" : "label",
    { class: "input-label", id: `${id}-label` },
    plainText(block.label),
    optional,
  );
  if (!isGroup) label.setAttribute("for", id);
  const isRequired = block.optional !== true;
  const field = elementNode(element, block, drawing, { id, labelledBy: `${id}-label`, isRequired });
  const hint = block.hint && h("div", { class: "hint" }, plainText(block.hint));
  return h(
    "div",
    { class: "input" },
    label,
    field,
    hint,
    h("div", { class: "error", id: `${id}-error`, role: "alert" }),
  );
}

/** @param {Block} block */
function imageNode(block) {
  const title = block.title && h("figcaption", {}, plainText(block.title));
  return h("figure", { class: "image" }, title, imageBox(block, "image-box"));
}

/** An image of another server isn't fetched: this page loads nothing from elsewhere. It says so, with the alt text and a link.
 * @param {Block | BlockElement} image @param {string} className */
function imageBox(image, className) {
  const url = image.image_url ?? image.slack_file?.url ?? "";
  const alt = image.alt_text ?? "";
  const address = URL.canParse(url, location.href) ? new URL(url, location.href) : null;
  if (address?.origin === location.origin) return h("img", { class: className, src: address.href, alt });
  const link =
    address && /^https?:$/.test(address.protocol) ? { href: url, target: "_blank", rel: "noreferrer noopener" } : {};
  return h(
    "a",
    { class: `${className} image-elsewhere`, ...link, title: url || "an uploaded file" },
    `🖼 ${alt || "image"}`,
  );
}

/** @param {Block} block @param {Drawing} drawing */
function tableNode(block, drawing) {
  const columns = block.column_settings ?? [];
  const [head = [], ...rows] = block.rows ?? [];
  /** @param {"th" | "td"} tag @returns {(cell: NonNullable<Block["rows"]>[number][number], index: number) => HTMLElement} */
  const cellOf = (tag) => (cell, index) => {
    const content =
      cell.type === "rich_text" ? richTextNodes(cell.elements ?? [], drawing) : [String(cell.text ?? cell.value ?? "")];
    const column = columns[index];
    return h(tag, { class: `align-${column?.align ?? "left"}${column?.is_wrapped ? " wrapped" : ""}` }, content);
  };
  const thead = h("thead", {}, h("tr", {}, head.map(cellOf("th"))));
  const tbody = h(
    "tbody",
    {},
    rows.map((row) => h("tr", {}, row.map(cellOf("td")))),
  );
  return h("div", { class: "table", tabindex: "0" }, h("table", {}, thead, tbody));
}

/** @param {BlockElement} element @param {Block} block @param {Drawing} drawing */
function anyElement(element, block, drawing) {
  if (element.type === "image") return imageBox(element, "accessory-image");
  if (!hasElement(element.type)) return unknownNode(element.type);
  return elementNode(element, block, drawing, {});
}

/** @param {string} type */
function unknownNode(type) {
  return h("div", { class: "unknown-block" }, `This page can't draw “${type}” yet. Slack may.`);
}
