import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock, SlackUser, WatchedVault } from "../model.ts";
import type { Db } from "../store/database.ts";
import { emailsToLookUp, lookedUp, slackSaid, slackUserOf, slackUsersByEmail } from "../store/people.ts";
import { readTrouble, type SlackTrouble } from "./slack-error.ts";
import { type HomeTeam, toSlackUser } from "./slack-user.ts";
import { listUsers } from "./user-list.ts";

/** What Slack says of people. What it says is stored, so that the rest of the house can join it with the vault's. */
export interface Directory {
  /** As Slack describes them now; `null` when Slack can't say: whoever asks must fail closed (T12). */
  freshUser(id: string): Promise<SlackUser | null>;
  /** As Slack described them within the hour, or, when it can't be asked, the last time. */
  knownUser(id: string): Promise<SlackUser | null>;
  /**
   * Makes sure that Slack was asked about these (folded) addresses within the hour. True: it was asked just now, and may have
   * said something new. Never fails: what isn't known stays unknown.
   */
  lookUp(emailsFolded: string[]): Promise<boolean>;
  /** Hears of every user, so that two users with one address are found. Returns how many; `null`: Slack couldn't say. */
  refreshAll(): Promise<number | null>;
  groupMembers(groupId: string): Promise<string[]>;
  /** How a user group is called in Slack, "@oncall"; `null`: Slack didn't say. */
  groupName(groupId: string): Promise<string | null>;
  /** Slack ids of everybody who manages a vault. An address that two users have names neither. */
  managerIds(vault: WatchedVault): Promise<string[]>;
  homeTeamId(): string | null;
  /** "https://example.slack.com/"; `null` when Slack hasn't said. */
  workspaceUrl(): string | null;
}

export interface DirectoryParts {
  client: () => WebClient;
  db: Db;
  /** Folds an address for comparing; the policies' rule. */
  foldEmail: (email: string) => string;
  clock: Clock;
  log: Logger;
}

const hour = 60 * 60_000;
const groupFreshMs = 5 * 60_000;

