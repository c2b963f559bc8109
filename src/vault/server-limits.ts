import type { ServerOptions } from "node:http";

/**
 * Settings for `http.createServer` under which slow and idle connections are cut. Node's own defaults kept 900 slow
 * sockets open for longer than 25 s. `requestTimeout` is longer than the door's own patience with a body, so that a
 * slow sender usually gets an answer first.
 */
export const serverLimits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8 * 1024,
  insecureHTTPParser: false,
  requireHostHeader: true,
} satisfies ServerOptions;

/** For `server.maxConnections`, which is no option of `createServer`. */
export const connectionsAtMost = 500;
