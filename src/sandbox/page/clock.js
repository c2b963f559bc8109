// @ts-check
// The workspace's clock: what time it is, and buttons that move it. It only goes forwards, as everything that happened has its time.
import { clockTime, duration, fullDay, weekdayAndTime, zoneCity } from "./dates.js";
import { byId, h } from "./dom.js";

/** @typedef {import("./page.js").App} App */

const moves = [
  { label: "Tuesday 10:20", detail: { jump: "tuesday-10:20" } },
  { label: "Saturday 02:13", detail: { jump: "saturday-02:13" } },
  { label: "+15 min", detail: { by: 15 * 60_000 } },
  { label: "+1 h", detail: { by: 60 * 60_000 } },
];

/** @param {App} app @returns {() => void} draws it */
export function wireClock(app) {
  const time = h("time", { class: "clock-time" });
  const day = h("span", { class: "clock-day" });
  const zone = h("span", { class: "clock-zone" });
  const shift = h("p", { class: "panel-text" });
  const buttons = moves.map(({ label, detail }) =>
    h("button", { type: "button", class: "button", onclick: () => app.act("clock", detail) }, label),
  );
  byId("clock").append(
    h("p", { class: "clock-face" }, time, day, zone),
    h("div", { class: "clock-moves" }, buttons),
    shift,
  );

  function draw() {
    const now = app.now();
    const { tz } = app.reader();
    put(time, clockTime(now, tz));
    put(day, `${weekdayAndTime(now, tz).split(" ")[0]}, ${fullDay({ date: now, now, zone: tz })}`);
    put(zone, `${zoneCity(tz)} time, as ${app.reader().realName} reads it`);
    const moved = app.state().movedByMs;
    put(
      shift,
      moved === 0
        ? "It is the real time. Jumps go forwards only, to Madrid's next such moment."
        : `${duration(moved)} ahead of the real time. It only goes forwards.`,
    );
    time.dateTime = now.toISOString();
  }
  let isRunning = false;
  return () => {
    draw();
    if (isRunning) return;
    isRunning = true;
    setInterval(draw, 1000);
  };
}

/** @param {HTMLElement} node @param {string} text */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
