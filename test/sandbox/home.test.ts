import type { App } from "@slack/bolt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttons, httpApp, openStage, refusal, type Stage, section, socketApp } from "./support.ts";

let stage: Stage;
let app: App | undefined;
// biome-ignore lint/suspicious/noExplicitAny: what the app is told is read by its shape.
const told: any[] = [];

const home = (...blocks: object[]) => ({ type: "home" as const, blocks: blocks as ReturnType<typeof section>[] });

function listen(bolt: App): void {
  bolt.event("app_home_opened", async ({ event, body, client }) => {
    told.push({ ...event, outer: body.type });
    await client.views.publish({ user_id: event.user, view: home(section("Welcome"), buttons("go")) });
  });
  bolt.action("go", async ({ ack, body }) => {
    await ack();
    told.push(body);
  });
}

beforeEach(async () => {
  told.length = 0;
  stage = await openStage();
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  await stage.sandbox.close();
});

const shown = (user = "U02LENA") => stage.sandbox.workspace.home(user);
const publish = (view: object, more: object = {}) =>
  stage.client.views.publish({ user_id: "U02LENA", view: view as ReturnType<typeof home>, ...more });

test("whoever opens the Home tab is an event; what the app publishes is theirs alone", async () => {
  app = await socketApp(stage, listen);
  await stage.sandbox.as("U02LENA").openHome();
  await expect.poll(() => shown()).toMatchObject({ type: "home" });
  expect(told).toMatchObject([{ type: "app_home_opened", user: "U02LENA", tab: "home", outer: "event_callback" }]);
  expect(shown("U02DANA")).toBeUndefined();
  await stage.sandbox.as("U02LENA").openHome();
  await expect.poll(() => told.length).toBe(2);
  expect(told[1].view.id).toBe(shown()?.id);
});

test("a button of the Home tells the view, and neither channel nor message nor response_url", async () => {
  app = await socketApp(stage, listen);
  await publish(home(buttons("go")));
  const viewId = String(shown()?.id);
  await stage.sandbox.as("U02LENA").click({ viewId }, "go");
  expect(told).toMatchObject([{ container: { type: "view", view_id: viewId }, view: { type: "home", id: viewId } }]);
  for (const missing of ["channel", "message", "response_url"]) expect(told[0]).not.toHaveProperty(missing);
  expect(await refusal(stage.sandbox.as("U02DANA").click({ viewId }, "go"))).toBe("view_not_found");
  expect(await refusal(stage.sandbox.as("U02LENA").closeView(viewId))).toBe("view_not_found");
});

test("the same over HTTP", async () => {
  await stage.sandbox.close();
  const port = 20_000 + (process.pid % 20_000);
  stage = await openStage({ deliver: { kind: "http", url: `http://127.0.0.1:${port}/slack/events` } });
  app = await httpApp(stage, port, listen);
  await stage.sandbox.as("U02LENA").openHome();
  await expect.poll(() => shown()).toMatchObject({ type: "home" });
});

test("published anew it keeps its id; with the hash of an older state nothing is changed", async () => {
  const first = await publish(home(section("one")));
  const second = await publish(home(section("two")), { hash: first.view?.hash });
  expect(second.view?.id).toBe(first.view?.id);
  expect(await refusal(publish(home(section("late")), { hash: first.view?.hash }))).toBe("hash_conflict");
  expect(JSON.stringify(shown())).toContain("two");
});

test("refused are a hundred and one blocks, a modal, blocks of messages alone, unknown people and a Home that is off", async () => {
  expect(await refusal(publish(home(...Array.from({ length: 101 }, () => section("x")))))).toBe("invalid_arguments");
  expect(await refusal(publish({ ...home(section("x")), type: "modal" }))).toBe("invalid_arguments");
  expect(await refusal(publish(home({ type: "markdown", text: "x" })))).toBe("invalid_arguments");
  expect(await refusal(publish(home(section("x".repeat(3001)))))).toBe("invalid_arguments");
  expect(await refusal(publish(home()))).toBe("invalid_arguments");
  expect(await refusal(publish(home(section("x")), { user_id: "U0NOBODY" }))).toBe("user_not_found");
  await stage.sandbox.close();
  stage = await openStage({ homeTab: false });
  expect(await refusal(publish(home(section("x"))))).toBe("not_enabled");
  expect(await refusal(stage.sandbox.as("U02LENA").openHome())).toBe("not_enabled");
});

test("publishing has a pace of its own", async () => {
  await stage.sandbox.close();
  stage = await openStage({ pace: true });
  for (let count = 0; count < 100; count++) await publish(home(section(String(count))));
  await expect(publish(home(section("too much")))).rejects.toThrow(/rate.?limit/i);
});

test("the page shows the Home of whom one acts as", async () => {
  const state = async (as: string) => (await fetch(`${stage.url}/sandbox/state?as=${as}`)).json();
  expect(await state("U02LENA")).toMatchObject({ home: null });
  await publish(home(section("hello")));
  expect(await state("U02LENA")).toMatchObject({ home: { id: shown()?.id, blocks: [{ type: "section" }] } });
  expect(await state("U02DANA")).toMatchObject({ home: null });
});
