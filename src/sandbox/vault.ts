import { createHmac, randomUUID } from "node:crypto";
import { personOf } from "./channels.ts";
import { SlackError } from "./errors.ts";
import type { Reveal, RevealAnswer } from "./types.ts";
import { compact, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** The vault beside the workspace: tells the door of one access by a webhook signed after Standard Webhooks. */
export async function reveal(workspace: Workspace, access: Reveal): Promise<RevealAnswer> {
  const { door } = workspace.options;
  if (door === undefined) throw new SlackError("no_door");
  const now = workspace.clock.now();
  const body = JSON.stringify({
    type: "vault.item.accessed",
    timestamp: now.toISOString(),
    data: accessWire(workspace, access, now),
  });
  const id = `msg_${randomUUID().replaceAll("-", "")}`;
  // Signed by the machine's clock: a delivery is as fresh as it is, whatever time the workspace plays.
  const timestamp = String(Math.floor(Date.now() / 1000));
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": webhookSignature(door.secret, id, timestamp, body),
  };
  const response = await fetch(door.url, { method: "POST", headers, body, redirect: "manual" }).catch(() => {
    throw new SlackError("door_unreachable");
  });
  return { status: response.status, body: parsed(await response.text()), request: { headers, body } };
}

/** `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`, with the bytes behind `whsec_` as the key. */
export function webhookSignature(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

function accessWire(workspace: Workspace, access: Reveal, now: Date): Wire {
  const person = personOf(workspace, access.by);
  const vault = workspace.options.vaults.find((one) => one.id === access.vaultId);
  const item = vault?.items.find((one) => one.id === access.itemId);
  if (vault === undefined) throw new SlackError("vault_not_found");
  if (item === undefined) throw new SlackError("item_not_found");
  return compact({
    id: `evt_${randomUUID().replaceAll("-", "")}`,
    action: access.action ?? "reveal",
    occurred_at: (access.occurredAt ?? now).toISOString(),
    person: { id: `vault-${person.name}`, email: person.email, name: person.realName },
    vault: { id: vault.id, name: vault.name },
    item: compact({ id: item.id, title: item.title, category: item.category }),
    client: access.client ?? {
      app: "Vault for the browser",
      version: "1.0",
      platform: "Sandbox",
      device: "This computer",
    },
    ip: access.ip,
    location: access.location,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
