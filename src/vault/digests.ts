import { createHash } from "node:crypto";
import type { ReportedAccess } from "../model.ts";

/**
 * 32 bytes that stand for one event of one source: the key that makes "once". Taken over the exact UTF-16 units, since
 * no database text can hold every id. The names of sources are ours and hold no U+0000, which therefore separates.
 */
export function accessDigest(source: string, eventId: string): Buffer {
  return createHash("sha256")
    .update(Buffer.from(`${source}\u0000${eventId}`, "utf16le"))
    .digest();
}

/**
 * 32 bytes that stand for what was reported, as we normalise it: a redelivery has the same, a conflicting report under
 * the same id another. Adding a field here makes a redelivery across the upgrade look like a conflict; add it so that
 * its absence changes nothing.
 */
export function contentDigest(access: ReportedAccess): Buffer {
  const { actor, vault, item, client, location } = access;
  const content = [
    [access.eventId, access.action, access.occurredAt.toISOString(), access.ip],
    [actor.vaultIdentity, actor.email, actor.name],
    [vault.id, vault.name],
    [item.id, item.title, item.version, item.category],
    [client.app, client.version, client.platform, client.device],
    [location.country, location.city],
  ];
  return createHash("sha256").update(JSON.stringify(content)).digest();
}
