import type { Picture, Posted } from "./slack.ts";

/** What a person makes out in a message of the bot. */
export interface Seen {
  kind: Kind | "other";
  /** The alert's, intent's, note's or flood's id, as it stands in the blocks; of an escalation its alert, round and step. */
  subject: string;
  /** The alert that an escalation or a question is about, too; empty: none. */
  alertId: string;
  /** The revision that its buttons carry. */
  revision: number;
  buttons: { actionId: string; value: string }[];
  /** "I'm looking into it", where that can be said. */
  onIt: { actionId: string; value: string }[];
  /** The numbers of the events that are named. */
  events: number[];
  /** By event: whether it is shown as explained. */
  explained: Map<number, boolean>;
  /** The number of the purpose that is given for the worst access; `null`: none. */
  purpose: number | null;
  verdict: { word: "expected" | "suspicious"; by: string } | null;
  asksForVerdict: boolean;
  saysConflict: boolean;
  saysEnded: boolean;
  words: string;
}

type Node = Record<string, unknown>;

const kinds = [
  "alert",
  "intent",
  "note",
  "flood",
  "what-now",
  "timeline",
  "security",
  "question",
  "escalation",
  "digest",
] as const;
const known = new RegExp(`^(${kinds.join("|")}):`);
const aboutAnAlert: string[] = ["alert", "question", "escalation"];
type Kind = (typeof kinds)[number];

const isKind = (kind: string): kind is Kind => (kinds as readonly string[]).includes(kind);

export function look(message: Posted): Seen {
  const picture = message.pictures.at(-1);
  if (!picture) throw new Error("a message without a picture");
  return lookAt(picture);
}

export function lookAt(picture: Picture): Seen {
  const blocks = picture.blocks as Node[];
  const blockId = blocks.map((block) => String(block.block_id ?? "")).find((id) => known.test(id)) ?? "";
  const [kind = "other", about = "", ...rest] = blockId.split(":");
  const elements = blocks.filter((block) => block.type === "actions").flatMap((block) => list(block.elements));
  const buttons = elements
    .filter((element) => element.type === "button")
    .map((element) => ({ actionId: String(element.action_id), value: String(element.value) }));
  const options = elements.flatMap((element) => list(element.options)).map(({ value }) => String(value));
  const lines = blocks.flatMap(linesOf);
  const words = lines.map(({ text }) => text).join("\n");
  const verdictLine = lines.find(({ text }) => /^(✅ Expected|🚩 Suspicious|🏁 Suspicious) · /u.test(text));
  const by = verdictLine?.users[0];
  const numbers = [...new Set([...words.matchAll(/Key e(\d+)/g)].map((match) => Number(match[1])))];
  return {
    kind: isKind(kind) ? kind : "other",
    subject: kind === "escalation" ? [about, ...rest].join(":") : about,
    alertId: aboutAnAlert.includes(kind) ? about : "",
    revision: kind === "alert" ? Number(rest[0] ?? 0) : Number(/\d+$/.exec(buttons[0]?.value ?? "")?.[0] ?? 0),
    buttons,
    onIt: options.filter((value) => value.startsWith("on-it:")).map((value) => ({ actionId: "on_it", value })),
    events: numbers,
    explained: new Map(numbers.map((n) => [n, isExplained(lines, n)])),
    purpose: numberIn(/Purpose: ‘[^’]*invoice Q(\d+)/, words),
    verdict: by && verdictLine ? { word: verdictLine.text.startsWith("✅") ? "expected" : "suspicious", by } : null,
    asksForVerdict: buttons.some(({ actionId }) => actionId === "review_expected"),
    saysConflict: words.includes("again with other content"),
    saysEnded: / · (done|cancelled)/.test(words),
    words,
  };
}

/** An alert of several accesses has a line for each, one of a single access has its first line; both begin with a colour. */
function isExplained(lines: Line[], n: number): boolean {
  const colour = /^(🟢|🟡|🔴|⚪)/u;
  const named = lines.filter(({ text }) => colour.test(text) && new RegExp(`Key e${n}(?!\\d)`).test(text));
  return named.some(({ text }) => text.startsWith("🟢"));
}

interface Line {
  text: string;
  users: string[];
}

function linesOf(block: Node): Line[] {
  if (block.type !== "rich_text") return [];
  return list(block.elements).flatMap((part) =>
    part.type === "rich_text_list" ? list(part.elements).flatMap(lineOf) : lineOf(part),
  );
}

function lineOf(part: Node): Line[] {
  const leaves = list(part.elements);
  const text = leaves.map((leaf) =>
    leaf.type === "user" ? `@${leaf.user_id}` : String(leaf.text ?? leaf.fallback ?? ""),
  );
  const users = leaves.filter((leaf) => leaf.type === "user").map((leaf) => String(leaf.user_id));
  return text
    .join("")
    .split("\n")
    .map((line) => ({ text: line, users }));
}

function numberIn(pattern: RegExp, words: string): number | null {
  const found = pattern.exec(words)?.[1];
  return found === undefined ? null : Number(found);
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? (value as Node[]) : [];
}
