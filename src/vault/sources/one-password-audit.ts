import type { Notice, NoticeKind, ReportedAccess } from "../../model.ts";
import { type Part, readId, readInstant, readPart, readText } from "../json-part.ts";

/** What an audit event is to us: something opened or changed, something to be told, or nothing. */
type Audited = { access: ReportedAccess } | { notice: Notice } | null;

/**
 * Of the many kinds of audit events those that concern a watched vault or a person's standing. Events that concern nobody here
 * are let go unread.
 */
export function readAudit(event: Part, vaultIds: ReadonlySet<string>): Audited {
  const word = (key: string) => (typeof event.object[key] === "string" ? String(event.object[key]).toLowerCase() : "");
  const [type, action] = [word("object_type"), word("action")];
  switch (type) {
    case "uva":
    case "gva":
      return aboutVaultAccess(event, type === "uva" ? "person" : "group", grants[action], vaultIds);
    case "user":
      return aboutPerson(event, standings[action]);
    case "vault":
      return action === "export" ? wholeVault(event, vaultIds) : null;
    case "item":
    case "items":
      return aboutItem(event, changes[action], vaultIds);
    default:
      return null;
  }
}

const grants: Record<string, NoticeKind> = { grant: "granted", update: "changed", revoke: "revoked" };
const standings: Record<string, NoticeKind> = {
  suspend: "suspended",
  reactive: "reactivated",
  delete: "deleted",
  convert: "guest-changed",
  upguest: "guest-changed",
};
const changes: Record<string, string> = {
  create: "create",
  update: "update",
  patch: "update",
  delete: "delete",
  purge: "delete",
};

function aboutVaultAccess(
  event: Part,
  kind: "person" | "group",
  change: NoticeKind | undefined,
  vaultIds: ReadonlySet<string>,
): Audited {
  if (change === undefined || !vaultIds.has(String(event.object.object_uuid))) return null;
  const details = readPart(event, "aux_details", "optional");
  const identity = readId(event, "aux_uuid", "required") ?? "";
  const subject = { kind, identity, email: readText(details, "email"), name: readText(details, "name") };
  return { notice: { ...told(event), kind: change, subject, vaultId: readId(event, "object_uuid", "required") } };
}

function aboutPerson(event: Part, change: NoticeKind | undefined): Audited {
  if (change === undefined) return null;
  const details = readPart(event, "object_details", "optional");
  const identity = readId(event, "object_uuid", "required") ?? "";
  const subject = {
    kind: "person" as const,
    identity,
    email: readText(details, "email"),
    name: readText(details, "name"),
  };
  return { notice: { ...told(event), kind: change, subject, vaultId: null } };
}

/** Whoever exports a vault has every item of it. */
function wholeVault(event: Part, vaultIds: ReadonlySet<string>): Audited {
  const id = String(event.object.object_uuid);
  if (!vaultIds.has(id)) return null;
  return {
    access: {
      ...accessOf(event),
      action: "export",
      vault: { id, name: null },
      item: itemOf(id, "Everything in the vault"),
    },
  };
}

/** The event has two ids, of the item and of its vault; the one that is watched is the vault's. */
function aboutItem(event: Part, action: string | undefined, vaultIds: ReadonlySet<string>): Audited {
  const ids = [event.object.object_uuid, event.object.aux_uuid]
    .filter((id) => typeof id === "string" && id !== "")
    .map(String);
  const vaultId = ids.find((id) => vaultIds.has(id));
  const itemId = ids.find((id) => id !== vaultId);
  if (action === undefined || vaultId === undefined || itemId === undefined) return null;
  return { access: { ...accessOf(event), action, vault: { id: vaultId, name: null }, item: itemOf(itemId, null) } };
}

function accessOf(
  event: Part,
): Pick<ReportedAccess, "eventId" | "occurredAt" | "actor" | "client" | "ip" | "location"> {
  const location = readPart(event, "location", "optional");
  return {
    ...told(event),
    client: { app: null, version: null, platform: null, device: null },
    ip: readText(readPart(event, "session", "optional"), "ip"),
    location: { country: readText(location, "country"), city: readText(location, "city") },
  };
}

function itemOf(id: string, title: string | null): ReportedAccess["item"] {
  return { id, title, version: null, category: null };
}

function told(event: Part): Pick<Notice, "eventId" | "occurredAt" | "actor"> {
  const details = readPart(event, "actor_details", "optional");
  return {
    // Audit events and usages are numbered apart.
    eventId: `audit:${readId(event, "uuid", "required") ?? ""}`,
    occurredAt: readInstant(event, "timestamp"),
    actor: {
      vaultIdentity: readId(event, "actor_uuid", "required"),
      email: readText(details, "email"),
      name: readText(details, "name"),
    },
  };
}
