import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/config.ts";
import type { Sandbox } from "../../src/sandbox/types.ts";
import { createStandIn } from "../../src/stand-in.ts";
import { type OnePasswordStandIn, openOnePassword, usage } from "../support/one-password.ts";
import { freePort, type ServiceOptions, type ServiceProcess, startService } from "./service.ts";
import { openVault, type Reported, type SentAccess, type Vault } from "./vault.ts";

/** A company: its Slack (in the test's process, so that a kill never reaches it), its vault, and the services it runs. */
export interface House {
  slack: Sandbox;
  vault: Vault;
  channels: string[];
  port: number;
  /** A vault service that is asked, and what it tells; `null`: there is none. */
  polled: { service: OnePasswordStandIn; accesses: SentAccess[] } | null;
  /** Environment of a service of this house. */
  env: Record<string, string>;
  /** Starts a service on the house's port, or on another one. */
  start(how?: Partial<Pick<ServiceOptions, "killAt" | "port" | "command" | "env">>): ServiceProcess;
  /** An access that nobody else has: to the nth channel, by somebody. */
  access(channel: number, who?: "dana" | "lena"): Reported;
  /** The same, told by the service that is asked. */
  use(channel: number): void;
  close(): Promise<void>;
}

const compileCache = join(tmpdir(), "vb-compile-cache");

/** `pace`: whether Slack's limits are kept; the service keeps them by itself. */
export async function openHouse(options: {
  databaseUrl: string | null;
  channels: number;
  pace?: boolean;
  /** Whether there is a vault service that is asked. */
  isPolled?: boolean;
  vault?: Parameters<typeof openVault>[2];
  /** Where the vault knocks, each time it does; the house's own port unless said otherwise. */
  door?: () => string;
}): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "vb-house-"));
  const configFile = join(folder, "vaultbell.yaml");
  const channels = Array.from({ length: options.channels }, (_, n) => `C0KILL${String(n).padStart(3, "0")}`);
  const service = options.isPolled ? await openOnePassword() : null;
  if (service) {
    service.features = ["itemusages"];
    // Many pages of few events: there is always one at which to die.
    service.mostPerPage = 1;
  }
  const yaml = yamlOf(channels, service?.origin ?? null);
  writeFileSync(configFile, yaml);
  const reading = parseConfig(yaml, configFile);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const standIn = createStandIn(reading.config, { dataFolder: null, webhookSecret: null, pace: options.pace ?? false });
  const { apiUrl } = await standIn.sandbox.listen();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const vault = openVault(standIn.webhookSecret, options.door ?? (() => url), options.vault);
  const services: ServiceProcess[] = [];
  const run = randomBytes(3).toString("hex");
  let accesses = 0;
  const polled = service && { service, accesses: [] as SentAccess[] };
  const env = {
    ...(service && { ONEPASSWORD_EVENTS_TOKEN: service.token }),
    SLACK_API_URL: apiUrl,
    SLACK_BOT_TOKEN: standIn.tokens.bot,
    SLACK_APP_TOKEN: standIn.tokens.app,
    WEBHOOK_SECRETS: standIn.webhookSecret,
    VAULTBELL_CONFIG: configFile,
    VAULTBELL_DATA: join(folder, "data"),
    LOG_LEVEL: "info",
    // Hundreds of starts: the second one needn't compile again.
    NODE_COMPILE_CACHE: compileCache,
    ...(options.databaseUrl !== null && { DATABASE_URL: options.databaseUrl }),
  };
  return {
    slack: standIn.sandbox,
    vault,
    channels,
    polled,
    port,
    env,
    start: (how = {}) => {
      const service = startService({ port, ...how, env: { ...env, ...how.env } });
      services.push(service);
      return service;
    },
    access: (channel, who = "dana") => {
      accesses += 1;
      return {
        eventId: `evt_${run}_${accesses}`,
        title: `Item ${run}-${accesses}.`,
        email: `${who}@example.com`,
        vaultId: `v_${channel}`,
        channel: channels[channel] ?? "",
      };
    },
    use: (channel) => {
      if (!polled) throw new Error("this house has no service that is asked");
      accesses += 1;
      const eventId = `use_${run}_${accesses}`;
      const title = `i_${run}-${accesses}.`;
      polled.accesses.push({ eventId, title, channel: channels[channel] ?? "" });
      polled.service.add(
        "itemusages",
        usage(eventId, new Date().toISOString(), { vault_uuid: `v_${channel}`, item_uuid: title }),
      );
    },
    close: async () => {
      vault.shut();
      await Promise.all(services.map((service) => service.kill()));
      await standIn.sandbox.close();
      await service?.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Nobody is asked in private: what is counted here is what the channels get. */
function yamlOf(channels: string[], asked: string | null): string {
  const vaults = channels.map(
    (channel, n) =>
      `  - { id: v_${n}, name: Vault ${n}, channel: ${channel}, managers: *leads, hours: always, intent: required, ask: off }`,
  );
  const sources = asked === null ? "" : `sources: [{ kind: 1password, server: "${asked}" }]\n`;
  return `timezone: Europe/Madrid\nmanagers: &leads [marta@example.com, juan@example.com]\nvaults:\n${vaults.join("\n")}\n${sources}`;
}
