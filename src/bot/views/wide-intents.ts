import type { Intent, Person, WatchedVault } from "../../model.ts";
import { sayDate } from "../../time.ts";
import type { MessageView } from "./alert.ts";
import { purposeOf, sayScope } from "./intent-words.ts";
import { bullets, line, richText, said, user } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { personName } from "./words.ts";

const mostShown = 10;

/** To whoever answers for the house, once a week for each person: purposes that cover very much, or say very little. */
export function wideIntents(
  wide: { intent: Intent; why: string[] }[],
  { person, vaults, zone, tag }: { person: Person; vaults: WatchedVault[]; zone: string; tag: string },
): MessageView {
  const name = plainMrkdwn(personName(person), 40);
  const who = person.slack.kind === "matched" ? user(person.slack.user.id) : said(personName(person));
  const how =
    wide.length === 1
      ? "a purpose this week that covers very much or says very little"
      : `${wide.length} purposes this week that cover very much or say very little`;
  const text =
    wide.length === 0
      ? `${name} took back what was announced too widely this week.`
      : `${name} announced ${how}. Nothing is wrong by that alone.`;
  const left = wide.length - mostShown;
  return {
    text,
    blocks: [
      {
        ...richText(
          line(
            said("📐 "),
            who,
            said(wide.length === 0 ? " took back what was announced too widely this week." : ` announced ${how}:`),
          ),
          ...(wide.length === 0
            ? []
            : [
                bullets([
                  ...wide
                    .slice(0, mostShown)
                    .map(({ intent, why }) => [
                      ...purposeOf(intent, 120),
                      said(
                        ` for ${sayScope(intent, vaults)}, ${sayDate(intent.announcedAt, zone)}: ${clean(why.join(", and "), 300)}`,
                      ),
                    ]),
                  ...(left > 0 ? [[said(`and ${left} more`)]] : []),
                ]),
                line(
                  said(
                    "Nothing is wrong by that alone. A word about one vault, a shorter time and a few words more helps.",
                  ),
                ),
              ]),
        ),
        block_id: tag,
      },
    ],
    metadata: { event_type: "vaultbell_intent", event_payload: { person_id: person.id } },
  };
}
