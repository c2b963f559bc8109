// @ts-check
// Elements are made here and only here: from nodes and text, never from markup in a string.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * Makes an element. `class` and attributes by name; `on…` are listeners; true is an empty attribute, false and null none.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") {
      node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children.flat()));
  return node;
}

/** @param {string} id @returns {HTMLElement} an element that index.html promises */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`index.html has no #${id}`);
  return node;
}

/**
 * @typedef {{ key: string, print: string, draw: () => HTMLElement }} Row
 * `key` says which thing it is, `print` what it looks like: while the print stays, the node stays, with its focus and scroll.
 */

/** @type {WeakMap<Element, { key: string, print: string }>} */
const drawn = new WeakMap();

/**
 * Makes the children of `parent` be these rows, touching only what differs.
 * @param {Element} parent @param {Row[]} rows
 */
export function keep(parent, rows) {
  const focused = focusedKey(parent);
  /** @type {Map<string, Element>} */
  const old = new Map();
  for (const child of parent.children) {
    const known = drawn.get(child);
    if (known) old.set(known.key, child);
  }
  /** @type {Element | null} */
  let next = parent.firstElementChild;
  for (const row of rows) {
    const before = old.get(row.key);
    old.delete(row.key);
    const same = before && drawn.get(before)?.print === row.print;
    const node = same ? before : row.draw();
    if (!same) drawn.set(node, { key: row.key, print: row.print });
    if (before && !same) {
      if (next === before) next = before.nextElementSibling;
      before.remove();
    }
    if (node === next) next = node.nextElementSibling;
    else parent.insertBefore(node, next);
  }
  for (const gone of old.values()) gone.remove();
  if (focused) restoreFocus(parent, focused);
}

/** @param {Element} parent */
function focusedKey(parent) {
  const active = document.activeElement;
  return active && parent.contains(active) ? active.getAttribute("data-focus") : null;
}

/** @param {Element} parent @param {string} key */
function restoreFocus(parent, key) {
  const active = document.activeElement;
  if (active && active !== document.body) return;
  const node = parent.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  if (node instanceof HTMLElement) node.focus({ preventScroll: true });
}

/** @param {Child[]} children @returns {(Node | string)[]} */
function present(children) {
  /** @type {(Node | string)[]} */
  const kept = [];
  for (const child of children) if (child) kept.push(child);
  return kept;
}
