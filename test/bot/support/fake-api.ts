import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebClient } from "@slack/web-api";
import { clientOptions } from "../../../src/bot/web-client.ts";
import { lines } from "./stage.ts";

/** What a method answers: a body; or a status, headers and a body as text; or nothing at all, the connection cut. */
export type Answer = { ok: boolean; [field: string]: unknown } | RawAnswer | "cut";

interface RawAnswer {
  status: number;
  headers?: Record<string, string>;
  text?: string;
}

export interface FakeApi {
  client: WebClient;
  /** Methods called, in order, with their arguments. */
  calls: { method: string; args: Record<string, string> }[];
  /** What each method answers from now on; what isn't here is `unknown_method`. */
  methods: Record<string, (args: Record<string, string>) => Answer>;
  close(): Promise<void>;
}

/** A Slack API that says what the test says: the stand-in workspace is too honest for hostile answers. */
export async function openFakeApi(methods: FakeApi["methods"]): Promise<FakeApi> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const method = (request.url ?? "").split("/").at(-1) ?? "";
      const args = Object.fromEntries(new URLSearchParams(body));
      api.calls.push({ method, args });
      const answer = api.methods[method]?.(args) ?? { ok: false, error: "unknown_method" };
      if (answer === "cut") {
        request.socket.resetAndDestroy();
        return;
      }
      const raw: RawAnswer = isRaw(answer) ? answer : { status: 200, text: JSON.stringify(answer) };
      response.writeHead(raw.status, { "content-type": "application/json", ...raw.headers }).end(raw.text ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
  const api: FakeApi = {
    client: new WebClient("xoxb-fake", clientOptions(url, lines([]))),
    calls: [],
    methods,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

function isRaw(answer: Exclude<Answer, "cut">): answer is RawAnswer {
  return typeof answer.status === "number";
}
