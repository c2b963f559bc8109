// @ts-check
// Rich text: already parsed, so nothing in it is read as markup.
import { h } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { broadcastNode, channelNode, dateElement, linkNode, userNode } from "./mrkdwn.js";

/** @typedef {import("./shapes.d.ts").RichTextPart} Part */
/** @typedef {import("./shapes.d.ts").Drawing} Drawing */

/** @param {Part[]} elements @param {Drawing} drawing @returns {HTMLElement[]} */
export function richTextNodes(elements, drawing) {
  return elements.map((element) => {
    const draw = Object.hasOwn(containers, element.type) ? containers[element.type] : undefined;
    return draw
      ? draw(element, drawing)
      : h("div", { class: "unknown-block" }, `This page can't draw “${element.type}” yet.`);
  });
}

/** @type {Record<string, (element: Part, drawing: Drawing) => HTMLElement>} */
const containers = {
  rich_text_section: (element, drawing) => h("div", { class: "text" }, inlineNodes(element, drawing)),
  rich_text_quote: (element, drawing) => h("blockquote", {}, inlineNodes(element, drawing)),
  rich_text_preformatted: (element, drawing) => h("pre", {}, inlineNodes(element, drawing)),
  rich_text_list: (element, drawing) => {
    const indent = Math.min(Math.max(element.indent ?? 0, 0), 8);
    const items = (element.elements ?? []).map((item) => h("li", { class: "text" }, inlineNodes(item, drawing)));
    const attributes = { class: `list indent-${indent}` };
    if (element.style !== "ordered") return h("ul", attributes, items);
    return h("ol", { ...attributes, start: (element.offset ?? 0) + 1 }, items);
  },
};

/** @param {Part} container @param {Drawing} drawing */
function inlineNodes(container, drawing) {
  return (container.elements ?? []).map((part) => {
    const draw = Object.hasOwn(parts, part.type) ? parts[part.type] : undefined;
    return styled(part, draw ? draw(part, drawing) : h("span", { class: "unknown-inline" }, part.type));
  });
}

/** @type {Record<string, (part: Part, drawing: Drawing) => Node>} */
const parts = {
  text: (part) => document.createTextNode(part.text ?? ""),
  link: (part) => linkNode(part.url ?? "", part.text ?? part.url ?? ""),
  user: (part, drawing) => userNode(part.user_id ?? "", drawing),
  channel: (part, drawing) => channelNode(part.channel_id ?? "", drawing),
  usergroup: (part, drawing) => broadcastNode(`subteam^${part.usergroup_id ?? ""}`, "", drawing),
  broadcast: (part, drawing) => broadcastNode(part.range ?? "", "", drawing),
  color: (part) => h("code", {}, part.value),
  emoji: (part) => {
    const glyph = emojiFor(part.name ?? "");
    return h(
      "span",
      { class: "emoji", role: "img", "aria-label": part.name, title: `:${part.name}:` },
      glyph ?? `:${part.name}:`,
    );
  },
  date: (part, drawing) => {
    const date = dateElement(part.timestamp ?? Number.NaN, part.format ?? "", part.fallback ?? "", drawing);
    if (!part.url) return date;
    const link = linkNode(part.url, "");
    link.replaceChildren(date);
    return link;
  },
};

/** @param {Part} part @param {Node} node */
function styled(part, node) {
  if (typeof part.style !== "object") return node;
  let outer = node;
  if (part.style.code) outer = h("code", {}, outer);
  if (part.style.bold) outer = h("strong", {}, outer);
  if (part.style.italic) outer = h("em", {}, outer);
  if (part.style.strike) outer = h("s", {}, outer);
  if (part.style.underline) outer = h("u", {}, outer);
  return outer;
}
