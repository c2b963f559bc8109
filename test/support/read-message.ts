/** What a person reads in a message or modal: the words of its blocks, a line each, buttons in brackets. */
export function readBlocks(blocks: unknown): string {
  return Array.isArray(blocks) ? blocks.map(readBlock).filter(Boolean).join("\n") : "";
}

type Node = Record<string, unknown>;

function readBlock(block: Node): string {
  switch (block.type) {
    case "actions":
      return list(block.elements).map(readElement).join(" ");
    case "rich_text":
      return list(block.elements).map(readRich).join("\n");
    case "input":
      return `${readText(block.label)}: ${readElement(block.element as Node)}`;
    case "context":
      return list(block.elements).map(readText).join(" ");
    default:
      return [readText(block.text), ...list(block.fields).map(readText)].filter(Boolean).join("\n");
  }
}

function readRich(part: Node): string {
  if (part.type === "rich_text_list")
    return list(part.elements)
      .map((item) => `• ${readRich(item)}`)
      .join("\n");
  const inner = list(part.elements).map(readLeaf).join("");
  return part.type === "rich_text_quote" ? `> ${inner}` : inner;
}

function readLeaf(leaf: Node): string {
  switch (leaf.type) {
    case "user":
      return `@${leaf.user_id}`;
    case "channel":
      return `#${leaf.channel_id}`;
    case "date":
      return String(leaf.fallback);
    default:
      return String(leaf.text ?? "");
  }
}

function readElement(element: Node): string {
  if (element.type === "button") return `[${readText(element.text)}]`;
  if (element.type === "overflow")
    return `[… ${list(element.options)
      .map((option) => readText(option.text))
      .join(" | ")}]`;
  return `(${element.type})`;
}

function readText(text: unknown): string {
  if (typeof text === "string") return text;
  return typeof text === "object" && text !== null && "text" in text ? String(text.text) : "";
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? (value as Node[]) : [];
}
