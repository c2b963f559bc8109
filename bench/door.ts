import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog } from "../src/log.ts";
import { createMetrics } from "../src/metrics.ts";
import { openStore } from "../src/store/database.ts";
import { createIngest } from "../src/store/ingest.ts";
import { migrate } from "../src/store/migrate.ts";
import type { RecordOutcome } from "../src/vault/door.ts";
import { createDoor } from "../src/vault/door.ts";
import { connectionsAtMost, serverLimits } from "../src/vault/server-limits.ts";
import { parseSecrets } from "../src/vault/standard-webhooks.ts";
import { endWithStarter, report } from "./children.ts";
import { webhookSecret } from "./secret.ts";

/**
 * Vaultbell's own door with nothing behind it: `record` answers at once and keeps nothing. With DATABASE_URL it records as
 * Vaultbell does, and still nobody judges or delivers. The rest is as in app.ts, log and metrics included.
 */
const clock = { now: () => new Date() };
const log = createLog("info");
const metrics = createMetrics();

endWithStarter();
const door = createDoor({
  secrets: parseSecrets([webhookSecret]),
  clock,
  log,
  record: await recorder(process.env.DATABASE_URL),
  counters: metrics.door,
});
const server = createServer(serverLimits, (request, response) => {
  const from = performance.now();
  response.once("close", () => metrics.answered((performance.now() - from) / 1000));
  door.handle(request, response);
});
server.maxConnections = connectionsAtMost;
server.listen(0, "127.0.0.1", () => report({ kind: "ready", port: (server.address() as AddressInfo).port }));
process.once("SIGTERM", () => process.exit(0));

async function recorder(url: string | undefined): Promise<Parameters<typeof createDoor>[0]["record"]> {
  if (url === undefined) {
    return async ({ content }): Promise<RecordOutcome> =>
      content.kind === "accesses"
        ? { kind: "recorded", accepted: content.accesses.length, duplicates: 0 }
        : { kind: "quarantined" };
  }
  const store = openStore(url, (error) => log.warn({ error }, "an idle database connection was lost"));
  await migrate(store.pool);
  const onTrouble = (error: unknown) => log.error({ error }, "a group of deliveries could not be committed");
  return createIngest({ pool: store.doorPool, clock, onTrouble }).record;
}
