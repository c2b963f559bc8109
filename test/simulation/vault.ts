import { cast, crowd, type Person, vaults } from "./cast.ts";
import type { Faults } from "./families.ts";
import type { Random } from "./random.ts";
import type { Replica } from "./replica.ts";
import type { Owner, World } from "./world.ts";

/** One act as the vault knows it. */
export interface VaultEvent {
  n: number;
  actor: Person;
  vault: { id: string; name: string; channel: string | null };
  isExposure: boolean;
  occurredAt: number;
  /** Which stretch of activity it belongs to: one person, one vault, minutes apart; hours from any other. */
  cluster: string;
}

/** One request to the service, again and again until it is acknowledged. */
interface VaultDelivery {
  messageId: string;
  body: Buffer;
  /** Empty: it isn't understood. */
  events: VaultEvent[];
  /** Says something else about an event than another delivery. */
  isConflicting: boolean;
  firstSentAt: number;
  acknowledgements: { at: number; accepted: number; duplicates: number }[];
  refusals: number;
}

export interface SimulatedVault {
  events: VaultEvent[];
  deliveries: VaultDelivery[];
  /** Everything has been acknowledged, or refused for good. */
  isDone(): boolean;
}

/** What the vault's bodies hold that must never be seen anywhere else. */
export const canary = "CANARY-7f3a";

const vault: Owner = { name: "vault", isDead: false };
const hour = 3_600_000;

export function startVault(parts: {
  world: World;
  random: Random;
  faults: Faults;
  replicas: Replica[];
  lastsMs: number;
}): SimulatedVault {
  const { world, random, faults, replicas, lastsMs } = parts;
  const from = world.now();
  const events = planEvents(random, from, lastsMs);
  const deliveries = planDeliveries(random, events);
  const rush = faults.has("flood") ? planRush(random, events.length, from, lastsMs) : null;
  let open = 0;
  // An app that was offline reports all at once.
  const rushAt = random.chance(0.3) ? lastsMs : null;
  for (const delivery of deliveries) {
    const lastAct = Math.max(from, ...delivery.events.map(({ occurredAt }) => occurredAt));
    const patience = lastAct - from + random.pick([50, 500, 3_000, 20_000]) * random.next();
    const delay = rushAt === null ? patience : rushAt + random.between(0, 25);
    open += 1;
    world.after(delay, vault, () => void send(delivery).finally(() => (open -= 1)));
    // The same request once more, at nearly the same time: a proxy that repeats, or a sender that is impatient.
    if (random.chance(0.15)) {
      open += 1;
      world.after(delay + random.between(0, 40), vault, () => void send(delivery).finally(() => (open -= 1)));
    }
  }

  for (const delivery of rush?.deliveries ?? []) {
    open += 1;
    const delay = (rush?.at ?? from) - from + random.between(0, 80);
    world.after(delay, vault, () => void send(delivery).finally(() => (open -= 1)));
  }
  events.push(...(rush?.events ?? []));
  deliveries.push(...(rush?.deliveries ?? []));

  async function send(delivery: VaultDelivery): Promise<void> {
    delivery.firstSentAt = Math.min(delivery.firstSentAt, world.now());
    for (;;) {
      await world.sleep(vault, random.between(5, 60));
      const up = replicas.filter((replica) => replica.isUp());
      const signedAt = new Date(world.now());
      world.say(`vault sends ${delivery.messageId}`);
      const answer =
        up.length > 0
          ? await random.pick(up).ask((service) => service.record({ ...delivery, signedAt }))
          : ({ kind: "lost" } as const);
      if (answer.kind === "answer") {
        if (answer.value.kind === "refused") {
          delivery.refusals += 1;
          return;
        }
        const { accepted, duplicates } = answer.value;
        delivery.acknowledgements.push({ at: world.now(), accepted, duplicates });
        world.say(`vault: ${delivery.messageId} acknowledged, ${accepted} accepted, ${duplicates} duplicates`);
        if (!faults.strikes("lost-acknowledgement", 0.3)) return;
      }
      await world.sleep(vault, random.between(500, 8_000));
    }
  }

  return { events, deliveries, isDone: () => open === 0 };
}

