import { randomUUID } from "node:crypto";
import { buildService, type Service } from "../../src/app.ts";
import { parseConfig } from "../../src/config.ts";
import { movableClock } from "../../src/sandbox/clock.ts";
import type { Reveal, Sandbox, SandboxMessage } from "../../src/sandbox/types.ts";
import { createStandIn } from "../../src/stand-in.ts";
import type { PushedSource } from "../../src/vault/sources/pushed.ts";
import type { PolledSource } from "../../src/vault/sources/source.ts";
import { parseSecrets, sign } from "../../src/vault/standard-webhooks.ts";
import { freshDatabase } from "./database.ts";
import { differences } from "./differences.ts";
import { readBlocks } from "./read-message.ts";
import { watchedLog } from "./watched-log.ts";

export const dana = "U02DANA";
export const marta = "U02MARTA";
export const juan = "U02JUAN";
export const lena = "U02LENA";
export const gil = "U02GIL";
export const cards = "C0CARDS";

/** The whole bot on a real database, against the stand-in Slack, with a clock that only the story moves. */
export interface Story {
  service: Service;
  sandbox: Sandbox;
  /** The service's address. */
  url: string;
  secret: string;
  tokens: { bot: string; app: string };
  directory: Service["directory"];
  /** What was sent by e-mail, and what the mail server says instead of taking it. */
  mails: { subject: string; text: string; to: string[] }[];
  mailTrouble: { current: Error | null };
  databaseUrl: string;
  /** Moves the clock and lets everything happen that is due by then. */
  at(instant: string): Promise<void>;
  later(minutes: number): Promise<void>;
  /** The same a step at a time: a clock that jumps is a Vaultbell that wasn't running meanwhile. */
  running(minutes: number): Promise<void>;
  /** Lets everything happen that is due now, a second of pacing at a time. */
  settle(): Promise<void>;
  /** Somebody opens an item; the signed webhook goes through the door. */
  reveal(access: Partial<Reveal> & { by: string }): Promise<{ status: number; body: unknown }>;
  /** A webhook of the story's own making, signed. */
  post(body: string, options?: { id?: string }): Promise<{ status: number; body: Record<string, unknown> }>;
  command(who: string, text: string, channel?: string): Promise<void>;
  /** `/vault …`, in the channel of the company cards unless told otherwise. */
  vault(who: string, text: string, channel?: string): Promise<void>;
  /** Takes up another configuration, as a reload does. */
  renew(yaml: string): Promise<void>;
  /** Presses a button by its words. */
  press(who: string, message: SandboxMessage, button: string): Promise<void>;
  /** Opens Vaultbell's Home tab. */
  openHome(who: string): Promise<void>;
  /** The words of somebody's Home as it is shown now. */
  home(who: string): string;
  /** Presses a button of one's Home by its words: the first of that name, or a later one. */
  pressHome(who: string, button: string, which?: number): Promise<void>;
  /** The words of the window that is open over everything for somebody. */
  window(who: string): string;
  /** The alerts of a channel, oldest first. */
  alerts(channel?: string): SandboxMessage[];
  /** The newest message that only this person sees. */
  told(who: string): string;
  stop(): Promise<void>;
}

export const defaultYaml = `
timezone: Europe/Madrid
managers: &leads [marta@example.com, juan@example.com]
vaults:
  - id: v_cards
    name: Company cards
    channel: ${cards}
    managers: *leads
    hours: Mon-Fri 08:00-19:00
    intent: required
    hint: supplier and amount, please
    items: [{ id: i_visa, title: Company Visa, sensitive: true }, { id: i_amex, title: Team Amex }]
`;

