import { messageAt, newest } from "./messages.ts";
import type { Actor, MessagePlace, MessageVersion, SandboxPerson } from "./types.ts";
import type { Workspace } from "./workspace.ts";
import { isNight } from "./zone.ts";

export const guideZone = "Europe/Madrid";

const steps = ["announce", "reveal-day", "reveal-night", "self-clear", "verdict"] as const;

type Step = (typeof steps)[number];

/** The guided first minute: which of its steps people have lived through, judged by what they did. */
export interface Guide {
  commanded(): void;
  revealed(by: string): void;
  /** Called before the click is delivered, because the app's answer may come before its acknowledgement. */
  clicking(by: string, place: MessagePlace | { viewId: string }): void;
  steps(): { id: Step; done: boolean }[];
}

export function startGuide(workspace: Workspace): Guide {
  const revealers = new Set<string>();
  let awaitedAlertAbout: string | undefined;
  let awaitsRefusalOf: string | undefined;

  const finish = (step: Step) => {
    if (!workspace.state.guide.has(step)) workspace.commit({ kind: "guide-step-done", step });
  };
  workspace.watch((change) => {
    if (change.kind === "posted" && change.message.onlyFor !== undefined && change.message.isBot) {
      if (change.message.onlyFor === awaitsRefusalOf) finish("self-clear");
    } else if (awaitedAlertAbout !== undefined && (change.kind === "posted" || change.kind === "edited")) {
      const version = change.kind === "posted" ? change.message : change.version;
      if (whereNamed(version, workspace.state.people.get(awaitedAlertAbout)) < Infinity) {
        awaitedAlertAbout = undefined;
        finish("reveal-day");
      }
    }
  });

  return {
    commanded: () => finish("announce"),
    revealed: (by) => {
      revealers.add(by);
      if (isNight(guideZone, workspace.clock.now())) finish("reveal-night");
      else if (workspace.state.guide.has("announce")) awaitedAlertAbout = by;
    },
    clicking: (by, place) => {
      if ("viewId" in place) return;
      const message = messageAt(workspace, place.channel, place.ts);
      if (message === undefined || message.onlyFor !== undefined) return;
      const about = whomItNamesFirst(workspace, newest(message), revealers);
      if (about === by) awaitsRefusalOf = by;
      else if (about !== undefined) finish("verdict");
    },
    steps: () => steps.map((id) => ({ id, done: workspace.state.guide.has(id) })),
  };
}

/** The same person, whose doings the guide hears of. */
export function guided(actor: Actor, userId: string, guide: Guide): Actor {
  return {
    ...actor,
    command: async (channel, command, text) => {
      await actor.command(channel, command, text);
      guide.commanded();
    },
    click: async (place, actionId, options) => {
      guide.clicking(userId, place);
      await actor.click(place, actionId, options);
    },
  };
}

function whomItNamesFirst(
  workspace: Workspace,
  version: MessageVersion,
  candidates: ReadonlySet<string>,
): string | undefined {
  const named = [...candidates].map((id) => ({ id, at: whereNamed(version, workspace.state.people.get(id)) }));
  return named.filter(({ at }) => at < Infinity).sort((a, b) => a.at - b.at)[0]?.id;
}

function whereNamed(version: { text: string; blocks: unknown }, person: SandboxPerson | undefined): number {
  if (person === undefined) return Infinity;
  const all = version.text + JSON.stringify(version.blocks);
  const places = [all.indexOf(person.id), all.indexOf(person.realName)].filter((at) => at >= 0);
  return Math.min(Infinity, ...places);
}
