// The stand-in workspace's page in a real browser: node scripts/run.mjs node test/browser/run.ts
import { launch } from "./browser.ts";
import { firstMinuteSteps } from "./first-minute.ts";
import { renderingSteps } from "./rendering.ts";
import { steps } from "./steps.ts";

const all = steps();
try {
  const browser = await launch();
  try {
    await renderingSteps(browser, all);
    await firstMinuteSteps(browser, all);
  } finally {
    await browser.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
console.log(`${all.passed} passed, ${all.failed} failed`);
if (all.failed > 0) process.exitCode = 1;