/** Begins on Tuesday 2026-11-24 at 10:00 in Madrid unless told otherwise. */
export async function openStory({
  startAt = "2026-11-24T09:00:00Z",
  yaml = defaultYaml,
  pace = true,
  sources = [] as PolledSource[],
  pushed = [] as PushedSource[],
  /** What the story does to the database itself, so that tables and record needn't agree in the end. */
  isTamperedWith = false,
} = {}): Promise<Story> {
  const reading = parseConfig(yaml, "story.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const database = await freshDatabase();
  const clock = movableClock({ startAt: new Date(startAt), frozen: true });
  const standIn = createStandIn(reading.config, { dataFolder: null, webhookSecret: null, clock, pace });
  const { sandbox } = standIn;
  const mails: Story["mails"] = [];
  const mailTrouble: Story["mailTrouble"] = { current: null };
  const slack = await sandbox.listen();
  const watched = watchedLog();
  /** What must not be found in any log. */
  const canaries = [standIn.webhookSecret, ...Object.values(standIn.tokens)];
  const service = await buildService({
    config: reading.config,
    databaseUrl: database.url,
    webhookSecrets: parseSecrets([standIn.webhookSecret]),
    slack: { kind: "socket", botToken: standIn.tokens.bot, appToken: standIn.tokens.app },
    slackApiUrl: slack.apiUrl,
    clock,
    signatureClock: { now: () => new Date() },
    log: watched.log,
    sendMail: async (mail, to) => {
      if (mailTrouble.current) throw mailTrouble.current;
      mails.push({ ...mail, to });
    },
    sources,
    pushed,
    neighbour: null,
  });
  const port = await service.open(0, "127.0.0.1");
  const url = `http://127.0.0.1:${port}`;
  standIn.doorAt(url);
  await service.connect();

  const settle = async () => {
    for (;;) {
      if ((await service.turn()) > 0) continue;
      const due = await service.nextDue();
      if (!due || due.getTime() > clock.now().getTime() + 15_000) return;
      clock.moveTo(new Date(Math.max(due.getTime(), clock.now().getTime() + 1)));
    }
  };
  return {
    service,
    sandbox,
    url,
    secret: standIn.webhookSecret,
    tokens: standIn.tokens,
    directory: service.directory,
    mails,
    mailTrouble,
    databaseUrl: database.url,
    settle,
    at: async (instant) => {
      clock.moveTo(new Date(instant));
      await settle();
    },
    later: async (minutes) => {
      clock.moveBy(minutes * 60_000);
      await settle();
    },
    running: async (minutes) => {
      for (let left = minutes; left > 0; left -= 29) {
        clock.moveBy(Math.min(left, 29) * 60_000);
        await settle();
      }
    },
    reveal: async (access) => {
      const answer = await sandbox.reveal({ vaultId: "v_cards", itemId: "i_visa", ...access });
      await settle();
      return answer;
    },
    post: async (body, { id = `msg_${randomUUID()}` } = {}) => {
      const [secret] = parseSecrets([standIn.webhookSecret]);
      if (!secret) throw new Error("the story has no secret");
      const headers = sign(secret, id, new Date(), Buffer.from(body));
      canaries.push(headers["webhook-signature"]);
      const response = await fetch(`${url}/webhooks/access`, {
        method: "POST",
        body,
        headers: { ...headers, "content-type": "application/json" },
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    command: async (who, text, channel = cards) => {
      canaries.push(text);
      await sandbox.as(who).command(channel, "/intent", text);
      await service.idle();
      await settle();
    },
    vault: async (who, text, channel = cards) => {
      await sandbox.as(who).command(channel, "/vault", text);
      await service.idle();
      await settle();
    },
    renew: async (text) => {
      const next = parseConfig(text, "story.yaml");
      if (!next.ok) throw new Error(JSON.stringify(next.mistakes));
      const slack = { kind: "socket", botToken: standIn.tokens.bot, appToken: standIn.tokens.app } as const;
      const webhookSecrets = parseSecrets([standIn.webhookSecret]);
      await service.renew({ config: next.config, webhookSecrets, slack, sources: [], pushed: [] });
      await settle();
    },
    press: async (who, message, button) => {
      const found = buttons(message).find((one) => one.label === button);
      if (!found) throw new Error(`no button "${button}" in:\n${readBlocks(message.blocks)}`);
      await sandbox.as(who).click(message, found.actionId, { ...(found.value !== null && { value: found.value }) });
      await service.idle();
      await settle();
    },
    openHome: async (who) => {
      await sandbox.as(who).openHome();
      await service.idle();
      await settle();
    },
    home: (who) => readBlocks(sandbox.workspace.home(who)?.blocks),
    pressHome: async (who, button, which = 0) => {
      const view = sandbox.workspace.home(who) ?? {};
      const blocks = (view.blocks ?? []) as SandboxMessage["blocks"];
      const found = buttons({ blocks }).filter((one) => one.label === button)[which];
      if (!found) throw new Error(`no button "${button}" in:\n${readBlocks(blocks)}`);
      await sandbox.as(who).click({ viewId: String(view.id) }, found.actionId, {
        blockId: found.blockId,
        ...(found.value !== null && { value: found.value }),
      });
      await service.idle();
      await settle();
    },
    window: (who) => readBlocks(sandbox.workspace.views(who).at(-1)?.blocks),
    alerts: (channel = cards) => sandbox.workspace.messages(channel).filter((message) => buttons(message).length > 0),
    told: (who) => {
      const message = sandbox.workspace.ephemerals(who).at(-1);
      return message ? readBlocks(message.blocks) || message.text : "";
    },
    stop: async () => {
      await service.close();
      await sandbox.close();
      const differing = isTamperedWith ? [] : await differences(database.url);
      await database.drop();
      watched.mustHoldNothingOf(canaries);
      if (differing.length > 0) throw new Error(`tables and record differ: ${JSON.stringify(differing)}`);
    },
  };
}

interface Button {
  label: string;
  actionId: string;
  blockId: string;
  /** Set for an option of an overflow menu. */
  value: string | null;
}

/** Buttons and overflow options, by what a person reads on them. */
function buttons(message: Pick<SandboxMessage, "blocks">): Button[] {
  type Node = {
    type?: string;
    action_id?: string;
    block_id?: string;
    text?: { text: string };
    value?: string;
    options?: Node[];
    elements?: Node[];
  };
  return (message.blocks as Node[])
    .filter((block) => block.type === "actions")
    .flatMap((block) => (block.elements ?? []).map((element) => ({ element, blockId: block.block_id ?? "" })))
    .flatMap(({ element, blockId }): Button[] => {
      const actionId = element.action_id ?? "";
      if (element.type === "button") return [{ label: element.text?.text ?? "", actionId, blockId, value: null }];
      return (element.options ?? []).map((option) => ({
        label: option.text?.text ?? "",
        actionId,
        blockId,
        value: option.value ?? null,
      }));
    });
}
