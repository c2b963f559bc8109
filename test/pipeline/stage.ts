import { pino } from "pino";
import { type Config, parseConfig } from "../../src/config.ts";
import type { House } from "../../src/pipeline/house.ts";
import { openStore, type Store } from "../../src/store/database.ts";
import { freshDatabase } from "../support/database.ts";

/** The judge on a real database, without doors: accesses are put in as the door would, and nobody is asked anything. */
export interface Stage {
  store: Store;
  houseOf(yaml?: string): House;
  report(...accesses: Reported[]): Promise<void>;
  /** What was concluded of each event. */
  concluded(): Promise<Record<string, { state: string; sentence: string; policies: string[]; version: string }>>;
  close(): Promise<void>;
}

export interface Reported {
  event: string;
  at: string;
  /** A second after it happened, unless said otherwise. */
  received?: string;
  signedAheadMs?: number;
  who?: string;
  vault?: string;
  item?: string;
  app?: string;
  ip?: string;
  country?: string;
  action?: string;
}

export const yaml = `timezone: Europe/Madrid
managers: [marta@example.com]
vaults:
  - { id: v_cards, name: Company cards, channel: C0CARDS, hours: Mon-Fri 08:00-19:00 }
`;

export function configOf(text: string): Config {
  const reading = parseConfig(text, "stage.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.config;
}

export async function openStage(now = new Date("2026-11-24T12:00:00Z")): Promise<Stage> {
  const database = await freshDatabase();
  const store = openStore(database.url, () => {});
  return {
    store,
    houseOf: (text = yaml) => ({
      store,
      config: configOf(text),
      file: configOf(text),
      clock: { now: () => now },
      log: pino({ level: "silent" }),
      people: {
        managerIds: async () => [],
        lookUp: async () => true,
        groupName: async () => null,
        homeTeamId: () => null,
      },
    }),
    async report(...accesses) {
      for (const one of accesses) {
        const occurred = new Date(one.at);
        const received = one.received === undefined ? new Date(occurred.getTime() + 1000) : new Date(one.received);
        const signed = new Date(received.getTime() + (one.signedAheadMs ?? 0));
        const who = one.who ?? "dana";
        await store.pool.query(
          `with came as (
             insert into delivery (source, digest, body, body_sha256, secret_id, signed_at, received_at)
             values ('webhook', sha256($1::text::bytea), 'x', sha256('x'), 's', $2, $3) returning id
           ), put as (
             insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_email, actor_name,
                                 vault_id, item_id, item_title, client_app, ip, country)
             select sha256($1::text::bytea), came.id, 'webhook', $1, $4, $5, $3, $6, $7, $8, $9, $9, $10, $11, $12 from came
             returning id
           )
           insert into unjudged select id from put`,
          [
            one.event,
            signed,
            received,
            one.action ?? "reveal",
            occurred,
            `${who}@example.com`,
            `${who} Ruiz`,
            one.vault ?? "v_cards",
            one.item ?? "i_visa",
            one.app ?? null,
            one.ip ?? null,
            one.country ?? null,
          ],
        );
      }
    },
    async concluded() {
      const { rows } = await store.pool.query(
        `select event_id, state, sentence, findings, policy_version from assessment join access on access.id = access_id`,
      );
      return Object.fromEntries(
        rows.map((row) => [
          row.event_id,
          {
            state: row.state,
            sentence: row.sentence,
            policies: row.findings.map((finding: { policy: string }) => finding.policy),
            version: row.policy_version,
          },
        ]),
      );
    },
    async close() {
      await store.close();
      await database.drop();
    },
  };
}
