import type { Faults } from "./families.ts";
import { look, lookAt, type Seen } from "./picture.ts";
import type { Random } from "./random.ts";
import type { Replica } from "./replica.ts";
import type { ClickAnswer } from "./service.ts";
import type { Posted, SimulatedSlack } from "./slack.ts";
import type { Owner, World } from "./world.ts";

/** One click, as the clicker knows it. */
export interface Click {
  by: string;
  at: number;
  heardAt: number;
  actionId: string;
  message: Posted;
  /** What the clicker had before their eyes. */
  seen: Seen;
  /** `null`: something went wrong, and nobody told the clicker whether it counted. */
  answer: ClickAnswer | null;
}

export interface Clickers {
  clicks: Click[];
  isDone(): boolean;
}

const inSlack: Owner = { name: "people", isDead: false };
/** Managers click most; so do those who shouldn't. */
const hands = [
  "U0MARTA",
  "U0MARTA",
  "U0JUAN",
  "U0JUAN",
  "U0ALEX",
  "U0ALEX",
  "U0DANA",
  "U0LENA",
  "U0ALEXA",
  "U0JUANB",
  "U0GIL",
  "U0EVE",
];

/** Whoever comes running when the bell rings. */
const managers = ["U0MARTA", "U0JUAN", "U0ALEX"];

export function startClickers(parts: {
  world: World;
  random: Random;
  faults: Faults;
  slack: SimulatedSlack;
  replicas: Replica[];
  lastsMs: number;
}): Clickers {
  const { world, random, slack, replicas } = parts;
  // Where alerts go further, people take their time, now and then, until they have.
  const isFollowedUp = parts.faults.has("followed-up");
  const lastsMs = parts.lastsMs + (isFollowedUp && random.chance(0.5) ? 240_000 : 0);
  const kinds = isFollowedUp ? ["alert", "escalation"] : ["alert"];
  const clicks: Click[] = [];
  const moments = random.pick([0, 1, 2, 3, 4]);
  let open = 0;
  for (let n = 0; n < moments; n++) {
    open += 1;
    world.after(random.between(2_000, lastsMs), inSlack, () => void moment().finally(() => (open -= 1)));
  }

  /** Somebody looks at an alert and clicks; sometimes twice, sometimes others at the same time. */
  async function moment(): Promise<void> {
    const message = await someAlert();
    if (!message) return;
    const many = random.pick([1, 1, 2, 3, 4]);
    const who = random.pick(hands);
    await Promise.all(
      Array.from({ length: many }, async (_, index) => {
        await world.sleep(inSlack, index === 0 ? 0 : random.between(0, 30));
        await click(index > 0 && random.chance(0.7) ? random.pick(managers) : who, message);
      }),
    );
  }

  async function someAlert(): Promise<Posted | null> {
    for (let tries = 0; tries < 4; tries++) {
      const alerts = slack.visible().filter((message) => kinds.includes(look(message).kind));
      if (alerts.length > 0) return random.pick(alerts);
      await world.sleep(inSlack, 4_000);
    }
    return null;
  }

  async function click(by: string, message: Posted): Promise<void> {
    // A phone that was in a pocket shows what was there when it was last looked at.
    const picture = random.chance(0.65) ? message.pictures.at(-1) : random.pick(message.pictures);
    if (!picture) return;
    const seen = lookAt(picture);
    if (seen.buttons.length === 0) return;
    const { actionId, value } = random.pick([...seen.buttons, ...(isFollowedUp ? seen.onIt : [])]);
    const made: Click = { by, at: world.now(), heardAt: Infinity, actionId, message, seen, answer: null };
    clicks.push(made);
    world.say(`${by} clicks ${actionId} ${value} on ${message.ts}`);
    await world.sleep(inSlack, random.between(5, 80));
    const { channel, ts } = message;
    const asked = await random
      .pick(replicas)
      .ask((service) => service.click({ by, actionId, value, message: { channel, ts } }));
    if (asked.kind !== "answer") return;
    made.heardAt = world.now();
    made.answer = asked.value;
    world.say(`${by} hears: ${JSON.stringify(asked.value)}`);
  }

  return { clicks, isDone: () => open === 0 };
}
