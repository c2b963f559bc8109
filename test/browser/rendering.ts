import { strict as assert } from "node:assert";
import type { Browser } from "playwright-core";
import { openWatched, screenshot } from "./browser.ts";
import { galleryState, modalView } from "./gallery.ts";
import { startMockServer } from "./mock-server.ts";
import type { Steps } from "./steps.ts";

/** What the page makes of every kind of block, and what it sends when something is pressed. */
export async function renderingSteps(browser: Browser, { step }: Steps): Promise<void> {
  const server = await startMockServer(galleryState());
  const { page, faults, close } = await openWatched(browser, server.url);
  const alert = page.locator("#messages > .message", { hasText: "revealed Company Visa" });
  const lastAct = () => server.acts.at(-1) ?? {};
  const acted = (kind: string) => waitUntil(() => server.acts.some((act) => act.kind === kind));

  await step("mrkdwn is read as Slack reads it, and nothing becomes markup", async () => {
    const said = page.locator("#messages > .message", { hasText: "snake_case_name" });
    const html = await said.locator(".message-body").innerHTML();
    assert.match(html, /<strong>bold<\/strong> <em>italic<\/em> <s>gone<\/s> <code>co\*d\*e<\/code>/);
    assert.match(html, /<strong><em>both<\/em><\/strong> 2\*3\*4 snake_case_name \* not bold \*/);
    assert.match(html, /:not_an_emoji:/);
    assert.match(html, /class="mention mention-me"[^>]*>@Dana Ruiz</);
    assert.match(html, /<blockquote>quoted <strong>line<\/strong>\nand so is this<\/blockquote>/);
    assert.match(html, /<pre>&lt;b&gt;\*pre\*&lt;\/b&gt;\n {2}kept<\/pre>/);
    assert.equal(await said.locator("img, b, script").count(), 0);
    const text = (await said.locator(".message-body").textContent()) ?? "";
    for (const kept of [
      "<img src=x onerror=alert(1)>",
      "<javascript:alert(1)|click>",
      "a <link>",
      "<@U02DANA>",
      "&amp;",
      "the fallback",
      "Tomorrow 10:20",
    ])
      assert.ok(text.includes(kept), kept);
    const links = await said
      .locator("a")
      .evaluateAll((all) =>
        all.map((one) => [one.getAttribute("href"), one.getAttribute("target"), one.getAttribute("rel")].join(" ")),
      );
    assert.deepEqual(links, [
      "https://example.com/x?a=1&b=2 _blank noreferrer noopener",
      "https://example.com/path _blank noreferrer noopener",
    ]);
  });

  await step("dates are shown in the acting person's zone", async () => {
    assert.equal(await alert.locator("time").nth(1).textContent(), "Today at 10:05");
    await page.getByRole("button", { name: "Lena Park" }).click();
    await page.locator("#acting", { hasText: "Lena Park" }).waitFor();
    assert.equal(await alert.locator("time").nth(1).textContent(), "Today at 4:05 AM");
    await page.getByRole("button", { name: "Dana Ruiz" }).click();
    await page.locator("#acting", { hasText: "Dana Ruiz" }).waitFor();
  });

  await step("every kind of block is drawn, and an unknown one says what it is", async () => {
    const every = page.locator("#messages > .message", { hasText: "Every kind of block" });
    for (const part of [
      "h3",
      "hr",
      "ol > li",
      "ul.indent-1",
      "blockquote",
      "pre",
      "figure",
      "table th",
      "td strong",
      "h4",
      "input[type=date]",
      "input[type=time]",
      "time",
    ]) {
      assert.ok((await every.locator(part).count()) > 0, part);
    }
    assert.deepEqual(await every.locator(".unknown-block").allTextContents(), [
      "This page can't draw “hologram” yet. Slack may.",
      "This page can't draw “mind_reader” yet. Slack may.",
    ]);
    assert.equal(await page.locator(".only-you").count(), 1);
    assert.equal(await alert.locator(".edited").count(), 1);
    assert.match((await alert.locator(".thread").textContent()) ?? "", /1 reply.*Waiting for a manager/);
  });

  await step("a button is sent with its place, and confirm asks first", async () => {
    await alert.getByRole("button", { name: "Expected" }).click();
    await acted("click");
    const { ts, ...click } = lastAct();
    assert.deepEqual(click, {
      as: "U02DANA",
      kind: "click",
      channel: "C0CARDS",
      blockId: "verdict",
      actionId: "expected",
      value: "a1:1",
    });
    assert.match(String(ts), /^\d+\.000100$/);
    const before = server.acts.length;
    await alert.getByRole("button", { name: "Suspicious" }).click();
    await page.getByRole("dialog", { name: "Are you sure?" }).getByRole("button", { name: "No" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(server.acts.length, before);
    await alert.getByRole("button", { name: "Suspicious" }).click();
    await screenshot(page, "confirm");
    await page.getByRole("button", { name: "Yes, mark it" }).click();
    await waitUntil(() => lastAct().actionId === "suspicious");
  });

  await step("menus and selects are sent with the option's value, by keyboard too", async () => {
    await alert.getByRole("button", { name: "More actions" }).first().press("ArrowDown");
    await screenshot(page, "menu");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await waitUntil(() => lastAct().value === "mute");
    await alert.getByRole("combobox").selectOption("juan");
    await waitUntil(() => lastAct().value === "juan");
    assert.equal(lastAct().kind, "choose");
  });

  await step("redrawing keeps the composer's text, the focus and the scroll", async () => {
    const composer = page.getByLabel("Message", { exact: true });
    await composer.fill("half a thought");
    await page.locator("#messages").evaluate((list) => {
      list.scrollTop = 120;
    });
    await composer.focus();
    server.change((state) => {
      state.messages.C0CARDS?.push({ ts: String(Date.parse(state.now) / 1000), user: "U02LENA", text: "one more" });
    });
    await page.getByText("one more").waitFor();
    assert.equal(await composer.inputValue(), "half a thought");
    assert.equal(await page.evaluate("document.activeElement?.id"), "composer-text");
    assert.equal(await page.locator("#messages").evaluate((list) => list.scrollTop), 120);
    const button = alert.getByRole("button", { name: "Expected" });
    await button.focus();
    server.change((state) => {
      for (const message of state.messages.C0CARDS ?? []) if (message.editedAt) message.editedAt += "1";
    });
    await waitUntil(async () => (await page.evaluate("document.activeElement?.textContent")) === "Expected");
    await composer.fill("");
  });

  await step("slash commands complete, and a refused one stays in the composer", async () => {
    const composer = page.getByLabel("Message", { exact: true });
    await composer.fill("/in");
    await composer.press("Tab");
    assert.equal(await composer.inputValue(), "/intent ");
    server.answerNext({
      ok: false,
      error: "operation_timeout",
      message: "Vaultbell didn't answer within three seconds.",
    });
    await composer.press("Enter");
    await page.locator("#toasts", { hasText: "within three seconds" }).waitFor();
    assert.equal(await composer.inputValue(), "/intent");
    await composer.fill("");
  });

  await step("a modal sends what was filled in, shows errors, and keeps the text over an update", async () => {
    server.change((state) => {
      state.view = structuredClone(modalView);
    });
    const modal = page.getByRole("dialog", { name: "Every kind of input" });
    await modal.getByLabel("What happened?").fill("I was there");
    await modal.getByLabel("Vault (optional)").selectOption("cards");
    await modal.getByLabel("Marta").check();
    await modal.getByLabel("2 hours").check();
    await screenshot(page, "modal");
    server.change((state) => {
      if (state.view) state.view.blocks = state.view.blocks.slice(1);
    });
    await modal.getByText("This alerts").waitFor({ state: "detached" });
    server.answerNext({ ok: true, errors: { note: "Please say a little more." } });
    await modal.getByRole("button", { name: "Save" }).click();
    await modal.getByText("Please say a little more.").waitFor();
    assert.deepEqual(lastAct().values, {
      note: { text: "I was there" },
      vault: { pick: "cards" },
      day: { date: "2026-11-24" },
      hour: { time: "10:20" },
      who: { boxes: ["marta", "juan"] },
      long: { radio: "2h" },
    });
    await page.keyboard.press("Escape");
    await acted("close-view");
    server.change((state) => {
      state.view = null;
    });
    await modal.waitFor({ state: "detached" });
  });

  await step("a notification is text alone, as on a locked phone", async () => {
    const text = "*Unexplained:* <@U02DANA> revealed Company Visa &amp; more";
    server.notify({ userId: "U02DANA", channel: "C0CARDS", text });
    const toast = page.locator(".toast", { hasText: "Unexplained: @Dana Ruiz revealed Company Visa & more" });
    await toast.waitFor();
    assert.equal(await toast.locator(".toast-text *").count(), 0);
  });

  await step("a reveal shows the signed webhook that went through the door", async () => {
    const headers = { "webhook-id": "msg_1", "webhook-signature": "v1,abc=" };
    server.answerNext({ ok: true, status: 202, answer: { accepted: 1 }, request: { headers, body: '{"type":"x"}' } });
    await page.getByRole("button", { name: "Reveal Company Visa", exact: true }).click();
    await page.locator('#receipt [data-status="202"]').waitFor();
    assert.match((await page.locator("#receipt").textContent()) ?? "", /webhook-signature.*v1,abc=/);
  });

  await step("it can be read at 390 pixels and in the dark", async () => {
    for (const dark of [false, true]) {
      for (const [width, height] of [
        [1280, 800],
        [390, 844],
      ] as const) {
        const other = await openWatched(browser, server.url, { width, height, dark });
        const name = `gallery-${width}-${dark ? "dark" : "light"}`;
        await screenshot(other.page, name);
        await other.page.locator("#messages").evaluate((list) => list.scrollTo(0, 160));
        await screenshot(other.page, `${name}-top`);
        for (const pane of width < 900 ? ["# Channels", "Guide, vault, clock"] : []) {
          await other.page.getByRole("button", { name: pane }).click();
          await screenshot(other.page, `${name}-${pane.slice(0, 5).replace(/\W/g, "").toLowerCase()}`);
        }
        const overflow = await other.page.evaluate("document.documentElement.scrollWidth - innerWidth");
        await other.close();
        assert.equal(overflow, 0, `${name} is wider than its window`);
        assert.deepEqual(other.faults, []);
      }
    }
  });

  await step("the console stays empty and nothing is requested from elsewhere", async () => {
    assert.deepEqual(faults, []);
  });
  await close();
  await server.close();
}

/** Playwright's waiting is for the page; this one is for what the server has received. */
async function waitUntil(holds: () => boolean | Promise<boolean>, withinMs = 5000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It didn't happen within ${withinMs / 1000} s: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
