import { z } from "zod";
import type { SlackStatus, SlackUser } from "../model.ts";

/** The workspace that the bot lives in, as `auth.test` says. */
export interface HomeTeam {
  teamId: string | null;
  enterpriseId: string | null;
}

/**
 * Reads a user object of Slack's, of which nothing but the id is taken for granted: what is missing or of another
 * shape is null or false. `null`: not a user at all. Names and addresses are cleaned of what PostgreSQL refuses
 * (U+0000, lone surrogates; RELIABILITY, fact 3) and cut.
 */
export function toSlackUser(raw: unknown, home: HomeTeam): SlackUser | null {
  const read = RawUser.safeParse(raw);
  if (!read.success) return null;
  const user = read.data;
  const teamId = user.team_id;
  const status = statusOf(user.profile);
  return {
    id: user.id,
    teamId,
    name: user.profile?.real_name || user.real_name || user.profile?.display_name || user.name || user.id,
    email: user.profile?.email || null,
    timezone: user.tz,
    // Slackbot is the one bot that doesn't say so.
    isBot: user.is_bot || user.is_workflow_bot || user.id === "USLACKBOT",
    isDeactivated: user.deleted,
    isGuest: user.is_restricted || user.is_ultra_restricted,
    ...(status !== null && { status }),
    isStranger: user.is_stranger || (teamId !== null && !isOfHome(teamId, user.enterprise_user, home)),
  };
}

function statusOf(profile: z.infer<typeof Profile>): SlackStatus | null {
  if (!profile?.status_text && !profile?.status_emoji) return null;
  const { status_text, status_emoji, status_expiration } = profile;
  const until = status_expiration > 0 ? new Date(status_expiration * 1000) : null;
  return { text: status_text ?? "", emoji: status_emoji ?? "", until, seenAt: null };
}

/** In an organisation, a user of the home workspace may belong to another one of it, or to the organisation itself. */
function isOfHome(teamId: string, enterprise: z.infer<typeof EnterpriseUser>, home: HomeTeam): boolean {
  if (home.teamId === null || teamId === home.teamId) return true;
  if (enterprise === null) return home.enterpriseId !== null && teamId === home.enterpriseId;
  return (
    enterprise.teams.includes(home.teamId) ||
    (home.enterpriseId !== null && enterprise.enterprise_id === home.enterpriseId)
  );
}

const text = (maximum: number) =>
  z
    .string()
    .transform((value) => value.replaceAll("\u0000", "").toWellFormed().trim().slice(0, maximum).toWellFormed() || null)
    .nullable()
    .catch(null);
const flag = z.literal(true).or(z.literal(false)).catch(false);

const EnterpriseUser = z
  .object({ enterprise_id: text(64), teams: z.array(z.string()).catch([]) })
  .nullable()
  .catch(null);

const Profile = z
  .object({
    real_name: text(200),
    display_name: text(200),
    email: text(320),
    status_text: text(200),
    status_emoji: text(100),
    /** Seconds since 1970; 0: it stays. */
    status_expiration: z.int().min(0).max(4_102_444_800).catch(0),
  })
  .nullable()
  .catch(null);

const RawUser = z.object({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
  team_id: text(64),
  name: text(200),
  real_name: text(200),
  tz: text(64),
  profile: Profile,
  deleted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  enterprise_user: EnterpriseUser,
});
