import type { Mistake } from "./problem.ts";
import { storableText } from "./storable-text.ts";

const depthAtMost = 64;
const keysAtMost = 1_000;
const [quote, comma, backslash] = [0x22, 0x2c, 0x5c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

export type JsonPath = readonly (string | number)[];

interface Container {
  /** `null` in an array. */
  keys: Set<string> | null;
  /** Where we are in it: the newest key, or the index. */
  place: string | number;
  expectsKey: boolean;
  keyCount: number;
}

/**
 * Whether `text`, JSON or not, nests objects and arrays deeper than 64 levels. Asked before parsing: JSON.parse would
 * work through half a million levels, and take a second over it.
 */
export function isNestedTooDeeply(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
    } else if (code === openBrace || code === openBracket) {
      depth += 1;
      if (depth > depthAtMost) return true;
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
    }
  }
  return false;
}

/**
 * What `JSON.parse` doesn't tell: objects with more than 1,000 keys, and keys that occur twice where `isRead` says that
 * we read. JSON.parse keeps the last of two, and the sender may have meant the first. `text` must be valid JSON. Stops
 * at the first object with too many keys, because the rest may be as bad.
 */
export function inspectJson(text: string, isRead: (path: JsonPath) => boolean): Mistake[] {
  const mistakes: Mistake[] = [];
  const open: Container[] = [];
  const path = (): JsonPath => open.map((container) => container.place);

  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const container = open.at(-1);
      const end = endOfString(text, at);
      if (container?.keys && container.expectsKey) {
        const key = keyFrom(text.slice(at, end + 1));
        container.expectsKey = false;
        container.place = key;
        if (container.keys.has(key) && isRead(path())) {
          mistakes.push({ pointer: pointerTo(path()), detail: "occurs twice in its object; send it once" });
        }
        container.keys.add(key);
        container.keyCount += 1;
        if (container.keyCount > keysAtMost) {
          const pointer = pointerTo(path().slice(0, -1));
          return [...mistakes, { pointer, detail: `has more than ${keysAtMost} keys; send only those agreed` }];
        }
      }
      at = end;
    } else if (code === openBrace || code === openBracket) {
      const isObject = code === openBrace;
      open.push({ keys: isObject ? new Set() : null, place: isObject ? "" : 0, expectsKey: isObject, keyCount: 0 });
    } else if (code === closeBrace || code === closeBracket) {
      open.pop();
    } else if (code === comma) {
      const container = open.at(-1);
      if (container?.keys) container.expectsKey = true;
      else if (typeof container?.place === "number") container.place += 1;
    }
  }
  return mistakes;
}

/** Where the string that begins at `start` ends; beyond the text when it doesn't. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes += 1;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}

/** Two spellings of one key are one key: "\u0069d" is "id". */
function keyFrom(quoted: string): string {
  return quoted.includes("\\") ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}

/** The first steps alone, since the whole path may be as long as the body; storable, since the store keeps problems. */
function pointerTo(path: JsonPath): string {
  const steps = path.slice(0, 4).map((step) => storableText(String(step)).replaceAll("~", "~0").replaceAll("/", "~1"));
  return steps.some((step) => step.length > 100) ? "" : steps.map((step) => `/${step}`).join("");
}
