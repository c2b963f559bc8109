import { z } from "zod";
import type { ReportedAccess } from "../model.ts";
import { type DeliveryContent, parseBody, readAccess } from "./parse-webhook.ts";
import type { Mistake } from "./problem.ts";

/**
 * What makes access events of a service's own JSON: for each of our fields a JSON pointer (RFC 6901) into its events, with a
 * table of values where words differ, or a constant. Declarative on purpose: it can be read, checked and tried on a sample.
 */
const pointer = z.string().regex(/^(\/[^/]*)*$/, 'must be a JSON pointer, such as "/event/type"');

const fieldShape = z.union([
  pointer,
  z.strictObject({
    from: pointer.optional(),
    /** Our word for each of theirs. */
    values: z.record(z.string(), z.string()).optional(),
    /** Where the pointer leads to nothing, or the table has no such word; without it, their word stands. */
    otherwise: z.string().optional(),
    /** How times are told, where they aren't RFC 3339. */
    as: z.enum(["seconds", "milliseconds"]).optional(),
  }),
]);

const fieldNames = [
  "id",
  "action",
  "occurred_at",
  "person.id",
  "person.email",
  "person.name",
  "vault.id",
  "vault.name",
  "item.id",
  "item.title",
  "item.version",
  "item.category",
  "client.app",
  "client.version",
  "client.platform",
  "client.device",
  "ip",
  "location.country",
  "location.city",
] as const;

type FieldName = (typeof fieldNames)[number];

export const mappingShape = z.strictObject({
  /** Where the list of events is, in a body that has one. Without it: the body itself is an event, or a list of them. */
  each: pointer.optional(),
  /** Only events that have one of these values there; the others are let go. */
  only: z.record(pointer, z.union([z.string(), z.array(z.string()).min(1)])).optional(),
  fields: z.partialRecord(z.enum(fieldNames), fieldShape),
});

export type Mapping = z.output<typeof mappingShape>;

const required: FieldName[] = ["id", "action", "occurred_at", "vault.id", "item.id"];

/** What is missing in a mapping that is otherwise well formed. */
export function lackingFields({ fields }: Mapping): string[] {
  const lacking: string[] = required.filter((name) => fields[name] === undefined);
  if (fields["person.id"] === undefined && fields["person.email"] === undefined)
    lacking.push("person.id or person.email");
  return lacking;
}

const eventsAtMost = 1_000;

/** Reads a service's own JSON by a mapping. Mistakes are told by where they are in our event, and in which of theirs. */
export function parseMapped(body: Buffer, mapping: Mapping): DeliveryContent {
  return parseBody(
    body,
    () => true,
    (value, mistakes) => mapped(value, mapping, mistakes),
  );
}

function mapped(value: unknown, mapping: Mapping, mistakes: Mistake[]): ReportedAccess[] {
  const found = mapping.each === undefined ? value : at(value, mapping.each);
  const events = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
  const base = Array.isArray(found) ? (mapping.each ?? "") : null;
  if (events.length > eventsAtMost) {
    mistakes.push({ pointer: mapping.each ?? "", detail: `must hold ${eventsAtMost} events at most` });
    return [];
  }
  if (events.length === 0 && mapping.each !== undefined && found === undefined) {
    mistakes.push({ pointer: mapping.each, detail: "is where the mapping looks for events, and nothing is there" });
  }
  return events.flatMap((event, index) =>
    isMeant(event, mapping.only)
      ? readAccess(eventFrom(event, mapping), base === null ? (mapping.each ?? "") : `${base}/${index}`, mistakes)
      : [],
  );
}

function isMeant(event: unknown, only: Mapping["only"]): boolean {
  return Object.entries(only ?? {}).every(([pointer, wanted]) => {
    const found = asText(at(event, pointer));
    return found !== null && [wanted].flat().includes(found);
  });
}

/** In the shape of our own webhook, so that one reader checks both. */
function eventFrom(event: unknown, { fields }: Mapping): Record<string, unknown> {
  const made: Record<string, unknown> = { person: {}, vault: {}, item: {} };
  for (const name of fieldNames) {
    const field = fields[name];
    const value = field === undefined ? null : fieldOf(event, field);
    if (value === null) continue;
    const [group, key] = name.split(".") as [string, string | undefined];
    if (key === undefined) made[group] = value;
    else made[group] = { ...(made[group] as object), [key]: value };
  }
  return made;
}

function fieldOf(event: unknown, field: NonNullable<Mapping["fields"][FieldName]>): string | null {
  if (typeof field === "string") return asText(at(event, field));
  const found = field.from === undefined ? null : asText(at(event, field.from));
  if (field.as !== undefined && found !== null) return instantOf(found, field.as === "seconds" ? 1_000 : 1);
  if (field.values !== undefined) {
    const said = found !== null && Object.hasOwn(field.values, found) ? field.values[found] : undefined;
    return said ?? field.otherwise ?? found;
  }
  return found ?? field.otherwise ?? null;
}

function instantOf(text: string, unitMs: number): string {
  const date = new Date(Number(text) * unitMs);
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}

/** Texts, and what can be one without losing anything. */
function asText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  return typeof value === "number" && Number.isFinite(value) && !Number.isInteger(value) ? String(value) : null;
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((inside, step) => {
      if (typeof inside !== "object" || inside === null || !Object.hasOwn(inside, step)) return undefined;
      return (inside as Record<string, unknown>)[step];
    }, value);
}
