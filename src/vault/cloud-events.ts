import type { IncomingMessage } from "node:http";

/**
 * CloudEvents 1.0 over HTTP (https://github.com/cloudevents/spec): structured, as one JSON object or a batch of them, or binary, with
 * the attributes in headers. Headers aren't signed: an attribute in one stands in only for what the body leaves open.
 */
type Attributes = Readonly<Record<string, string>>;

/** The attributes in headers, without their prefix; `null`: this isn't the binary mode. */
export function attributesOf(headers: IncomingMessage["headersDistinct"]): Attributes | null {
  const found = Object.entries(headers).flatMap(([name, values]): [string, string][] => {
    const [value, ...more] = values ?? [];
    return name.startsWith("ce-") && value !== undefined && more.length === 0
      ? [[name.slice(3), percentDecoded(value)]]
      : [];
  });
  const attributes = Object.fromEntries(found);
  return attributes.specversion?.startsWith("1.") ? attributes : null;
}

/**
 * A CloudEvent, or several, as an access event's body: what its `data` says counts, and `id` and `time` stand in where it
 * says nothing. Whatever isn't a CloudEvent is returned as it is.
 */
export function unwrapped(body: unknown, attributes: Attributes | null): unknown {
  if (attributes) return withData(body, attributes);
  if (Array.isArray(body) && body.length > 0 && body.every(isCloudEvent)) {
    return { data: body.flatMap((event) => asList(dataOf(event))), ...typeOf(body[0] ?? {}) };
  }
  return isCloudEvent(body) ? { data: dataOf(body), ...typeOf(body) } : body;
}

interface CloudEvent extends Record<string, unknown> {
  specversion: string;
}

function isCloudEvent(value: unknown): value is CloudEvent {
  return isObject(value) && typeof value.specversion === "string" && value.specversion.startsWith("1.");
}

function withData(data: unknown, attributes: Attributes): unknown {
  return isObject(data) && "data" in data ? data : { data: filled(data, attributes), ...typeOf(attributes) };
}

function dataOf(event: CloudEvent): unknown {
  return filled(event.data, event);
}

function filled(data: unknown, { id, time }: Record<string, unknown>): unknown {
  if (!isObject(data)) return data;
  return { ...(id !== undefined && { id }), ...(time !== undefined && { occurred_at: time }), ...data };
}

function typeOf({ type }: Record<string, unknown>): { type?: unknown } {
  return type === undefined ? {} : { type };
}

function asList(data: unknown): unknown[] {
  return Array.isArray(data) ? data : [data];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
