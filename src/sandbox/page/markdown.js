// @ts-check
// The `markdown` block: ordinary Markdown, as much of it as a bot's message uses. Raw HTML stays text.
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { linkNode } from "./mrkdwn.js";

/** @typedef {import("./shapes.d.ts").Drawing} Drawing */

/** @param {string} text @param {Drawing} _drawing @returns {HTMLElement[]} */
export function markdownNodes(text, _drawing) {
  const lines = text.split("\n");
  /** @type {HTMLElement[]} */
  const nodes = [];
  while (lines.length > 0) {
    const shape = shapes.find(({ starts }) => starts.test(lines[0] ?? ""));
    const node = shape ? shape.take(lines) : paragraph(lines);
    if (node) nodes.push(node);
  }
  return nodes;
}

/** Each takes its lines off the front. @type {{ starts: RegExp, take: (lines: string[]) => HTMLElement | null }[]} */
const shapes = [
  { starts: /^\s*$/, take: blank },
  { starts: /^```/, take: fence },
  { starts: /^#{1,6} /, take: (lines) => h("h4", {}, inline((lines.shift() ?? "").replace(/^#+ +/, ""))) },
  { starts: /^(-{3,}|\*{3,})\s*$/, take: rule },
  { starts: /^> ?/, take: (lines) => h("blockquote", {}, inline(takeWhile(lines, /^> ?/).join("\n"))) },
  { starts: /^\s*[-*+] /, take: (lines) => h("ul", { class: "list" }, items(takeWhile(lines, /^\s*[-*+] /))) },
  { starts: /^\s*\d+[.)] /, take: (lines) => h("ol", { class: "list" }, items(takeWhile(lines, /^\s*\d+[.)] /))) },
];

/** @param {string[]} lines @param {RegExp} mark @returns {string[]} without the mark */
function takeWhile(lines, mark) {
  const taken = [];
  while (lines.length > 0 && mark.test(lines[0] ?? "")) taken.push((lines.shift() ?? "").replace(mark, ""));
  return taken;
}

/** @param {string[]} lines */
function items(lines) {
  return lines.map((line) => h("li", { class: "text" }, inline(line)));
}

/** @param {string[]} lines */
function blank(lines) {
  lines.shift();
  return null;
}

/** @param {string[]} lines */
function rule(lines) {
  lines.shift();
  return h("hr", { class: "block-divider" });
}

/** @param {string[]} lines */
function fence(lines) {
  lines.shift();
  const end = lines.findIndex((line) => line.startsWith("```"));
  const taken = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return h("pre", {}, taken.join("\n"));
}

/** @param {string[]} lines */
function paragraph(lines) {
  const taken = [lines.shift() ?? ""];
  while (lines.length > 0 && !shapes.some(({ starts }) => starts.test(lines[0] ?? ""))) taken.push(lines.shift() ?? "");
  return h("p", { class: "text" }, inline(taken.join("\n")));
}

/** @type {[RegExp, (found: RegExpExecArray) => Node][]} */
const spans = [
  [/`([^`\n]+)`/, (found) => h("code", {}, found[1])],
  [/\[([^\]\n]+)\]\(([^)\s]+)\)/, (found) => linkNode(found[2] ?? "", found[1] ?? "")],
  [/\*\*(?!\s)(.+?)\*\*/, (found) => h("strong", {}, inline(found[1] ?? ""))],
  [/~~(?!\s)(.+?)~~/, (found) => h("s", {}, inline(found[1] ?? ""))],
  [/(?<![\p{L}\p{N}*])\*(?![\s*])(.+?)\*(?![\p{L}\p{N}*])/u, (found) => h("em", {}, inline(found[1] ?? ""))],
  [/(?<![\p{L}\p{N}_])_(?![\s_])(.+?)_(?![\p{L}\p{N}_])/u, (found) => h("em", {}, inline(found[1] ?? ""))],
];

/** @param {string} text @returns {Node[]} */
function inline(text) {
  /** @type {{ found: RegExpExecArray, draw: (found: RegExpExecArray) => Node } | null} */
  let first = null;
  for (const [pattern, draw] of spans) {
    const found = pattern.exec(text);
    if (found && (!first || found.index < first.found.index)) first = { found, draw };
  }
  if (!first) return text ? [document.createTextNode(withEmoji(text))] : [];
  const { found, draw } = first;
  return [...inline(text.slice(0, found.index)), draw(found), ...inline(text.slice(found.index + found[0].length))];
}
