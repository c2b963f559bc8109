import { isUtf8 } from "node:buffer";
import type { ReportedAccess } from "../model.ts";
import { unwrapped } from "./cloud-events.ts";
import { inspectJson, isNestedTooDeeply, type JsonPath } from "./inspect-json.ts";
import { type Part, readId, readInstant, readPart, readText, readVersion, toPart } from "./json-part.ts";
import { type Mistake, nestedTooDeeply, notJson, notUnderstood, notUtf8, type Problem } from "./problem.ts";

/** What an authentic body says. What isn't understood is kept all the same, together with the problem. */
export type DeliveryContent =
  | { kind: "accesses"; accesses: ReportedAccess[] }
  | { kind: "not-understood"; problem: Problem };

const accessType = "vault.item.accessed";
const eventsAtMost = 1_000;

/** The fields that are read; a key that occurs twice matters here alone. `true`: a value. */
interface Shape {
  readonly [key: string]: true | Shape;
}
const accessShape = {
  id: true,
  action: true,
  occurred_at: true,
  person: { id: true, email: true, name: true },
  vault: { id: true, name: true },
  item: { id: true, title: true, version: true, category: true },
  client: { app: true, version: true, platform: true, device: true },
  ip: true,
  location: { country: true, city: true },
} satisfies Shape;
const deliveryShape: Shape = { type: true, data: accessShape };

/**
 * Reads the body of an authentic delivery: one access event, or up to 1,000 of them in `data`. All mistakes are told
 * at once, and one makes the whole delivery not understood. Unknown fields are ignored. Never throws.
 */
export function parseWebhook(body: Buffer, attributes: Record<string, string> | null = null): DeliveryContent {
  return parseBody(body, isRead, (value, mistakes) => readDelivery(unwrapped(value, attributes), mistakes));
}

/** Reads a JSON body: its encoding, its depth and its keys are looked at before `read` sees it. `isRead`: which keys matter. */
export function parseBody(
  body: Buffer,
  isRead: (path: JsonPath) => boolean,
  read: (value: unknown, mistakes: Mistake[]) => ReportedAccess[],
): DeliveryContent {
  const text = decode(body);
  if (text === null) return { kind: "not-understood", problem: notUtf8 };
  if (isNestedTooDeeply(text)) return { kind: "not-understood", problem: nestedTooDeeply };
  const parsed = parseJson(text);
  if (!parsed) return { kind: "not-understood", problem: notJson };

  const mistakes = inspectJson(text, isRead);
  const accesses = read(parsed.value, mistakes);
  return mistakes.length > 0
    ? { kind: "not-understood", problem: notUnderstood(mistakes) }
    : { kind: "accesses", accesses };
}

/** Strict, but for a byte order mark, which RFC 8259 lets a reader ignore. */
function decode(body: Buffer): string | null {
  if (!isUtf8(body)) return null;
  const text = body.toString();
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function parseJson(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function isRead(path: JsonPath): boolean {
  let shape: true | Shape | undefined = deliveryShape;
  for (const step of path) {
    if (typeof step === "number") continue;
    if (shape === true || !Object.hasOwn(shape, step)) return false;
    shape = shape[step] ?? true;
  }
  return true;
}

function readDelivery(value: unknown, mistakes: Mistake[]): ReportedAccess[] {
  const delivery = toPart(value, "", mistakes);
  if (!delivery) return [];
  // The agreed list of required fields doesn't name `type`; what says that it is something else is not ours to guess at.
  if (Object.hasOwn(delivery.object, "type") && delivery.object.type !== accessType) {
    mistakes.push({ pointer: "/type", detail: `is not a type known here; the known one is "${accessType}"` });
    return [];
  }
  const data = Object.hasOwn(delivery.object, "data") ? delivery.object.data : undefined;
  if (!Array.isArray(data)) return readAccess(data, "/data", mistakes);
  if (data.length === 0 || data.length > eventsAtMost) {
    mistakes.push({ pointer: "/data", detail: `must hold 1 to ${eventsAtMost} events, and holds ${data.length}` });
    return [];
  }
  return data.flatMap((event, index) => readAccess(event, `/data/${index}`, mistakes));
}

/** One event in our own shape. Where a mistake was found, what is returned is discarded with the rest of the delivery. */
export function readAccess(value: unknown, pointer: string, mistakes: Mistake[]): ReportedAccess[] {
  const event = toPart(value, pointer, mistakes);
  if (!event) return [];
  const person = readPart(event, "person", "required");
  const vault = readPart(event, "vault", "required");
  const item = readPart(event, "item", "required");
  const client = readPart(event, "client", "optional");
  const location = readPart(event, "location", "optional");
  return [
    {
      eventId: readId(event, "id", "required") ?? "",
      action: readAction(event),
      occurredAt: readInstant(event, "occurred_at"),
      actor: readActor(person),
      vault: { id: readId(vault, "id", "required") ?? "", name: readText(vault, "name") },
      item: {
        id: readId(item, "id", "required") ?? "",
        title: readText(item, "title"),
        version: readVersion(item, "version"),
        category: readText(item, "category"),
      },
      client: {
        app: readText(client, "app"),
        version: readVersion(client, "version"),
        platform: readText(client, "platform"),
        device: readText(client, "device"),
      },
      ip: readText(event, "ip"),
      location: { country: readText(location, "country"), city: readText(location, "city") },
    },
  ];
}

function readActor(person: Part | null): ReportedAccess["actor"] {
  const found = person?.mistakes.length;
  const vaultIdentity = readId(person, "id", "optional");
  const email = readText(person, "email");
  const isUnknown = vaultIdentity === null && email === null;
  if (person && isUnknown && person.mistakes.length === found) {
    person.mistakes.push({ pointer: person.pointer, detail: "needs an id or an email, so that the person is known" });
  }
  return { vaultIdentity, email, name: readText(person, "name") };
}

function readAction(event: Part): string {
  const found = event.mistakes.length;
  const action = readText(event, "action")?.trim().toLowerCase() ?? "";
  if (action === "" && event.mistakes.length === found) {
    event.mistakes.push({ pointer: `${event.pointer}/action`, detail: 'is required: the act as a word, as "reveal"' });
  }
  return action;
}
