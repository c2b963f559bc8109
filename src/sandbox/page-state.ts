import type { Channel, StoredMessage } from "./changes.ts";
import { membersOf } from "./channels.ts";
import { SlackError } from "./errors.ts";
import type { Guide } from "./guide.ts";
import { allMessages, newest } from "./messages.ts";
import { fileForPage, withPictures } from "./page-files.ts";
import { stackOf } from "./views.ts";
import { compact, objectOf, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

const shownMessages = 200;

/** The whole workspace as one person sees it, for the page. Without a person, as the first who can act. */
export function pageState(
  workspace: Workspace,
  as: string | null,
  around: { guide: Guide; appConnected: boolean; viewErrors: ReadonlyMap<string, Record<string, string>> },
): Wire {
  const { teamId, teamName, bot, userGroups } = workspace.options.workspace;
  const people = [...workspace.state.people.values()];
  const reader = as ?? proposedReader(workspace);
  if (!workspace.state.people.has(reader)) throw new SlackError("user_not_found");
  const channels = [...workspace.state.channels.values()].filter((channel) => maySee(workspace, channel, reader));
  return {
    team: { id: teamId, name: teamName },
    botUser: { id: bot.userId, name: bot.name },
    now: workspace.clock.now().toISOString(),
    movedByMs: workspace.clock.movedByMs,
    as: reader,
    appConnected: around.appConnected,
    people,
    userGroups: (userGroups ?? []).map(({ id, handle }) => ({ id, handle })),
    channels: channels.map((channel) =>
      compact({
        id: channel.id,
        name: channel.with === undefined ? channel.name : bot.name,
        isPrivate: channel.isPrivate,
        isArchived: channel.isArchived,
        isDirect: channel.with !== undefined,
        with: channel.with === undefined ? undefined : bot.userId,
        isMember: membersOf(workspace, channel).includes(reader),
      }),
    ),
    messages: Object.fromEntries(channels.map((channel) => [channel.id, shown(workspace, channel.id, reader)])),
    view: viewShown(workspace, reader, around.viewErrors),
    home: homeShown(workspace, reader),
    vaults: workspace.options.vaults,
    commands: workspace.commands,
    guide: { steps: around.guide.steps() },
  };
}

/** Whom the page acts as before anybody chose. */
export function proposedReader(workspace: Workspace): string {
  const people = [...workspace.state.people.values()];
  return people.find((person) => person.deleted !== true && person.isBot !== true)?.id ?? "";
}

/** Public channels are everybody's to read; private ones and direct messages only their members'. */
function maySee(workspace: Workspace, channel: Channel, reader: string): boolean {
  return membersOf(workspace, channel).includes(reader) || !channel.isPrivate;
}

function shown(workspace: Workspace, channel: string, reader: string): Wire[] {
  const seen = allMessages(workspace, channel).filter((one) => one.onlyFor === undefined || one.onlyFor === reader);
  const roots = new Set(seen.map((one) => one.ts));
  const isTop = (one: StoredMessage) =>
    one.threadTs === undefined || one.isBroadcast === true || !roots.has(one.threadTs);
  return seen
    .filter(isTop)
    .slice(-shownMessages)
    .map((one) => {
      const replies = seen.filter((reply) => reply.threadTs === one.ts).map(messageForPage);
      return { ...messageForPage(one), ...(replies.length > 0 ? { replies } : {}) };
    });
}

function messageForPage(message: StoredMessage): Wire {
  const { text, blocks, attachments, metadata, at } = newest(message);
  return compact({
    ts: message.ts,
    user: message.user,
    isBot: message.isBot,
    text,
    blocks: blocks.map(withPictures),
    attachments: attachments.length > 0 ? attachments : undefined,
    files: message.files?.map(fileForPage),
    threadTs: message.threadTs,
    editedAt: message.versions.length > 1 ? at : undefined,
    isEphemeral: message.onlyFor === undefined ? undefined : true,
    metadata,
  });
}

/** What the app has published in its Home tab for this person; `null`: nothing yet. */
function homeShown(workspace: Workspace, reader: string): Wire | null {
  const home = workspace.state.homes.get(reader);
  return home === undefined ? null : { id: home.id, blocks: home.blocks.map(withPictures) };
}

function viewShown(
  workspace: Workspace,
  reader: string,
  errors: ReadonlyMap<string, Record<string, string>>,
): Wire | null {
  const view = stackOf(workspace, reader).at(-1);
  if (view === undefined) return null;
  return compact({
    id: view.id,
    callbackId: view.callback_id,
    title: textOf(objectOf(view.title).text),
    submit: textOf(objectOf(view.submit).text),
    close: textOf(objectOf(view.close).text),
    blocks: view.blocks.map(withPictures),
    errors: errors.get(view.id),
  });
}
