import type { Access, Finding, Intent, WatchedVault } from "../model.ts";

/** What is known besides the access itself when it is judged. */
export interface Facts {
  /** The vault that the access is in. */
  vault: WatchedVault;
  /** Every watched vault: their names, and their items', explain nothing. */
  vaults: WatchedVault[];
  /** As the person is joined; may be empty, or an address. */
  actorName: string;
  /** The accessing person's own, all that might matter: standing, ended, coming, and announced too late. */
  intents: Intent[];
}

/** Says what it finds, and nothing when it finds nothing. Pure: the same facts always give the same findings. */
export type Policy = (access: Access, facts: Facts) => Finding[];
