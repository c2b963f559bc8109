// @ts-check
// The vault panel: opens a secret as the acting person, and shows the signed webhook that told Vaultbell of it.
import { byId, h, keep } from "./dom.js";
import { menuButton } from "./menu.js";

/** @typedef {import("./page.js").App} App */
/** @typedef {import("./shapes.d.ts").Answer} Answer */
/** @typedef {import("./shapes.d.ts").Vault} Vault */

/** @param {App} app @returns {() => void} draws it */
export function wireVault(app) {
  return () => {
    const name = app.reader().realName;
    keep(byId("vault"), [
      {
        key: "who",
        print: name,
        draw: () => h("p", { class: "panel-text" }, "Opening something here, you are ", h("strong", {}, name), "."),
      },
      ...app.state().vaults.map((vault) => ({
        key: vault.id,
        print: JSON.stringify([vault, name]),
        draw: () => vaultNode(vault, app),
      })),
    ]);
  };
}

/** @param {Vault} vault @param {App} app */
function vaultNode(vault, app) {
  const items = vault.items.map((item) => {
    /** @param {string} verb @param {Record<string, unknown>} details */
    const open = async (verb, details) => {
      const answer = await app.act("reveal", { vaultId: vault.id, itemId: item.id, ...details });
      showReceipt(answer, `${verb} “${item.title}”`);
    };
    /** @param {string} label @param {string} action */
    const button = (label, action) => {
      const node = h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-label": `${label} ${item.title}`,
          "data-focus": `${item.id}/${action}`,
          "data-item": item.id,
          "data-action": action,
        },
        label,
      );
      node.addEventListener("click", async () => {
        if (node.getAttribute("aria-busy") === "true") return;
        node.setAttribute("aria-busy", "true");
        await open(label, { action }).finally(() => node.removeAttribute("aria-busy"));
      });
      return node;
    };
    const late = menuButton(
      `Reveal ${item.title}, reported late`,
      [
        {
          label: "Reveal, reported 20 min late",
          choose: () => open("Reveal, 20 min late,", { action: "reveal", late: 20 }),
        },
        {
          label: "Reveal, reported 3 h late",
          choose: () => open("Reveal, 3 h late,", { action: "reveal", late: 180 }),
        },
        {
          label: "Reveal, reported 9 h late",
          detail: "the laptop was offline",
          choose: () => open("Reveal, 9 h late,", { action: "reveal", late: 540 }),
        },
      ],
      "Late…",
    );
    return h(
      "li",
      { class: "vault-item" },
      h("span", { class: "vault-item-title" }, item.title),
      h("span", { class: "vault-item-actions" }, button("Reveal", "reveal"), button("Copy", "copy"), late),
    );
  });
  return h("section", { class: "vault", "aria-label": vault.name }, h("h3", {}, "🔐 ", vault.name), h("ul", {}, items));
}

/** @param {Answer} answer @param {string} what */
function showReceipt(answer, what) {
  const { status, request, answer: reply } = answer;
  if (status === undefined) return;
  const isGood = status >= 200 && status < 300;
  const headers = Object.entries(request?.headers ?? {}).flatMap(([name, value]) => [
    h("dt", {}, name),
    h("dd", {}, String(value)),
  ]);
  byId("receipt").replaceChildren(
    h(
      "div",
      { class: `receipt ${isGood ? "is-good" : "is-bad"}`, "data-status": status },
      h("p", {}, h("strong", {}, `${what} → ${status} ${isGood ? "accepted" : "refused"}`)),
      h(
        "p",
        { class: "panel-text" },
        "A signed webhook went through Vaultbell's real door, ",
        h("code", {}, pathOf(request?.url)),
        ".",
      ),
      fold("Its headers", h("dl", { class: "headers" }, headers)),
      fold("Its body", h("pre", { tabindex: "0" }, pretty(request?.body))),
      fold("The answer", h("pre", { tabindex: "0" }, pretty(reply))),
    ),
  );
}

/** @param {string} title @param {HTMLElement} content */
function fold(title, content) {
  return h("details", { class: "fold" }, h("summary", {}, title), content);
}

/** @param {string | undefined} url */
function pathOf(url) {
  return `POST ${url && URL.canParse(url) ? new URL(url).pathname : "/webhooks/access"}`;
}

/** @param {unknown} value a JSON text or what it stands for */
function pretty(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2) ?? "";
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
