// Takes the README's pictures of the whole product, in a real browser: the stand-in workspace with what a day and a night bring.
//   node scripts/run.mjs node scripts/pictures.ts
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launch, openWatched } from "../test/browser/browser.ts";
import { startProduct } from "../test/browser/product.ts";

const folder = join(import.meta.dirname, "../docs/pictures");
/** So that a clone stays small. */
const bytesAtMost = 300_000;

mkdirSync(folder, { recursive: true });
const product = await startProduct();
const browser = await launch();
try {
  const { page } = await openWatched(browser, product.url, { width: 1280, height: 960 });
  await announceAndReveal(page);
  await revealAtNight(page);
  await take(page, "explained-and-suspicious");
  await refuseThenJudge(page);
  await take(page, "judged");
} finally {
  await browser.close();
  await product.stop();
}

/** On a Tuesday morning, Dana says what for and opens the card: the alert has her purpose beside it. */
async function announceAndReveal(page: Page): Promise<void> {
  await clockTo(page, "Tuesday 10:20");
  await page.getByLabel("Message", { exact: true }).fill("/intent paying licence renewal");
  await page.getByLabel("Message", { exact: true }).press("Enter");
  await message(page, "Only visible to you").waitFor();
  await reveal(page);
  await alert(page, "announced").waitFor();
}

/** On Saturday at 02:13 she opens it again, and nobody said why. */
async function revealAtNight(page: Page): Promise<void> {
  await clockTo(page, "Saturday 02:13");
  await reveal(page);
  await alert(page, "nothing was announced").waitFor();
  await settle(page, alert(page, "nothing was announced"));
}

/** She presses Expected on it and is refused; Marta judges it. */
async function refuseThenJudge(page: Page): Promise<void> {
  const night = alert(page, "nothing was announced");
  const privately = await message(page, "Only visible to you").count();
  await night.getByRole("button", { name: /^Expected/ }).click();
  await message(page, "Only visible to you").nth(privately).waitFor();
  await page.getByRole("button", { name: "Marta Vidal" }).click();
  await page.locator("#acting", { hasText: "Marta Vidal" }).waitFor();
  await night.getByRole("button", { name: /^Suspicious/ }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("textbox").first().fill("I called Dana: she was asleep.");
  await form.locator("button[type=submit]").click();
  await settle(page, message(page, "she was asleep").last());
}

async function clockTo(page: Page, moment: string): Promise<void> {
  await page.locator("#clock").getByRole("button", { name: moment }).click();
  await page.locator(".clock-time", { hasText: moment.split(" ")[1] ?? "" }).waitFor();
}

async function reveal(page: Page): Promise<void> {
  await page.locator('#vault button[data-action="reveal"]').first().click();
}

function message(page: Page, words: string) {
  return page.locator("#messages > .message", { hasText: words });
}

function alert(page: Page, words: string) {
  return message(page, words)
    .filter({ has: page.getByRole("button", { name: /^Suspicious/ }) })
    .last();
}

/** Notifications pass, as they do, and what matters is in sight. */
async function settle(page: Page, shown: ReturnType<typeof message>): Promise<void> {
  await shown.waitFor();
  await page.locator("#toasts > *").first().waitFor({ state: "detached" });
  await shown.scrollIntoViewIfNeeded();
}

async function take(page: Page, name: string): Promise<void> {
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  if (size > bytesAtMost) throw new Error(`${path} has ${size} bytes, and should have ${bytesAtMost} at most`);
  console.log(`${path}  ${Math.ceil(size / 1000)} kB`);
}
