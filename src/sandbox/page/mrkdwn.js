// @ts-check
// Slack's mrkdwn, read as Slack reads it. `<…>` is a mention, a date or a link; the three entities are decoded last, so that
// an escaped bracket is never one. Built of nodes: whatever a message says, it cannot become markup of this page.
import { fillDate } from "./dates.js";
import { h } from "./dom.js";
import { emojiFor, withEmoji } from "./emoji.js";

/** @typedef {import("./shapes.d.ts").Drawing} Drawing */
/** @typedef {import("./shapes.d.ts").TextObject} TextObject */

/** @param {TextObject | string | undefined} text @param {Drawing} drawing @returns {Node[]} */
export function textNodes(text, drawing) {
  if (text === undefined) return [];
  if (typeof text === "string") return mrkdwnNodes(text, drawing);
  if (text.type === "mrkdwn") return mrkdwnNodes(text.text, drawing, { autolink: text.verbatim !== true });
  return [document.createTextNode(text.emoji === false ? text.text : withEmoji(text.text))];
}

/** @param {TextObject | string | undefined} text @returns {string} plain_text in places that hold nothing else */
export function plainText(text) {
  if (text === undefined) return "";
  if (typeof text === "string") return withEmoji(text);
  return text.emoji === false ? text.text : withEmoji(text.text);
}

/** @param {string} text @param {Drawing} drawing @param {{ autolink?: boolean }} [options] @returns {Node[]} */
export function mrkdwnNodes(text, drawing, options = {}) {
  /** @type {Node[]} */
  const nodes = [];
  const parts = text.split(/```/);
  // An odd fence has no partner and is therefore only text.
  if (parts.length % 2 === 0) parts.push(`\`\`\`${parts.pop()}`);
  parts.forEach((part, index) => {
    if (index % 2 === 1) nodes.push(h("pre", {}, ...inline(part.replace(/^\n/, ""), drawing, codeOnly)));
    else if (part) nodes.push(...quotesAndLines(index > 0 ? part.replace(/^\n/, "") : part, drawing, options));
  });
  return nodes;
}

/** @param {string} text @param {Drawing} drawing @param {{ autolink?: boolean }} options @returns {Node[]} */
function quotesAndLines(text, drawing, options) {
  /** @type {{ quoted: boolean, lines: string[] }[]} */
  const runs = [];
  let quotesTheRest = false;
  for (const line of text.split("\n")) {
    const mark = /^(?:(>|&gt;){3} ?|(?:>|&gt;) ?)/.exec(line);
    if (mark?.[1]) quotesTheRest = true;
    const quoted = quotesTheRest || mark !== null;
    const last = runs.at(-1);
    const content = mark ? line.slice(mark[0].length) : line;
    if (last && last.quoted === quoted) last.lines.push(content);
    else runs.push({ quoted, lines: [content] });
  }
  const rules = options.autolink === false ? withoutAutolink : everything;
  return runs.flatMap(({ quoted, lines }) => {
    const nodes = inline(lines.join("\n"), drawing, rules);
    return quoted ? [h("blockquote", {}, ...nodes)] : nodes;
  });
}

/** @typedef {(found: RegExpExecArray, drawing: Drawing, rules: Rule[]) => Node | string | null} Drawer null: not this after all */
/** @typedef {{ pattern: RegExp, draw: Drawer }} Rule */

// A marker opens after a space or punctuation and closes before one, and never hugs a space on its inner side.
const before = "(?<![\\p{L}\\p{N}_*~`])";
const after = "(?![\\p{L}\\p{N}_*~`])";

/** @param {string} mark @returns {RegExp} */
const pairOf = (mark) => new RegExp(`${before}${mark}(?!\\s)([^\\n]*?[^\\s${mark}])${mark}${after}`, "uy");

