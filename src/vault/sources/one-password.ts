import { hash } from "node:crypto";
import type { AppSeen, ReportedAccess } from "../../model.ts";
import { type Part, readId, readInstant, readPart, readText, readVersion, toPart } from "../json-part.ts";
import type { Mistake } from "../problem.ts";
import { parseInstant } from "../rfc3339.ts";
import { askHttp } from "./ask.ts";
import { readAudit } from "./one-password-audit.ts";
import type { Feed, Introspection, Page, PolledSource, Question } from "./source.ts";

/**
 * 1Password's Events API (https://developer.1password.com/docs/events-api): three streams, each read by a cursor that the
 * service promises to keep. The first request gives a time to begin at; each later one the cursor of the answer before.
 */
export function onePassword({ name, origin, token, vaultIds }: OnePasswordParts): PolledSource {
  return {
    name,
    origin,
    secretId: hash("sha256", token).slice(0, 8),
    ask: (question) => askHttp(origin, question, { authorization: `Bearer ${token}` }),
    expiresAt: expiryOf(token),
    feeds: [
      feed("itemusages", 15_000, (event, found) => {
        const access = readUsage(event);
        found.accesses.push(access);
        found.apps.push(...appOf(access));
      }),
      feed("auditevents", 60_000, (event, found) => {
        const audited = readAudit(event, vaultIds);
        if (audited && "access" in audited) found.accesses.push(audited.access);
        if (audited && "notice" in audited) found.notices.push(audited.notice);
      }),
      feed("signinattempts", 5 * 60_000, (event, found) => found.apps.push(...readSignIn(event))),
    ],
    introspect: {
      question: { method: "GET", path: "/api/v2/auth/introspect", body: null },
      read: readIntrospection,
    },
  };
}

interface OnePasswordParts {
  name: string;
  origin: string;
  token: string;
  /** The watched vaults: of audit events, those about others are let go. */
  vaultIds: ReadonlySet<string>;
}

/** What the events of a page add up to. */
type Found = Pick<Page, "accesses" | "notices" | "apps">;
type ReadEvent = (event: Part, found: Found) => void;

/** As many events as one page has at most; a thousand is the service's own limit. */
const pageSize = 500;
/** The service keeps so many days; a little less, since what is asked for is gone by the time of the answer. */
const keptDays = 119;

function feed(name: string, everyMs: number, readEvent: ReadEvent): Feed {
  const question = (cursor: string | null, first: { start_time: string; end_time?: string }): Question => ({
    method: "POST",
    path: `/api/v2/${name}`,
    body: JSON.stringify(cursor === null ? { limit: pageSize, ...first } : { cursor }),
  });
  return {
    name,
    everyMs,
    keptDays,
    isNeeded: name === "itemusages",
    ask: (cursor, from) => question(cursor, { start_time: from.toISOString() }),
    // Of sign-ins nothing is kept that could be compared.
    ...(name !== "signinattempts" && {
      list: (cursor, from, until) =>
        question(cursor, { start_time: from.toISOString(), end_time: until.toISOString() }),
    }),
    read: (text) => readPage(text, readEvent),
  };
}

function readPage(text: string, readEvent: ReadEvent): Page | null {
  const page = parsed(text);
  if (!page) return null;
  const { cursor, has_more: hasMore, items } = page;
  if (typeof cursor !== "string" || cursor === "" || cursor.length > 10_000) return null;
  if (typeof hasMore !== "boolean" || !Array.isArray(items ?? [])) return null;
  const whole: Found = { accesses: [], notices: [], apps: [] };
  const strange: Page["strange"] = [];
  for (const [index, value] of ((items ?? []) as unknown[]).entries()) {
    const mistakes: Mistake[] = [];
    const found: Found = { accesses: [], notices: [], apps: [] };
    const event = toPart(value, `/items/${index}`, mistakes);
    if (event) readEvent(event, found);
    if (mistakes.length > 0) strange.push({ event: value, mistakes });
    else {
      whole.accesses.push(...found.accesses);
      whole.notices.push(...found.notices);
      whole.apps.push(...found.apps);
    }
  }
  return { position: cursor, hasMore, ...whole, strange };
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

/** Of who signs in, with what: some apps are too old to tell what is opened in them. What else is in these events isn't kept. */
function readSignIn(event: Part): AppSeen[] {
  const user = readPart(event, "target_user", "optional");
  const client = readPart(event, "client", "optional");
  const identity = readId(user, "uuid", "optional");
  const [app, version] = [readText(client, "app_name"), readVersion(client, "app_version")];
  const at = readInstant(event, "timestamp");
  if (identity === null || app === null || version === null || event.object.category !== "success") return [];
  return [{ identity, email: readText(user, "email"), name: readText(user, "name"), app, version, at }];
}

function appOf({ actor, client, occurredAt }: ReportedAccess): AppSeen[] {
  const { vaultIdentity: identity, email, name } = actor;
  const { app, version } = client;
  return identity === null || app === null || version === null
    ? []
    : [{ identity, email, name, app, version, at: occurredAt }];
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
