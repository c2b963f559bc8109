import type { OpenQuestion, Staff } from "../bot/views/home-staff.ts";
import type { SlackUser } from "../model.ts";
import { answeredUpTo, denial } from "../policies/asking.ts";
import { standing } from "../policies/standing.ts";
import { askedAbout } from "../store/home-alerts.ts";
import { allAnswered } from "./answered.ts";
import { type House, watchedVault } from "./house.ts";
import { openUnused } from "./unused-intents.ts";

const shownAtMost = 5;
const lookedAtMost = 50;
const lookedBackMs = 30 * 24 * 60 * 60_000;

/** The questions that wait for this person's answer, by the same rules by which their messages have buttons. */
export async function openQuestions(
  house: House,
  user: SlackUser,
  now: Date,
): Promise<Pick<Staff, "questions" | "unused" | "moreQuestions">> {
  const since = new Date(now.getTime() - lookedBackMs);
  const ids = await askedAbout(house.store.db, user.id, since, lookedAtMost);
  const whole = await allAnswered(house.store.db, ids);
  const open = ids.flatMap((id): Omit<OpenQuestion, "managers">[] => {
    const found = whole.get(id);
    const vault = found && watchedVault(house.config, found.alert.vaultId);
    if (!found?.question || !vault) return [];
    const { alert, question } = found;
    const isAnswered = denial(question) !== null || answeredUpTo(question) >= alert.revision;
    return isAnswered || standing(alert.accesses, alert.reviews).kind === "decided" ? [] : [{ alert, vault }];
  });
  const questions: OpenQuestion[] = [];
  for (const one of open.slice(0, shownAtMost)) {
    const managers = (await house.people.managerIds(one.vault)).filter((id) => id !== user.id);
    questions.push({ ...one, managers });
  }
  const allUnused = await openUnused(house, user.id, since);
  const unused = allUnused.slice(0, shownAtMost);
  return { questions, unused, moreQuestions: open.length - questions.length + allUnused.length - unused.length };
}
