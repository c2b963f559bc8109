/** What travels: JSON of unknown shape, read with questions instead of casts. */

export type Wire = Record<string, unknown>;

export function isObject(value: unknown): value is Wire {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): Wire {
  return isObject(value) ? value : {};
}

export function objectsOf(value: unknown): Wire[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Slack's forms say true in three ways. */
export function isYes(value: unknown): boolean {
  return value === true || value === "true" || value === "1" || value === 1;
}

/** Leaves out what is undefined, so that answers carry no empty fields. */
export function compact(fields: Wire): Wire {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
