// @ts-check
// One message: who, when, what, its thread, and whether only the reader can see it.
import { blockNodes } from "./blocks.js";
import { clockTime, weekdayAndTime } from "./dates.js";
import { h } from "./dom.js";
import { mrkdwnNodes } from "./mrkdwn.js";
import { avatar } from "./person.js";

/** @typedef {import("./shapes.d.ts").Message} Message */
/** @typedef {import("./shapes.d.ts").Attachment} Attachment */
/** @typedef {import("./shapes.d.ts").Drawing} Drawing */

/** @param {Message} message @param {Drawing} drawing @param {{ follows: boolean }} options @returns {HTMLElement} */
export function messageNode(message, drawing, { follows }) {
  const { reader } = drawing;
  const date = new Date(Number(message.ts) * 1000);
  const isBot = message.isBot === true || message.user === drawing.state.botUser.id;
  const name = authorName(message, drawing);
  const time = h(
    "time",
    { datetime: date.toISOString(), title: weekdayAndTime(date, reader.tz) },
    clockTime(date, reader.tz),
  );
  const head = h(
    "div",
    { class: "message-head" },
    h("strong", { class: "author" }, name),
    isBot && h("span", { class: "badge" }, "APP"),
    time,
  );
  const body = h("div", { class: "message-body" }, contentNodes(message, drawing));
  const replies = message.replies?.length ? threadNode(message.replies, drawing) : null;
  const seenOnly = message.isEphemeral && h("p", { class: "only-you" }, "👁 Only visible to you");
  const face = isBot
    ? h("span", { class: "avatar avatar-app", "aria-hidden": "true" }, "🔔")
    : avatar({ id: message.user, realName: name, ...colorOf(message, drawing) });
  const classes = `message${message.isEphemeral ? " is-ephemeral" : ""}${follows ? " follows" : ""}`;
  return h(
    "article",
    { class: classes, "data-ts": message.ts, "aria-label": `${name}, ${clockTime(date, reader.tz)}` },
    seenOnly,
    h("div", { class: "message-row" }, face, h("div", { class: "message-column" }, head, body, replies)),
  );
}

/** @param {Message} message @param {Drawing} drawing @returns {Node[]} */
function contentNodes(message, drawing) {
  const edited = message.editedAt ? [h("span", { class: "edited" }, "(edited)")] : [];
  const attachments = (message.attachments ?? []).map((attachment) => attachmentNode(attachment, drawing));
  const files = (message.files ?? []).map(fileNode);
  // With blocks, `text` is only what notifications and screen readers say.
  if (message.blocks?.length) return [...blockNodes(message.blocks, drawing), ...edited, ...attachments, ...files];
  return [h("div", { class: "text" }, mrkdwnNodes(message.text ?? "", drawing), ...edited), ...attachments, ...files];
}

/** A file that was shared: a picture is shown, anything else is named.
 * @param {NonNullable<Message["files"]>[number]} file */
function fileNode({ title, altText, url }) {
  const name = h("figcaption", { class: "hint" }, title);
  return h(
    "figure",
    { class: "image" },
    name,
    url && h("img", { class: "shared-picture", src: url, alt: altText || title }),
  );
}

/** @param {Message[]} replies @param {Drawing} drawing */
function threadNode(replies, drawing) {
  const summary = h("summary", {}, replies.length === 1 ? "1 reply" : `${replies.length} replies`);
  const channel = drawing.place && "channel" in drawing.place ? drawing.place.channel : "";
  const nodes = replies.map((reply) => {
    const place = { channel, ts: reply.ts };
    /** @type {Drawing} */
    const inside = {
      ...drawing,
      place,
      press: (kind, details, confirm) => drawing.press(kind, { ...place, ...details }, confirm),
    };
    return messageNode(reply, inside, { follows: false });
  });
  return h("details", { class: "thread", open: true }, summary, nodes);
}

/** @param {Attachment} attachment @param {Drawing} drawing */
function attachmentNode(attachment, drawing) {
  const { pretext, title, text, fallback, footer, blocks, color } = attachment;
  const lines = [
    title && h("strong", {}, mrkdwnNodes(title, drawing)),
    text && h("div", { class: "text" }, mrkdwnNodes(text, drawing)),
  ];
  const content = blocks?.length
    ? blockNodes(blocks, drawing)
    : title || text
      ? lines
      : [h("div", { class: "text" }, mrkdwnNodes(fallback ?? "", drawing))];
  const bar = h("div", { class: "attachment" }, content, footer && h("div", { class: "hint" }, footer));
  const named = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };
  if (color)
    bar.style.borderLeftColor =
      named[/** @type {keyof typeof named} */ (color)] ?? (color.startsWith("#") ? color : `#${color}`);
  return h("div", {}, pretext && h("div", { class: "text" }, mrkdwnNodes(pretext, drawing)), bar);
}

/** @param {Message} message @param {Drawing} drawing */
function authorName(message, { state }) {
  if (message.isBot || message.user === state.botUser.id) return state.botUser.name;
  return state.people.find((person) => person.id === message.user)?.realName ?? message.user;
}

/** @param {Message} message @param {Drawing} drawing */
function colorOf(message, { state }) {
  const avatarColor = state.people.find((person) => person.id === message.user)?.avatarColor;
  return avatarColor ? { avatarColor } : {};
}
