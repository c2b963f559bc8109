import { SlackError } from "./errors.ts";
import type { Admin } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** What administrators do to channels, people and the app while it runs. */
export function adminOf(workspace: Workspace): Admin {
  const { access } = workspace;
  const known = (id: string) => {
    if (!workspace.state.channels.has(id)) throw new SlackError("channel_not_found");
    return id;
  };
  return {
    archive: (id) => {
      workspace.commit({ kind: "channel-changed", id: known(id), change: { isArchived: true } });
    },
    rename: (id, name) => {
      workspace.commit({ kind: "channel-changed", id: known(id), change: { name } });
    },
    inviteBot: (id) => {
      workspace.commit({ kind: "channel-changed", id: known(id), change: { botIsMember: true } });
    },
    kickBot: (id) => {
      workspace.commit({ kind: "channel-changed", id: known(id), change: { botIsMember: false } });
    },
    changePerson: (id, change) => {
      if (!workspace.state.people.has(id)) throw new SlackError("user_not_found");
      workspace.commit({ kind: "person-changed", id, change });
    },
    setScopes: (scopes) => {
      access.scopes = [...scopes];
    },
    revokeTokens: (error = "token_revoked") => {
      access.refusal = error;
    },
    restoreTokens: () => {
      access.refusal = undefined;
    },
  };
}
