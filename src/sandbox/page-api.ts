import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Change } from "./changes.ts";
import { membersOf } from "./channels.ts";
import { SlackError } from "./errors.ts";
import type { Guide } from "./guide.ts";
import { bodyOf, sendJson, sendText } from "./http.ts";
import { actOnPage } from "./page-acts.ts";
import { pageFiles, uploadedPicture } from "./page-files.ts";
import { pageState, proposedReader } from "./page-state.ts";
import type { Sandbox } from "./types.ts";
import { objectOf, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

const mostOftenMs = 100;
const keepAliveMs = 15_000;
const guards = {
  "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

export interface PageApi {
  /** False when the path isn't the page's. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> | false;
  /** Something outside the workspace's state changed, such as the app's connection. */
  changed(): void;
  close(): void;
}

/** The page at `/` and what it asks for. For this computer only: other hosts and other pages are turned away. */
export function startPageApi(
  workspace: Workspace,
  sandbox: Sandbox,
  guide: Guide,
  isAppConnected: () => boolean,
): PageApi {
  const files = pageFiles();
  const streams = new Map<ServerResponse, string>();
  const viewErrors = new Map<string, Record<string, string>>();
  let due: NodeJS.Timeout | undefined;

  const tellAll = () => {
    due = undefined;
    for (const stream of streams.keys()) stream.write("event: changed\ndata: {}\n\n");
  };
  const changed = () => {
    due ??= setTimeout(tellAll, mostOftenMs).unref();
  };
  const unwatch = workspace.watch((change) => {
    changed();
    for (const [stream, userId] of streams) {
      const notification = notificationFor(workspace, change, userId);
      if (notification) stream.write(`event: notification\ndata: ${JSON.stringify(notification)}\n\n`);
    }
  });
  const keepAlive = setInterval(() => {
    for (const stream of streams.keys()) stream.write(": still here\n\n");
  }, keepAliveMs).unref();

  const state = (response: ServerResponse, as: string | null) => {
    const around = { guide, appConnected: isAppConnected(), viewErrors };
    sendJson(response, 200, pageState(workspace, as, around), guards);
  };
  const events = (response: ServerResponse, as: string) => {
    response.writeHead(200, { ...guards, "content-type": "text/event-stream" });
    response.write(": hello\n\n");
    streams.set(response, as);
    response.on("close", () => streams.delete(response));
  };
  const act = async (request: IncomingMessage, response: ServerResponse) => {
    const sent: unknown = JSON.parse((await bodyOf(request)).toString("utf8"));
    const { status, body } = await actOnPage(sandbox, sent);
    const { viewId } = objectOf(sent);
    // The form's errors are what the page shows until the next try.
    if (typeof viewId === "string") {
      const errors = body.errors as Record<string, string> | undefined;
      if (errors === undefined) viewErrors.delete(viewId);
      else viewErrors.set(viewId, errors);
      changed();
    }
    sendJson(response, status, body, guards);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, url: URL) => {
    if (!isLocal(request)) return sendText(response, 403, "This page is for this computer only.\n", guards);
    const file = files.get(url.pathname);
    if (request.method === "GET" && file) {
      response.writeHead(200, { ...guards, "content-type": file.type });
      response.end(readFileSync(file.url));
      return;
    }
    const picture = request.method === "GET" ? uploadedPicture(workspace, url.pathname) : undefined;
    if (picture) {
      response.writeHead(200, { ...guards, "content-type": picture.type });
      response.end(picture.bytes);
      return;
    }
    const as = url.searchParams.get("as");
    try {
      if (request.method === "GET" && url.pathname === "/sandbox/state") return state(response, as);
      if (request.method === "GET" && url.pathname === "/sandbox/events")
        return events(response, as ?? proposedReader(workspace));
      if (request.method === "POST" && url.pathname === "/sandbox/act") {
        const isJson = request.headers["content-type"]?.split(";")[0]?.trim() === "application/json";
        if (!isJson) return sendText(response, 415, "Send application/json.\n", guards);
        return await act(request, response);
      }
    } catch (error) {
      if (error instanceof SlackError) return sendJson(response, 400, { ok: false, error: error.code }, guards);
      if (error instanceof SyntaxError) return sendJson(response, 400, { ok: false, error: "invalid_json" }, guards);
      throw error;
    }
    sendText(response, 404, "There is nothing here.\n", guards);
  };

  return {
    answer: (request, response, url) =>
      url.pathname === "/" || url.pathname.startsWith("/sandbox/") ? answer(request, response, url) : false,
    changed,
    close: () => {
      unwatch();
      clearTimeout(due);
      clearInterval(keepAlive);
      for (const stream of streams.keys()) stream.end();
    },
  };
}

/** Against pages elsewhere that would use the browser to get here, by name or by form. */
function isLocal(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (!["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return false;
  return origin === undefined || origin === `http://${host}`;
}

/** What a locked phone would show this person: new messages by others in channels of theirs, never edits. */
function notificationFor(workspace: Workspace, change: Change, userId: string): Wire | undefined {
  if (change.kind !== "posted") return undefined;
  const { message } = change;
  const channel = workspace.state.channels.get(message.channel);
  if (channel === undefined || message.user === userId || message.onlyFor !== undefined) return undefined;
  if (!membersOf(workspace, channel).includes(userId)) return undefined;
  return { userId, channel: message.channel, text: textOf(message.text) ?? "" };
}
