import { isObject, type Wire } from "../wire.ts";

/** One thing that Slack would refuse: where (a JSON pointer) and in which words. */
export interface Problem {
  pointer: string;
  says: string;
}

/** The small language in which schema.ts writes Block Kit down. Lengths count code points. */
export type Rule =
  | { kind: "string"; min: number; max: number; matches?: RegExp; oneOf?: readonly string[] }
  | { kind: "number"; min: number; max: number; whole: boolean; above?: number }
  | { kind: "boolean" }
  | { kind: "anything" }
  | { kind: "list"; of: Rule; min: number; max: number }
  | ObjectRule
  | { kind: "by-type"; types: () => Readonly<Record<string, ObjectRule>> };

export interface ObjectRule {
  kind: "object";
  required: Readonly<Record<string, Rule>>;
  optional: Readonly<Record<string, Rule>>;
  also: readonly Also[];
}

/** A condition across the fields of one object: a list of [field or "", complaint]. */
export type Also = (value: Wire) => readonly (readonly [at: string, says: string])[];

export function problemsOf(rule: Rule, value: unknown, pointer: string): Problem[] {
  switch (rule.kind) {
    case "anything":
      return [];
    case "boolean":
      return typeof value === "boolean" ? [] : [{ pointer, says: "must provide a boolean" }];
    case "string":
      return stringProblems(rule, value).map((says) => ({ pointer, says }));
    case "number":
      return numberProblems(rule, value).map((says) => ({ pointer, says }));
    case "list":
      return listProblems(rule, value, pointer);
    case "object":
      return isObject(value) ? objectProblems(rule, value, pointer) : [{ pointer, says: "must provide an object" }];
    case "by-type": {
      if (!isObject(value)) return [{ pointer, says: "must provide an object" }];
      if (value.type === undefined) return [{ pointer, says: "missing required field: type" }];
      const types = rule.types();
      const found = typeof value.type === "string" && Object.hasOwn(types, value.type) ? types[value.type] : undefined;
      if (found === undefined) return [{ pointer: `${pointer}/type`, says: `unsupported type: ${String(value.type)}` }];
      return objectProblems(found, value, pointer);
    }
  }
}

function stringProblems(rule: Extract<Rule, { kind: "string" }>, value: unknown): string[] {
  if (typeof value !== "string") return ["must provide a string"];
  const length = [...value].length;
  if (length < rule.min) return [`must be more than ${rule.min - 1} characters`];
  if (length > rule.max) return [`must be less than ${rule.max + 1} characters`];
  if (rule.oneOf && !rule.oneOf.includes(value)) return [`must be one of: ${rule.oneOf.join(", ")}`];
  if (rule.matches && !rule.matches.test(value)) return ["failed to match the required format"];
  return [];
}

function numberProblems(rule: Extract<Rule, { kind: "number" }>, value: unknown): string[] {
  if (typeof value !== "number" || !Number.isFinite(value)) return ["must provide a number"];
  if (rule.whole && !Number.isInteger(value)) return ["must provide an integer"];
  if (rule.above !== undefined && value <= rule.above) return [`must be greater than ${rule.above}`];
  if (value < rule.min) return [`must be greater than or equal to ${rule.min}`];
  if (value > rule.max) return [`must be less than or equal to ${rule.max}`];
  return [];
}

function listProblems(rule: Extract<Rule, { kind: "list" }>, value: unknown, pointer: string): Problem[] {
  if (!Array.isArray(value)) return [{ pointer, says: "must provide an array" }];
  if (value.length < rule.min) return [{ pointer, says: `no fewer than ${rule.min} items allowed` }];
  if (value.length > rule.max) return [{ pointer, says: `no more than ${rule.max} items allowed` }];
  return value.flatMap((item, index) => problemsOf(rule.of, item, `${pointer}/${index}`));
}

function objectProblems(rule: ObjectRule, value: Wire, pointer: string): Problem[] {
  const known = { type: { kind: "anything" } as Rule, ...rule.required, ...rule.optional };
  const missing = Object.keys(rule.required)
    .filter((name) => value[name] === undefined)
    .map((name) => ({ pointer, says: `missing required field: ${name}` }));
  const unknown = Object.keys(value)
    .filter((name) => !Object.hasOwn(known, name))
    .map((name) => ({ pointer, says: `invalid additional property: ${name}` }));
  const within = Object.entries(known)
    .filter(([name]) => value[name] !== undefined)
    .flatMap(([name, field]) => problemsOf(field, value[name], `${pointer}/${name}`));
  const across = rule.also.flatMap((condition) => condition(value));
  const located = across.map(([at, says]) => ({ pointer: at === "" ? pointer : `${pointer}/${at}`, says }));
  return [...missing, ...unknown, ...within, ...located];
}
