import { channels } from "./cast.ts";
import type { Faults } from "./families.ts";
import { look } from "./picture.ts";
import type { Random } from "./random.ts";
import type { Replica } from "./replica.ts";
import type { SimulatedSlack } from "./slack.ts";
import type { Owner, World } from "./world.ts";

const fate: Owner = { name: "fate", isDead: false };

/** What happens around the service: channels that go, tokens that are revoked, clocks that jump, people who delete. */
export function startTroubles(parts: {
  world: World;
  random: Random;
  faults: Faults;
  slack: SimulatedSlack;
  replicas: Replica[];
  lastsMs: number;
}): { heal(): void; lastMs: number } {
  const { world, random, faults, slack, replicas, lastsMs } = parts;
  const sometime = () => random.between(0, lastsMs);
  const at = (ms: number, act: () => void) => world.after(ms, fate, () => void (faults.isHealed() || act()));

  if (faults.has("channel-gone")) {
    const channel = random.pick(channels);
    at(sometime(), () => {
      world.say(`${channel} is gone`);
      slack.setChannel(channel, "gone");
      at(sometime() / 2, () => slack.setChannel(channel, "there"));
    });
  }
  if (faults.has("token-revoked")) {
    at(sometime(), () => {
      world.say("the token is revoked");
      slack.setToken(false);
      at(sometime() / 2, () => slack.setToken(true));
    });
  }
  const outage = faults.has("outage")
    ? { fromMs: random.between(0, lastsMs / 2), lastsMs: random.between(150, 300) * 1_000 }
    : null;
  if (outage) {
    const kind = random.pick(["token", "channel", "channel", "all"]);
    const channel = random.pick(channels);
    const set = (isOver: boolean) => {
      world.say(isOver ? "the outage is over" : `an outage: ${kind === "channel" ? channel : kind}`);
      if (kind === "token") slack.setToken(isOver);
      else if (kind === "channel") slack.setChannel(channel, isOver ? "there" : "gone");
      else slack.isAway = !isOver;
    };
    at(outage.fromMs, () => {
      set(false);
      at(outage.lastsMs, () => set(true));
    });
  }
  if (faults.has("clock-jump")) {
    const replica = random.pick(replicas);
    at(sometime(), () => {
      const jump = random.pick([3_000, 20_000, 300_000, 3_600_000, 864_000_000]);
      replica.clockErrorMs = random.chance(0.5) ? jump : -jump;
      world.say(`the clock of ${replica.name} jumps by ${replica.clockErrorMs / 1000} s`);
    });
  }
  if (faults.has("deleted-by-a-human")) {
    at(sometime(), () => {
      const alerts = slack.visible().filter((message) => look(message).kind === "alert");
      if (alerts.length === 0) return;
      const message = random.pick(alerts);
      world.say(`somebody deletes ${message.ts}`);
      slack.remove(message, "human");
    });
  }
  return {
    lastMs: outage ? outage.fromMs + outage.lastsMs : 0,
    heal: () => {
      faults.heal();
      slack.setToken(true);
      slack.isAway = false;
      for (const channel of channels) slack.setChannel(channel, "there");
      for (const replica of replicas) replica.clockErrorMs = 0;
    },
  };
}
