import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { actor } from "./acting.ts";
import { adminOf } from "./admin.ts";
import { answerByUrl } from "./answers.ts";
import { SlackError } from "./errors.ts";
import { failOnPurpose, send } from "./failing.ts";
import { startFaults } from "./faults.ts";
import { guided, startGuide } from "./guide.ts";
import { bodyOf, sendJson, sendText } from "./http.ts";
import { deliverByHttp } from "./http-delivery.ts";
import { storeUpload } from "./methods/files.ts";
import { startPace } from "./pace.ts";
import { startPageApi } from "./page-api.ts";
import { startSocketMode } from "./socket.ts";
import { startTriggers } from "./triggers.ts";
import type { Sandbox, SandboxOptions } from "./types.ts";
import { reveal } from "./vault.ts";
import { startWebApi } from "./web-api.ts";
import { openWorkspace } from "./workspace.ts";
import { viewOfWorkspace } from "./workspace-view.ts";

/** A small faithful Slack on this computer, for trying Vaultbell and for its tests. It knows nothing of the rest. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const workspace = openWorkspace(options);
  const triggers = startTriggers(workspace);
  const faults = startFaults();
  const sockets = startSocketMode(options.workspace.bot.appId, () => page.changed());
  const webApi = startWebApi({ workspace, triggers, sockets }, faults, startPace());
  const guide = startGuide(workspace);
  const way = options.deliver ?? { kind: "socket" };
  const deliver = way.kind === "http" ? deliverByHttp(way.url, options.tokens.signingSecret) : sockets.deliver;
  let server: Server | undefined;

  const responseUrl = async (request: IncomingMessage, response: ServerResponse, id: string) => {
    const body = (await bodyOf(request)).toString("utf8");
    const run = () => {
      const outcome = answerByUrl(workspace, id, body);
      webApi.log("response_url", { body }, outcome.error ?? "ok");
      return outcome;
    };
    const fault = faults.next("response_url", workspace.state.tickets.get(id)?.channel);
    if (fault === undefined) return send(response, run());
    return failOnPurpose(response, fault, run, (outcome) => webApi.log("response_url", { body }, outcome));
  };
  const upload = async (request: IncomingMessage, response: ServerResponse, id: string) => {
    const body = await bodyOf(request);
    const length = storeUpload(workspace, id, request.headers["content-type"] ?? "", body);
    sendText(response, 200, `OK - ${length}`);
  };

  const sandbox: Sandbox = {
    handle: (request, response) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const [, first, second] = url.pathname.split("/");
      const answer =
        first === "api"
          ? webApi.answer(request, response, second ?? "")
          : first === "response"
            ? responseUrl(request, response, second ?? "")
            : first === "upload"
              ? upload(request, response, second ?? "")
              : page.answer(request, response, url);
      if (answer === false) return false;
      answer.catch((error: unknown) => broken(response, error));
      return true;
    },
    upgrade: (request, socket, head) => sockets.upgrade(request, socket, head),
    listen: async (port = 0) => {
      server = createServer((request, response) => {
        if (!sandbox.handle(request, response)) sendText(response, 404, "There is nothing here.\n");
      });
      server.on("upgrade", (request, socket, head) => {
        if (!sandbox.upgrade(request, socket, head)) socket.destroy();
      });
      const listening = server;
      await new Promise<void>((resolve, reject) => {
        listening.once("error", reject);
        listening.listen(port, "127.0.0.1", resolve);
      });
      const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
      sandbox.use(url);
      return { url, apiUrl: `${url}/api/` };
    },
    use: (base) => {
      workspace.base = base.replace(/\/$/, "");
    },
    close: async () => {
      page.close();
      sockets.close();
      const closing = server;
      if (closing !== undefined) {
        closing.closeAllConnections();
        await new Promise((resolve) => closing.close(resolve));
      }
      workspace.close();
    },
    clock: workspace.clock,
    workspace: viewOfWorkspace(workspace),
    calls: webApi.calls,
    faults: { add: faults.add, clear: faults.clear },
    as: (userId) => guided(actor(workspace, triggers, deliver, userId), userId, guide),
    reveal: async (access) => {
      const answer = await reveal(workspace, access);
      if (answer.status >= 200 && answer.status < 300) guide.revealed(access.by);
      return answer;
    },
    sockets,
    admin: adminOf(workspace),
  };
  const page = startPageApi(workspace, sandbox, guide, () => way.kind === "http" || sockets.connected > 0);
  return sandbox;
}

function broken(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  // What breaks inside is what Slack calls fatal; the cause is said, because this Slack is ours to mend.
  const [status, body]: [number, Record<string, unknown>] =
    error instanceof SlackError
      ? [400, { ok: false, error: error.code, ...error.extra }]
      : [500, { ok: false, error: "fatal_error", cause: String(error) }];
  sendJson(response, status, body);
}

export { movableClock } from "./clock.ts";
export { SlackError } from "./errors.ts";
export type * from "./types.ts";
