// @ts-check
// Slack's "are you sure?" in front of an element that has `confirm`.
import { h } from "./dom.js";
import { plainText, textNodes } from "./mrkdwn.js";

/** @param {import("./shapes.d.ts").Confirm} confirm @param {import("./shapes.d.ts").Drawing} drawing @returns {Promise<boolean>} */
export function askConfirm(confirm, drawing) {
  const yes = h(
    "button",
    { type: "submit", value: "yes", class: `button button-${confirm.style === "danger" ? "danger" : "primary"}` },
    plainText(confirm.confirm) || "Yes",
  );
  const no = h("button", { type: "submit", value: "no", class: "button" }, plainText(confirm.deny) || "Cancel");
  const title = h("h2", { id: "confirm-title" }, plainText(confirm.title) || "Are you sure?");
  const form = h(
    "form",
    { method: "dialog", class: "confirm-form" },
    title,
    h("div", { class: "text" }, textNodes(confirm.text, drawing)),
    h("div", { class: "dialog-actions" }, no, yes),
  );
  const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
