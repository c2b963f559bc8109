import { z } from "zod";
import type { VaultQuestion } from "../ports.ts";
import { parseQuestion, type QuestionWord } from "../question-command.ts";
import { reportAnswer } from "../views/report.ts";
import { vaultHelp } from "../views/snooze.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command, Place } from "./payload.ts";

/** `/vault who …` and its like: answered in private. */
export function questionCommand(word: QuestionWord) {
  return async (rest: string, { place }: Command, parts: ListenerParts): Promise<void> => {
    const zone = (await parts.directory.knownUser(place.user))?.timezone ?? parts.ports.settings.timezone;
    const read = parseQuestion(word, rest, { now: parts.ports.now(), zone });
    if (read.kind === "not-understood") return parts.tell(place, vaultHelp(read.problem));
    await tellReport(read.question, place, parts, { page: 0, replaceOriginal: false });
  };
}

/** Another page of an answer: asked, checked and recorded as if it were the first. */
export async function reportTurned(click: Click, parts: ListenerParts): Promise<void> {
  const carried = readCarried(click.value);
  if (!carried) {
    await clickNotUnderstood(click, parts);
    return parts.tell(click.place, vaultHelp("This button is from an older answer. Please ask again."));
  }
  await tellReport(carried.question, click.place, parts, { page: carried.page, replaceOriginal: click.isEphemeral });
}

async function tellReport(
  question: VaultQuestion,
  place: Place,
  { ports, directory, tell }: ListenerParts,
  { page, replaceOriginal }: { page: number; replaceOriginal: boolean },
): Promise<void> {
  const by = await directory.freshUser(place.user);
  // Whom Slack was never asked about can't be found by their address.
  if (question.kind === "seen" && question.person.kind === "slack") await directory.knownUser(question.person.id);
  const outcome = await ports.ask({ by, byId: place.user, channel: place.channel, question, page });
  await tell(
    place,
    reportAnswer(outcome, (understood, to) => JSON.stringify({ question: understood, page: to })),
    { replaceOriginal },
  );
}

const since = z.iso.datetime().transform((text) => new Date(text));
const name = z.string().min(1).max(200);
const Carried = z.object({
  page: z.number().int().min(0).max(100_000),
  question: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("who"),
      readings: z.array(z.object({ item: name, since: since.nullable() })).length(1),
      isSinceUnreadable: z.boolean(),
    }),
    z.object({
      kind: z.literal("seen"),
      person: z.union([
        z.object({ kind: z.literal("slack"), id: name }),
        z.object({ kind: z.literal("email"), email: z.string().min(3).max(400) }),
      ]),
      vault: name.nullable(),
      since: since.nullable(),
    }),
    z.object({ kind: z.literal("changed"), vault: name.nullable(), since }),
    z.object({ kind: z.literal("open"), vault: name.nullable() }),
    z.object({
      kind: z.literal("leaver"),
      person: z.object({ kind: z.literal("email"), email: name }),
      vault: name.nullable(),
    }),
    z.object({ kind: z.literal("reviewers"), since: since.nullable() }),
  ]),
});

function readCarried(value: string): z.infer<typeof Carried> | null {
  try {
    return Carried.parse(JSON.parse(value));
  } catch {
    return null;
  }
}
