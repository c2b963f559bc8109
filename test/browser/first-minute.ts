import { strict as assert } from "node:assert";
import type { Browser, Locator } from "playwright-core";
import { until } from "../processes/until.ts";
import { openWatched, screenshot } from "./browser.ts";
import { startProduct } from "./product.ts";
import type { Steps } from "./steps.ts";

/** A newcomer's first minute with the whole product: announce, reveal, be seen at night, fail to clear oneself, be judged. */
export async function firstMinuteSteps(browser: Browser, { step }: Steps): Promise<void> {
  const product = await startProduct();
  const { page, faults, close } = await openWatched(browser, product.url);
  const messages = page.locator("#messages > .message");
  const alerts = messages.filter({ has: page.getByRole("button", { name: /^Suspicious/ }) });
  const privately = messages.filter({ hasText: "Only visible to you" });
  const guideStep = (id: string) => page.locator(`[data-step="${id}"]`);
  const isTicked = (id: string) => page.locator(`[data-step="${id}"].is-done`).waitFor();
  const be = async (name: string) => {
    await page.getByRole("button", { name }).click();
    await page.locator("#acting", { hasText: name }).waitFor();
  };
  const text = async (locator: Locator) => ((await locator.textContent()) ?? "").replace(/\s+/g, " ");
  /** Within the alert's sitting a message grows instead of another being posted, so wait for what it says. */
  const alertSaying = async (words: RegExp) => {
    const alert = alerts.filter({ hasText: words }).last();
    await alert.waitFor();
    return alert;
  };

  await step("the page says what it is", async () => {
    assert.match(await text(page.locator("#banner")), /stand-in workspace.*isn't Slack.*nothing leaves it/i);
    await screenshot(page, "minute-0-start");
  });

  await step("before anybody is chosen, what is pressed is done as whom the page shows", async () => {
    await page.locator("#clock").getByRole("button", { name: "Tuesday 10:20" }).click();
    await page.locator(".clock-time", { hasText: "10:20" }).waitFor();
  });

  await step("Dana announces what she is about to do, and is told what was understood", async () => {
    await page.getByRole("button", { name: "Type it for me" }).click();
    const composer = page.getByLabel("Message", { exact: true });
    // Not by a function in the page: where it is asked more than once, that is one that the page's own policy forbids.
    await until(async () => (await composer.inputValue()).startsWith("/intent"), 15_000);
    assert.equal(await composer.inputValue(), "/intent paying licence renewal");
    await composer.press("Enter");
    const answer = privately.filter({ hasText: "paying licence renewal" });
    await answer.first().waitFor();
    await isTicked("announce");
    await screenshot(page, "minute-1-announced");
  });

  await step("she reveals the card: a signed webhook is accepted, and the alert has her purpose", async () => {
    await page.locator('#vault button[data-action="reveal"]').first().click();
    await page.locator('#receipt [data-status="202"]').waitFor();
    const alert = await alertSaying(/paying licence renewal/);
    assert.match(await text(alert), /Dana Ruiz/);
    assert.match(await text(alert), /announced/i);
    await isTicked("reveal-day");
    await screenshot(page, "minute-2-explained");
  });

  await step("on Saturday at 02:13 the same reveal looks suspicious, and says why", async () => {
    await page.locator("#clock").getByRole("button", { name: "Saturday 02:13" }).click();
    await page.locator(".clock-time", { hasText: "02:13" }).waitFor();
    await page.locator('#vault button[data-action="reveal"]').first().click();
    const alert = await alertSaying(/Saturday 02:1\d in Madrid/);
    assert.match(await text(alert), /nothing was announced/i);
    await isTicked("reveal-night");
    await screenshot(page, "minute-3-night");
  });

  await step("Dana cannot clear herself: she is told so, privately", async () => {
    await guideStep("self-clear").getByRole("button", { name: "Show me the button" }).click();
    const alert = await alertSaying(/Saturday 02:1\d/);
    const before = await privately.count();
    await alert.getByRole("button", { name: /^Expected/ }).click();
    await privately.nth(before).waitFor();
    assert.match(await text(privately.nth(before)), /Marta|Juan/);
    await isTicked("self-clear");
    await screenshot(page, "minute-4-refused");
  });

  await step("Marta says suspicious, with a sentence, and the message is edited and keeps its facts", async () => {
    await be("Marta Vidal");
    const alert = await alertSaying(/Saturday 02:1\d/);
    const ts = await alert.getAttribute("data-ts");
    await alert.getByRole("button", { name: /^Suspicious/ }).click();
    const modal = page.getByRole("dialog");
    await modal.getByRole("textbox").first().fill("I called Dana: she was asleep.");
    await screenshot(page, "minute-5-modal");
    await modal.locator("button[type=submit]").click();
    await modal.waitFor({ state: "detached" });
    const judged = page.locator(`#messages > .message[data-ts="${ts}"]`);
    await judged
      .filter({ hasText: "(edited)" })
      .filter({ hasText: /Suspicious[\s\S]*Marta Vidal[\s\S]*Saturday 02:1/ })
      .waitFor();
    assert.match(await text(judged), /Suspicious.*Marta Vidal.*Saturday 02:1\d/);
    assert.equal(await judged.getByRole("button", { name: /^(Expected|Suspicious)/ }).count(), 0);
    await isTicked("verdict");
    await page.locator(".guide-end", { hasText: "README" }).waitFor();
    await screenshot(page, "minute-6-judged");
  });

  await step("another window, narrow and dark, shows the same", async () => {
    const other = await openWatched(browser, product.url, { width: 390, height: 844, dark: true });
    await other.page.locator("#messages", { hasText: "Suspicious" }).waitFor();
    await screenshot(other.page, "minute-7-narrow-dark");
    await other.close();
    assert.deepEqual(other.faults, []);
  });

  await step("through all of it the console stayed empty and nothing was requested from elsewhere", async () => {
    assert.deepEqual(faults, []);
  });
  await close();
  await step("Vaultbell stops when it is asked to", product.stop);
}
