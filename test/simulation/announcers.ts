import { cast, type Person, vaults } from "./cast.ts";
import type { Random } from "./random.ts";
import type { Replica } from "./replica.ts";
import type { Owner, World } from "./world.ts";

/** One announcement, as whoever made it knows it. */
export interface Announcement {
  n: number;
  by: Person;
  vaultId: string | null;
  itemId: string | null;
  /** When it was sent, and when it was confirmed; `Infinity`: nobody said whether it counted. */
  sentAt: number;
  confirmedAt: number;
  isRefused: boolean;
  intentId: string | null;
  startsAt: number | null;
  endsAt: number;
  end: { how: "done" | "cancelled"; sentAt: number; confirmedAt: number } | null;
}

export interface Announcers {
  announcements: Announcement[];
  isDone(): boolean;
}

const inSlack: Owner = { name: "people", isDead: false };
const minute = 60_000;

export function startAnnouncers(parts: {
  world: World;
  random: Random;
  replicas: Replica[];
  /** Of how many events the items are known by number. */
  events: { n: number; vault: { id: string }; actor: Person }[];
  lastsMs: number;
}): Announcers {
  const { world, random, replicas, events, lastsMs } = parts;
  const announcements: Announcement[] = [];
  const inSlackToo = events.filter(({ actor }) => actor.slackIds.length > 0);
  let open = 0;
  const many = random.pick([0, 0, 1, 2, 3]);
  for (let n = 1; n <= many; n++) {
    open += 1;
    world.after(random.between(0, lastsMs * 0.7), inSlack, () => void announce(n).finally(() => (open -= 1)));
  }

  async function announce(n: number): Promise<void> {
    const event = random.pick(inSlackToo);
    const by = random.chance(0.8) ? event.actor : random.pick([cast.dana, cast.lena, cast.marta, cast.alexa]);
    const scope = random.pick(["any", "vault", "vault", "item", "elsewhere"]);
    const other = vaults.find(({ id }) => id !== event.vault.id) ?? vaults[0];
    const isWatched = vaults.some(({ id }) => id === event.vault.id);
    const vaultId = scope === "any" || !isWatched ? null : scope === "elsewhere" ? other.id : event.vault.id;
    const made: Announcement = {
      n,
      by,
      vaultId,
      itemId: scope === "item" && vaultId !== null ? `i_${event.n}` : null,
      sentAt: world.now(),
      confirmedAt: Infinity,
      isRefused: false,
      intentId: null,
      startsAt: random.chance(0.2) ? world.now() + random.between(5_000, 40_000) : null,
      endsAt: world.now() + (random.chance(0.2) ? random.between(10_000, 50_000) : random.between(5, 60) * minute),
      end: null,
    };
    announcements.push(made);
    world.say(`${by.name} announces Q${n} for ${vaultId ?? "any vault"} ${made.itemId ?? ""}`);
    await world.sleep(inSlack, random.between(5, 80));
    const asked = await random.pick(replicas).ask((service) =>
      service.announce({
        by: by.slackIds[0] ?? "",
        purpose: `paying invoice Q${n} of the printer supplier`,
        startsAt: made.startsAt === null ? null : new Date(made.startsAt),
        endsAt: new Date(made.endsAt),
        vaultId,
        itemId: made.itemId,
      }),
    );
    if (asked.kind !== "answer") return;
    made.isRefused = asked.value.kind === "refused";
    if (asked.value.kind === "refused") return;
    made.intentId = asked.value.intentId;
    made.confirmedAt = world.now();
    world.say(`${by.name} hears that Q${n} is announced`);
    if (random.chance(0.4)) await end(made, asked.value.intentId);
  }

  async function end(made: Announcement, intentId: string): Promise<void> {
    await world.sleep(inSlack, random.between(500, 30_000));
    const how = random.pick(["done", "cancelled"] as const);
    made.end = { how, sentAt: world.now(), confirmedAt: Infinity };
    world.say(`${made.by.name} says that Q${made.n} is ${how}`);
    await world.sleep(inSlack, random.between(5, 80));
    const asked = await random
      .pick(replicas)
      .ask((service) => service.endIntent({ by: made.by.slackIds[0] ?? "", intentId, how }));
    if (asked.kind === "answer" && asked.value.isEnded) made.end.confirmedAt = world.now();
  }

  return { announcements, isDone: () => open === 0 };
}
