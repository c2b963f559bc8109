import type { Announcement } from "../announcers.ts";
import type { Said } from "../answerers.ts";
import type { Click } from "../clickers.ts";
import type { Server } from "../database.ts";
import type { Digests } from "../digests.ts";
import type { Faults } from "../families.ts";
import type { Replica, SentMail } from "../replica.ts";
import type { SimulatedSlack } from "../slack.ts";
import type { SimulatedVault } from "../vault.ts";

/** What the judge goes by: what everybody outside the product saw, said and was told. */
export interface Facts {
  vault: SimulatedVault;
  slack: SimulatedSlack;
  clicks: Click[];
  announcements: Announcement[];
  answers: Said[];
  mails: SentMail[];
  log: string[];
  faults: Faults;
  /** `null`: the configuration wants none. */
  digests: Digests | null;
  times: { startAt: number; healedAt: number; endedAt: number };
  replicas: Replica[];
  /** Looked into for the stored bytes (I1), the record (I6) and secrets (I10) alone. */
  server: Server;
}
