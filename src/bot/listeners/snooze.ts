import { z } from "zod";
import { policyNames } from "../../model.ts";
import type { SnoozeDraft } from "../ports.ts";
import { parseSnoozeCommand, readUntil, type SnoozeCommandContext } from "../snooze-command.ts";
import { readSnoozeId, snoozeAnswer, snoozeDropped, vaultHelp } from "../views/snooze.ts";
import {
  SNOOZE_PERSON,
  SNOOZE_POLICY,
  SNOOZE_REASON,
  SNOOZE_UNTIL,
  SNOOZE_VAULT,
  snoozeForm,
} from "../views/snooze-form.ts";
import { clickNotUnderstood } from "./not-understood.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command, Place, Submission } from "./payload.ts";

/** `/vault snooze …` and its form: both show first what it would hide; only the button after that announces it. */
export async function snoozeCommand(rest: string, command: Command, parts: ListenerParts): Promise<void> {
  const { ports, tell } = parts;
  if (rest.trim() === "") {
    const { channel } = command.place;
    const vaults = ports.vaults();
    const vaultId = vaults.find((vault) => vault.channel === channel)?.id ?? null;
    const view = snoozeForm({ vaults, vaultId, policies: [...policyNames] });
    return openForm({ ...view, private_metadata: channel ?? "" }, command, parts, "verdict");
  }
  const read = parseSnoozeCommand(rest, await contextOf(command.place, parts));
  if (read.kind === "not-understood") return tell(command.place, vaultHelp(read.problem));
  await showPreview(read, command.place, parts);
}

export async function snoozeConfirmed(click: Click, parts: ListenerParts): Promise<void> {
  const { place } = click;
  const carried = readDraft(click.value);
  if (!carried) {
    await clickNotUnderstood(click, parts);
    return parts.tell(place, snoozeAnswer(unknown, ""));
  }
  const draft = { ...carried, by: await parts.directory.freshUser(place.user), byId: place.user };
  await parts.tell(place, snoozeAnswer(await parts.ports.snooze(draft), ""), { replaceOriginal: click.isEphemeral });
}

export async function snoozeLeft(click: Click, { tell }: ListenerParts): Promise<void> {
  await tell(click.place, snoozeDropped(), { replaceOriginal: click.isEphemeral });
}

export async function snoozeEnded(click: Click, parts: ListenerParts): Promise<void> {
  const { place, value, message } = click;
  const snoozeId = readSnoozeId(value);
  if (snoozeId === null) await clickNotUnderstood(click, parts);
  const clicker = await parts.directory.freshUser(place.user);
  const outcome =
    snoozeId === null ? unknown : await parts.ports.endSnooze({ snoozeId, clicker, clickerId: place.user, message });
  await parts.tell(place, snoozeAnswer(outcome, ""));
}

const unknown = { kind: "refused", reason: "no-such-snooze", vault: null } as const;

/** What is wrong with the form, by action id. `null`: nothing. */
export async function snoozeFormErrors(form: Submission, parts: ListenerParts): Promise<Record<string, string> | null> {
  const until = readUntil(form.inputs.get(SNOOZE_UNTIL) ?? "", await contextOf(placeOfSnoozeForm(form), parts));
  const isNarrowedTwice = form.inputs.has(SNOOZE_PERSON) && form.inputs.has(SNOOZE_POLICY);
  const errors = {
    ...("problem" in until && { [SNOOZE_UNTIL]: until.problem }),
    ...((form.inputs.get(SNOOZE_REASON) ?? "").trim().length < 3 && {
      [SNOOZE_REASON]: "Please say why, in a few words.",
    }),
    ...(isNarrowedTwice && { [SNOOZE_POLICY]: "Please choose a person or a policy, not both." }),
  };
  return Object.keys(errors).length > 0 ? errors : null;
}

export async function snoozeSubmitted(form: Submission, parts: ListenerParts): Promise<void> {
  const place = placeOfSnoozeForm(form);
  const until = readUntil(form.inputs.get(SNOOZE_UNTIL) ?? "", await contextOf(place, parts));
  if ("problem" in until) return parts.tell(place, vaultHelp(until.problem));
  const policy = policyNames.find((name) => name === form.inputs.get(SNOOZE_POLICY)) ?? null;
  await showPreview(
    {
      vaultId: form.inputs.get(SNOOZE_VAULT) ?? "",
      endsAt: until.endsAt,
      reason: (form.inputs.get(SNOOZE_REASON) ?? "").trim().slice(0, 300),
      only: { slackUserId: form.inputs.get(SNOOZE_PERSON) ?? null, itemId: null, policy },
    },
    place,
    parts,
  );
}

/** A form has no message to answer in; it remembers where it was asked for. */
export function placeOfSnoozeForm(form: Submission): Place {
  const channel = /^[CGD][A-Z0-9]{1,63}$/.test(form.privateMetadata) ? form.privateMetadata : null;
  return { user: form.user, channel, responseUrl: null };
}

async function showPreview(
  { vaultId, endsAt, reason, only }: Omit<SnoozeDraft, "by" | "byId">,
  place: Place,
  { ports, directory, tell }: ListenerParts,
): Promise<void> {
  const draft = { vaultId, endsAt, reason, only };
  const by = await directory.freshUser(place.user);
  await tell(place, snoozeAnswer(await ports.previewSnooze({ ...draft, by, byId: place.user }), carry(draft)));
}

async function contextOf({ user, channel }: Place, { ports, directory }: ListenerParts): Promise<SnoozeCommandContext> {
  const known = await directory.knownUser(user);
  return {
    now: ports.now(),
    zone: known?.timezone ?? ports.settings.timezone,
    vaults: ports.vaults(),
    policies: [...policyNames],
    channelId: channel ?? "",
  };
}

/** The button carries what was asked for; whoever presses it announces it in their own name, and every check is made again. */
function carry(draft: Omit<SnoozeDraft, "by" | "byId">): string {
  return JSON.stringify({ ...draft, endsAt: draft.endsAt.getTime() });
}

const Draft = z.object({
  vaultId: z.string().min(1),
  endsAt: z.number().transform((ms) => new Date(ms)),
  reason: z.string(),
  only: z.object({
    slackUserId: z.string().min(1).nullable(),
    itemId: z.string().min(1).nullable(),
    policy: z.enum(policyNames).nullable(),
  }),
});

function readDraft(value: string): z.infer<typeof Draft> | null {
  try {
    return Draft.parse(JSON.parse(value));
  } catch {
    return null;
  }
}
