import { setTimeout as pause } from "node:timers/promises";
import { parseSecrets, sign } from "../../src/vault/standard-webhooks.ts";
import { knock } from "./knock.ts";

/** What a vault reports of one access; the title is unique, so that it can be found again in Slack. */
export interface SentAccess {
  eventId: string;
  title: string;
  channel: string;
}

interface SentDelivery {
  id: string;
  body: Buffer;
  accesses: SentAccess[];
  /** When the service said 2xx. */
  acknowledgedAt: number | null;
  attempts: number;
  /** Every status it was answered, and "none" where the connection broke. */
  answers: (number | "none")[];
  /** The header of each 503. */
  retryAfter: (string | undefined)[];
}

export interface Reported {
  eventId: string;
  title: string;
  email: string;
  vaultId: string;
  channel: string;
}

/** A vault that delivers each of its events again and again, under one id, until somebody says 2xx. */
export interface Vault {
  deliveries: SentDelivery[];
  /** Resolves when it was acknowledged, or when the vault is shut. */
  report(accesses: Reported[]): Promise<SentDelivery>;
  /** Gives up what is not acknowledged. */
  shut(): void;
}

export function openVault(secretText: string, url: () => string, { retryMs = 400, timeoutMs = 8_000 } = {}): Vault {
  const [secret] = parseSecrets([secretText]);
  if (!secret) throw new Error("a vault needs a secret");
  const shut = new AbortController();
  const deliveries: SentDelivery[] = [];

  async function attempt(delivery: SentDelivery): Promise<boolean> {
    delivery.attempts += 1;
    const headers = sign(secret as NonNullable<typeof secret>, delivery.id, new Date(), delivery.body);
    try {
      const reply = await knock(`${url()}/webhooks/access`, {
        method: "POST",
        body: delivery.body,
        headers: { ...headers, "content-type": "application/json" },
        timeoutMs,
      });
      delivery.answers.push(reply.status);
      if (reply.status === 503) delivery.retryAfter.push(reply.headers["retry-after"]);
      if (reply.status === 202) delivery.acknowledgedAt = performance.now();
    } catch {
      delivery.answers.push("none");
    }
    return delivery.acknowledgedAt !== null;
  }

  return {
    deliveries,
    report: async (accesses) => {
      const delivery: SentDelivery = {
        id: `msg_${accesses[0]?.eventId}`,
        body: bodyOf(accesses),
        accesses: accesses.map(({ eventId, title, channel }) => ({ eventId, title, channel })),
        acknowledgedAt: null,
        attempts: 0,
        answers: [],
        retryAfter: [],
      };
      deliveries.push(delivery);
      while (!shut.signal.aborted && !(await attempt(delivery))) {
        await pause(retryMs, undefined, { signal: shut.signal }).catch(() => {});
      }
      return delivery;
    },
    shut: () => shut.abort(),
  };
}

function bodyOf(accesses: Reported[]): Buffer {
  const occurredAt = new Date().toISOString();
  const events = accesses.map(({ eventId, title, email, vaultId }) => ({
    id: eventId,
    action: "reveal",
    occurred_at: occurredAt,
    person: { email },
    vault: { id: vaultId },
    item: { id: `i_${eventId}`, title },
  }));
  return Buffer.from(JSON.stringify({ type: "vault.item.accessed", timestamp: occurredAt, data: events }));
}
