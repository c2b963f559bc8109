import type { Selectable } from "kysely";
import type { Access } from "../model.ts";
import type { Schema } from "./schema.ts";

/** What is read of an access: everything but the digest and the delivery. */
export const accessColumns = [
  "access.id",
  "access.source",
  "access.event_id",
  "access.action",
  "access.occurred_at",
  "access.received_at",
  "access.actor_identity",
  "access.actor_email",
  "access.actor_name",
  "access.vault_id",
  "access.vault_name",
  "access.item_id",
  "access.item_title",
  "access.item_version",
  "access.item_category",
  "access.client_app",
  "access.client_version",
  "access.client_platform",
  "access.client_device",
  "access.ip",
  "access.country",
  "access.city",
] as const;

type Row = Omit<Selectable<Schema["access"]>, "digest" | "delivery_id">;

export function toAccess(row: Row): Omit<Access, "personId"> {
  return {
    id: row.id,
    source: row.source,
    eventId: row.event_id,
    action: row.action,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    actor: { vaultIdentity: row.actor_identity, email: row.actor_email, name: row.actor_name },
    vault: { id: row.vault_id, name: row.vault_name },
    item: { id: row.item_id, title: row.item_title, version: row.item_version, category: row.item_category },
    client: {
      app: row.client_app,
      version: row.client_version,
      platform: row.client_platform,
      device: row.client_device,
    },
    ip: row.ip,
    location: { country: row.country, city: row.city },
  };
}
