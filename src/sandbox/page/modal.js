// @ts-check
// The modal that the app has opened for this person. What was typed survives an update of the view, as in Slack.
import { blockNodes } from "./blocks.js";
import { h } from "./dom.js";
import { plainText } from "./mrkdwn.js";

/** @typedef {import("./page.js").App} App */
/** @typedef {import("./shapes.d.ts").View} View */
/** @typedef {import("./shapes.d.ts").Field} Field */
/** @typedef {import("./shapes.d.ts").FieldValue} FieldValue */
/** @typedef {Record<string, Record<string, FieldValue>>} Values */
/** @typedef {{ view: View, print: string, dialog: HTMLDialogElement, form: HTMLFormElement, fields: Field[] }} Open */

/** @param {App} app @returns {() => void} draws it */
export function wireModal(app) {
  /** @type {Open | null} */
  let open = null;
  /** What one has left stays closed, even if an answer from before still has it. */
  let leftId = "";

  return () => {
    const view = app.state().view?.id === leftId ? null : app.state().view;
    if (open && open.view.id !== view?.id) close();
    if (!view) return;
    const print = JSON.stringify([app.state().as, { ...view, errors: null }]);
    if (!open) open = openDialog(view);
    if (open.print === print) return;
    fillForm(open, view, print);
    showErrors(open.form, view.errors ?? {});
  };

  function close() {
    const { dialog } = open ?? {};
    open = null;
    dialog?.close();
    dialog?.remove();
  }

  /** @param {View} view @returns {Open} */
  function openDialog(view) {
    const form = h("form", { class: "modal-form", novalidate: true });
    const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      leave();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    document.body.append(dialog);
    dialog.showModal();
    return { view, print: "", dialog, form, fields: [] };
  }

  function leave() {
    if (!open) return;
    leftId = open.view.id;
    close();
    app.act("close-view", { viewId: leftId });
  }

  async function submit() {
    if (!open) return;
    const { form, fields, view } = open;
    const values = valuesOf(fields);
    showErrors(form, {});
    const button = form.querySelector("button[type=submit]");
    if (button?.getAttribute("aria-busy") === "true") return;
    button?.setAttribute("aria-busy", "true");
    const answer = await app.act("submit", { viewId: view.id, values });
    button?.removeAttribute("aria-busy");
    if (!answer.errors) return;
    showErrors(form, answer.errors);
    const first = form.querySelector("[aria-invalid]");
    if (first instanceof HTMLElement) first.focus();
  }

  /** @param {Open} into @param {View} view @param {string} print */
  function fillForm(into, view, print) {
    const kept = into.print ? valuesOf(into.fields) : {};
    const focus = into.form.contains(document.activeElement)
      ? document.activeElement?.getAttribute("data-focus")
      : null;
    into.fields = [];
    const drawing = app.drawing({ viewId: view.id }, into.fields, (block, action) => kept[block]?.[action]);
    const head = h(
      "header",
      { class: "modal-head" },
      h("h2", { id: "modal-title" }, plainText(view.title)),
      h("button", { type: "button", class: "button-close", "aria-label": "Close", onclick: leave }, "✕"),
    );
    const submitText = view.submit && plainText(view.submit);
    const foot = h(
      "footer",
      { class: "dialog-actions" },
      h(
        "button",
        { type: "button", class: "button", onclick: leave },
        (view.close && plainText(view.close)) || "Cancel",
      ),
      submitText && h("button", { type: "submit", class: "button button-primary" }, submitText),
    );
    const body = h("div", { class: "modal-body" }, blockNodes(view.blocks, drawing));
    into.form.replaceChildren(head, body, foot);
    into.view = view;
    into.print = print;
    const wanted = focus
      ? `[data-focus="${CSS.escape(focus)}"]`
      : "[autofocus], .modal-body :is(textarea, input, select)";
    const target = into.form.querySelector(wanted);
    if (target instanceof HTMLElement) target.focus();
  }
}

/** @param {Field[]} fields @returns {Values} by block and action */
function valuesOf(fields) {
  /** @type {Values} */
  const values = {};
  for (const { blockId, actionId, read } of fields) values[blockId] = { ...values[blockId], [actionId]: read() };
  return values;
}

/** @param {HTMLFormElement} form @param {Record<string, string>} errors */
function showErrors(form, errors) {
  for (const block of form.querySelectorAll(".input")) {
    const error = errors[block.getAttribute("data-block-id") ?? ""];
    const line = block.querySelector(".error");
    if (line) line.textContent = error ?? "";
    const field = block.querySelector("input, textarea, select");
    if (error) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
}
