import { afterEach, beforeEach, expect, test } from "vitest";
import { lookForCanaries } from "../../src/pipeline/canary.ts";
import { tellConfiguration } from "../../src/pipeline/rules-in-force.ts";
import { openStage, type Stage, yaml } from "./stage.ts";

const begin = new Date("2026-11-24T12:00:00Z");
const hourMs = 60 * 60_000;
const withCanary = yaml.replace("hours:", "canary: { item: i_amex, within: 26h }, hours:");
let stage: Stage;
beforeEach(async () => {
  stage = await openStage(begin);
});
afterEach(() => stage.close());

const moment = (hours: number) => new Date(begin.getTime() + hours * hourMs);
/** Looks so many hours after the beginning, under this configuration. */
async function look(hours: number, text = withCanary): Promise<number> {
  const house = { ...stage.houseOf(text), clock: { now: () => moment(hours) } };
  await tellConfiguration(house);
  return lookForCanaries(house);
}
const opened = (hours: number, reported = hours) =>
  stage.report({
    event: `e${hours}`,
    item: "i_amex",
    at: moment(hours).toISOString(),
    received: moment(reported).toISOString(),
  });
const missing = async () => (await stage.store.pool.query("select since from canary_missing order by id")).rows;

test("one that never came is missed in time, whatever else is changed in the configuration meanwhile", async () => {
  for (let hours = 0; hours <= 26; hours += 2) {
    expect(await look(hours, `${withCanary}closed: [2030-01-${String(hours + 1).padStart(2, "0")}]\n`)).toBe(0);
  }
  expect(await look(26.1)).toBe(1);
  expect(await missing()).toEqual([{ since: begin }]);
});

test("one that is set up today is waited for from today, however long ago its item was opened", async () => {
  await opened(-20 * 24);
  expect(await look(-100, yaml)).toBe(0);
  expect(await look(0)).toBe(0);
  expect(await look(26)).toBe(0);
  expect(await look(26.1)).toBe(1);
  expect(await missing()).toEqual([{ since: begin }]);
});

test("one that was taken out and put back is waited for anew; another item's time is its own", async () => {
  await look(0);
  await look(10, yaml);
  await look(20);
  expect(await look(45)).toBe(0);
  const other = withCanary.replace("i_amex", "i_visa");
  expect(await look(45.5, other)).toBe(0);
  expect(await look(71, other)).toBe(0);
  expect(await look(72, other)).toBe(1);
});

test("what is reported late counts from when it happened, and is no return where it is long ago", async () => {
  await look(0);
  await opened(1, 25);
  expect(await look(26.9)).toBe(0);
  expect(await look(27.1)).toBe(1);
  expect(await missing()).toEqual([{ since: moment(1) }]);
  await opened(2, 50);
  expect(await look(50)).toBe(0);
  await opened(49, 51);
  expect(await look(51)).toBe(1);
  expect(await look(52)).toBe(0);
});
