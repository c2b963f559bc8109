import type { Mistake } from "./problem.ts";
import { parseInstant } from "./rfc3339.ts";
import { storableId, storableText } from "./storable-text.ts";

/** One object of a parsed body, where it stands, and the list to which mistakes in it are added. */
export interface Part {
  object: Record<string, unknown>;
  pointer: string;
  mistakes: Mistake[];
}

/** `value` as a part, or `null` and a mistake. */
export function toPart(value: unknown, pointer: string, mistakes: Mistake[]): Part | null {
  if (isObject(value)) return { object: value, pointer, mistakes };
  mistakes.push({ pointer, detail: value === undefined ? "is required: an object" : "must be an object" });
  return null;
}

/**
 * The readers below take one field of a part, and answer `null` for what is absent, empty or mistaken; of a part that
 * is absent itself, everything is absent. Nothing is copied but the values that they return, so that keys such as
 * `__proto__` come to nothing.
 */
export function readPart(part: Part, key: string, need: "required" | "optional"): Part | null {
  const value = fieldOf(part, key) ?? undefined;
  if (value === undefined && need === "optional") return null;
  return toPart(value, `${part.pointer}/${key}`, part.mistakes);
}

/** A name that others compare: exact, 1 to 512 code points. */
export function readId(part: Part | null, key: string, need: "required" | "optional"): string | null {
  const value = fieldOf(part, key);
  if (value === null || (value === "" && need === "optional")) {
    if (need === "required") mistake(part, key, "is required: a string of 1 to 512 characters");
    return null;
  }
  const id = typeof value === "string" ? storableId(value) : null;
  // A number may have lost digits on its way, and with them what tells two ids apart.
  if (id === null) mistake(part, key, "must be a string of 1 to 512 characters");
  return id;
}

/** A text for people to read: cut when it is long, never refused for what it says. */
export function readText(part: Part | null, key: string): string | null {
  const value = fieldOf(part, key);
  if (value === null || value === "") return null;
  if (typeof value === "string") return storableText(value);
  mistake(part, key, "must be a string");
  return null;
}

/** Versions come as texts and as numbers. */
export function readVersion(part: Part | null, key: string): string | null {
  const value = fieldOf(part, key);
  if (typeof value === "number") return String(value);
  if (value === null || value === "") return null;
  if (typeof value === "string") return storableText(value);
  mistake(part, key, "must be a string or a number");
  return null;
}

/** The time of the act; 1970 where it is mistaken, and the delivery is not taken. */
export function readInstant(part: Part, key: string): Date {
  const value = fieldOf(part, key);
  const instant = typeof value === "string" ? parseInstant(value) : null;
  if (instant) return instant;
  const shape = 'an RFC 3339 date and time with its offset, as "2026-11-21T01:12:58Z"';
  mistake(part, key, value === null ? `is required: ${shape}` : `must be ${shape}`);
  return new Date(0);
}

function fieldOf(part: Part | null, key: string): unknown {
  return part && Object.hasOwn(part.object, key) ? part.object[key] : null;
}

function mistake(part: Part | null, key: string, detail: string): void {
  part?.mistakes.push({ pointer: `${part.pointer}/${key}`, detail });
}

function isObject(value: unknown): value is Part["object"] {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
