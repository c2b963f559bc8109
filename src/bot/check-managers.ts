import type { WebClient } from "@slack/web-api";
import type { ManagerRef, SlackUser, WatchedVault } from "../model.ts";
import type { Check } from "./checks.ts";
import { readTrouble } from "./slack-error.ts";
import { type HomeTeam, toSlackUser } from "./slack-user.ts";
import { sayTrouble } from "./trouble.ts";

/** What Slack says of a manager as the configuration names them. */
type Found = { kind: "users"; users: SlackUser[] } | { kind: "nobody" } | { kind: "unknown"; finding: string };

/** Every manager found and able to judge, and every vault with two of them at least. */
export async function checkManagers(client: WebClient, vaults: WatchedVault[], home: HomeTeam): Promise<Check[]> {
  const found = new Map<string, Found>();
  const checks: Check[] = [];
  const look = async (ref: ManagerRef, what: string) => {
    if (found.has(nameOf(ref))) return;
    const answer = await find(client, ref, home);
    found.set(nameOf(ref), answer);
    checks.push(checkPerson(ref, answer, what));
  };
  for (const ref of vaults.flatMap((vault) => vault.managers)) await look(ref, "manager");
  for (const ref of vaults.flatMap(deputiesOf)) await look(ref, "escalation to");
  return [...checks, ...vaults.flatMap((vault) => checkVault(vault, found))];
}

/** Whom a vault's escalation calls by name: they stand in for its managers. */
function deputiesOf({ followUp }: WatchedVault): ManagerRef[] {
  return followUp.steps.flatMap(({ to }) => (to.kind === "channel" ? [] : to));
}

function checkPerson(ref: ManagerRef, found: Found, kind: string): Check {
  const what = `${kind} ${nameOf(ref)}`;
  if (found.kind === "unknown") return { what, verdict: "unknown", finding: found.finding, remedy: null };
  if (found.kind === "nobody") {
    return {
      what,
      verdict: "bad",
      finding: "Slack knows no active user by this",
      remedy: "Compare it with the person's Slack profile.",
    };
  }
  const unable = found.users.flatMap((user) => {
    const why = whyUnable(user);
    return why === null ? [] : [`${user.name} (${user.id}) ${why}`];
  });
  if (unable.length === 0) {
    return {
      what,
      verdict: "good",
      finding: found.users.map(({ name, id }) => `${name} (${id})`).join(", "),
      remedy: null,
    };
  }
  return {
    what,
    verdict: unable.length === found.users.length ? "bad" : "warning",
    finding: `${unable.join("; ")}: can't judge an access`,
    remedy: "Name somebody else in vaultbell.yaml.",
  };
}

/** T2: with one manager, nobody can judge what that manager opens; with two, no two can. */
function checkVault(vault: WatchedVault, found: Map<string, Found>): Check[] {
  const answers = vault.managers.map((ref) => found.get(nameOf(ref)));
  if (answers.some((answer) => answer?.kind === "unknown")) return [];
  const users = answers.flatMap((answer) => (answer?.kind === "users" ? answer.users : []));
  const able = new Set(users.filter((user) => whyUnable(user) === null).map((user) => user.id));
  const deputies = deputiesOf(vault).flatMap((ref) => {
    const answer = found.get(nameOf(ref));
    return answer?.kind === "users" ? answer.users.filter((user) => whyUnable(user) === null) : [];
  });
  const standsIn = deputies.find(({ id }) => !able.has(id));
  if (able.size > 2 || (able.size === 2 && (vault.followUp.critical === 1 || standsIn))) return [];
  if (able.size === 2) {
    const finding =
      "what is critical takes two, so nobody can say Expected of what one of the two managers opens at such a time";
    const remedy = "Name a third manager, or a person under `escalate`.";
    return [{ what: `managers of ${vault.name}`, verdict: "warning", finding, remedy }];
  }
  if (able.size === 1 && standsIn) {
    const finding = `there is one manager only; what that manager opens goes to ${standsIn.name} at once`;
    return [{ what: `managers of ${vault.name}`, verdict: "good", finding, remedy: null }];
  }
  const what = `managers of ${vault.name}`;
  return able.size === 1
    ? [
        {
          what,
          verdict: "warning",
          finding: "there is one manager only, so nobody can judge what that manager opens",
          remedy: "Name a second manager, or a person under `escalate`.",
        },
      ]
    : [
        {
          what,
          verdict: "bad",
          finding: "nobody can judge an access of this vault",
          remedy: "Name managers in vaultbell.yaml.",
        },
      ];
}

function whyUnable(user: SlackUser): string | null {
  if (user.isDeactivated) return "is deactivated";
  if (user.isBot) return "is a bot";
  if (user.isStranger) return "belongs to another workspace";
  if (user.isGuest) return "is a guest";
  return null;
}

async function find(client: WebClient, ref: ManagerRef, home: HomeTeam): Promise<Found> {
  try {
    if (ref.kind === "user-group") {
      const { users } = await client.usergroups.users.list({ usergroup: ref.id });
      const members: SlackUser[] = [];
      for (const id of users ?? []) members.push(...asUsers((await client.users.info({ user: id })).user, home));
      return members.length > 0 ? { kind: "users", users: members } : { kind: "nobody" };
    }
    const { user } =
      ref.kind === "email"
        ? await client.users.lookupByEmail({ email: ref.email })
        : await client.users.info({ user: ref.id });
    const users = asUsers(user, home);
    return users.length > 0 ? { kind: "users", users } : { kind: "nobody" };
  } catch (error) {
    const { code } = readTrouble(error);
    if (/^(users_not_found|user_not_found|no_such_subteam|subteam_not_found)$/.test(code)) return { kind: "nobody" };
    const finding = code === "unknown_method" ? "this Slack API can't say" : sayTrouble(error, "bot token");
    return { kind: "unknown", finding };
  }
}

function asUsers(raw: unknown, home: HomeTeam): SlackUser[] {
  const user = toSlackUser(raw, home);
  return user ? [user] : [];
}

function nameOf(ref: ManagerRef): string {
  return ref.kind === "email" ? ref.email : ref.id;
}
