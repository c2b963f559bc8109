import { foldEmail } from "../policies/fold-email.ts";
import type { Tx } from "../store/database.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import { readPersons, slackUsersById } from "../store/people.ts";

/** Who is who, learnt as an export meets them: as many as there are people, however many rows they have. */
export interface WhosWho {
  learn(personIds: string[], slackUserIds: string[]): Promise<void>;
  person(id: string): { name: string; email: string | null };
  /** `personId`: the person whose Slack user that is; `null`: nobody who ever opened or announced anything. */
  slackUser(id: string): { name: string | null; personId: string | null };
}

export function whosWho(tx: Tx): WhosWho {
  const persons = new Map<string, { name: string; email: string | null }>();
  const users = new Map<string, { name: string | null; personId: string | null }>();
  return {
    async learn(personIds, slackUserIds) {
      const newPersons = [...new Set(personIds)].filter((id) => !persons.has(id));
      for (const [id, { person }] of await readPersons(tx, newPersons)) {
        persons.set(id, { name: person.name, email: person.emails[0] ?? null });
      }
      const newUsers = [...new Set(slackUserIds)].filter((id) => !users.has(id));
      const said = await slackUsersById(tx, newUsers);
      for (const id of newUsers) {
        const email = said.get(id)?.email;
        const aliases = [
          { kind: "slack" as const, value: id },
          ...(email ? [{ kind: "email" as const, value: foldEmail(email) }] : []),
        ];
        const [known] = (await readPersons(tx, await peopleKnownAs(tx, aliases))).values();
        users.set(id, { name: said.get(id)?.name ?? null, personId: known?.ids[0] ?? null });
      }
    },
    person: (id) => persons.get(id) ?? { name: "somebody", email: null },
    slackUser: (id) => users.get(id) ?? { name: null, personId: null },
  };
}
