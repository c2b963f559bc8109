import { startEmbedded } from "../src/store/embedded/start.ts";
import { report } from "./children.ts";

/** The embedded PostgreSQL as Vaultbell starts it, fsync on, until whoever started this program ends it or is gone. */
const starting = startEmbedded(process.argv[2] ?? "", { log: (line) => console.log(line) });
const stop = () => {
  // Ended while it starts, it would leave PostgreSQL behind.
  void starting.then((embedded) => embedded.stop()).finally(() => process.exit(0));
};
process.once("disconnect", stop);
process.once("SIGTERM", stop);
report({ kind: "ready", url: (await starting).url });
