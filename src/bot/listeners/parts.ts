import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Directory } from "../directory.ts";
import type { Homes } from "../homes.ts";
import type { BotPorts } from "../ports.ts";
import type { Tell } from "./tell.ts";

/** What every listener needs. */
export interface ListenerParts {
  client: WebClient;
  ports: BotPorts;
  directory: Pick<Directory, "freshUser" | "knownUser">;
  homes: Pick<Homes, "open" | "refresh">;
  tell: Tell;
  log: Logger;
}
