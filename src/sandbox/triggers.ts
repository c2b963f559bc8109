import { randomBytes } from "node:crypto";
import type { Ticket } from "./changes.ts";
import { SlackError } from "./errors.ts";
import type { Workspace } from "./workspace.ts";

const triggerLivesMs = 3000;
const ticketLivesMs = 30 * 60_000;
const ticketUses = 5;

/** The short-lived right to open a modal for a person. Lives 3 seconds and serves once. */
export interface Triggers {
  issue(user: string, viewId?: string): string;
  /** Whose trigger it is; throws Slack's refusals. It counts as used only when `use` is called. */
  look(id: unknown): { user: string; viewId: string | undefined; use(): void };
}

export function startTriggers(workspace: Workspace): Triggers {
  const triggers = new Map<string, { user: string; viewId: string | undefined; issuedAt: number; isUsed: boolean }>();
  return {
    issue: (user, viewId) => {
      const nowMs = workspace.clock.now().getTime();
      const id = `${nowMs}.${workspace.options.workspace.teamId.length}.${randomBytes(16).toString("hex")}`;
      triggers.set(id, { user, viewId, issuedAt: nowMs, isUsed: false });
      return id;
    },
    look: (id) => {
      const trigger = typeof id === "string" ? triggers.get(id) : undefined;
      if (trigger === undefined) throw new SlackError("invalid_trigger_id");
      if (trigger.isUsed) throw new SlackError("exchanged_trigger_id");
      if (workspace.clock.now().getTime() - trigger.issuedAt > triggerLivesMs)
        throw new SlackError("expired_trigger_id");
      const use = () => {
        trigger.isUsed = true;
      };
      return { user: trigger.user, viewId: trigger.viewId, use };
    },
  };
}

/** A response_url for what a person just did. */
export function issueTicket(
  workspace: Workspace,
  about: { channel: string; user: string; messageTs?: string },
): string {
  const id = randomBytes(16).toString("hex");
  const ticket: Ticket = { id, ...about, issuedAt: workspace.clock.now().toISOString(), uses: 0 };
  workspace.commit({ kind: "ticket-issued", ticket });
  return `${workspace.base}/response/${id}`;
}

/** The ticket of a response_url, while it still counts: 5 uses within 30 minutes. */
export function ticketFor(workspace: Workspace, id: string): Ticket {
  const ticket = workspace.state.tickets.get(id);
  if (ticket === undefined) throw new SlackError("invalid_url");
  const age = workspace.clock.now().getTime() - new Date(ticket.issuedAt).getTime();
  if (age > ticketLivesMs) throw new SlackError("expired_url");
  if (ticket.uses >= ticketUses) throw new SlackError("used_url");
  return ticket;
}
