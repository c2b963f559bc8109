import type { RateName } from "../pace.ts";
import type { SocketMode } from "../socket.ts";
import type { Triggers } from "../triggers.ts";
import type { Wire } from "../wire.ts";
import type { Workspace } from "../workspace.ts";

/** What a method works with. */
export interface World {
  workspace: Workspace;
  triggers: Triggers;
  sockets: SocketMode;
}

/** One method of the Web API. `run` returns the fields beside `ok` or throws a SlackError. */
export interface Method {
  /** Any one of these lets it pass; none are needed when the list is empty. */
  scopes: readonly string[];
  rate: RateName;
  /** Which kind of token it takes; a bot's unless said otherwise. */
  token?: "app";
  /** A narrower limit beside the method's own, such as one message a second per channel. */
  narrower?: (args: Wire, workspace: Workspace) => { key: string; rate: RateName };
  run: (args: Wire, world: World) => Wire;
}

export type Methods = Readonly<Record<string, Method>>;
