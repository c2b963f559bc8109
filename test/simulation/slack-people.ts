import { people, slackUser } from "./cast.ts";
import type { Answer, Args } from "./slack.ts";

/** What Slack says of people: of two who share an address it names one, as Slack does. */
export function askAboutPeople(method: string, args: Args): Answer | null {
  const ids = people.flatMap(({ slackIds }) => slackIds);
  switch (method) {
    case "users.lookupByEmail": {
      const found = people.find(({ email, slackIds }) => email === args.email && slackIds[0] !== "U0EVE");
      return found ? { ok: true, user: slackUser(found.slackIds[0] ?? "") } : { ok: false, error: "users_not_found" };
    }
    case "users.list":
      return { ok: true, members: ids.map(slackUser), response_metadata: { next_cursor: "" } };
    case "usergroups.list":
      return { ok: true, usergroups: [] };
    case "usergroups.users.list":
      return { ok: true, users: [] };
    default:
      return null;
  }
}
