import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { databaseTime } from "./database.ts";
import type { Work } from "./record.ts";

/**
 * Calls `onWake` whenever any process says that there is work, until `stop`; `null`: of whatever kind. A lost connection
 * is noticed (keepalive and a heartbeat) and re-made; after each new connection `onWake` is called once, for whatever was
 * missed meanwhile.
 */
export function listen(
  url: string,
  onWake: (work: Work | null) => void,
  onTrouble: (error: unknown) => void,
  /** Asks for the database's time, at first and with each heartbeat. */
  onBeat: (askTime: () => Promise<Date>) => Promise<void>,
): { stop: () => Promise<void> } {
  const stopping = new AbortController();

  const once = async () => {
    const client = new pg.Client({
      connectionString: url,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      query_timeout: 5_000,
      connectionTimeoutMillis: 5_000,
      application_name: "vaultbell listen",
    });
    const lost = new Promise<never>((_, reject) =>
      client.on("error", reject).on("end", () => reject(new Error("the connection ended"))),
    );
    lost.catch(() => {});
    client.on("notification", ({ payload }) =>
      onWake(payload === "accesses" || payload === "messages" || payload === "settings" ? payload : null),
    );
    try {
      await client.connect();
      await client.query("listen vaultbell");
      const beat = () => onBeat(() => databaseTime(client));
      await Promise.race([lost, beat()]);
      onWake(null);
      while (!stopping.signal.aborted) {
        await Promise.race([lost, pause(5_000, undefined, { signal: stopping.signal }).catch(() => {})]);
        if (!stopping.signal.aborted) await Promise.race([lost, beat()]);
      }
    } finally {
      client.removeAllListeners("notification");
      await client.end().catch(() => {});
    }
  };

  const forever = async () => {
    while (!stopping.signal.aborted) {
      try {
        await once();
      } catch (error) {
        if (stopping.signal.aborted) return;
        onTrouble(error);
        await pause(1_000, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };

  const running = forever();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}
