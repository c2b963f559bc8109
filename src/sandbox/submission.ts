import { elementsOf, problemAnswer } from "./blocks/validate.ts";
import type { View } from "./changes.ts";
import { holdsValue, isExternal } from "./choosing.ts";
import { SlackError } from "./errors.ts";
import { filled, untouched } from "./form.ts";
import { closeAll, closeTop, pushView, updateView } from "./views.ts";
import { isObject, objectOf, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** The view as it is sent: what was typed now, chosen before, or stood there from the start. */
export function filledView(view: View, given: Record<string, Record<string, unknown>>): View {
  const values: Record<string, Wire> = {};
  for (const block of view.blocks) {
    const blockId = textOf(block.block_id) ?? "";
    for (const { element } of elementsOf(block)) {
      const actionId = textOf(element.action_id) ?? "";
      if (!holdsValue(element)) continue;
      const typed = objectOf(given[blockId]);
      const before = objectOf(view.state.values[blockId])[actionId];
      // An external select's options were the app's to offer, so only what was chosen then counts.
      const isTyped = Object.hasOwn(typed, actionId) && !isExternal(element);
      const value = isTyped ? filled(element, typed[actionId]) : (before ?? untouched(element));
      values[blockId] = { ...values[blockId], [actionId]: value };
    }
  }
  for (const blockId of Object.keys(given)) {
    if (!view.blocks.some((block) => block.block_id === blockId)) throw new SlackError("block_not_found");
  }
  return { ...view, state: { values } };
}

/** What the app's answer to a submission does to the person's modals. */
export function afterSubmission(
  workspace: Workspace,
  user: string,
  view: View,
  answer: Wire,
): { errors?: Record<string, string> } {
  switch (answer.response_action) {
    case undefined:
      closeTop(workspace, user, view.id);
      return {};
    case "clear":
      closeAll(workspace, user);
      return {};
    case "update":
      updateView(workspace, { view_id: view.id }, answer.view);
      return {};
    case "push":
      pushView(workspace, user, answer.view);
      return {};
    case "errors":
      return { errors: errorsFor(view, answer.errors) };
    default:
      throw new SlackError("invalid_arguments", problemAnswer([{ pointer: "/response_action", says: "unknown" }]));
  }
}

/** The form shows an error only under an input block of its own; with anything else Slack says that it has trouble. */
function errorsFor(view: View, errors: unknown): Record<string, string> {
  const inputs = view.blocks.filter((block) => block.type === "input").map((block) => block.block_id);
  const entries = isObject(errors) ? Object.entries(errors) : [];
  const strays = entries.filter(([blockId, text]) => !inputs.includes(blockId) || typeof text !== "string");
  if (entries.length === 0 || strays.length > 0) {
    const problems = strays.map(([blockId]) => ({ pointer: `/errors/${blockId}`, says: "no such input block" }));
    throw new SlackError("invalid_arguments", problemAnswer(problems));
  }
  return Object.fromEntries(entries.map(([blockId, text]) => [blockId, String(text)]));
}
