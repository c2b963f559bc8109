import type { HomeView } from "@slack/types";
import { type HomeFacts, homeView, type Outsider, outsiderHome } from "../bot/views/home.ts";
import type { SlackUser } from "../model.ts";
import { outsider } from "../policies/eligibility.ts";
import { standingIntentsBy } from "../store/intents.ts";
import { leadingOf } from "./home-lead.ts";
import { managingOf } from "./home-manager.ts";
import { ownRecord } from "./home-record.ts";
import { openQuestions } from "./home-staff.ts";
import type { House } from "./house.ts";
import { rolesOf } from "./roles.ts";

export interface DrawnHome {
  view: HomeView;
  /** When something that it shows will have become untrue by itself. */
  redrawAt: Date | null;
}

const intentsAtMost = 5;

/** Draws somebody's Home from the newest facts. What they see follows from who they are now, as Slack says: `null`: it doesn't. */
export async function drawHome(house: House, user: SlackUser | null, { page }: { page: number }): Promise<DrawnHome> {
  const outside = outsider(user, house.people.homeTeamId());
  if (!user || outside) return { view: outsiderHome(kinds[outside ?? "unknown-clicker"]), redrawAt: null };
  const now = house.clock.now();
  const zone = user.timezone ?? house.config.timezone;
  const roles = await rolesOf(house, user);
  const intents = await standingIntentsBy(house.store.db, user.id, now);
  const facts: HomeFacts = {
    reader: { name: user.name, zone },
    now,
    vaults: house.config.vaults,
    managing: await managingOf(house, user, roles, now),
    staff: {
      ...(await openQuestions(house, user, now)),
      intents: intents.slice(0, intentsAtMost),
      moreIntents: Math.max(0, intents.length - intentsAtMost),
    },
    record: await ownRecord(house, user, page),
    leading: roles.isLead ? await leadingOf(house, now) : null,
  };
  const turns = intents.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]).filter((at) => at > now);
  const redrawAt = turns.length > 0 ? new Date(Math.min(...turns.map((at) => at.getTime()))) : null;
  return { view: homeView(facts), redrawAt };
}

const kinds: Record<NonNullable<ReturnType<typeof outsider>>, Outsider> = {
  "unknown-clicker": "unknown",
  deactivated: "not-a-person",
  bot: "not-a-person",
  stranger: "stranger",
  guest: "guest",
};
