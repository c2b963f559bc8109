import { expect, test } from "vitest";
import type { Review, Tick } from "../../src/model.ts";
import {
  asOne,
  newlySuspicious,
  resolutionOf,
  suspicion,
  ticksMade,
  ticksOf,
  toldWith,
} from "../../src/policies/aftermath.ts";

const at = new Date("2026-11-24T09:31:00Z");
const card = { call: null, freeze: null, link: null, steps: ["freeze", "order", "rotate"] };
const tick = (id: number, step: number, isDone = true): Tick => ({ id: `${id}`, step, isDone, by: "U02MARTA", at });
const review = (id: string, verdict: Review["verdict"]): Review => {
  return { id, alertId: "al_1", revision: 1, verdict, by: "U02MARTA", note: "hm", at };
};
const accesses = [{ revision: 1 }];

test("the last that was said of a step counts", () => {
  const done = ticksOf({ card, ticks: [tick(1, 0), tick(2, 1), tick(3, 0, false)] }).map((one) => one?.isDone ?? null);
  expect(done).toEqual([false, true, null]);
});

test("one click ticks one step", () => {
  expect(ticksMade({ card, ticks: [] }, [1], "0")).toEqual([{ step: 1, isDone: true }]);
});

test("what somebody else ticked meanwhile isn't taken back by a card that didn't show it", () => {
  expect(ticksMade({ card, ticks: [tick(1, 0)] }, [1], "0")).toEqual([{ step: 1, isDone: true }]);
});

test("a box that was shown ticked and is sent empty is a tick taken back", () => {
  expect(ticksMade({ card, ticks: [tick(1, 0)] }, [], "1")).toEqual([{ step: 0, isDone: false }]);
});

test("two who tick the same step tick it once", () => {
  expect(ticksMade({ card, ticks: [tick(1, 0)] }, [0], "0")).toEqual([]);
});

test("a server that doesn't say what was shown is taken to have shown the newest", () => {
  expect(ticksMade({ card, ticks: [tick(9, 0), tick(10, 1)] }, [0, 1, 2], null)).toEqual([{ step: 2, isDone: true }]);
});

test("ids are numbers: 10 comes after 9", () => {
  expect(ticksMade({ card, ticks: [tick(9, 0), tick(10, 1)] }, [0], "9")).toEqual([]);
});

test("a step that the card doesn't have is no step", () => {
  expect(ticksMade({ card, ticks: [] }, [7], "0")).toEqual([]);
});

test("a resolution belongs to its verdict: taken back, it counts no longer; said again, it needs its own", () => {
  const resolutions = [{ reviewId: "1", outcome: "misuse" as const, note: "n", by: "U02JUAN", at }];
  const said = [review("1", "suspicious")];
  expect(resolutionOf(suspicion(accesses, said), resolutions)?.outcome).toBe("misuse");
  const reopened = [...said, review("2", "reopened")];
  expect(suspicion(accesses, reopened)).toBeNull();
  expect(resolutionOf(null, resolutions)).toBeNull();
  expect(resolutionOf(suspicion(accesses, [...reopened, review("3", "suspicious")]), resolutions)).toBeNull();
});

test("what was called suspicious at once ends when each that still is has its resolution", () => {
  const of = (id: string, ...more: Review[]) => ({ accesses, reviews: [review(id, "suspicious"), ...more] });
  const end = (reviewId: string) => ({ reviewId, outcome: "misuse" as const, note: "n", by: "U02JUAN", at });
  const flood = [of("1"), of("2", review("3", "reopened")), of("4")];
  expect(asOne(flood, [end("1")])).toMatchObject({ suspicion: { id: "1" }, resolution: null });
  expect(asOne(flood, [end("1"), end("4")])).toMatchObject({ suspicion: { id: "1" }, resolution: { reviewId: "4" } });
  expect(asOne(flood.slice(1, 2), [end("2")])).toEqual({ suspicion: null, resolution: null });
});

test("Expected is no suspicion", () => {
  expect(suspicion(accesses, [review("1", "expected")])).toBeNull();
});

test("only what no verdict called suspicious before is new: taking back and saying again isn't", () => {
  const said = [review("1", "suspicious"), review("2", "undone"), review("3", "suspicious")];
  const more = { ...review("4", "suspicious"), revision: 2 };
  expect(newlySuspicious([...said, more]).map(({ id }) => id)).toEqual(["1", "4"]);
  expect(newlySuspicious([{ ...more, id: "1" }, review("2", "suspicious")]).map(({ id }) => id)).toEqual(["1"]);
  expect(newlySuspicious([review("1", "expected")])).toEqual([]);
});

test("each word to security is about what became suspicious from its own verdict to the next one's", () => {
  const first = { id: "first", reviews: [review("9", "suspicious"), { ...review("12", "suspicious"), revision: 2 }] };
  const second = { id: "second", reviews: [review("10", "suspicious")] };
  const third = { id: "third", reviews: [review("11", "suspicious")] };
  const about = (own: string) => toldWith([third, first, second], ["9", "11"], own).map(({ id }) => id);
  expect(about("9")).toEqual(["first", "second"]);
  expect(about("11")).toEqual(["third", "first"]);
});
