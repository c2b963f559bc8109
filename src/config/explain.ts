import { stringify } from "yaml";
import type { z } from "zod";
import { nearest } from "./nearest.ts";
import { quoted } from "./reading.ts";
import { type JsonSchema, jsonSchema } from "./schema.ts";
import { howToFindChannel } from "./slack-id.ts";
import type { YamlText } from "./yaml.ts";
import type { Path } from "./yaml-tree.ts";

export interface Explained {
  path: Path;
  /** Set when the mistake is a key of the value at `path`, and not that value. */
  key?: string;
  problem: string;
  remedy: string;
  /** What is missing may stand in a part of the text that could not be read. */
  isMissing?: true;
}

type Issue = z.core.$ZodIssue;

/** One of zod's issues as sentences: what is wrong, and what would be right in this very place. */
export function explain(issue: Issue, yaml: YamlText): Explained[] {
  const path = issue.path as Path;
  const found = valueAt(yaml.value, path);
  if (issue.code === "invalid_union" && found !== undefined && found !== null) {
    return meantOption(issue.errors, found).flatMap((one) => explain({ ...one, path: [...path, ...one.path] }, yaml));
  }
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key));
  if (issue.code === "custom") {
    const { right, how } = (issue.params ?? {}) as { right?: string | null; how?: string };
    const remedy = [right ? `Write ${asWritten(path, right)}.` : "", how ?? ""].filter(Boolean).join(" ");
    return [{ path, problem: issue.message, remedy }];
  }
  if (found === undefined) {
    const problem = path.length === 0 ? "this file says nothing yet" : `${label(path)} is missing`;
    return [{ path, problem, remedy: example("Add", path), isMissing: true }];
  }
  if (found === null) return [{ path, problem: `${label(path)} has no value`, remedy: example("Write", path) }];
  if (issue.code === "invalid_value") return [notOneOf(path, found, issue.values.map(String))];
  if (issue.code === "too_small") return [{ path, problem: `${label(path)} is empty`, remedy: example("Write", path) }];
  return [wrongKind(path, found, yaml.source(path))];
}

/** Of several shapes, the one that was meant: of the right kind, and with the fewest keys that it doesn't know or misses. */
function meantOption(options: Issue[][], found: unknown): Issue[] {
  const oddness = (issues: Issue[]) =>
    issues.reduce((sum, issue) => {
      if (issue.path.length === 0 && issue.code === "invalid_type") return sum + 100;
      if (issue.code === "unrecognized_keys") return sum + issue.keys.length;
      return sum + (valueAt(found, issue.path as Path) === undefined ? 1 : 0);
    }, 0);
  const [first = [], ...others] = options;
  return others.reduce((best, issues) => (oddness(issues) < oddness(best) ? issues : best), first);
}

function unknownKey(path: Path, key: string): Explained {
  const known = [...new Set(shapesOf(schemaAt(path)).flatMap(({ properties }) => Object.keys(properties ?? {})))];
  const near = nearest(key, known);
  const remedy =
    key === "<<"
      ? "Merge keys aren't read here: write the keys out, or use *name as a whole value."
      : near !== null
        ? `Write \`${near}:\`.`
        : `Remove it; known here are ${known.join(", ")}.`;
  return { path, key, problem: `the key ${quoted(key)} is not known here`, remedy };
}

function notOneOf(path: Path, found: unknown, values: string[]): Explained {
  const choices = `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
  const near = nearest(typeof found === "string" ? found : "", values) ?? (found === false ? "off" : null);
  return {
    path,
    problem: `${show(found)} is not ${choices}`,
    remedy:
      near !== null ? `Write ${asWritten(path, near)}.` : `Write ${asWritten(path, values[0] ?? "")}, for example.`,
  };
}

function wrongKind(path: Path, found: unknown, source: string | null): Explained {
  const schema = schemaAt(path);
  const wanted = schema?.type ?? "object";
  const problem = `${label(path)} should be ${kinds[wanted] ?? wanted}, and is ${kindOf(found)}`;
  const isSingle = source !== null && source.length <= 60;
  const remedy = (): string => {
    if (wanted === "string" && isSingle) {
      // A number is a text without its quotes, unless a text of this kind looks otherwise: `30` was meant as `30m`.
      const like = [source, `${source}m`].find((text) => !schema?.pattern || new RegExp(schema.pattern).test(text));
      if (like !== undefined && !schema?.enum)
        return `Write ${asWritten(path, like === source ? `"${source}"` : like)}.`;
    }
    if (wanted === "array" && schema?.items?.type === "string" && isSingle && typeof found === "string") {
      return `Write ${asWritten(path, flow([found]))}.`;
    }
    if (wanted === "boolean" && isSingle) {
      if (/^(y|yes|on|ja|s[ií]|1)$/i.test(source)) return `Write ${asWritten(path, "true")}.`;
      if (/^(n|no|off|nein|0)$/i.test(source)) return `Write ${asWritten(path, "false")}.`;
    }
    return example("Write", path);
  };
  return { path, problem, remedy: remedy() };
}

/** "Add `timezone: Europe/Madrid`.", from the first example of the definition. */
function example(verb: "Add" | "Write", path: Path): string {
  const key = path.at(-1);
  if (key === "channel" || key === "to")
    return `${verb} \`${key}: C0123ABCD\` with the channel's own id. ${howToFindChannel}`;
  const [first] = schemaAt(path)?.examples ?? [];
  if (first !== undefined) return `${verb} ${asWritten(path, flow(first))}.`;
  if (path.length === 0) return "Copy vaultbell.example.yaml and put in your vaults.";
  return `${verb} it as in vaultbell.example.yaml.`;
}

function asWritten(path: Path, value: string): string {
  const key = path.at(-1);
  return typeof key === "string" ? `\`${key}: ${value}\`` : `\`${value}\``;
}

function flow(value: unknown): string {
  // Times are quoted, because older readers of YAML take 09:00 for a number of minutes.
  if (typeof value === "string" && /^\d\d:\d\d$/.test(value)) return `"${value}"`;
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true })
    .trim()
    .replaceAll(/\[ (.*?) \]/g, "[$1]");
}

function show(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  return typeof value === "object" && value !== null ? kindOf(value) : String(value);
}

function label(path: Path): string {
  const last = path.findLastIndex((step) => typeof step === "string");
  return last < 0 ? "this file" : pathText(path.slice(last));
}

/** `vaults[0].hours` */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const name = /^[\w-]{1,40}$/.test(step) ? step : quoted(step);
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}

const kinds: Record<string, string> = {
  string: "a text",
  array: "a list",
  object: "a group of keys",
  boolean: "true or false",
  number: "a number",
};

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" ? `the text ${quoted(value)}` : (kinds[typeof value] ?? typeof value);
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

const definition = jsonSchema();

function schemaAt(path: Path): JsonSchema | undefined {
  let current: JsonSchema | undefined = definition;
  for (const step of path) {
    // Where there are several shapes, the first that has such a part.
    const parts: (JsonSchema | undefined)[] = shapesOf(current).map((shape) =>
      typeof step === "number" ? shape.items : shape.properties?.[step],
    );
    current = parts.find((part) => part !== undefined);
  }
  return current;
}

function shapesOf(schema: JsonSchema | undefined): JsonSchema[] {
  return schema?.anyOf ?? (schema ? [schema] : []);
}
