import { hash } from "node:crypto";
import type { ReportedAccess } from "../../model.ts";
import { type Part, readId, readInstant, readPart, readText, readVersion, toPart } from "../json-part.ts";
import type { Mistake } from "../problem.ts";
import { parseInstant } from "../rfc3339.ts";
import type { Feed, Introspection, Page, PolledSource } from "./source.ts";

/**
 * 1Password's Events API (https://developer.1password.com/docs/events-api): three streams, each read by a cursor that the
 * service promises to keep. The first request gives a time to begin at; each later one the cursor of the answer before.
 */
export function onePassword({ name, origin, token }: { name: string; origin: string; token: string }): PolledSource {
  return {
    name,
    kind: "1password",
    origin,
    secretId: hash("sha256", token).slice(0, 8),
    authorize: () => ({ authorization: `Bearer ${token}` }),
    expiresAt: expiryOf(token),
    feeds: [feed("itemusages", 15_000, readUsage)],
    introspect: {
      question: { method: "GET", path: "/api/v2/auth/introspect", body: null },
      read: readIntrospection,
    },
  };
}

/** As many events as one page has at most; a thousand is the service's own limit. */
const pageSize = 500;
/** The service keeps so many days; a little less, since what is asked for is gone by the time of the answer. */
const keptDays = 119;

function feed(name: string, everyMs: number, readEvent: (event: Part) => ReportedAccess): Feed {
  return {
    name,
    everyMs,
    keptDays,
    isNeeded: name === "itemusages",
    ask: (cursor, from) => ({
      method: "POST",
      path: `/api/v2/${name}`,
      body: JSON.stringify(cursor === null ? { limit: pageSize, start_time: from.toISOString() } : { cursor }),
    }),
    read: (text) => readPage(text, readEvent),
  };
}

function readPage(text: string, readEvent: (event: Part) => ReportedAccess): Page | null {
  const page = parsed(text);
  if (!page) return null;
  const { cursor, has_more: hasMore, items } = page;
  if (typeof cursor !== "string" || cursor === "" || cursor.length > 10_000) return null;
  if (typeof hasMore !== "boolean" || !Array.isArray(items ?? [])) return null;
  const accesses: ReportedAccess[] = [];
  const strange: Page["strange"] = [];
  for (const [index, value] of ((items ?? []) as unknown[]).entries()) {
    const mistakes: Mistake[] = [];
    const event = toPart(value, `/items/${index}`, mistakes);
    const access = event && readEvent(event);
    if (access && mistakes.length === 0) accesses.push(access);
    else strange.push({ event: value, mistakes });
  }
  return { position: cursor, hasMore, accesses, strange };
}

/** The service's words for acts are kept as they are: `policies/exposure.ts` says which let somebody read. */
function readUsage(event: Part): ReportedAccess {
  const user = readPart(event, "user", "required");
  const client = readPart(event, "client", "optional");
  const location = readPart(event, "location", "optional");
  return {
    eventId: readId(event, "uuid", "required") ?? "",
    action: (readId(event, "action", "required") ?? "").trim().toLowerCase(),
    occurredAt: readInstant(event, "timestamp"),
    actor: {
      vaultIdentity: readId(user, "uuid", "required"),
      email: readText(user, "email"),
      name: readText(user, "name"),
    },
    vault: { id: readId(event, "vault_uuid", "required") ?? "", name: null },
    item: {
      id: readId(event, "item_uuid", "required") ?? "",
      title: null,
      version: readVersion(event, "used_version"),
      category: null,
    },
    client: {
      app: readText(client, "app_name"),
      version: readVersion(client, "app_version"),
      platform: readText(client, "platform_name"),
      device: null,
    },
    ip: readText(client, "ip_address"),
    location: { country: readText(location, "country"), city: readText(location, "city") },
  };
}

function readIntrospection(text: string): Introspection | null {
  const answer = parsed(text);
  if (!answer || !Array.isArray(answer.features)) return null;
  const { features, issued_at: issuedAt } = answer;
  return {
    feeds: features.filter((feature) => typeof feature === "string"),
    issuedAt: typeof issuedAt === "string" ? parseInstant(issuedAt) : null,
  };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The tokens are JSON Web Tokens; what one says of itself is believed for this alone. */
function expiryOf(token: string): Date | null {
  const claims = parsed(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return typeof claims?.exp === "number" ? new Date(claims.exp * 1000) : null;
}
