// @ts-check
// What a locked phone would show: the sender and the message's `text`, nothing of its blocks. Refusals come the same way.
import { byId, h } from "./dom.js";
import { mrkdwnNodes } from "./mrkdwn.js";

/** @typedef {import("./page.js").App} App */

const staysForMs = 9000;

/** @param {{ channel: string, text: string }} notification @param {App} app */
export function showNotification({ channel, text }, app) {
  const { channels, botUser } = app.state();
  const where = channels.find((one) => one.id === channel);
  const title = where && !where.isDirect ? `🔔 ${botUser.name} · #${where.name}` : `🔔 ${botUser.name}`;
  const line = h("span", {}, mrkdwnNodes(text, app.drawing(null))).textContent ?? "";
  show("toast", title, line, () => app.openChannel(channel));
}

/** @param {string} sentence */
export function showRefusal(sentence) {
  show("toast toast-refusal", "That didn't go through", sentence, () => {});
}

/** @param {string} className @param {string} title @param {string} text @param {() => void} open */
function show(className, title, text, open) {
  const openIt = () => {
    toast.remove();
    open();
  };
  const body = h(
    "button",
    { type: "button", class: "toast-open", onclick: openIt },
    h("strong", {}, title),
    h("span", { class: "toast-text" }, text),
  );
  const close = h(
    "button",
    { type: "button", class: "button-close", "aria-label": "Dismiss", onclick: () => toast.remove() },
    "✕",
  );
  const toast = h("div", { class: className }, body, close);
  const list = byId("toasts");
  list.append(toast);
  while (list.children.length > 2) list.firstElementChild?.remove();
  setTimeout(() => toast.remove(), staysForMs);
}
