import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const screenshots = join(import.meta.dirname, "screenshots");
const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const quietly = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"].concat([
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]);

/** @throws Error with a sentence that says how to get Chromium */
export async function launch(): Promise<Browser> {
  const named = process.env.CHROMIUM_PATH;
  const executablePath = named || usualPlaces.find((path) => existsSync(path));
  if (!executablePath || !existsSync(executablePath)) {
    const where = named
      ? `CHROMIUM_PATH names ${named}, which does not exist.`
      : "There is no Chromium in the usual places.";
    throw new Error(
      `${where} On Debian: apt-get install chromium fonts-noto-core fonts-noto-color-emoji. ` +
        "Elsewhere: set CHROMIUM_PATH to a Chromium or Chrome.",
    );
  }
  return chromium.launch({ executablePath, args: quietly });
}

export interface Watched {
  page: Page;
  /** Errors and warnings on the console, uncaught errors, and requests to anywhere but `url`: all should stay empty. */
  faults: string[];
  close(): Promise<void>;
}

/** Opens `url` in a context of its own, so that nothing is remembered from another test. */
export async function openWatched(
  browser: Browser,
  url: string,
  options: { width?: number; height?: number; dark?: boolean } = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    colorScheme: options.dark ? "dark" : "light",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url) faults.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.locator("#messages > *").first().waitFor();
  return { page, faults, close: () => context.close() };
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}
