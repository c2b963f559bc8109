import { hash } from "node:crypto";
import type { Notice, NoticeKind, ReportedAccess } from "../../model.ts";
import { type Part, readId, readText, toPart } from "../json-part.ts";
import type { Mistake } from "../problem.ts";
import { parseInstant } from "../rfc3339.ts";
import { storableId, storableText } from "../storable-text.ts";
import { bitwardenAsker } from "./bitwarden-ask.ts";
import type { Feed, Page, PolledSource } from "./source.ts";

/**
 * An organisation's events by Bitwarden's Public API (https://bitwarden.com/help/public-api/), Vaultwarden's where it has one. Events have no
 * ids and come newest first, within a time that is asked for: each stretch is asked for with a quarter of an hour of the one
 * before, since clients send theirs in batches, and what is known already counts once.
 */
export function bitwarden({ name, server, client }: { name: string; server: string; client: string }): PolledSource {
  const [clientId = "", clientSecret = ""] = [
    client.slice(0, client.indexOf(":")),
    client.slice(client.indexOf(":") + 1),
  ];
  const ask: Feed["ask"] = (position, from, now) => {
    const { start, end, token } = stretchOf(position, from, now);
    const query = new URLSearchParams({ start, end, ...(token !== null && { continuationToken: token }) });
    return { method: "GET", path: `/public/events?${query}`, body: null };
  };
  const organization = clientId.replace(/^organization\./, "");
  return {
    name,
    origin: server,
    secretId: hash("sha256", client).slice(0, 8),
    expiresAt: null,
    introspect: null,
    ask: bitwardenAsker({ server, clientId, clientSecret }),
    feeds: [
      {
        name: "events",
        everyMs: 30_000,
        keptDays: 120,
        isNeeded: true,
        ask,
        // A stretch that is a day: what a client sent too late for the poll is in it, as long as it was sent by then.
        list: ask,
        read: (text, { position, from, now }) => readPage(text, stretchOf(position, from, now), organization),
      },
    ],
  };
}

interface Stretch {
  start: string;
  end: string;
  /** `null`: at its beginning. */
  token: string | null;
}

const overlapMs = 15 * 60_000;

/** The stretch that is being read, or the one after the last that was read to its end. */
function stretchOf(position: string | null, from: Date, now: Date): Stretch {
  const known = position === null ? null : (JSON.parse(position) as Stretch);
  if (known === null) return { start: from.toISOString(), end: now.toISOString(), token: null };
  if (known.token !== null) return known;
  return { start: new Date(Date.parse(known.end) - overlapMs).toISOString(), end: now.toISOString(), token: null };
}

/** An answer is two in one: the events, and who the organisation's members are. */
function readPage(text: string, { start, end }: Stretch, organization: string): Page | null {
  const answer = parsed(text);
  const events = answer?.events as Record<string, unknown> | undefined;
  if (!Array.isArray(events?.data)) return null;
  const token =
    typeof events.continuationToken === "string" && events.continuationToken !== "" ? events.continuationToken : null;
  const members = membersFrom(answer?.members);
  const page: Page = {
    position: JSON.stringify({ start, end, token } satisfies Stretch),
    hasMore: token !== null,
    accesses: [],
    notices: [],
    apps: [],
    unsureOfVault: true,
    kept: JSON.stringify(events),
    strange: [],
  };
  for (const [index, value] of events.data.entries()) {
    const mistakes: Mistake[] = [];
    const event = toPart(value, `/data/${index}`, mistakes);
    if (!event) {
      page.strange.push({ event: value, mistakes });
      continue;
    }
    const type = Number(event.object.type);
    const access = accessOf(event, acts[type], members, organization);
    const notice = noticeOf(event, standings[type], members);
    if (mistakes.length > 0) page.strange.push({ event: value, mistakes });
    else {
      if (access) page.accesses.push(access);
      if (notice) page.notices.push(notice);
    }
  }
  return page;
}

/** By type of event; those that aren't here are neither accesses nor about people's standing. */
const acts: Record<number, string> = {
  1100: "create",
  1101: "update",
  1102: "delete",
  1105: "share",
  1106: "move",
  1107: "view",
  1108: "reveal",
  1109: "reveal",
  1110: "reveal",
  1111: "copy",
  1112: "copy",
  1113: "copy",
  1114: "autofill",
  1115: "trash",
  1116: "restore",
  1117: "reveal",
  1602: "export",
};

