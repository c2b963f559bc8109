import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "vitest";
import { freePort, startService } from "../processes/service.ts";
import { freshDatabase } from "../support/database.ts";
import { openPlainSlack } from "./plain-slack.ts";
import { appToken, botToken, cards, people, postSigned, signingSecret, webhookSecret, yaml } from "./stage.ts";

const says =
  (status: number, type: string, body: string) =>
  (response: ServerResponse): void =>
    void response.writeHead(status, { "content-type": type }).end(body);

type Fault = ((response: ServerResponse) => void) | "down";
const down: Fault = "down";
const serverError: Fault = says(500, "text/plain", "oops");
const webPage: Fault = says(200, "text/html", "<html><body>Welcome</body></html>");
const badToken: Fault = says(200, "application/json", '{"ok":false,"error":"invalid_auth"}');
const silence: Fault = () => {};

const cannotBeReached = /Slack can't be reached/;
const cases: [string, string, Fault, RegExp][] = [
  ["Socket Mode", "is down", down, cannotBeReached],
  ["HTTP", "answers 500", serverError, cannotBeReached],
  ["Socket Mode", "answers with a web page", webPage, cannotBeReached],
  ["HTTP", "answers invalid_auth", badToken, /“invalid_auth”: the bot token .* put a new one into SLACK_BOT_TOKEN/],
  ["Socket Mode", "takes the question and never answers", silence, cannotBeReached],
];

// Mostly they wait, so they wait together.
test.concurrent.for(cases)(
  "%s: Slack %s at the start: webhooks are taken, what is wrong is said, and it recovers",
  { timeout: 200_000 },
  async ([way, , fault, sentence], { expect, onTestFinished }) => {
    const slack = await openPlainSlack({
      botToken,
      appToken,
      signingSecret,
      channels: [cards],
      people,
      now: () => new Date(),
    });
    onTestFinished(slack.close);
    const front = await openFront(slack.apiUrl);
    onTestFinished(front.close);
    await front.behave(fault);
    const { url, said, stop } = await startAgainst(front.apiUrl, way, onTestFinished);
    const state = () => readiness(url);
    await expect.poll(state, { timeout: 90_000, interval: 100 }).toMatchObject({
      status: 503,
      problems: expect.stringMatching(sentence),
    });
    expect(await postSigned(url, "dana", new Date())).toBe(202);
    await expect.poll(said, { timeout: 20_000, interval: 100 }).toMatch(sentence);
    expect(slack.messages).toEqual([]);
    await front.behave(null);
    await expect.poll(() => slack.messages.length, { timeout: 40_000, interval: 200 }).toBe(1);
    await expect.poll(state, { timeout: 40_000, interval: 200 }).toMatchObject({ status: 200 });
    expect((await stop()).code).toBe(0);
  },
);

async function startAgainst(apiUrl: string, way: string, onTestFinished: TestContext["onTestFinished"]) {
  const folder = mkdtempSync(join(tmpdir(), "vb-other-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "vaultbell.yaml"), yaml);
  const database = await freshDatabase();
  onTestFinished(database.drop);
  const service = startService({
    port: await freePort(),
    env: {
      DATABASE_URL: database.url,
      VAULTBELL_CONFIG: join(folder, "vaultbell.yaml"),
      VAULTBELL_DATA: join(folder, "data"),
      WEBHOOK_SECRETS: webhookSecret,
      SLACK_API_URL: apiUrl,
      SLACK_BOT_TOKEN: botToken,
      ...(way === "HTTP" ? { SLACK_SIGNING_SECRET: signingSecret } : { SLACK_APP_TOKEN: appToken }),
    },
  });
  onTestFinished(service.kill);
  return service;
}

async function readiness(url: string): Promise<{ status: number; problems: string }> {
  try {
    const response = await fetch(`${url}/readyz`);
    const { problems } = (await response.json()) as { problems: string[] };
    return { status: response.status, problems: problems.join(" ") };
  } catch {
    return { status: 0, problems: "" };
  }
}

/** Stands between the service and Slack, and misbehaves as told. */
interface Front {
  apiUrl: string;
  behave(how: Fault | null): Promise<void>;
  close(): Promise<void>;
}

async function openFront(target: string): Promise<Front> {
  let fault: Exclude<Fault, "down"> | null = null;
  const server: Server = createServer(async (request, response) => {
    if (fault) return fault(response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(`${target}${(request.url ?? "").replace("/api/", "")}`, {
      method: "POST",
      body: Buffer.concat(chunks),
      headers: {
        authorization: request.headers.authorization ?? "",
        "content-type": request.headers["content-type"] ?? "",
      },
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  let port = 0;
  const listen = () => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const shut = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  await listen();
  port = (server.address() as AddressInfo).port;
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    behave: async (how) => {
      fault = how === "down" ? null : how;
      if (how === "down") await shut();
      else if (!server.listening) await listen();
    },
    close: async () => {
      if (server.listening) await shut();
    },
  };
}
