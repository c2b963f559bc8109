import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askHttp } from "../../../src/vault/sources/ask.ts";

let redirected = 0;
const server = createServer((request, response) => {
  if (request.url === "/silent") return;
  if (request.url === "/elsewhere") redirected += 1;
  if (request.url === "/redirect") response.writeHead(302, { location: "/elsewhere" }).end();
  else if (request.url === "/huge") {
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let n = 0; n < 9; n++) response.write(piece);
    response.end();
  } else if (request.url === "/half") {
    response.writeHead(200, { "content-length": "100" }).write("half");
    setTimeout(() => response.destroy(), 20);
  } else response.end("{}");
});
let origin: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const ask = (path: string, patience?: number) =>
  askHttp(origin, { method: "GET", path, body: null }, { authorization: "Bearer canary" }, patience);

test("a token follows no redirect", async () => {
  expect(await ask("/redirect")).toMatchObject({ kind: "trouble", trouble: "not-understood", detail: "HTTP 302" });
  expect(redirected).toBe(0);
});

test.each([
  ["/silent", 300, { trouble: "unavailable", detail: "no answer in time" }],
  ["/half", 6_000, { trouble: "unavailable" }],
  ["/huge", 6_000, { trouble: "not-understood" }],
])("%s", async (path, patience, told) => expect(await ask(path, patience)).toMatchObject({ kind: "trouble", ...told }));

test("an answer comes with the service's own clock", async () => {
  const asked = await ask("/");
  expect(asked).toMatchObject({ kind: "answered", text: "{}" });
  expect(asked.kind === "answered" && asked.answeredAt).toBeInstanceOf(Date);
});