export function createDirectory({ client, db, foldEmail, clock, log }: DirectoryParts): Directory {
  const known = new Map<string, { user: SlackUser; at: number }>();
  const groups = new Map<string, { members: string[]; at: number }>();
  let groupNames: { names: Map<string, string>; at: number } | null = null;
  let home: HomeTeam | null = null;
  let workspace: string | null = null;

  /** Throws when Slack can't be asked: without it nobody can be told from a stranger. */
  async function homeTeam(): Promise<HomeTeam> {
    home ??= await askHome();
    return home;
  }

  async function askHome(): Promise<HomeTeam> {
    try {
      const { team_id, enterprise_id, url } = await client().auth.test();
      workspace = asText(url)?.replace(/\/*$/, "/") ?? null;
      return { teamId: asText(team_id), enterpriseId: asText(enterprise_id) };
    } catch (error) {
      // Slack has the method; a server without it is no Slack with other workspaces in it.
      if (readTrouble(error).code === "unknown_method") return { teamId: null, enterpriseId: null };
      throw error;
    }
  }

  async function remember(users: SlackUser[]): Promise<void> {
    const now = clock.now();
    await slackSaid(
      db,
      users.map((user) => ({ ...user, emailFolded: user.email === null ? null : foldEmail(user.email) })),
      now,
    );
    for (const user of users) known.set(user.id, { user, at: now.getTime() });
  }

  async function freshUser(id: string): Promise<SlackUser | null> {
    const user = await ask("users.info", async () => {
      const answer = await client().users.info({ user: id });
      return toSlackUser(answer.user, await homeTeam());
    });
    if (user?.id !== id) return null;
    // Without the scope for addresses, or on a server that keeps them back, what a lookup found must not be forgotten.
    const whole = user.email === null ? { ...user, email: (await slackUserOf(db, id))?.email ?? null } : user;
    await remember([whole]);
    return whole;
  }

  /** `null` when Slack can't say. Only Slack's troubles are caught: the database's are the caller's to see. */
  async function ask<T>(method: string, call: () => Promise<T>): Promise<T | null> {
    try {
      return await call();
    } catch (error) {
      log.warn({ method, code: readTrouble(error).code }, "Slack could not say");
      return null;
    }
  }

  /** Remembers that nobody has the address; no other failure is an answer. */
  async function lookUpOne(email: string): Promise<SlackTrouble | null> {
    const found = await askFor(email);
    if ("trouble" in found && found.trouble.code !== "users_not_found") return found.trouble;
    // A server that finds a user by the address but doesn't repeat it still says that the address is theirs.
    const user = "user" in found ? found.user : null;
    if (user) await remember([{ ...user, email: user.email ?? email }]);
    // Whoever had the address by what was heard before may have got another since, or have left.
    const others = (await slackUsersByEmail(db, [email])).filter(({ id }) => id !== user?.id);
    for (const { id } of others) await freshUser(id);
    await lookedUp(db, [email], clock.now());
    return null;
  }

  async function askFor(email: string): Promise<{ user: SlackUser | null } | { trouble: SlackTrouble }> {
    try {
      const { user } = await client().users.lookupByEmail({ email });
      return { user: toSlackUser(user, await homeTeam()) };
    } catch (error) {
      return { trouble: readTrouble(error) };
    }
  }

  async function lookUp(emailsFolded: string[]): Promise<boolean> {
    const since = new Date(clock.now().getTime() - hour);
    const emails = await emailsToLookUp(db, [...new Set(emailsFolded)], since);
    for (const email of emails) {
      const trouble = await lookUpOne(email);
      if (!trouble) continue;
      log.warn({ method: "users.lookupByEmail", code: trouble.code }, "Slack could not say");
      if (trouble.kind === "later") break;
    }
    return emails.length > 0;
  }

  async function groupMembers(groupId: string): Promise<string[]> {
    const cached = groups.get(groupId);
    const now = clock.now().getTime();
    if (cached && now - cached.at < groupFreshMs) return cached.members;
    const members = await ask("usergroups.users.list", async () => {
      const { users } = await client().usergroups.users.list({ usergroup: groupId });
      return Array.isArray(users) ? users.filter((id) => typeof id === "string") : [];
    });
    if (members) groups.set(groupId, { members, at: now });
    // For a while the last answer is better than leaving a vault without managers; not for ever.
    return members ?? (cached && now - cached.at < hour ? cached.members : []);
  }

  async function groupName(groupId: string): Promise<string | null> {
    const now = clock.now().getTime();
    if (groupNames === null || now - groupNames.at >= hour) {
      const names = await ask("usergroups.list", async () => {
        const { usergroups } = await client().usergroups.list();
        return new Map(usergroups?.flatMap(({ id, handle }) => (id && handle ? [[id, `@${handle}`] as const] : [])));
      });
      // Where Slack can't say, it isn't asked for each message again.
      groupNames = { names: names ?? groupNames?.names ?? new Map(), at: now };
    }
    return groupNames.names.get(groupId) ?? null;
  }

  return {
    freshUser,
    groupName,
    knownUser: async (id) => {
      const cached = known.get(id);
      if (cached && clock.now().getTime() - cached.at < hour) return cached.user;
      return (await freshUser(id)) ?? (await slackUserOf(db, id));
    },
    lookUp,
    refreshAll: async () => {
      const team = await ask("auth.test", homeTeam);
      if (!team) return null;
      const pages = listUsers(client());
      for (let count = 0; ; ) {
        const page = await ask("users.list", () => pages.next());
        if (!page) return null;
        if (page.done) return count;
        const users = page.value.flatMap((raw) => toSlackUser(raw, team) ?? []);
        // A page that names somebody twice would be refused by the database.
        const once = new Map(users.map((user) => [user.id, user]));
        await remember([...once.values()]);
        // Whom Slack has just named by address, it needn't be asked for one by one.
        await lookedUp(
          db,
          users.flatMap(({ email }) => (email === null ? [] : foldEmail(email))),
          clock.now(),
        );
        count += once.size;
      }
    },
    groupMembers,
    managerIds: async (vault) => {
      const emails = vault.managers.flatMap((ref) => (ref.kind === "email" ? [foldEmail(ref.email)] : []));
      await lookUp(emails);
      const users = (await slackUsersByEmail(db, emails)).filter((user) => !user.isBot);
      const byEmail = emails.flatMap((email) => {
        const theirs = users.filter((user) => user.email !== null && foldEmail(user.email) === email);
        return theirs.length === 1 ? theirs.filter((user) => !user.isDeactivated).map((user) => user.id) : [];
      });
      const ids = vault.managers.flatMap((ref) => (ref.kind === "slack-user" ? [ref.id] : []));
      const described = await Promise.all(ids.map((id) => slackUserOf(db, id)));
      const named = ids.filter((_, index) => described[index]?.isDeactivated !== true);
      const inGroups = await Promise.all(
        vault.managers.flatMap((ref) => (ref.kind === "user-group" ? [groupMembers(ref.id)] : [])),
      );
      return [...new Set([...byEmail, ...named, ...inGroups.flat()])];
    },
    homeTeamId: () => home?.teamId ?? null,
    workspaceUrl: () => workspace,
  };
}

function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
