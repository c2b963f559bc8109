// @ts-check
// The "…" button and its menu: opened by press or arrow, walked by arrows, left by Escape or a press elsewhere.
import { h } from "./dom.js";

/** @typedef {{ label: string, detail?: string, url?: string | undefined, choose: () => unknown }} Entry */

/** @param {string} name @param {Entry[]} entries @param {string} [text] @returns {HTMLButtonElement} */
export function menuButton(name, entries, text = "⋯") {
  const button = h(
    "button",
    {
      type: "button",
      class: "button button-menu",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": name,
      title: name,
    },
    text,
  );
  const open = () => openMenu(button, name, entries);
  button.addEventListener("click", open);
  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    open();
  });
  return button;
}

/** @param {HTMLButtonElement} button @param {string} name @param {Entry[]} entries */
function openMenu(button, name, entries) {
  const menu = h("div", { class: "menu", role: "menu", "aria-label": name, popover: "auto" });
  const items = entries.map((entry) => itemNode(entry, menu));
  menu.append(...items);
  menu.addEventListener("keydown", (event) => walk(event, items));
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "open") return;
    button.setAttribute("aria-expanded", "false");
    const hadFocus = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    if (hadFocus && button.isConnected) button.focus();
  });
  // Inside a modal dialog everything outside it is inert, so the menu lives beside its button.
  (button.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  place(menu, button);
  button.setAttribute("aria-expanded", "true");
  items[0]?.focus();
}

/** @param {Entry} entry @param {HTMLElement} menu */
function itemNode(entry, menu) {
  const detail = entry.detail ? h("span", { class: "menu-detail" }, entry.detail) : null;
  const choose = () => {
    menu.hidePopover();
    entry.choose();
  };
  const attributes = { class: "menu-item", role: "menuitem", onclick: choose };
  if (entry.url && /^https?:/i.test(entry.url)) {
    return h(
      "a",
      { ...attributes, href: entry.url, target: "_blank", rel: "noreferrer noopener" },
      entry.label,
      detail,
    );
  }
  return h("button", { ...attributes, type: "button" }, entry.label, detail);
}

/** @param {HTMLElement} menu @param {HTMLElement} button */
function place(menu, button) {
  const room = 8;
  const anchor = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const fitsBelow = anchor.bottom + height + room < innerHeight;
  const left = Math.max(room, Math.min(anchor.left, innerWidth - width - room));
  menu.style.left = `${left}px`;
  menu.style.top = `${fitsBelow ? anchor.bottom + 4 : Math.max(room, anchor.top - height - 4)}px`;
}

/** @param {KeyboardEvent} event @param {HTMLElement[]} items */
function walk(event, items) {
  const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[to % items.length]?.focus();
}
