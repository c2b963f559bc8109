import { readPersonNamed, vaultNamed } from "../question-command.ts";
import { plainWords } from "../slack-escapes.ts";
import { leaverAnswer, readLeaverBox, readLeaverSeen } from "../views/leaver.ts";
import { vaultHelp } from "../views/snooze.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command } from "./payload.ts";

/** `/vault leaver @luis`, or `… in Company cards`. */
export async function leaverCommand(rest: string, { place }: Command, parts: ListenerParts): Promise<void> {
  const { ports, directory, tell } = parts;
  const person = readPersonNamed(rest);
  if (!person) {
    const how = "Please choose the person from Slack’s list while you type @, or write their e-mail address.";
    return tell(place, vaultHelp(how));
  }
  if (person.kind === "slack") await directory.knownUser(person.id);
  const named = /\sin\s+(.+)$/i.exec(plainWords(rest))?.[1];
  const vault = named === undefined ? null : vaultNamed(named);
  const by = await directory.freshUser(place.user);
  await tell(
    place,
    leaverAnswer(await ports.beginLeaving({ by, byId: place.user, channel: place.channel, person, vault })),
  );
}

export async function leaverTicked(click: Click, { ports, directory, tell }: ListenerParts): Promise<void> {
  const { place, message, chosen, blockId } = click;
  const outcome = await ports.tickLeaver({
    clicker: await directory.freshUser(place.user),
    clickerId: place.user,
    message,
    chosen: chosen.flatMap((value) => readLeaverBox(value) ?? []),
    seen: readLeaverSeen(blockId),
  });
  if (outcome.kind !== "ticked") await tell(place, leaverAnswer(outcome));
}

/** They stay after all. */
export async function leaverEnded({ place, message }: Click, { ports, directory, tell }: ListenerParts): Promise<void> {
  const clicker = await directory.freshUser(place.user);
  const outcome = await ports.endLeaving({ clicker, clickerId: place.user, message });
  if (outcome.kind !== "ended") await tell(place, leaverAnswer(outcome));
}
