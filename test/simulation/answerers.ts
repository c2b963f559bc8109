import { directWith, people } from "./cast.ts";
import { look, lookAt, type Seen } from "./picture.ts";
import type { Random } from "./random.ts";
import type { Replica } from "./replica.ts";
import type { Posted, SimulatedSlack } from "./slack.ts";
import type { Owner, World } from "./world.ts";

/** One answer to "Was that you?", as whoever gave it knows it. */
export interface Said {
  n: number;
  by: string;
  /** In whose conversation the question stands. */
  askedIn: string;
  what: "mine" | "not-mine";
  /** What they wrote, with a number by which it is known again. */
  text: string;
  at: number;
  heardAt: number;
  seen: Seen;
  /** `null`: something went wrong, and nobody told them whether it counted. */
  answer: { kind: "noted" | "already"; said: string } | { kind: "refused"; reason: string } | null;
}

export interface Answerers {
  said: Said[];
  isDone(): boolean;
}

const inSlack: Owner = { name: "people", isDead: false };
const ids = people.flatMap(({ slackIds }) => slackIds);

/** Those who were asked answer: at once or late, twice, one thing on the phone and another at the desk. */
export function startAnswerers(parts: {
  world: World;
  random: Random;
  slack: SimulatedSlack;
  replicas: Replica[];
  lastsMs: number;
}): Answerers {
  const { world, random, slack, replicas, lastsMs } = parts;
  const said: Said[] = [];
  const moments = random.pick([0, 1, 1, 2, 3]);
  let open = 0;
  for (let n = 0; n < moments; n++) {
    open += 1;
    const late = random.chance(0.4) ? 180_000 : 0;
    world.after(random.between(2_000, lastsMs + late), inSlack, () => void moment().finally(() => (open -= 1)));
  }

  async function moment(): Promise<void> {
    const message = await someQuestion();
    if (!message) return;
    const asked = ids.find((id) => directWith(id) === message.channel) ?? "";
    await Promise.all(
      Array.from({ length: random.pick([1, 1, 2, 3]) }, async (_, index) => {
        await world.sleep(inSlack, index === 0 ? 0 : random.pick([random.between(0, 30), random.between(0, 20_000)]));
        await say(random.chance(0.93) ? asked : random.pick(ids), message);
      }),
    );
  }

  async function someQuestion(): Promise<Posted | null> {
    for (let tries = 0; tries < 6; tries++) {
      const questions = slack.visible().filter((message) => look(message).kind === "question");
      if (questions.length > 0) return random.pick(questions);
      await world.sleep(inSlack, 5_000);
    }
    return null;
  }

  async function say(by: string, message: Posted): Promise<void> {
    const picture = random.chance(0.6) ? message.pictures.at(-1) : random.pick(message.pictures);
    const seen = picture && lookAt(picture);
    if (!seen || seen.buttons.length === 0) return;
    const { actionId, value } = random.pick(seen.buttons);
    const n = said.length + 1;
    const text = `the printer supplier asked for it, A${n}.`;
    const what = actionId === "ask_mine" ? "mine" : "not-mine";
    const { channel, ts } = message;
    const at = world.now();
    const made: Said = { n, by, askedIn: channel, what, text, at, heardAt: Infinity, seen, answer: null };
    said.push(made);
    world.say(`${by} answers A${n}: ${actionId} ${value} on ${ts}`);
    const press = (isAsking: boolean) =>
      random
        .pick(replicas)
        .ask((service) => service.answer({ by, actionId, value, message: { channel, ts }, text, isAsking }));
    await world.sleep(inSlack, random.between(5, 80));
    let asked = await press(what === "mine");
    if (asked.kind === "answer" && asked.value.kind === "may") {
      // The form is open, and they write.
      await world.sleep(inSlack, random.pick([2_000, 10_000, 60_000]));
      asked = await press(false);
    }
    if (asked.kind !== "answer" || asked.value.kind === "may") return;
    made.heardAt = world.now();
    made.answer = asked.value;
    world.say(`${by} hears of A${n}: ${JSON.stringify(asked.value)}`);
  }

  return { said, isDone: () => open === 0 };
}