const standings: Record<number, NoticeKind> = { 1503: "deleted", 1511: "suspended", 1512: "reactivated" };

interface Member {
  userId: string | null;
  email: string | null;
  name: string | null;
}

function accessOf(
  event: Part,
  action: string | undefined,
  members: Map<string, Member>,
  organization: string,
): ReportedAccess | null {
  if (action === undefined) return null;
  const isExport = action === "export";
  const vault = readId(event, "collectionId", "optional") ?? organization;
  // What is of the whole vault has the vault's own id.
  const item = readId(event, "itemId", isExport ? "optional" : "required") ?? vault;
  return {
    eventId: eventIdOf(event),
    action,
    occurredAt: instantOf(event),
    actor: actorOf(event, members),
    vault: { id: vault, name: null },
    item: { id: item, title: isExport ? "Everything in the organisation" : null, version: null, category: null },
    client: { app: clientOf(event.object.device), version: null, platform: null, device: null },
    ip: readText(event, "ipAddress"),
    location: { country: null, city: null },
  };
}

function noticeOf(event: Part, kind: NoticeKind | undefined, members: Map<string, Member>): Notice | null {
  if (kind === undefined) return null;
  const memberId = readId(event, "memberId", "required") ?? "";
  const member = members.get(memberId);
  const subject = {
    kind: "person" as const,
    identity: member?.userId ?? memberId,
    email: member?.email ?? null,
    name: member?.name ?? null,
  };
  return {
    eventId: eventIdOf(event),
    kind,
    occurredAt: instantOf(event),
    // A directory that is kept in step acts without a user.
    actor: actorOf(event, members, "optional"),
    subject,
    vaultId: null,
  };
}

function actorOf(
  event: Part,
  members: Map<string, Member>,
  need: "required" | "optional" = "required",
): ReportedAccess["actor"] {
  const id = readId(event, "actingUserId", need);
  const member = id === null ? undefined : members.get(id);
  return { vaultIdentity: id, email: member?.email ?? null, name: member?.name ?? null };
}

/** What tells two events apart: two that agree in all of it are one. */
function eventIdOf({ object }: Part): string {
  const { type, itemId, collectionId, memberId, actingUserId, date, device } = object;
  return hash("sha256", JSON.stringify([type, itemId, collectionId, memberId, actingUserId, date, device])).slice(
    0,
    40,
  );
}

/** Bitwarden's own server tells UTC with a Z, others without. */
function instantOf(event: Part): Date {
  const date = event.object.date;
  const instant = typeof date === "string" ? parseInstant(/[zZ]|[+-]\d\d:\d\d$/.test(date) ? date : `${date}Z`) : null;
  if (!instant) event.mistakes.push({ pointer: `${event.pointer}/date`, detail: "must be a date and time" });
  return instant ?? new Date(0);
}

/** Device types as numbers; the common ones have names. */
function clientOf(device: unknown): string | null {
  return typeof device === "number" ? (devices[device] ?? `device type ${device}`) : null;
}

const devices: Record<number, string> = {
  0: "Android",
  1: "iOS",
  2: "Chrome extension",
  3: "Firefox extension",
  6: "Windows desktop",
  7: "macOS desktop",
  8: "Linux desktop",
  9: "Chrome browser",
  10: "Firefox browser",
};

/** By their own id and by their user's. */
function membersFrom(value: unknown): Map<string, Member> {
  const list = Array.isArray(value) ? value : [];
  const members = new Map<string, Member>();
  for (const one of list as Record<string, unknown>[]) {
    const text = (key: string) => (typeof one?.[key] === "string" ? storableText(String(one[key])) : null);
    const idIn = (key: string) => (typeof one?.[key] === "string" ? storableId(String(one[key])) : null);
    const member = { userId: idIn("userId"), email: text("email"), name: text("name") };
    for (const id of [idIn("id"), member.userId]) if (id !== null) members.set(id, member);
  }
  return members;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
