import { questionWords } from "../question-command.ts";
import { snoozeList, vaultHelp } from "../views/snooze.ts";
import { digestCommand } from "./digest.ts";
import { leaverCommand } from "./leaver.ts";
import type { ListenerParts } from "./parts.ts";
import type { Command } from "./payload.ts";
import { snoozeCommand } from "./snooze.ts";
import { questionCommand } from "./vault-question.ts";

type Subcommand = (rest: string, command: Command, parts: ListenerParts) => Promise<void>;

/** What stands behind `/vault`, by its first word. */
const subcommands: Record<string, Subcommand> = {
  ...Object.fromEntries(questionWords.map((word) => [word, questionCommand(word)])),
  digest: digestCommand,
  leaver: leaverCommand,
  snooze: snoozeCommand,
  snoozes: async (_rest, command, { ports, tell }) => tell(command.place, snoozeList(await ports.snoozes())),
};

export async function vaultCommand(command: Command, parts: ListenerParts): Promise<void> {
  const [word = "", ...rest] = command.text.trim().split(/\s+/);
  const name = word.toLowerCase();
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (subcommand) return subcommand(rest.join(" "), command, parts);
  const isHelp = name === "" || name === "help";
  await parts.tell(command.place, vaultHelp(isHelp ? null : `I don’t know “/vault ${word}”.`));
}
