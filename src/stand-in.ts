import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Config } from "./config.ts";
import type { WatchedItem } from "./model.ts";
import { movableClock } from "./sandbox/clock.ts";
import { demoWorkspace } from "./sandbox/demo.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import type { Sandbox, SandboxClock, SandboxPerson, SandboxWorkspace } from "./sandbox/types.ts";

export interface StandIn {
  sandbox: Sandbox;
  tokens: { bot: string; app: string; signingSecret: string };
  webhookSecret: string;
  /** Tells the vault panel where the service listens. */
  doorAt(url: string): void;
}

/** What a real installation of manifest.json may do. */
const scopes = [
  "chat:write",
  "commands",
  "users:read",
  "users:read.email",
  "channels:read",
  "groups:read",
  "channels:history",
  "groups:history",
  "files:write",
  "im:write",
  "im:history",
  "usergroups:read",
];

/**
 * The stand-in workspace for a configuration: its channels, its vaults and items, and people to act as. It lives on
 * the port of the service, and its messages live in the data folder.
 */
export function createStandIn(
  config: Config,
  options: { dataFolder: string | null; webhookSecret: string | null; clock?: SandboxClock; pace?: boolean },
): StandIn {
  const token = () => randomBytes(12).toString("hex");
  const tokens = {
    bot: `xoxb-stand-in-${token()}`,
    app: `xapp-stand-in-${token()}`,
    signingSecret: randomBytes(16).toString("hex"),
  };
  const webhookSecret = options.webhookSecret ?? `whsec_${randomBytes(32).toString("base64")}`;
  const door = { url: "", secret: webhookSecret };
  const sandbox = createSandbox({
    workspace: workspaceFor(config),
    vaults: config.vaults.map(({ id, name, items }) => ({ id, name, items: panelItems(items) })),
    tokens,
    scopes,
    clock: options.clock ?? movableClock(),
    commands: ["/intent", "/vault"],
    door,
    pace: options.pace ?? true,
    ...(options.dataFolder !== null && { journalFile: join(options.dataFolder, "stand-in-slack.jsonl") }),
  });
  const doorAt = (url: string) => {
    door.url = `${url}/webhooks/access`;
  };
  return { sandbox, tokens, webhookSecret, doorAt };
}

/** The seeded people, and whoever else the configuration names, so that somebody can act as each of them. */
function workspaceFor(config: Config): SandboxWorkspace {
  const seeded = demoWorkspace().workspace;
  const managers = config.vaults.flatMap((vault) =>
    vault.managers.flatMap((one) => (one.kind === "email" ? one.email : [])),
  );
  const strangers = [...new Set(managers)].filter((email) => !seeded.people.some((person) => person.email === email));
  const people = strangers.map((email, index) => newcomer(email, `U03MANAGER${index + 1}`, config.timezone));
  const members = [...seeded.people.filter((person) => !person.deleted && !person.isUltraRestricted), ...people].map(
    ({ id }) => id,
  );
  const channels = config.vaults
    .filter((vault) => !seeded.channels.some((channel) => channel.id === vault.channel))
    .map((vault) => ({ id: vault.channel, name: channelName(vault.name), members }));
  return demoWorkspace({ people, channels: [...new Map(channels.map((channel) => [channel.id, channel])).values()] })
    .workspace;
}

function newcomer(email: string, id: string, tz: string): SandboxPerson {
  const name = email.split("@")[0] ?? email;
  return { id, name, realName: name, email, tz, title: "vault manager" };
}

function panelItems(items: WatchedItem[]): { id: string; title: string }[] {
  return items.length > 0
    ? items.map(({ id, title }) => ({ id, title: title ?? id }))
    : [{ id: "i_first", title: "First item" }];
}

/** "Company cards" → "vault-company-cards". */
function channelName(vaultName: string): string {
  const plain = vaultName
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `vault-${plain || "channel"}`;
}
