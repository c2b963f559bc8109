import type { Config } from "../config.ts";
import type { ManagerRef } from "../model.ts";
import { type ConfigurationChange, configurationChanges } from "../policies/configuration-changes.ts";
import { foldEmail } from "../policies/fold-email.ts";
import * as configurations from "../store/configurations.ts";
import type { Tx } from "../store/database.ts";
import { urgency, want } from "../store/messages.ts";
import { slackUsersByEmail, slackUsersById } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { joinAsSaid } from "./people.ts";

/** What a configuration is brought into force with. */
interface Coming {
  config: Config;
  /** Reads what was stored; `null`: this version can't any more. */
  read(text: string): Config | null;
  /** The Slack users who made it so, in the order in which they said so; none: it comes from the file. */
  by: string[];
  now: Date;
}

/**
 * From now on this configuration is in force. What is otherwise than under the one before goes on the record and into the
 * channels that it concerns, in this transaction. False: it was in force already, by whichever replica came first.
 */
export async function bringIntoForce(tx: Tx, { config, read, by, now }: Coming): Promise<boolean> {
  await configurations.oneConfigurationAtATime(tx);
  const newest = await configurations.newestConfiguration(tx);
  const { fingerprint, text } = config;
  if (newest?.fingerprint === fingerprint) return false;
  const id = await configurations.configurationCame(tx, { fingerprint, text, by, since: now });
  const before = newest && read(newest.text);
  const changes = newest === null ? [] : before ? await changesBetween(tx, before, config) : unreadable(config);
  const channels = [...new Set(changes.flatMap((change) => change.channels))].sort();
  for (const channel of channels) {
    const told = changes.filter((change) => change.channels.includes(channel));
    await configurations.recordChanges(tx, id, channel, told);
    await want(tx, { kind: "configuration", subject: id, channel, urgency: urgency.warning, at: now });
  }
  const payload = { fingerprint, before: newest?.fingerprint ?? null, by, changes: changes.map((one) => one.sentence) };
  await seal(tx, now, [{ kind: "configuration in force", payload }]);
  await joinAsSaid(tx, config.people, now);
  if (channels.length > 0) await wake(tx);
  return true;
}

async function changesBetween(tx: Tx, before: Config, after: Config): Promise<ConfigurationChange[]> {
  const vaults = [...before.vaults, ...after.vaults];
  const meant = [before, after]
    .flatMap(({ managers }) => managers)
    .concat(
      vaults.flatMap(({ managers, followUp }) => [
        ...managers,
        ...followUp.steps.flatMap(({ to }): ManagerRef[] => (to.kind === "channel" ? [] : [to])),
      ]),
    );
  return configurationChanges(before, after, await namesIn(tx, meant));
}

/** "Marta Vidal (marta@example.com)": a name alone could be anybody's. */
async function namesIn(tx: Tx, meant: ManagerRef[]): Promise<(who: ManagerRef) => string> {
  const emails = meant.flatMap((who) => (who.kind === "email" ? foldEmail(who.email) : []));
  const ids = meant.flatMap((who) => (who.kind === "slack-user" ? who.id : []));
  const byEmail = await slackUsersByEmail(tx, [...new Set(emails)]);
  const byId = await slackUsersById(tx, [...new Set(ids)]);
  return (who) => {
    if (who.kind === "user-group") return `user group ${who.id}`;
    const as = who.kind === "email" ? who.email : who.id;
    const [user, ...others] =
      who.kind === "email"
        ? byEmail.filter(({ email }) => email !== null && foldEmail(email) === foldEmail(who.email))
        : [byId.get(who.id)];
    return user && others.length === 0 ? `${user.name.slice(0, 40)} (${as})` : as;
  };
}

function unreadable({ vaults }: Config): ConfigurationChange[] {
  const sentence = "The configuration changed, and this version can’t read any more what stood before.";
  return [{ about: "settings", channels: [...new Set(vaults.map(({ channel }) => channel))], sentence }];
}
