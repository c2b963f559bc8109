import { isObject, objectOf, objectsOf, textOf, type Wire } from "../wire.ts";
import { isInteractive } from "./elements.ts";
import { limits } from "./limits.ts";
import { type Problem, problemsOf } from "./rule.ts";
import { blocksOf, type Surface, view as viewRules } from "./schema.ts";

/** Slack's judgement on the `blocks` of a message. `knowsFile` says whether an uploaded file's id exists. */
export function messageProblems(blocks: unknown, knowsFile: (id: string) => boolean = () => true): Problem[] {
  return [
    ...problemsOf(blocksOf("message"), blocks, "/blocks"),
    ...acrossProblems(objectsOf(blocks), "/blocks", "message", knowsFile),
  ];
}

/** Slack's judgement on a modal or a Home view. */
export function viewProblems(
  view: unknown,
  kind: "modal" | "home",
  knowsFile: (id: string) => boolean = () => true,
): Problem[] {
  if (!isObject(view)) return [{ pointer: "/view", says: "must provide an object" }];
  if (view.type !== kind) return [{ pointer: "/view/type", says: `unsupported type: ${String(view.type)}` }];
  const within = problemsOf(viewRules[kind], view, "/view");
  return [...within, ...acrossProblems(objectsOf(view.blocks), "/view/blocks", kind, knowsFile)];
}

/** A problem in the two ways in which Slack words it. */
export function problemAnswer(problems: readonly Problem[]): Wire {
  const lines = problems.map(({ pointer, says }) => `${says} [json-pointer:${pointer}]`);
  return { errors: lines, response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) } };
}

/** Every element of a block that a person could act on, with where it is. */
export function elementsOf(block: Wire): { element: Wire; at: string }[] {
  const places: [Wire[], string][] = [
    [objectsOf([block.accessory]), "accessory"],
    [objectsOf([block.element]), "element"],
    [objectsOf(block.elements), "elements"],
    [objectsOf(block.actions), "actions"],
  ];
  const own = places.flatMap(([found, name]) =>
    found.map((element, index) => ({
      element,
      at: name === "elements" || name === "actions" ? `${name}/${index}` : name,
    })),
  );
  const nested = [...named(block.elements, "elements"), ...named(block.child_blocks, "child_blocks")].flatMap(
    ([child, at]) => elementsOf(child).map((found) => ({ ...found, at: `${at}/${found.at}` })),
  );
  return [...own, ...nested].filter(({ element }) => isInteractive(element));
}

function named(value: unknown, name: string): [Wire, string][] {
  return objectsOf(value).map((child, index) => [child, `${name}/${index}`]);
}

/** The rules that no single object can answer for: what is unique, how often, how much in all. */
function acrossProblems(
  blocks: readonly Wire[],
  pointer: string,
  surface: Surface,
  knowsFile: (id: string) => boolean,
): Problem[] {
  return [
    ...repeatedBlockIds(blocks, pointer),
    ...blocks.flatMap((block, index) => repeatedActionIds(block, `${pointer}/${index}`)),
    ...blocks.flatMap((block, index) => unknownFiles(block, `${pointer}/${index}`, knowsFile)),
    ...tooMany(blocks, pointer),
    ...(surface === "message" ? [] : severalFocused(blocks, pointer)),
  ];
}

function repeatedBlockIds(blocks: readonly Wire[], pointer: string): Problem[] {
  return repeated(blocks.map((block) => textOf(block.block_id))).map(([index, name]) => ({
    pointer: `${pointer}/${index}/block_id`,
    says: `\`block_id\` "${name}" already exists`,
  }));
}

function repeatedActionIds(block: Wire, pointer: string): Problem[] {
  const found = elementsOf(block);
  return repeated(found.map(({ element }) => textOf(element.action_id))).map(([index, name]) => ({
    pointer: `${pointer}/${found[index]?.at}/action_id`,
    says: `\`action_id\` "${name}" already exists`,
  }));
}

/** Positions whose name stood earlier in the list. */
function repeated(names: readonly (string | undefined)[]): [number, string][] {
  return names.flatMap((name, index): [number, string][] =>
    name !== undefined && name !== "" && names.indexOf(name) < index ? [[index, name]] : [],
  );
}

function unknownFiles(block: Wire, pointer: string, knowsFile: (id: string) => boolean): Problem[] {
  const file = textOf(objectOf(block.slack_file).id);
  return file === undefined || knowsFile(file)
    ? []
    : [{ pointer: `${pointer}/slack_file`, says: "invalid slack file" }];
}

const counted = [
  { type: "table", most: limits.table.perMessage, says: "only one table is allowed per message" },
  { type: "data_visualization", most: limits.chart.perMessage, says: "too many data_visualization blocks" },
];

function tooMany(blocks: readonly Wire[], pointer: string): Problem[] {
  const over = counted
    .filter(({ type, most }) => blocks.filter((block) => block.type === type).length > most)
    .map(({ says }) => ({ pointer, says }));
  const markdown = blocks.filter((block) => block.type === "markdown").map((block) => textOf(block.text) ?? "");
  const length = markdown.reduce((sum, text) => sum + [...text].length, 0);
  const isLong = markdown.length > 1 && length > limits.markdown;
  return isLong
    ? [...over, { pointer, says: `markdown blocks must be less than ${limits.markdown + 1} characters together` }]
    : over;
}

function severalFocused(blocks: readonly Wire[], pointer: string): Problem[] {
  const focused = blocks.flatMap(elementsOf).filter(({ element }) => element.focus_on_load === true);
  return focused.length > 1 ? [{ pointer, says: "only one element may have focus_on_load" }] : [];
}
