import { SlackError } from "./errors.ts";
import { guideZone } from "./guide.ts";
import type { MessagePlace, Sandbox } from "./types.ts";
import { isObject, objectOf, textOf, type Wire } from "./wire.ts";
import { nextMoment } from "./zone.ts";

const jumps: Record<string, { weekday: number; hour: number; minute: number }> = {
  "tuesday-10:20": { weekday: 2, hour: 10, minute: 20 },
  "saturday-02:13": { weekday: 6, hour: 2, minute: 13 },
};

type Act = (sandbox: Sandbox, userId: string, given: Wire) => Promise<Wire>;

/** What a person can do on the page, by the word that the page sends. */
const acts: Record<string, Act> = {
  say: async (sandbox, userId, given) => {
    const [channel, text] = [needed(given, "channel"), needed(given, "text")];
    const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text.trim());
    if (command?.[1] !== undefined) await sandbox.as(userId).command(channel, command[1], command[2] ?? "");
    else await sandbox.as(userId).say(channel, text, textOf(given.threadTs));
    return {};
  },
  click: async (sandbox, userId, given) => {
    await sandbox.as(userId).click(placeOf(given), needed(given, "actionId"), options(given, "value", "blockId"));
    return {};
  },
  choose: async (sandbox, userId, given) => {
    await sandbox.as(userId).choose(placeOf(given), needed(given, "actionId"), given.value, options(given, "blockId"));
    return {};
  },
  submit: async (sandbox, userId, given) => {
    const values = Object.entries(objectOf(given.values)).filter((entry): entry is [string, Wire] =>
      isObject(entry[1]),
    );
    return sandbox.as(userId).submit(needed(given, "viewId"), Object.fromEntries(values));
  },
  "close-view": async (sandbox, userId, given) => {
    await sandbox.as(userId).closeView(needed(given, "viewId"));
    return {};
  },
  "open-home": async (sandbox, userId) => {
    await sandbox.as(userId).openHome();
    return {};
  },
  reveal: async (sandbox, userId, given) => {
    const late = Number(given.late ?? 0);
    if (!(late >= 0 && late <= 60 * 24 * 30)) throw new SlackError("invalid_arguments");
    const action = textOf(given.action);
    const { status, body, request } = await sandbox.reveal({
      by: userId,
      vaultId: needed(given, "vaultId"),
      itemId: needed(given, "itemId"),
      ...(action === undefined ? {} : { action }),
      occurredAt: new Date(sandbox.clock.now().getTime() - late * 60_000),
    });
    return { status, answer: body, request };
  },
  clock: async (sandbox, _userId, given) => {
    const now = sandbox.clock.now();
    const jump = jumps[textOf(given.jump) ?? ""];
    if (jump !== undefined) sandbox.clock.moveTo(nextMoment(guideZone, now, jump));
    else if (typeof given.by === "number") sandbox.clock.moveBy(given.by);
    else sandbox.clock.moveTo(instantOf(needed(given, "to")));
    return { now: sandbox.clock.now().toISOString() };
  },
  "real-time": async (sandbox) => {
    if (sandbox.clock.movedByMs > 0) throw new RangeError("The clock moves forwards only.");
    return { now: sandbox.clock.now().toISOString() };
  },
};

/** Does it, and says how it went in words for the page. */
export async function actOnPage(sandbox: Sandbox, sent: unknown): Promise<{ status: number; body: Wire }> {
  try {
    const given = objectOf(sent);
    const kind = textOf(given.kind) ?? "";
    const act = Object.hasOwn(acts, kind) ? acts[kind] : undefined;
    if (act === undefined) throw new SlackError("unknown_act");
    return { status: 200, body: { ok: true, ...(await act(sandbox, needed(given, "as"), given)) } };
  } catch (error) {
    if (error instanceof RangeError) return refused("clock_backwards", error.message);
    if (error instanceof SlackError) return refused(error.code, sentences[error.code] ?? `Slack says: ${error.code}.`);
    throw error;
  }
}

const sentences: Record<string, string> = {
  operation_timeout: "The app didn't answer within three seconds. Slack would say so too.",
  dispatch_failed: "The app isn't connected, or it refused what Slack sent it.",
  invalid_command: "That isn't a command of this workspace.",
  account_inactive: "This person's account is deactivated, so they can't do anything here.",
  not_in_channel: "This person isn't a member of the channel.",
  message_not_found: "That message isn't there any more.",
  action_not_found: "That button isn't there any more.",
  invalid_blocks: "The app's answer breaks Slack's rules for blocks, so Slack won't show it.",
  invalid_arguments: "We had some trouble connecting. Try again?",
  view_not_found: "That form isn't open any more.",
  door_unreachable: "Nobody answers at the vault's door. Is Vaultbell running?",
  no_door: "The vault has no address to report to.",
  not_enabled: "The app's Home tab is turned off.",
  is_archived: "The channel is archived.",
  no_text: "An empty message says nothing.",
};

function refused(error: string, message: string): { status: number; body: Wire } {
  return { status: 400, body: { ok: false, error, message } };
}

function needed(given: Wire, name: string): string {
  const value = textOf(given[name]);
  if (value === undefined) throw new SlackError("invalid_arguments", { missing: name });
  return value;
}

function placeOf(given: Wire): MessagePlace | { viewId: string } {
  const viewId = textOf(given.viewId);
  return viewId === undefined ? { channel: needed(given, "channel"), ts: needed(given, "ts") } : { viewId };
}

function options(given: Wire, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (typeof given[name] === "string" ? [[name, given[name]]] : [])));
}

function instantOf(text: string): Date {
  const instant = new Date(text);
  if (Number.isNaN(instant.getTime())) throw new SlackError("invalid_arguments");
  return instant;
}
