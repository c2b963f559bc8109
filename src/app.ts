import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { deliver } from "./bot/delivery.ts";
import { createDirectory, type Directory } from "./bot/directory.ts";
import { createDirects } from "./bot/directs.ts";
import { createHomes } from "./bot/homes.ts";
import { createPictures } from "./bot/pictures.ts";
import { connectSlack, type SlackConnection } from "./bot/slack.ts";
import type { FollowingClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { type Readiness, readiness } from "./health.ts";
import { createMetrics } from "./metrics.ts";
import type { Clock } from "./model.ts";
import { handOutLate } from "./pipeline/aftermath.ts";
import { lookForCanaries } from "./pipeline/canary.ts";
import { makeDigests } from "./pipeline/digest.ts";
import { fallBackDigests } from "./pipeline/digest-fallback.ts";
import { sendPictures } from "./pipeline/digest-pictures.ts";
import { draw } from "./pipeline/draw.ts";
import { escalate } from "./pipeline/escalate.ts";
import { fallBack, type SendMail } from "./pipeline/fallback.ts";
import { drawHome } from "./pipeline/home.ts";
import type { House } from "./pipeline/house.ts";
import { judge } from "./pipeline/judge.ts";
import { lookAfterLeavers } from "./pipeline/leaver-list.ts";
import { tellOfNotices } from "./pipeline/notices.ts";
import { createPorts } from "./pipeline/ports.ts";
import { lookAfterRecurring } from "./pipeline/recurring.ts";
import { createErasing } from "./pipeline/retention.ts";
import { lookForSilence, sourcesHeard } from "./pipeline/silence.ts";
import { sayEnds } from "./pipeline/snooze.ts";
import { lookForTrouble, tellOfComparisons, tellOfGaps } from "./pipeline/sources.ts";
import { createSettings } from "./pipeline/take-up.ts";
import { keepGoing, nowAndThen, type Stage } from "./pipeline/tick.ts";
import { askAboutUnused } from "./pipeline/unused-intents.ts";
import { point } from "./point.ts";
import { foldEmail } from "./policies/fold-email.ts";
import { databaseTime, openStore } from "./store/database.ts";
import { countOpenEnds } from "./store/deliveries.ts";
import { nextToAttend } from "./store/escalations.ts";
import { createIngest } from "./store/ingest.ts";
import { backlog, nextDue } from "./store/lanes.ts";
import { listen } from "./store/listen.ts";
import { migrateAt } from "./store/migrate.ts";
import type { Work } from "./store/record.ts";
import { recordRunning } from "./store/running.ts";
import { nextSnoozeEnd } from "./store/snoozes.ts";
import { gapsSince } from "./store/source-gaps.ts";
import { feedStates } from "./store/sources.ts";
import { type AuthenticDelivery, createDoor } from "./vault/door.ts";
import { connectionsAtMost, serverLimits } from "./vault/server-limits.ts";
import { createPolling } from "./vault/sources/poll.ts";
import type { PushedSource } from "./vault/sources/pushed.ts";
import type { PolledSource } from "./vault/sources/source.ts";
import type { WebhookSecret } from "./vault/standard-webhooks.ts";

export interface ServiceParts {
  config: Config;
  databaseUrl: string;
  webhookSecrets: WebhookSecret[];
  slack:
    | { kind: "socket"; botToken: string; appToken: string }
    | { kind: "http"; botToken: string; signingSecret: string };
  /** `null`: Slack itself. */
  slackApiUrl: string | null;
  /** Where it can follow the database's time, it does. */
  clock: Clock & Partial<FollowingClock>;
  /** The clock of those who sign webhooks, where ours is moved for a try. */
  signatureClock?: Clock;
  log: Logger;
  /** Tells people by another road when Slack can't be reached; `null`: there is none. */
  sendMail?: SendMail | null;
  /** The vault services that are asked, with their secrets. */
  sources?: PolledSource[];
  /** Those that post in their own shape, and show a token. */
  pushed?: PushedSource[];
  /** Whatever else answers on the same port: the stand-in workspace. */
  neighbour: Neighbour | null;
}

const fallbackPauseMs = 15_000;
const cardsPauseMs = 5_000;
/** What is to be asked or told of intents is a matter of hours and days. */
const intentsPauseMs = 60_000;
const leaversPauseMs = 60_000;
const silencePauseMs = 5 * 60_000;
/** What is over its time isn't urgent: after each stretch everybody else goes first. */
const erasureRestMs = 250;
const troublePauseMs = 30_000;
/** As doctor has it: time enough to make another one. */
const tokenEndsSoonMs = 21 * 24 * 60 * 60_000;
/** Nobody can mend a gap: after a week it has been seen. */
const gapsSaidForMs = 7 * 24 * 60 * 60_000;
const picturePauseMs = 10_000;
/** So many deliveries are waiting for their commit when judging gives way, for so long between two batches. */
const busyFrom = 16;
const givesWayMs = 200;
/** From so many accesses in one turn on, there is a rush: the more are judged together, the less each costs everybody. */
const rushFrom = 8;
const rushPauseMs = 150;
const judgedAtOnce = 200;
/** An alert is in its channel before anybody looks who else is to hear of it. */
const alertFirstMs = 50;
const lookedAfterAtOnce = 5;

/** What may be otherwise from one moment to the next. Without `sendMail` mails go the way they went. */
type Renewed = Pick<ServiceParts, "config" | "webhookSecrets" | "slack" | "sendMail"> &
  Required<Pick<ServiceParts, "sources" | "pushed">>;

/** Shares our port. False: not for it. */
interface Neighbour {
  handle(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
}

export interface Service {
  /** Opens the door; returns the port. `host`: loopback alone for the stand-in workspace. */
  open(port: number, host: string | undefined): Promise<number>;
  /** Connects to Slack and begins to judge and deliver. */
  work(): Promise<void>;
  /** Connects to Slack alone, for tests that take their own turns. */
  connect(): Promise<void>;
  /** Resolves when every command and click that was acknowledged has been dealt with. */
  idle(): Promise<void>;
  /** Shuts the door, finishes or releases what is in hand, and lets go of Slack and the database. */
  close(): Promise<void>;
  /** Goes on with another file and other secrets, without a gap. False: Slack is to reach us in another way. */
  renew(parts: Renewed): Promise<boolean>;
  /** What is in the files now can't be used, and why: said by /readyz and /metrics until the next renewal. */
  refuse(sentence: string): void;
  /** One turn of every stage, for tests that own the clock. Returns how much was done. */
  turn(): Promise<number>;
  /** When a stage will next have something to do. */
  nextDue(): Promise<Date | null>;
  readiness(): Promise<Readiness>;
  slack: SlackConnection;
  directory: Directory;
  house: House;
}

/** Builds the service from its parts, brings the database up to date, and starts nothing yet. */
export async function buildService(parts: ServiceParts): Promise<Service> {
  const { config, clock, log } = parts;
  const metrics = createMetrics();
  const store = openStore(parts.databaseUrl, (error) => log.warn({ error }, "an idle database connection was lost"));
  const applied = await migrateAt(parts.databaseUrl);
  if (applied.length > 0) log.info({ migrations: applied }, "database brought to the newest schema");
  point("start-after-migrate");
  await clock.follow?.(() => databaseTime(store.pool));

  let slack: SlackConnection | undefined;
  const connected = () => {
    if (!slack) throw new Error("Slack's door is used before it is built");
    return slack;
  };
  const directory = createDirectory({ client: () => connected().client, db: store.db, foldEmail, clock, log });
  const house: House = { store, config, file: config, clock, log, people: directory };
  const settings = createSettings(house);
  await settings.takeUp();
  const homes = createHomes({
    db: store.db,
    client: () => connected().client,
    clock,
    log,
    directory,
    draw: (by, page) => drawHome(house, by, { page }),
  });
  slack = connectSlack({
    slack: parts.slack,
    apiUrl: parts.slackApiUrl,
    ports: createPorts(house),
    directory,
    homes,
    log,
  });

  // A full disk answers every question and takes no delivery. Forgotten after a while: whoever sends nothing to a service
  // that isn't ready could never find out that it is again.
  let refusedLast: { at: number; problem: string } | null = null;
  const ingest = createIngest({
    pool: store.doorPool,
    clock,
    onTrouble: (error) => {
      refusedLast = { at: clock.now().getTime(), problem: reason(error) };
      log.error({ error }, "a group of deliveries could not be committed");
    },
  });
  const secrets = [...parts.webhookSecrets];
  let sendMail = parts.sendMail ?? null;
  let refused: string | null = null;
  metrics.configuration(true);
  const doorParts = {
    secrets,
    clock,
    ...(parts.signatureClock && { signatureClock: parts.signatureClock }),
    log,
    record: async (delivery: AuthenticDelivery) => {
      const outcome = await ingest.record(delivery);
      if (outcome.kind !== "unavailable") refusedLast = null;
      return outcome;
    },
    counters: metrics.door,
  };
  const door = createDoor(doorParts);
  const doorsOf = (pushed: PushedSource[]) =>
    new Map(pushed.map((one) => [one.name, createDoor({ ...doorParts, pushed: one })]));
  let doors = doorsOf(parts.pushed ?? []);
  let isRush = false;
  const judging = {
    name: "judge",
    work: async () => {
      // Acknowledging comes first: while senders queue, judging leaves them most of the processor, and never stands still.
      const isBusy = ingest.waiting() >= busyFrom;
      if (isBusy) await pause(givesWayMs);
      return judge(house, isBusy ? 50 : judgedAtOnce).then(counted(metrics.judged));
    },
    nextDue: async () => null,
    restMs: (judged: number) => {
      isRush = judged >= rushFrom;
      return isRush && judged < judgedAtOnce ? rushPauseMs : 0;
    },
  };
  const deliveryParts = {
    db: store.db,
    client: () => connected().client,
    clock,
    log,
    draw: (message: Parameters<typeof draw>[1]) => draw(house, message),
    count: metrics.slackCall,
  };
  const directs = createDirects(() => connected().client);
  const escalating = {
    name: "escalate",
    work: () => escalate(house, directs, lookedAfterAtOnce),
    nextDue: () => nextToAttend(store.db),
    yieldMs: alertFirstMs,
    // In a flood the channels come first: what is to be told besides takes its time.
    restMs: (looked: number) => (looked < lookedAfterAtOnce ? 0 : isRush ? 1_000 : givesWayMs),
  };
  const delivering = { name: "deliver", work: () => deliver(deliveryParts), nextDue: () => nextDue(store.db) };

  const snoozing = { name: "snooze", work: () => sayEnds(house), nextDue: () => nextSnoozeEnd(store.db) };
  const takingUp = { name: "settings", work: () => settings.takeUp(), nextDue: async () => null };
  const keepingUp = { name: "homes", work: () => homes.work(), nextDue: () => homes.nextDue() };

  let looksAtDigestsAt = new Date(0);
  const digesting = {
    name: "digest",
    work: async () => {
      if (clock.now() < looksAtDigestsAt) return 0;
      const { made, lookAgainAt } = await makeDigests(house);
      const pictures = await sendPictures(
        house,
        createPictures(() => connected().client, parts.slackApiUrl),
      );
      // A picture belongs in the thread of a message that Slack is yet to show.
      const soon = new Date(clock.now().getTime() + picturePauseMs);
      looksAtDigestsAt = made > 0 && soon < lookAgainAt ? soon : lookAgainAt;
      return made + pictures;
    },
    nextDue: async () => looksAtDigestsAt,
  };

  const fallingBack = nowAndThen(clock, fallbackPauseMs, {
    name: "fall back",
    work: async () => (await fallBack(house, sendMail)) + (await fallBackDigests(house, directs, sendMail)),
  });
  const handingOut = nowAndThen(clock, cardsPauseMs, { name: "cards", work: () => handOutLate(house) });
  const leaving = nowAndThen(clock, leaversPauseMs, { name: "leavers", work: () => lookAfterLeavers(house) });
  const listeningForSilence = nowAndThen(clock, silencePauseMs, {
    name: "silence",
    work: async () => {
      await recordRunning(store.db, clock.now());
      return (await lookForSilence(house)) + (await lookForCanaries(house));
    },
  });
  const polling = createPolling({
    sources: parts.sources ?? [],
    store,
    clock,
    log,
    count: metrics.sourceAsked,
  });
  const lookingForTrouble = nowAndThen(clock, troublePauseMs, {
    name: "source trouble",
    work: async () => (await lookForTrouble(house)) + (await tellOfGaps(house)) + (await tellOfComparisons(house)),
  });
  const noticing = nowAndThen(clock, troublePauseMs, { name: "notices", work: () => tellOfNotices(house) });
  const erasing = createErasing(house);
  const retaining: Stage = {
    name: "retention",
    work: erasing.work,
    nextDue: async () => erasing.nextDue(),
    restMs: (done) => (done > 0 ? erasureRestMs : 0),
  };
  const intents = nowAndThen(clock, intentsPauseMs, {
    name: "intents",
    work: async () => (await lookAfterRecurring(house, directs)) + (await askAboutUnused(house, directs)),
  });

  function refusal(): { ok: false; problem: string } | null {
    const isRecent = refusedLast !== null && clock.now().getTime() - refusedLast.at < 30_000;
    return isRecent && refusedLast
      ? { ok: false, problem: `the last delivery was refused: ${refusedLast.problem}` }
      : null;
  }

  async function vitals() {
    const none = {
      waiting: { messages: 0, oldestSeconds: 0, trouble: null },
      unjudged: 0,
      quarantined: 0,
      silent: [],
      unread: [],
      leftOut: [],
      gaps: [],
      ending: [],
      notErased: erasing.failing(),
    };
    metrics.notErased(none.notErased.length);
    const { connected: isConnected, trouble } = connected().state();
    const slackVitals = { connected: isConnected, trouble };
    try {
      const lately = new Date(clock.now().getTime() - gapsSaidForMs);
      const [messages, ends, sources, feeds, gaps] = await soon(
        Promise.all([
          backlog(store.db),
          countOpenEnds(store.db),
          sourcesHeard(house),
          feedStates(store.db, polling.sources()),
          gapsSince(store.db, lately),
        ]),
      );
      const oldestSeconds = messages.oldestSince
        ? Math.max(0, (clock.now().getTime() - messages.oldestSince.getTime()) / 1000)
        : 0;
      metrics.backlog({ waiting: messages.waiting, oldestSeconds });
      metrics.quarantine(ends.quarantined);
      metrics.unjudged(ends.unjudged);
      const quietFor = ({ lastAt }: { lastAt: Date }) => Math.max(0, (clock.now().getTime() - lastAt.getTime()) / 1000);
      for (const one of sources) metrics.lastHeard(one.source, quietFor(one));
      metrics.lastRead(
        // What the token isn't for is meant to be unread.
        feeds.flatMap(({ source, feed, readAt, begunAt, isAllowed }) => {
          const seconds = Math.max(0, (clock.now().getTime() - (readAt ?? begunAt).getTime()) / 1000);
          return isAllowed ? [{ source, feed, seconds }] : [];
        }),
      );
      const silent = sources.flatMap((one) => (one.silence ? [{ source: one.source, seconds: quietFor(one) }] : []));
      return {
        database: refusal() ?? { ok: true as const },
        slack: slackVitals,
        waiting: { messages: messages.waiting, oldestSeconds, trouble: messages.trouble },
        ...ends,
        silent,
        notErased: none.notErased,
        unread: feeds.flatMap((feed) => (feed.trouble ? [{ ...feed, trouble: feed.trouble }] : [])),
        leftOut: feeds.flatMap(({ source, feed, readAt, isAllowed }) =>
          isAllowed || readAt === null ? [] : [{ source, feed, readAt }],
        ),
        gaps,
        ending: polling.tokensEnding(new Date(clock.now().getTime() + tokenEndsSoonMs)).map((one) => {
          return { ...one, isOver: one.expiresAt <= clock.now() };
        }),
      };
    } catch (error) {
      return {
        database: { ok: false as const, problem: reason(error) },
        slack: slackVitals,
        ...none,
      };
    }
  }

  async function answerHealth(path: string, response: ServerResponse): Promise<void> {
    if (path === "/healthz") return sendJson(response, 200, { status: "alive" });
    const state = readiness({ ...(await vitals()), refused });
    if (path === "/readyz") return sendJson(response, state.ready ? 200 : 503, state);
    metrics.ready(state.ready);
    response.writeHead(200, { "content-type": metrics.registry.contentType }).end(await metrics.registry.metrics());
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    if (path === "/webhooks/access") {
      const from = performance.now();
      response.once("close", () => metrics.answered((performance.now() - from) / 1000));
      door.handle(request, response);
      return;
    }
    const pushedDoor = path.startsWith("/webhooks/sources/") ? doors.get(path.slice(18)) : undefined;
    if (pushedDoor) {
      pushedDoor.handle(request, response);
      return;
    }
    const { requestListener } = connected();
    if (path === "/slack/events" && requestListener) {
      requestListener(request, response);
      return;
    }
    if (request.method === "GET" && (path === "/healthz" || path === "/readyz" || path === "/metrics")) {
      answerHealth(path, response).catch((error) => {
        log.error({ error, path }, "health could not be told");
        response.destroy();
      });
      return;
    }
    if (parts.neighbour?.handle(request, response)) return;
    sendJson(response, 404, { title: "Nothing is here", detail: "The vault's door is POST /webhooks/access." });
  }

  const server = createServer(serverLimits, answer);
  server.maxConnections = connectionsAtMost;
  server.on("upgrade", (request, socket, head) => {
    if (!parts.neighbour?.upgrade(request, socket, head)) socket.destroy();
  });

  let stages: { wake: () => void; stop: () => Promise<void> }[] = [];
  let listening: { stop: () => Promise<void> } | undefined;
  let refreshing: NodeJS.Timeout | undefined;

  return {
    house,
    slack,
    directory,
    open: async (port, host) => {
      server.listen(port, host);
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    },
    work: async () => {
      const running = {
        accesses: keepGoing(judging, clock, log),
        messages: keepGoing(delivering, clock, log),
        outages: keepGoing(fallingBack, clock, log),
        cards: keepGoing(handingOut, clock, log),
        escalations: keepGoing(escalating, clock, log),
        intents: keepGoing(intents, clock, log),
        leavers: keepGoing(leaving, clock, log),
        silence: keepGoing(listeningForSilence, clock, log),
        sources: keepGoing(polling, clock, log),
        retention: keepGoing(retaining, clock, log),
        trouble: keepGoing(lookingForTrouble, clock, log),
        notices: keepGoing(noticing, clock, log),
        digests: keepGoing(digesting, clock, log),
        snoozes: keepGoing(snoozing, clock, log),
        homes: keepGoing(keepingUp, clock, log),
        settings: keepGoing(takingUp, clock, log),
      };
      stages = Object.values(running);
      const woken = {
        accesses: [running.accesses],
        // What there is to show is often an alert that was opened, grew or was judged: who else is to hear of it, or no longer?
        messages: [running.messages, running.escalations],
        settings: [running.settings],
      };
      const wake = (work: Work | null) => {
        for (const stage of work === null ? stages : woken[work]) stage.wake();
      };
      listening = listen(
        parts.databaseUrl,
        wake,
        (error) => log.warn({ error }, "the wake-up connection was lost and is re-made"),
        async (askTime) => void (await (clock.follow?.(askTime) ?? askTime())),
      );
      await connected().start();
      const refresh = () =>
        directory.refreshAll().catch((error) => log.warn({ error }, "Slack's users could not be read"));
      void refresh();
      refreshing = setInterval(refresh, 6 * 60 * 60_000);
    },
    close: async () => {
      point("stop");
      server.close();
      server.closeIdleConnections();
      clearInterval(refreshing);
      // What Slack or the database keeps waiting isn't waited for: the tables say what was begun, and whose lease it was.
      const stopped = [...stages.map((stage) => stage.stop()), listening?.stop(), connected().stop()];
      await atMost(6_000, Promise.all(stopped));
      server.closeAllConnections();
      await atMost(2_000, store.close());
    },
    renew: async ({ config: file, webhookSecrets, slack: access, sendMail: otherRoad, sources, pushed }) => {
      if (otherRoad !== undefined) sendMail = otherRoad;
      secrets.splice(0, secrets.length, ...webhookSecrets);
      const isTakenUp = connected().useTokens(access);
      await settings.fileChanged(file);
      polling.use(sources);
      doors = doorsOf(pushed);
      for (const stage of stages) stage.wake();
      refused = null;
      metrics.configuration(true);
      return isTakenUp;
    },
    refuse: (sentence) => {
      refused = sentence;
      metrics.configuration(false);
    },
    connect: () => connected().start(),
    idle: () => connected().idle(),
    turn: async () =>
      (await settings.takeUp()) +
      (await polling.work()) +
      (await judging.work()) +
      (await snoozing.work()) +
      (await digesting.work()) +
      (await delivering.work()) +
      (await escalating.work()) +
      (await handingOut.work()) +
      (await intents.work()) +
      (await leaving.work()) +
      (await listeningForSilence.work()) +
      (await lookingForTrouble.work()) +
      (await noticing.work()) +
      (await erasing.work()) +
      (await keepingUp.work()) +
      (await fallingBack.work()),
    nextDue: async () => earlier(await nextDue(store.db), await homes.nextDue()),
    readiness: async () => readiness({ ...(await vitals()), refused }),
  };
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Resolves when `work` is done, or after so long. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** Whoever asks for health is told soon, also where the link to the database has gone silent. */
async function soon<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the database said nothing for three seconds")), 3_000);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function counted(count: (n: number) => void): (n: number) => number {
  return (n) => {
    count(n);
    return n;
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}
