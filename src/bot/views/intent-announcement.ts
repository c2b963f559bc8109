import type { Intent, Person, WatchedVault } from "../../model.ts";
import { sayRange, sayZone } from "../../time.ts";
import type { MessageView } from "./alert.ts";
import { purposeOf, sayFate, sayScope, sayTicketOf, sayUses } from "./intent-words.ts";
import { bold, line, richText, said, user, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";
import { personName } from "./words.ts";

/**
 * What a vault's channel sees of an announcement, with what became of it; edited in place. It explains accesses, so
 * it is shown where the alerts are. Each reader sees their own time; `vault` is the channel's, for the text's zone.
 */
export function intentAnnouncement(
  intent: Intent,
  { person, vault, vaults, now }: { person: Person; vault: WatchedVault; vaults: WatchedVault[]; now: Date },
): MessageView {
  const fate = sayFate(intent, now);
  const ticket = plainMrkdwn(sayTicketOf(intent), 60).trim();
  const scope = sayScope(intent, vaults);
  const zone = vault.timezone;
  const isOneDay = intent.endsAt.getTime() - intent.startsAt.getTime() < 12 * 60 * 60_000;
  const range = `${sayRange(intent.startsAt, intent.endsAt, zone, intent.announcedAt)} in ${sayZone(zone)}`;
  const who = person.slack.kind === "matched" ? person.slack.user.id : intent.slackUserId;
  return {
    text: `${plainMrkdwn(personName(person), 40)} announced: ‘${plainMrkdwn(intent.purpose, 100) || "nothing readable"}’${ticket && ` ${ticket}`} for ${plainMrkdwn(scope, 80)}, ${range}${sayUses(intent)}${fate ? ` (${fate})` : ""}`,
    blocks: [
      {
        ...richText(
          line(
            said(fate ? "☑️ " : "🔔 "),
            user(who),
            said(" announced: "),
            ...purposeOf(intent, 300),
            said(` for ${scope}, `),
            when(intent.startsAt, zone),
            said(" to "),
            when(intent.endsAt, zone, isOneDay ? "time" : "day and time"),
            ...(intent.mostUses === null ? [] : [said(sayUses(intent))]),
            ...(fate ? [said(" · "), bold(fate)] : []),
          ),
        ),
        block_id: `intent:${intent.id}`,
      },
    ],
    metadata: { event_type: INTENT_EVENT, event_payload: { intent_id: intent.id } },
  };
}

const INTENT_EVENT = "vaultbell_intent";
