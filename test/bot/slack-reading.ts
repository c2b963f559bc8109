/**
 * How Slack reads a message, as far as our views need to be held to it. Written from Slack's rules, not from the views:
 * which parts are read as markup and what they would do, and which lengths and counts Slack refuses.
 */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Everything in a `mrkdwn` text that Slack would turn into something: mentions, links, formatting, emoji, quotes. */
export function markupIn(text: string): string[] {
  const found: string[] = [];
  const patterns = [
    /<[^>]*>/g,
    /(?:^|\W)([*_~`])(?=\S)[^\n]*?\S?\1/g,
    /```/g,
    // "10:02:" is a time and a colon.
    /(?<!\d(?=:\d\d:)):[a-z0-9_+'-]+:/gi,
    /(?:https?|ftp|mailto|tel|slack):\/?\/?[^\s]/gi,
    /\bwww\.\S/gi,
    /[\p{L}\p{N}-]+\.\p{L}{2,}(?![\p{L}\p{N}])/gu,
    /[\w.]+@[\w.]+/g,
    /(?:^|\s)@(?:here|channel|everyone)\b/gi,
    /(?:^|\n)\s*(?:&gt;|>)/g,
  ];
  for (const pattern of patterns) for (const match of text.matchAll(pattern)) found.push(match[0].trim());
  return found;
}

/** What a reader never sees, but which changes what they see: controls, bidi, zero-width, lone surrogates. */
export function hiddenIn(text: string): string[] {
  // All controls but the line feed that our own lines end with, and format characters but the joiner between pictures.
  const hidden = /(?!\n|\u200d|\u200c)[\p{Cc}\p{Cf}]|[\u2028\u2029]/gu;
  return [...text.matchAll(hidden)]
    .map(([char]) => `U+${char.codePointAt(0)?.toString(16)}`)
    .concat(text.isWellFormed() ? [] : ["lone surrogate"]);
}

/** Every rule of Slack's that the message or view breaks, with where. Empty: Slack takes it. */
export function refusals(view: unknown, surface: "message" | "modal"): string[] {
  const root = JSON.parse(JSON.stringify(view)) as { [key: string]: Json };
  const found: string[] = [];
  const refuse = (isBroken: boolean, what: string, path: string) => isBroken && found.push(`${path}: ${what}`);
  const blocks = Array.isArray(root.blocks) ? root.blocks : [];
  refuse(blocks.length === 0 || blocks.length > (surface === "modal" ? 100 : 50), `${blocks.length} blocks`, "/blocks");
  if (surface === "message") {
    refuse(typeof root.text !== "string" || root.text === "" || root.text.length > 4000, "text", "/text");
    refuse(JSON.stringify(blocks).length > 100_000, "a heavy message", "/blocks");
  } else {
    for (const key of ["title", "submit", "close"]) length(root[key], key, 24, `/${key}`);
    refuse(size(root.private_metadata) > 3000, "private_metadata", "/");
    refuse(size(root.callback_id) > 255, "callback_id", "/");
  }
  const blockIds = blocks
    .map((block) => (isObject(block) ? block.block_id : undefined))
    .filter((id) => id !== undefined);
  refuse(new Set(blockIds).size !== blockIds.length, "block_id twice", "/blocks");
  walk(blocks, "/blocks");
  return found;

  function walk(value: Json, path: string): void {
    if (Array.isArray(value)) for (const [index, each] of value.entries()) walk(each, `${path}/${index}`);
    if (!isObject(value)) return;
    for (const [key, each] of Object.entries(value)) walk(each, `${path}/${key}`);
    rules(value, path);
  }

  function rules(at: { [key: string]: Json }, path: string): void {
    refuse(size(at.block_id) > 255 || at.block_id === "", "block_id", path);
    refuse(size(at.action_id) > 255 || at.action_id === "", "action_id", path);
    switch (at.type) {
      case "plain_text":
        refuse(size(at.text) < 1 || size(at.text) > 3000, `text of ${size(at.text)}`, path);
        refuse(at.emoji !== false, "emoji names would be read", path);
        break;
      case "text":
        refuse(size(at.text) < 1, "empty text", path);
        break;
      case "mrkdwn":
        refuse(true, "mrkdwn, where a person's words could be read as markup", path);
        break;
      case "button":
        length(at.text, "text", 75, path);
        refuse(size(at.value) > 2000, "value", path);
        refuse(size(at.accessibility_label) > 75, "accessibility_label", path);
        break;
      case "actions": {
        const elements = at.elements as { action_id: string }[];
        refuse(elements.length < 1 || elements.length > 25, "elements", path);
        refuse(new Set(elements.map((each) => each.action_id)).size !== elements.length, "action_id twice", path);
        break;
      }
      case "overflow":
        choices(at.options, 1, 5, path);
        break;
      case "static_select":
        if (at.options) choices(at.options, 1, 100, path);
        if (at.option_groups) {
          const groups = at.option_groups as { label: Json; options: Json }[];
          refuse(groups.length < 1 || groups.length > 100, "option_groups", path);
          for (const group of groups) {
            length(group.label, "label", 75, path);
            choices(group.options, 1, 100, path);
          }
        }
        length(at.placeholder, "placeholder", 150, path);
        break;
      case "input":
        length(at.label, "label", 2000, path);
        length(at.hint, "hint", 2000, path);
        refuse(surface !== "modal" || root.submit === undefined, "input needs submit", path);
        break;
      case "plain_text_input":
        refuse(Number(at.max_length ?? 1) > 3000, "max_length", path);
        refuse(size(at.initial_value) > Number(at.max_length ?? 3000), "initial_value", path);
        break;
      case "user":
        refuse(!/^[UW][A-Z0-9]+$/.test(String(at.user_id)), "user_id", path);
        break;
      case "date":
        refuse(!Number.isInteger(at.timestamp), "timestamp", path);
        break;
      case "rich_text":
      case "rich_text_section":
      case "rich_text_list":
      case "rich_text_quote":
        refuse((at.elements as Json[]).length === 0, "no elements", path);
        break;
    }
  }

  function choices(options: Json | undefined, least: number, most: number, path: string): void {
    const all = Array.isArray(options) ? options : [];
    refuse(all.length < least || all.length > most, `${all.length} options`, path);
    for (const option of all) {
      if (!isObject(option)) continue;
      length(option.text, "option text", 75, path);
      refuse(size(option.value) < 1 || size(option.value) > 150, "option value", path);
    }
  }

  function length(text: Json | undefined, what: string, most: number, path: string): void {
    refuse(isObject(text) && size(text.text) > most, `${what} of ${isObject(text) ? size(text.text) : 0}`, path);
  }
}

/** Every string that a message or view shows, wherever it stands. */
export function shownIn(view: unknown): string[] {
  const shown: string[] = [];
  JSON.parse(JSON.stringify(view), (key, value) => {
    if ((key === "text" || key === "fallback" || key === "accessibility_label") && typeof value === "string")
      shown.push(value);
    return value;
  });
  return shown;
}

/** UTF-16 units: never fewer than the code points that Slack counts. */
const size = (value: Json | undefined) => (typeof value === "string" ? value.length : 0);

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
