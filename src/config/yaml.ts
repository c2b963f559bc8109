import { isScalar, LineCounter, type Node, parseDocument, visit, type YAMLParseError } from "yaml";
import { describeYamlError, type Fault, isOpenQuote } from "./yaml-fault.ts";
import { aliasTargets, type Path, plainTree } from "./yaml-tree.ts";

interface Place {
  line: number;
  column: number;
}

/** A YAML text as plain values, with the way back from a path to its place in the text. */
export interface YamlText {
  /** Null-prototype objects, arrays, texts, numbers, booleans, null. `undefined`: the text says nothing. */
  value: unknown;
  faults: (Fault & { path: Path; place: Place })[];
  /** Whether the text is broken on that line, so that what it seems to say there isn't to be trusted. */
  isBrokenAt(line: number): boolean;
  isBroken: boolean;
  /** Where the value at `path` begins; with `key`, where that key of it does. */
  place(path: Path, key?: string): Place;
  /** The text of the single value at `path`, as it was written. */
  source(path: Path): string | null;
}

/** Never throws. Anchors and aliases are followed; tags, merge keys and further documents are faults. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const faults: YamlText["faults"] = [];
  const brokenLines = new Set<number>();
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // Unique keys are checked below: the parser compares each with all others, which takes minutes for a large map.
  const document = parseDocument(text, {
    lineCounter: lines,
    version: "1.2",
    schema: "core",
    merge: false,
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  // Deeper than the parser can go, it gives up, and what it returns then can't be walked either.
  const isExhausted = document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION");
  const contents = isExhausted ? null : document.contents;
  const quotes = document.errors.some(isOpenQuote) ? quotedScalars(contents) : [];
  for (const error of [...causes(document.errors), ...document.warnings]) {
    // An open quote is noticed at the text's end, but is mended where it begins.
    const opened = isOpenQuote(error) ? quotes.find(({ end }) => end >= error.pos[0]) : undefined;
    const place = placeOf(opened?.start ?? error.pos[0]);
    // What follows the first fault of a line is mostly its echo.
    if (!brokenLines.has(place.line)) faults.push({ ...describeYamlError(error), path: [], place });
    brokenLines.add(place.line).add(placeOf(error.pos[0]).line);
    // What a tab indents is lost to the line above it.
    if (error.code === "TAB_AS_INDENT") brokenLines.add(place.line - 1);
  }
  const tree = plainTree(contents, aliasTargets(contents), (offset, path, fault, isBreak) => {
    const place = placeOf(offset);
    faults.push({ ...fault, path, place });
    if (isBreak) brokenLines.add(place.line);
  });
  return {
    value: tree.value,
    faults,
    isBroken: document.errors.length > 0 || (tree.value === undefined && faults.length > 0),
    isBrokenAt: (line) => brokenLines.has(line),
    place: (path, key) => placeOf(tree.offset(path, key)),
    source: (path) => {
      const node = tree.find(path);
      return isScalar(node) && typeof node.source === "string" ? node.source : null;
    },
  };
}

/** A tab confuses whatever comes near it, so that other errors beside tabs are mostly their echo. */
function causes(errors: YAMLParseError[]): YAMLParseError[] {
  const tabs = errors.filter(({ code }) => code === "TAB_AS_INDENT");
  return tabs.length > 0 ? tabs : errors;
}

function quotedScalars(contents: Node | null): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  visit(contents, {
    Scalar(_key, node) {
      const isQuoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
      if (isQuoted && node.range) found.push({ start: node.range[0], end: node.range[2] });
    },
  });
  return found;
}
