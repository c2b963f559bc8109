/**
 * The page's server, reduced to one fixed state: enough to look at every kind of block, and to see what the page sends.
 * What people do here changes nothing but `acts`, and the state only changes when a test says so.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import type { State } from "../../src/sandbox/page/shapes.d.ts";

const folder = join(import.meta.dirname, "../../src/sandbox/page");
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export interface MockServer {
  url: string;
  acts: Record<string, unknown>[];
  /** Changes the state and tells every open page. */
  change(edit: (state: State) => void): void;
  /** What the next act is answered with, instead of `{ ok: true }`. */
  answerNext(answer: Record<string, unknown>): void;
  notify(notification: { userId: string; channel: string; text: string }): void;
  close(): Promise<void>;
}

export async function startMockServer(state: State): Promise<MockServer> {
  const acts: Record<string, unknown>[] = [];
  const listeners = new Set<ServerResponse>();
  let next: Record<string, unknown> | null = null;
  const files = new Map(readdirSync(folder).map((name) => [`/sandbox/${name}`, join(folder, name)]));
  files.set("/", join(folder, "index.html"));

  const send = (response: ServerResponse, body: unknown) => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
  const tell = (event: string, data: unknown) => {
    for (const listener of listeners) listener.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const file = files.get(url.pathname);
    if (file) {
      const type = types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "content-security-policy": "default-src 'self'" });
      response.end(readFileSync(file));
    } else if (url.pathname === "/sandbox/state") {
      send(response, { ...state, as: url.searchParams.get("as") ?? state.as });
    } else if (url.pathname === "/sandbox/events") {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(": hello\n\n");
      listeners.add(response);
      response.on("close", () => listeners.delete(response));
    } else if (url.pathname === "/sandbox/act") {
      let body = "";
      for await (const chunk of request) body += chunk;
      acts.push(JSON.parse(body));
      send(response, next ?? { ok: true });
      next = null;
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the mock server has no port");

  return {
    url: `http://127.0.0.1:${address.port}`,
    acts,
    change(edit) {
      edit(state);
      tell("changed", {});
    },
    answerNext(answer) {
      next = answer;
    },
    notify: (notification) => tell("notification", notification),
    close: () =>
      new Promise((resolve) => {
        for (const listener of listeners) listener.end();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
