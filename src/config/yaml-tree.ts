import { isAlias, isMap, isScalar, isSeq, type Node, visit, type YAMLMap } from "yaml";
import { quoted } from "./reading.ts";
import type { Fault } from "./yaml-fault.ts";

export type Path = (string | number)[];

const deepest = 64;
/** More than a thousand vaults sharing lists of managers need; far fewer than would be felt. */
const mostAliasedValues = 100_000;

interface Tree {
  value: unknown;
  find(path: Path): Node | null;
  offset(path: Path, key?: string): number;
}

type ReportFault = (offset: number, path: Path, fault: Fault, isBreak: boolean) => void;

/** Our own walk instead of the package's toJS: no prototypes, bounded aliases, the first of two equal keys. */
export function plainTree(contents: Node | null, targets: Map<Node, Node>, report: ReportFault): Tree {
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
            problem: `${quoted(`*${node.source}`)} stands for nothing: no ${quoted(`&${node.source}`)} comes before it`,
            remedy: "Name the value that is meant with & before this line, or write the value out.",
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
            problem: `${quoted(`*${node.source}`)} stands for something that contains itself`,
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
export function aliasTargets(contents: Node | null): Map<Node, Node> {
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

function startOf(node: Node | null): number {
  return node?.range?.[0] ?? 0;
}
