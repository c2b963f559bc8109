import { SlackError } from "../errors.ts";
import { domain } from "../payloads.ts";
import type { Methods } from "./method.ts";

/** The methods about the workspace, the bot and the app itself. */
export const houseMethods: Methods = {
  "api.test": { scopes: [], rate: "often", run: (args) => ({ args }) },
  "auth.test": {
    scopes: [],
    rate: "often",
    run: (_args, { workspace }) => {
      const { teamId, teamName, bot } = workspace.options.workspace;
      return {
        url: `https://${domain(workspace)}.slack.com/`,
        team: teamName,
        user: bot.name,
        team_id: teamId,
        user_id: bot.userId,
        bot_id: bot.botId,
        is_enterprise_install: false,
      };
    },
  },
  "apps.connections.open": {
    scopes: [],
    rate: "tier1",
    token: "app",
    run: (_args, { workspace, sockets }) => ({ url: sockets.address(workspace.base) }),
  },
  "team.info": {
    scopes: ["team:read"],
    rate: "tier3",
    run: (_args, { workspace }) => {
      const { teamId, teamName } = workspace.options.workspace;
      return { team: { id: teamId, name: teamName, domain: domain(workspace), email_domain: "", icon: {} } };
    },
  },
  "bots.info": {
    scopes: ["users:read"],
    rate: "tier3",
    run: (args, { workspace }) => {
      const { bot } = workspace.options.workspace;
      if (args.bot !== bot.botId) throw new SlackError("bot_not_found");
      return {
        bot: {
          id: bot.botId,
          deleted: false,
          name: bot.name,
          updated: 1_700_000_000,
          app_id: bot.appId,
          user_id: bot.userId,
          icons: {},
        },
      };
    },
  },
};
