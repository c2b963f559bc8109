import { z } from "zod";
import type { SettingsClick, SettingsDraft, SettingsOutcome } from "../ports.ts";
import { readProposalId, settingsAnswer } from "../views/settings.ts";
import { readSettings, settingInputs, settingsForm } from "../views/settings-form.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Place, Submission } from "./payload.ts";

/** "Settings" beside a vault in the Home. */
export async function settingsAsked(click: Click, parts: ListenerParts): Promise<void> {
  const { place, message, value: vaultId } = click;
  const clicker = await parts.directory.freshUser(place.user);
  const page = await parts.ports.openSettings({ vaultId, clicker, clickerId: place.user, message });
  if (page.kind === "refused") return parts.tell(place, settingsAnswer(page));
  return openForm(settingsForm(page), click, parts, "verdict");
}

/** What is wrong with the form, by action id. `null`: nothing. */
export async function settingsFormErrors(
  form: Submission,
  { ports }: ListenerParts,
): Promise<Record<string, string> | null> {
  const errors = await ports.checkSettings({ ...draftOf(form), by: null });
  return errors && settingInputs(errors);
}

export async function settingsSubmitted(form: Submission, { ports, directory, tell }: ListenerParts): Promise<void> {
  const by = await directory.freshUser(form.user);
  await tell(placeOfSettingsForm(form), settingsAnswer(await ports.proposeSettings({ ...draftOf(form), by })));
}

/** "Confirm" and "Decline" under what somebody proposed. */
export async function settingsAnswered(
  click: Click,
  answer: SettingsClick["answer"],
  parts: ListenerParts,
): Promise<void> {
  const { place, value, message } = click;
  const { ports, directory, tell } = parts;
  const proposalId = readProposalId(value);
  if (proposalId === null) await clickNotUnderstood(click, parts);
  const clicker = await directory.freshUser(place.user);
  const outcome: SettingsOutcome =
    proposalId === null
      ? { kind: "refused", reason: "no-such-proposal", vault: null, whoCan: [] }
      : await ports.answerSettings({ proposalId, answer, clicker, clickerId: place.user, message });
  await tell(place, settingsAnswer(outcome));
}

/** It was opened from the Home, which has no channel. */
export function placeOfSettingsForm({ user }: Submission): Place {
  return { user, channel: null, responseUrl: null };
}

const About = z.object({ vaultId: z.string(), seen: z.string() }).catch({ vaultId: "", seen: "" });

function draftOf({ user, privateMetadata, inputs, blocks }: Submission): Omit<SettingsDraft, "by"> {
  return { ...About.parse(parsed(privateMetadata)), byId: user, values: readSettings(inputs, blocks.keys()) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
