import { SlackError } from "./errors.ts";
import type { Outcome } from "./failing.ts";
import { contentsOf, edit, messageAt, post } from "./messages.ts";
import { ticketFor } from "./triggers.ts";
import { isObject, isYes, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** What an app says back to something a person did: in a command's acknowledgement, or by the response_url. */
export function answerPerson(
  workspace: Workspace,
  about: { channel: string; user: string; messageTs?: string },
  sent: Wire,
): void {
  const source = about.messageTs === undefined ? undefined : messageAt(workspace, about.channel, about.messageTs);
  const { bot } = workspace.options.workspace;
  if (isYes(sent.delete_original)) {
    if (source === undefined) throw new SlackError("message_not_found");
    workspace.commit({ kind: "removed", channel: about.channel, ts: source.ts, by: bot.userId });
    return;
  }
  const contents = contentsOf(workspace, sent);
  if (isYes(sent.replace_original)) {
    if (source === undefined) throw new SlackError("message_not_found");
    edit(workspace, source, contents);
    return;
  }
  const threadTs = textOf(sent.thread_ts);
  post(workspace, {
    ...contents,
    channel: about.channel,
    user: bot.userId,
    isBot: true,
    ...(threadTs ? { threadTs } : {}),
    ...(sent.response_type === "in_channel" ? {} : { onlyFor: about.user }),
  });
}

/** A POST to a response_url. A refused body uses nothing up. */
export function answerByUrl(workspace: Workspace, id: string, body: string): Outcome {
  try {
    const ticket = ticketFor(workspace, id);
    const sent = parsed(body);
    if (!isObject(sent)) throw new SlackError("invalid_payload");
    answerPerson(workspace, ticket, sent);
    workspace.commit({ kind: "ticket-used", id });
    return { status: 200, body: "ok", headers: {} };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    const status = error.code.endsWith("_url") ? 404 : 400;
    return { status, error: error.code, body: { ok: false, error: error.code, ...error.extra }, headers: {} };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
