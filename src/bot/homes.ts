import { createHash } from "node:crypto";
import type { HomeView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock, SlackUser } from "../model.ts";
import type { Db } from "../store/database.ts";
import {
  beginHome,
  claimHomes,
  type HomeToDraw,
  homeHeldBack,
  homeOpened,
  homeShown,
  homeUnchanged,
  nextHomeDue,
} from "../store/homes.ts";
import type { Directory } from "./directory.ts";
import { readTrouble } from "./slack-error.ts";

/** What people see in Vaultbell's Home tab. A page apart from the channels' lanes: what fails here holds up no alert. */
export interface Homes {
  /** Somebody opened theirs, or turned its page. Never throws. */
  open(userId: string, how: { page: number }): Promise<void>;
  /** Something they did may have changed it. Never throws. */
  refresh(userId: string): Promise<void>;
  /** Draws some of those that may be out of date and were opened lately; returns how many. */
  work(): Promise<number>;
  nextDue(): Promise<Date | null>;
}

export interface HomesParts {
  db: Db;
  client: () => WebClient;
  clock: Clock;
  log: Logger;
  directory: Pick<Directory, "freshUser" | "knownUser">;
  draw: (by: SlackUser | null, page: number) => Promise<{ view: HomeView; redrawAt: Date | null }>;
}

const atOnce = 5;
const tries = 3;
const againMs = 30_000;

export function createHomes({ db, client, clock, log, directory, draw }: HomesParts): Homes {
  async function show(home: HomeToDraw, by: SlackUser | null, isForced: boolean, attempt = 1): Promise<void> {
    const { userId } = home;
    const { view, redrawAt } = await draw(by, home.page);
    const print = createHash("sha256").update(JSON.stringify(view)).digest("base64");
    if (!isForced && print === home.print) return homeUnchanged(db, userId, redrawAt);
    try {
      // By the hash an older drawing never takes the place of a newer one. Where it is of no use, the last try goes without.
      const hash = home.hash !== null && attempt < tries ? { hash: home.hash } : {};
      const { view: shown } = await client().views.publish({ user_id: userId, view, ...hash });
      const [viewId, newHash] = [shown?.id ?? null, shown?.hash ?? null];
      await homeShown(db, userId, { viewId, hash: newHash, print, redrawAt });
    } catch (error) {
      const trouble = readTrouble(error);
      if (trouble.code === "hash_conflict" && attempt < tries) {
        const anew = await beginHome(db, userId, clock.now());
        return anew ? show(anew, by, isForced, attempt + 1) : undefined;
      }
      log.warn({ user: userId, code: trouble.code }, "a Home could not be published");
      const afterMs = trouble.kind === "later" ? trouble.afterMs : trouble.kind === "unsure" ? againMs : null;
      await homeHeldBack(db, userId, trouble.code, afterMs === null ? null : new Date(clock.now().getTime() + afterMs));
    }
  }

  async function orLog(userId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      log.error({ err: error, user: userId }, "a Home could not be drawn");
    }
  }

  return {
    open: (userId, { page }) =>
      orLog(userId, async () => {
        await homeOpened(db, userId, { page, now: clock.now() });
        const by = await directory.freshUser(userId);
        const home = await beginHome(db, userId, clock.now());
        if (home) await show(home, by, true);
      }),
    refresh: (userId) =>
      orLog(userId, async () => {
        const by = await directory.knownUser(userId);
        const home = await beginHome(db, userId, clock.now());
        if (home) await show(home, by, false);
      }),
    work: async () => {
      const wanted = await claimHomes(db, clock.now(), atOnce);
      for (const home of wanted) {
        await orLog(home.userId, async () => show(home, await directory.knownUser(home.userId), false));
      }
      return wanted.length;
    },
    nextDue: () => nextHomeDue(db, clock.now()),
  };
}
