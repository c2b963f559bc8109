import { allMessages, lastingMessages, messageAt, readable } from "./messages.ts";
import type { WorkspaceView } from "./types.ts";
import { stackOf } from "./views.ts";
import type { Workspace } from "./workspace.ts";

/** What tests read of the workspace: copies, so that a test can't change it by accident. */
export function viewOfWorkspace(workspace: Workspace): WorkspaceView {
  const { state } = workspace;
  return {
    messages: (channel) => structuredClone(lastingMessages(workspace, channel).map(readable)),
    history: ({ channel, ts }) => structuredClone(messageAt(workspace, channel, ts)?.versions ?? []),
    ephemerals: (userId) =>
      structuredClone(
        [...state.messages.keys()]
          .flatMap((channel) => allMessages(workspace, channel))
          .filter((message) => message.onlyFor === userId)
          .sort((a, b) => Number(a.ts) - Number(b.ts))
          .map(readable),
      ),
    directMessages: (userId) =>
      structuredClone(
        [...state.channels.values()]
          .filter((channel) => channel.with === userId)
          .flatMap((channel) => lastingMessages(workspace, channel.id))
          .map(readable),
      ),
    views: (userId) => structuredClone(stackOf(workspace, userId)),
    home: (userId) => structuredClone(state.homes.get(userId)),
    files: () =>
      [...state.files.values()].map(({ id, name, base64 }) => ({
        id,
        name,
        bytes: Buffer.from(base64 ?? "", "base64"),
      })),
  };
}
