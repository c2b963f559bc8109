import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Problem } from "./problem.ts";

export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: object;
}

const lingerMs = 1_000;
const lingerBytes = 4 * 1024 * 1024;

export function problemAnswer(problem: Problem, headers: OutgoingHttpHeaders = {}): Answer {
  return {
    status: problem.status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: problem,
  };
}

/**
 * Writes the answer. Where some of the request is unread, the connection is closed after it; not at once, since closing
 * on arriving bytes resets the connection, and the sender would never see why.
 */
export function write(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
  const text = JSON.stringify(answer.body);
  const headers = { ...answer.headers, "content-length": Buffer.byteLength(text) };
  if (request.readableEnded) {
    response.writeHead(answer.status, headers).end(text);
    return;
  }
  response.writeHead(answer.status, { ...headers, connection: "close" }).write(text);
  lingerOver(request, () => response.end());
}

/** Discards what still arrives, until the sender is done or has had its second. */
function lingerOver(request: IncomingMessage, done: () => void): void {
  let discarded = 0;
  const finish = () => {
    clearTimeout(timer);
    request.off("data", discard).off("end", finish).off("close", finish);
    done();
  };
  const discard = (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > lingerBytes) finish();
  };
  const timer = setTimeout(finish, lingerMs);
  request.on("data", discard).on("end", finish).on("close", finish);
  request.resume();
}
