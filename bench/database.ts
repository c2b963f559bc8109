import { startEmbedded } from "../src/store/embedded/start.ts";
import { report } from "./children.ts";

/** The embedded PostgreSQL as Vaultbell starts it, fsync on, until whoever started this program ends it or is gone. */
const embedded = await startEmbedded(process.argv[2] ?? "", { log: (line) => console.log(line) });
const stop = () => {
  void embedded.stop().then(() => process.exit(0));
};
process.once("disconnect", stop);
process.once("SIGTERM", stop);
report({ kind: "ready", url: embedded.url });
