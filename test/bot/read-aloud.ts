import type { MessageView } from "../../src/bot/views/alert.ts";

/** A message or form as one would read it: a line per line, dates by their fallback, buttons in brackets. */
export function readAloud(view: { blocks: unknown[]; text?: string }): string[] {
  return view.blocks.flatMap((block) => readBlock(block as Node).split("\n"));
}

/** What goes into a golden file: first as it reads, then exactly what Slack receives. */
export function golden(view: MessageView | { blocks: unknown[] }): string {
  return `${JSON.stringify({ reads: readAloud(view), slack: view }, null, 2)}\n`;
}

interface Node {
  type: string;
  text?: string | { text: string };
  elements?: Node[];
  options?: { text: { text: string } }[];
  option_groups?: { label: { text: string } }[];
  label?: { text: string };
  hint?: { text: string };
  element?: Node;
  initial_value?: string;
  user_id?: string;
  channel_id?: string;
  fallback?: string;
  format?: string;
}

function readBlock(node: Node): string {
  const inside = (node.elements ?? []).map(readBlock);
  switch (node.type) {
    case "rich_text":
      return inside.join("\n");
    case "rich_text_section":
      return inside.join("");
    case "rich_text_quote":
      return `| ${inside.join("")}`;
    case "rich_text_preformatted":
      return `    ${inside.join("")}`;
    case "rich_text_list":
      return inside.map((row) => `• ${row}`).join("\n");
    case "actions":
    case "context":
      return inside.join(" ");
    case "button":
      return `[${words(node)}]`;
    case "overflow":
      return `[… ${(node.options ?? []).map((option) => option.text.text).join(" / ")}]`;
    case "user":
      return `@${node.user_id}`;
    case "channel":
      return `#${node.channel_id}`;
    case "date":
      return node.format === "{time}" ? `{time of ${node.fallback}}` : `{${node.fallback}}`;
    case "input":
      return `${node.label?.text} <${node.element?.initial_value ?? node.element?.type}> (${node.hint?.text ?? ""})`;
    default:
      return words(node);
  }
}

const words = ({ text }: Node) => (typeof text === "string" ? text : (text?.text ?? ""));