/** @type {Rule} */
const angle = { pattern: /<([^<>\n]+)>/y, draw: (found, drawing) => angleNode(found[1] ?? "", drawing) };
/** @type {Rule} */
const entity = { pattern: /&(amp|lt|gt);/y, draw: (found) => entities[/** @type {"amp"} */ (found[1])] };
/** @type {Rule} */
const autolink = {
  pattern: /(?<![\p{L}\p{N}])https?:\/\/[^\s<>|"]*[^\s<>|"'.,;:!?)\]*_~`]/uy,
  draw: (found) => linkNode(decode(found[0]), decode(found[0])),
};
/** @type {Rule} */
const code = {
  pattern: /(?<![\p{L}\p{N}`])`([^`\n]+)`(?![\p{L}\p{N}`])/uy,
  draw: (found, drawing) => h("code", {}, ...inline(found[1] ?? "", drawing, codeOnly)),
};
/** @type {Rule} */
const emoji = {
  pattern: /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/y,
  draw: (found) => {
    const glyph = emojiFor(found[1] ?? "");
    return glyph ? h("span", { class: "emoji", role: "img", "aria-label": found[1], title: found[0] }, glyph) : null;
  },
};
/** @param {"strong" | "em" | "s"} tag @param {string} mark @returns {Rule} */
const styled = (tag, mark) => ({
  pattern: pairOf(mark),
  draw: (found, drawing, rules) => h(tag, {}, ...inline(found[1] ?? "", drawing, rules)),
});

const codeOnly = [angle, entity];
const withoutAutolink = [angle, entity, code, styled("strong", "\\*"), styled("em", "_"), styled("s", "~"), emoji];
const everything = [...withoutAutolink, autolink];
const entities = { amp: "&", lt: "<", gt: ">" };

/** @param {string} text @param {Drawing} drawing @param {Rule[]} rules @returns {Node[]} */
function inline(text, drawing, rules) {
  /** @type {Node[]} */
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(plain));
    plain = "";
  };
  let at = 0;
  while (at < text.length) {
    const [drawn, length] = firstThatFits(text, at, drawing, rules);
    if (typeof drawn === "string") plain += drawn;
    else {
      flush();
      nodes.push(drawn);
    }
    at += length;
  }
  flush();
  return nodes;
}

/** @param {string} text @param {number} at @param {Drawing} drawing @param {Rule[]} rules @returns {[Node | string, number]} */
function firstThatFits(text, at, drawing, rules) {
  for (const { pattern, draw } of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    const drawn = found && draw(found, drawing, rules);
    if (found && drawn !== null) return [drawn, found[0].length];
  }
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return [character, character.length];
}

/** @param {string} inside what stands between the brackets @param {Drawing} drawing @returns {Node | string} */
function angleNode(inside, drawing) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : decode(inside.slice(bar + 1));
  if (target.startsWith("@")) return userNode(target.slice(1), drawing, label);
  if (target.startsWith("#")) return channelNode(target.slice(1), drawing, label);
  if (target.startsWith("!date^")) return dateNode(target, label, drawing);
  if (target.startsWith("!")) return broadcastNode(target.slice(1), label, drawing);
  // Anything else between brackets, `<b>` or `<javascript:…>`, is only text.
  if (!isAddress(target)) return `<${decode(inside)}>`;
  return linkNode(decode(target), label || decode(target).replace(/^mailto:/, ""));
}

/** @param {string} id @param {Drawing} drawing @param {string} [label] */
export function userNode(id, drawing, label) {
  const { state, reader } = drawing;
  const name = state.people.find((person) => person.id === id)?.realName;
  const shown = name ?? (id === state.botUser.id ? state.botUser.name : label || id);
  return h("span", { class: `mention${id === reader.id ? " mention-me" : ""}`, title: id }, `@${shown}`);
}

/** @param {string} id @param {Drawing} drawing @param {string} [label] */
export function channelNode(id, drawing, label) {
  const channel = drawing.state.channels.find((one) => one.id === id);
  if (!channel)
    return h("span", { class: "mention mention-unknown", title: id }, label ? `#${label}` : "#private channel");
  const open = () => drawing.openChannel(id);
  return h("button", { type: "button", class: "mention", title: id, onclick: open }, `#${channel.name}`);
}

/** @param {string} name @param {string} label @param {Drawing} drawing */
export function broadcastNode(name, label, drawing) {
  if (name.startsWith("subteam^")) {
    const id = name.slice("subteam^".length);
    const handle = drawing.state.userGroups?.find((group) => group.id === id)?.handle;
    return h("span", { class: "mention", title: id }, label || `@${handle ?? id}`);
  }
  const known = ["here", "channel", "everyone"].includes(name);
  return h("span", { class: known ? "mention mention-me" : "mention" }, label || `@${name}`);
}

/** @param {string} target `!date^UNIX^FORMAT`, with `^LINK` if it is one too @param {string} fallback @param {Drawing} drawing */
function dateNode(target, fallback, drawing) {
  const [, seconds = "", format = "", url] = target.split("^");
  const shown = dateElement(Number(seconds || Number.NaN), format, fallback, drawing);
  return url && isAddress(url) ? h("a", linkAttributes(decode(url)), shown) : shown;
}

/** @param {number} seconds @param {string} format @param {string} fallback @param {Drawing} drawing */
export function dateElement(seconds, format, fallback, drawing) {
  const date = new Date(seconds * 1000);
  const text = fillDate(decode(format), { date, now: drawing.now, zone: drawing.reader.tz });
  if (text === null) return h("span", {}, fallback);
  return h("time", { datetime: date.toISOString(), title: fallback }, text);
}

/** @param {string} url @param {string} label */
export function linkNode(url, label) {
  if (!isAddress(url)) return h("span", { class: "dead-link", title: url }, label || url);
  return h("a", linkAttributes(url), label || url);
}

/** @param {string} url */
function isAddress(url) {
  return /^(https?:\/\/|mailto:)/i.test(url);
}

/** @param {string} url */
function linkAttributes(url) {
  return { href: url, target: "_blank", rel: "noreferrer noopener", title: url };
}

/** @param {string} text */
function decode(text) {
  return text.replace(/&(amp|lt|gt);/g, (_all, name) => entities[/** @type {"amp"} */ (name)]);
}