/** Stretches of activity: now, or some hours ago and only reported now. */
function planEvents(random: Random, from: number, lastsMs: number): VaultEvent[] {
  const actors: Person[] = [cast.dana, cast.lena, cast.marta, cast.juan, cast.alexa];
  const events: VaultEvent[] = [];
  const clusters = random.between(1, 3);
  for (let n = 0; n < clusters; n++) {
    const actor = random.pick(actors);
    const place = random.chance(0.08) ? { id: "v_other", name: "Unwatched", channel: null } : random.pick(vaults);
    const isLate = random.chance(0.3);
    const cluster = `${actor.name}, ${actor.slackIds[0]} ${place.id} ${isLate ? "early" : "now"}`;
    const size = random.pick([1, 1, 2, 3, 5]);
    for (let i = 0; i < size && events.length < 8; i++) {
      const at = random.between(0, lastsMs);
      events.push({
        n: events.length + 1,
        actor,
        vault: place,
        isExposure: !random.chance(0.05),
        occurredAt: Math.floor((isLate ? from - 3 * hour + at : from + at) / 1000) * 1000,
        cluster,
      });
    }
  }
  return events;
}

/** Everybody at once: an export, a script, or somebody who hides one access among many. */
function planRush(
  random: Random,
  before: number,
  from: number,
  lastsMs: number,
): { at: number; events: VaultEvent[]; deliveries: VaultDelivery[] } {
  const place = random.pick(vaults);
  const at = Math.ceil((from + random.between(0, lastsMs / 2)) / 1000) * 1000;
  const events = crowd.map((actor, index) => ({
    n: before + index + 1,
    actor,
    vault: place,
    isExposure: true,
    occurredAt: at,
    cluster: `${actor.name} ${place.id}`,
  }));
  const size = random.pick([9, 12, 18]);
  const many = Math.ceil(events.length / size);
  const deliveries = Array.from({ length: many }, (_, n) =>
    delivery(`msg_rush_${n + 1}`, events.slice(n * size, (n + 1) * size), "as it was"),
  );
  return { at, events, deliveries };
}

function planDeliveries(random: Random, events: VaultEvent[]): VaultDelivery[] {
  const left = random.chance(0.5) ? random.shuffled(events) : [...events];
  const batches: VaultEvent[][] = [];
  while (left.length > 0) batches.push(left.splice(0, random.pick([1, 1, 1, 2, 3])));
  const deliveries = batches.map((batch, index) => delivery(`msg_${index + 1}`, batch, "as it was"));
  const all = events.length > 0 ? random.pick(events) : undefined;
  // The same event in another request; and with other content.
  if (all && random.chance(0.25)) deliveries.push(delivery("msg_again", [all], "as it was"));
  if (all && random.chance(0.25))
    deliveries.push({ ...delivery("msg_other", [all], "otherwise"), isConflicting: true });
  if (random.chance(0.08))
    deliveries.push({ ...delivery("msg_nonsense", [], ""), body: Buffer.from(`{"type": "${canary}`) });
  return deliveries;
}

function delivery(messageId: string, events: VaultEvent[], device: string): VaultDelivery {
  const data = events.map(({ n, actor, vault: { id, name }, isExposure, occurredAt }) => ({
    id: `evt_${n}`,
    action: isExposure ? "reveal" : "archive",
    occurred_at: new Date(occurredAt).toISOString(),
    person: { id: actor.vault?.id, ...(actor.vault?.email && { email: actor.vault.email }), name: actor.name },
    vault: { id, name },
    item: { id: `i_${n}`, title: `Key e${n}` },
    client: { device },
    secret: canary,
  }));
  const body = JSON.stringify({ type: "vault.item.accessed", timestamp: "2026-11-24T09:00:00Z", data });
  return {
    messageId,
    body: Buffer.from(body),
    events,
    isConflicting: false,
    firstSentAt: Infinity,
    acknowledgements: [],
    refusals: 0,
  };
}
