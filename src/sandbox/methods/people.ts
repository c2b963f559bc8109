import { personOf } from "../channels.ts";
import { SlackError } from "../errors.ts";
import type { SandboxPerson } from "../types.ts";
import { compact, isYes, textOf, type Wire } from "../wire.ts";
import type { Workspace } from "../workspace.ts";
import { offsetMs } from "../zone.ts";
import type { Methods } from "./method.ts";
import { pageOf } from "./paging.ts";

export const peopleMethods: Methods = {
  "users.info": {
    scopes: ["users:read"],
    rate: "tier4",
    run: (args, { workspace }) => ({ user: personWire(workspace, anybody(workspace, args.user)) }),
  },
  "users.list": {
    scopes: ["users:read"],
    rate: "tier2",
    run: (args, { workspace }) => {
      const all = [slackbot(workspace), ...workspace.state.people.values(), botPerson(workspace)];
      const { page, next } = pageOf(all, args, { usual: all.length, most: 1000 });
      return {
        members: page.map((person) => personWire(workspace, person)),
        cache_ts: Math.floor(workspace.clock.now().getTime() / 1000),
        response_metadata: { next_cursor: next },
      };
    },
  },
  "users.lookupByEmail": {
    scopes: ["users:read.email"],
    rate: "tier3",
    run: (args, { workspace }) => {
      const email = (textOf(args.email) ?? "").trim().toLowerCase();
      if (email === "") throw new SlackError("invalid_arguments");
      const found = [...workspace.state.people.values()].find(
        (person) => person.email.toLowerCase() === email && person.deleted !== true,
      );
      if (found === undefined) throw new SlackError("users_not_found");
      return { user: personWire(workspace, found) };
    },
  },
  "users.getPresence": {
    scopes: ["users:read"],
    rate: "tier3",
    run: (args, { workspace }) => {
      personOf(workspace, args.user);
      return { presence: "active" };
    },
  },
  "dnd.info": {
    scopes: ["dnd:read"],
    rate: "tier3",
    run: (args, { workspace }) => {
      personOf(workspace, args.user);
      return { dnd_enabled: false, next_dnd_start_ts: 1, next_dnd_end_ts: 1, snooze_enabled: false };
    },
  },
  "usergroups.list": {
    scopes: ["usergroups:read"],
    rate: "tier2",
    run: (args, { workspace }) => ({
      usergroups: groupsOf(workspace).map((group) =>
        compact({
          id: group.id,
          team_id: workspace.options.workspace.teamId,
          is_usergroup: true,
          name: group.handle,
          handle: group.handle,
          description: "",
          date_delete: 0,
          user_count: group.users.length,
          users: isYes(args.include_users) ? group.users : undefined,
        }),
      ),
    }),
  },
  "usergroups.users.list": {
    scopes: ["usergroups:read"],
    rate: "tier2",
    run: (args, { workspace }) => {
      const group = groupsOf(workspace).find((one) => one.id === args.usergroup);
      if (group === undefined) throw new SlackError("no_such_subteam");
      const isActive = (id: string) => workspace.state.people.get(id)?.deleted !== true;
      return { users: isYes(args.include_disabled) ? group.users : group.users.filter(isActive) };
    },
  },
};

function groupsOf(workspace: Workspace) {
  return workspace.options.workspace.userGroups ?? [];
}

function anybody(workspace: Workspace, id: unknown): SandboxPerson {
  const others = [botPerson(workspace), slackbot(workspace)];
  return others.find((one) => one.id === id) ?? personOf(workspace, id);
}

function botPerson(workspace: Workspace): SandboxPerson {
  const { bot } = workspace.options.workspace;
  return { id: bot.userId, name: bot.name, realName: bot.name, email: "", tz: "Etc/UTC", isBot: true };
}

/** Every workspace has one, and it is famous for being called no bot. */
function slackbot(_workspace: Workspace): SandboxPerson {
  return { id: "USLACKBOT", name: "slackbot", realName: "Slackbot", email: "", tz: "America/Los_Angeles" };
}

function personWire(workspace: Workspace, person: SandboxPerson): Wire {
  const { teamId } = workspace.options.workspace;
  const team = person.teamId ?? teamId;
  const mayReadEmail = workspace.access.scopes.includes("users:read.email") && person.email !== "";
  const isDeleted = person.deleted === true;
  return compact({
    id: person.id,
    team_id: team,
    name: person.name,
    deleted: isDeleted,
    color: person.avatarColor?.replace("#", "") ?? "4bbe2e",
    real_name: person.realName,
    // A deactivated person's record has none of what follows from an active membership.
    tz: isDeleted ? undefined : person.tz,
    tz_label: isDeleted ? undefined : person.tz,
    tz_offset: isDeleted ? undefined : offsetMs(person.tz, workspace.clock.now()) / 1000,
    is_admin: isDeleted ? undefined : false,
    is_owner: isDeleted ? undefined : false,
    is_restricted: isDeleted ? undefined : (person.isRestricted ?? person.isUltraRestricted ?? false),
    is_ultra_restricted: isDeleted ? undefined : (person.isUltraRestricted ?? false),
    is_stranger: person.isStranger === true || team !== teamId ? true : undefined,
    is_bot: person.isBot ?? false,
    is_app_user: false,
    updated: 1_700_000_000,
    profile: compact({
      real_name: person.realName,
      real_name_normalized: person.realName,
      display_name: person.name,
      display_name_normalized: person.name,
      title: person.title ?? "",
      status_text: "",
      status_emoji: "",
      status_expiration: 0,
      team,
      email: mayReadEmail ? person.email : undefined,
      bot_id: person.id === workspace.options.workspace.bot.userId ? workspace.options.workspace.bot.botId : undefined,
    }),
  });
}
