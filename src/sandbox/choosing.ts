import { elementsOf } from "./blocks/validate.ts";
import { SlackError } from "./errors.ts";
import { filled, optionOf } from "./form.ts";
import { textOf, type Wire } from "./wire.ts";

/** An element that a person acts on, and the block it stands in. */
export interface Found {
  block: Wire;
  element: Wire;
  blockId: string;
  actionId: string;
}

export function findElement(blocks: readonly Wire[], actionId: string, blockId: string | undefined): Found {
  for (const block of blocks.filter((one) => blockId === undefined || one.block_id === blockId)) {
    const found = elementsOf(block).find(({ element }) => element.action_id === actionId);
    if (found) return { block, element: found.element, blockId: textOf(block.block_id) ?? "", actionId };
  }
  throw new SlackError("action_not_found");
}

export function identity(found: Found): Wire {
  return { action_id: found.actionId, block_id: found.blockId };
}

/** What Slack reports: a button's own value, or what was picked from a menu or put into a field. */
export function actionOf(element: Wire, value: unknown): Wire {
  switch (element.type) {
    case "button":
    case "workflow_button":
    case "icon_button":
      return {
        type: element.type,
        text: element.text,
        ...(element.value === undefined ? {} : { value: element.value }),
        ...(element.style === undefined ? {} : { style: element.style }),
      };
    default:
      return chosen(element, value);
  }
}

function chosen(element: Wire, value: unknown): Wire {
  const hasOptions = element.options !== undefined || element.option_groups !== undefined;
  const values = Array.isArray(value) ? value : [value];
  if (hasOptions && values.some((one) => optionOf(element, one) === undefined))
    throw new SlackError("option_not_found");
  return filled(element, value);
}

/** Elements outside input blocks tell the app at once; inside, only when the block asks for it. */
export function tellsTheApp(block: Wire): boolean {
  return block.type !== "input" || block.dispatch_action === true;
}

/** Buttons and overflow menus do something; everything else holds a value that the form keeps. */
export function holdsValue(element: Wire): boolean {
  const doers = ["button", "workflow_button", "icon_button", "feedback_buttons", "overflow"];
  return !doers.includes(textOf(element.type) ?? "");
}

/** Whether the options come from the app while a person types. */
export function isExternal(element: Wire): boolean {
  return element.type === "external_select" || element.type === "multi_external_select";
}
