import { expect, test } from "vitest";
import { createLog } from "../src/log.ts";
import { mustHoldNothingOf, watchedLog } from "./support/watched-log.ts";

function logged(error: Error): Record<string, { message: string }> {
  let line = "";
  createLog("info", { write: (text) => (line += text) }).error({ error }, "it failed");
  return JSON.parse(line);
}

test("what a library puts into an error is made harmless: tokens, signatures, passwords in addresses", () => {
  const secrets = {
    token: "xoxb-17653672481-secretsecret",
    app: "xapp-1-A0123-secretsecret",
    webhook: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
    signature: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
  };
  const told = Object.values(secrets).join(" and ");
  const message = logged(new Error(`refused: ${told} at postgres://me:hunter2hunter2@db:5432/x`)).error?.message ?? "";
  for (const secret of [...Object.values(secrets), "hunter2"]) expect(message).not.toContain(secret);
  expect(message).toContain("postgres://me:…@db:5432/x");
});

test("an event is one line, whatever stands in it", () => {
  let text = "";
  createLog("info", { write: (line) => (text += line) }).info({ title: 'a\nb\r\u2028{"level":50}' }, "access judged");
  expect(text.trimEnd()).not.toMatch(/[\n\r]/);
  expect(JSON.parse(text)).toMatchObject({ msg: "access judged", title: 'a\nb\r\u2028{"level":50}' });
});

test("the watch over all stories' logs bites", () => {
  const watched = watchedLog();
  watched.log.info({ purpose: "paying licence renewal" }, "intent announced");
  expect(() => watched.mustHoldNothingOf(["paying licence renewal"])).toThrow(/"paying lic…" stands in the log/);
  expect(() => mustHoldNothingOf("nothing\n", ["paying licence renewal"])).not.toThrow();
});
