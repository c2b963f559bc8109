import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { quoted } from "./reading.ts";
import { describeYamlError, type Fault, isOpenQuote } from "./yaml-fault.ts";

export type Path = (string | number)[];

export interface Place {
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

const deepest = 64;
/** More than a thousand vaults sharing lists of managers need; far fewer than would be felt. */
const mostAliasedValues = 100_000;

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
  const quotes = quotedScalars(document);
  for (const error of [...document.errors, ...document.warnings]) {
    // An open quote is noticed at the text's end, but is mended where it begins.
    const opened = isOpenQuote(error) ? quotes.find(({ end }) => end >= error.pos[0]) : undefined;
    const place = placeOf(opened?.start ?? error.pos[0]);
    // What follows the first fault of a line is mostly its echo.
    if (!brokenLines.has(place.line)) faults.push({ ...describeYamlError(error), path: [], place });
    brokenLines.add(place.line).add(placeOf(error.pos[0]).line);
  }
  // Deeper than the parser can go, it gives up, and what it returns then can't be walked either.
  const isExhausted = document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION");
  const contents = isExhausted ? null : document.contents;
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

interface Tree {
  value: unknown;
  find(path: Path): Node | null;
  offset(path: Path, key?: string): number;
}

type ReportFault = (offset: number, path: Path, fault: Fault, isBreak: boolean) => void;

/** Our own walk instead of the package's toJS: no prototypes, bounded aliases, the first of two equal keys. */
function plainTree(contents: Node | null, targets: Map<Node, Node>, report: ReportFault): Tree {
  let isTooDeep = false;
  const pairsOf = new Map<YAMLMap, Map<string, { keyOffset: number; value: Node | null }>>();
  let aliasedValues = 0;

  function plain(node: Node | null, path: Path, aliases: Node[]): unknown {
    if (node === null) return null;
    if (aliases.length > 0 && ++aliasedValues > mostAliasedValues) return null;
    if (path.length > deepest) {
      if (!isTooDeep)
        report(
          startOf(node),
          path,
          {
            problem: `more than ${deepest} levels are within each other here`,
            remedy: "Nothing here needs more than six.",
          },
          true,
        );
      isTooDeep = true;
      return null;
    }
    if (isAlias(node)) {
      const target = targets.get(node);
      if (!target) {
        report(
          startOf(node),
          path,
          {
            problem: `*${node.source} stands for nothing: no &${node.source} comes before it`,
            remedy: `Put &${node.source} before the value that is meant, or write the value out.`,
          },
          true,
        );
        return null;
      }
      if (aliases.includes(target)) {
        report(
          startOf(node),
          path,
          {
            problem: `*${node.source} stands for something that contains itself`,
            remedy: "Write the value out.",
          },
          true,
        );
        return null;
      }
      return plain(target, path, [...aliases, target]);
    }
    if (isScalar(node)) return node.value;
    if (isSeq(node)) return node.items.map((child, index) => plain(child as Node | null, [...path, index], aliases));
    return isMap(node) ? plainMap(node, path, aliases) : null;
  }

  function plainMap(map: YAMLMap, path: Path, aliases: Node[]): Record<string, unknown> {
    const values: Record<string, unknown> = Object.create(null);
    const pairs: NonNullable<ReturnType<typeof pairsOf.get>> = new Map();
    const isFirstVisit = !pairsOf.has(map);
    pairsOf.set(map, pairs);
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : "";
      const keyOffset = startOf(key as Node | null);
      if (pairs.has(name)) {
        if (isFirstVisit) {
          report(
            keyOffset,
            [...path, name],
            {
              problem: `${quoted(name)} is written twice here`,
              remedy: "Keep one of the two.",
            },
            false,
          );
        }
        continue;
      }
      pairs.set(name, { keyOffset, value: value as Node | null });
      values[name] = plain(value as Node | null, [...path, name], aliases);
    }
    return values;
  }

  function find(path: Path, followLast = true): Node | null {
    let node: Node | null = contents;
    for (const [index, step] of path.entries()) {
      if (isMap(node)) node = pairsOf.get(node)?.get(String(step))?.value ?? null;
      else if (isSeq(node)) node = (node.items[Number(step)] as Node | undefined) ?? null;
      else return null;
      if (isAlias(node) && (followLast || index < path.length - 1)) node = targets.get(node) ?? null;
    }
    return node;
  }

  const value = contents === null ? undefined : plain(contents, [], []);
  if (aliasedValues > mostAliasedValues) {
    report(
      0,
      [],
      {
        problem: `the aliases (*name) in this file stand for more than ${mostAliasedValues.toLocaleString("en")} values`,
        remedy: "Write the values out, or share smaller lists.",
      },
      true,
    );
    return { value: undefined, find: () => null, offset: () => 0 };
  }
  return {
    value,
    find,
    offset(path, key) {
      for (let length = path.length; length >= 0; length--) {
        const node = find(path.slice(0, length), false);
        const map = length === path.length ? find(path) : null;
        if (key !== undefined && isMap(map)) return pairsOf.get(map)?.get(key)?.keyOffset ?? startOf(map);
        if (node?.range) return startOf(node);
      }
      return 0;
    },
  };
}

/** What each alias stands for: the last node of that name before it. */
function aliasTargets(contents: Node | null): Map<Node, Node> {
  const named = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(contents, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = named.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor) named.set(node.anchor, node);
    },
  });
  return targets;
}

function quotedScalars(document: Document.Parsed): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  if (document.errors.length === 0) return found;
  visit(document, {
    Scalar(_key, node) {
      const isQuoted = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE";
      if (isQuoted && node.range) found.push({ start: node.range[0], end: node.range[2] });
    },
  });
  return found;
}

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
