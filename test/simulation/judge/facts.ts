import type { Announcement } from "../announcers.ts";
import type { Click } from "../clickers.ts";
import type { Server } from "../database.ts";
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
  mails: SentMail[];
  log: string[];
  faults: Faults;
  replicas: Replica[];
  /** Looked into for the stored bytes (I1), the record (I6) and secrets (I10) alone. */
  server: Server;
}
