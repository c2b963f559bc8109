// @ts-check
// The guided first minute: five steps, ticked by the server when they happened, each with a button that does or shows it.
import { clockTime, weekdayAndTime } from "./dates.js";
import { byId, h, keep } from "./dom.js";

/** @typedef {import("./page.js").App} App */
/** @typedef {import("./composer.js").Composer} Composer */
/** @typedef {import("./shapes.d.ts").Person} Person */
/** @typedef {{ id: string, title: string, text: (string | HTMLElement)[], button: string, run: () => unknown }} Step */

const purpose = "/intent paying licence renewal";

/** @param {App} app @param {Composer} composer @returns {() => void} draws it */
export function wireGuide(app, composer) {
  byId("next-step").addEventListener("click", () => app.openPane("panel"));
  return () => {
    const done = new Set(
      app
        .state()
        .guide.steps.filter((step) => step.done)
        .map((step) => step.id),
    );
    const steps = stepsFor(app, composer);
    const next = steps.find((step) => !done.has(step.id));
    const rows = steps.map((step, index) => {
      const state = done.has(step.id) ? "is-done" : step === next ? "is-next" : "";
      const print = JSON.stringify([state, step.title, step.button, step.text.map(String), isOfficeTime(app.now())]);
      return { key: step.id, print, draw: () => stepNode(step, index, state) };
    });
    const ending = { key: "end", print: String(next === undefined), draw: () => endNode(next === undefined) };
    keep(byId("guide"), [...rows, ending]);
    const hint = next ? `Step ${steps.indexOf(next) + 1} of ${steps.length}: ${next.title}` : "All five steps done";
    byId("next-step").textContent = `${hint} ›`;
  };
}

/** @param {App} app @param {Composer} composer @returns {Step[]} */
function stepsFor(app, composer) {
  const { staff, manager } = cast(app.state().people);
  const first = (/** @type {Person} */ person) => person.realName.split(" ")[0] ?? person.realName;
  const channel = alertChannel(app);
  const now = app.now();
  const isNight = !isOfficeTime(now);
  const clockFirst = isNight
    ? ` In Madrid it is ${weekdayAndTime(now, "Europe/Madrid")}, outside office hours: this goes on to Tuesday 10:20 first.`
    : "";
  return [
    {
      id: "announce",
      title: "Say what for",
      text: [
        `${first(staff)} is about to open the company card, and says so: `,
        h("kbd", {}, purpose),
        `, then Enter.${clockFirst}`,
      ],
      button: "Type it for me",
      run: async () => {
        if (isNight) await app.act("clock", { jump: "tuesday-10:20" });
        await app.become(staff.id);
        app.openChannel(channel());
        composer.fill(purpose);
      },
    },
    {
      id: "reveal-day",
      title: "Open the secret",
      text: [`As ${first(staff)}, press Reveal in the vault below. The alert comes with the purpose beside it.`],
      button: "Reveal it for me",
      run: async () => {
        await app.become(staff.id);
        await revealFirst(app);
      },
    },
    {
      id: "reveal-night",
      title: "Open it at night",
      text: ["Nobody announced anything, and it is Saturday 02:13. Move the clock there and press Reveal again."],
      button: "Jump there and reveal",
      run: async () => {
        await app.become(staff.id);
        const moved = await app.act("clock", { jump: "saturday-02:13" });
        if (moved.ok) await revealFirst(app);
      },
    },
    {
      id: "self-clear",
      title: "Try to clear yourself",
      text: [
        `Still as ${first(staff)}, press Expected on the alert. Nobody judges their own access: the answer is private.`,
      ],
      button: "Show me the button",
      run: async () => {
        await app.become(staff.id);
        app.openChannel(channel());
        pointAt("button.button-primary");
      },
    },
    {
      id: "verdict",
      title: "Judge it as a manager",
      text: [
        `Become ${first(manager)}, a vault manager, and press Expected or Suspicious. The message keeps its facts.`,
      ],
      button: `Be ${first(manager)}, show me`,
      run: async () => {
        await app.become(manager.id);
        app.openChannel(channel());
        pointAt("button.button-danger");
      },
    },
  ];
}

/** @param {Step} step @param {number} index @param {string} state */
function stepNode(step, index, state) {
  const isDone = state === "is-done";
  const isNext = state === "is-next";
  const mark = h("span", { class: "step-mark", "aria-hidden": "true" }, isDone ? "✓" : String(index + 1));
  const title = h("strong", {}, step.title, isDone && h("span", { class: "unseen" }, " (done)"));
  const classes = `button${isNext ? " button-primary" : ""}`;
  const button = h("button", { type: "button", class: classes, "data-focus": step.id }, step.button);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    await Promise.resolve(step.run()).finally(() => button.removeAttribute("aria-busy"));
  });
  // Of the same name: opening one step closes the others, so that the vault stays in sight.
  return h(
    "details",
    { class: `step ${state}`, "data-step": step.id, name: "step", open: isNext },
    h("summary", { class: "step-head" }, mark, title),
    h("div", { class: "step-body" }, h("p", {}, step.text), button),
  );
}

/** @param {boolean} isAllDone */
function endNode(isAllDone) {
  const text = isAllDone ? "That is the whole bell. The README says how to hang it in your real Slack." : "";
  return h("p", { class: "guide-end", hidden: !isAllDone }, text);
}

/** Who plays: somebody ordinary who opens things, and a manager who judges. @param {Person[]} people */
function cast(people) {
  const able = people.filter(
    (person) =>
      !person.isBot && !person.deleted && !person.isRestricted && !person.isUltraRestricted && !person.isStranger,
  );
  const isManager = (/** @type {Person} */ person) => /manager/i.test(person.title ?? "");
  const nobody = { id: "", name: "somebody", realName: "Somebody", tz: "UTC" };
  const staff = able.find((person) => !isManager(person)) ?? able[0] ?? nobody;
  const manager =
    able.find((person) => isManager(person) && person !== staff) ?? able.find((person) => person !== staff) ?? nobody;
  return { staff, manager };
}

/** Where the bell rings, read late: after a change of person the channels may be others. @param {App} app */
function alertChannel(app) {
  return () => {
    const { channels, messages } = app.state();
    const open = channels.filter((channel) => !channel.isDirect && channel.isMember !== false);
    const rung = open.filter((channel) =>
      messages[channel.id]?.some((message) => message.isBot && !message.isEphemeral),
    );
    const newest = rung.sort((a, b) => Number(messages[b.id]?.at(-1)?.ts) - Number(messages[a.id]?.at(-1)?.ts))[0];
    return (newest ?? open.find((channel) => /vault|card/.test(channel.name)) ?? open[0])?.id ?? app.channelId();
  };
}

/** @param {App} app */
async function revealFirst(app) {
  const button = document.querySelector('#vault button[data-action="reveal"]');
  if (button instanceof HTMLElement) button.click();
  app.openPane("main");
}

/** Puts the focus on the newest such button in the channel, so that Enter presses it, and makes it seen. @param {string} selector */
function pointAt(selector) {
  const buttons = document.querySelectorAll(`#messages .message:not(.is-ephemeral) ${selector}`);
  const button = [...buttons].at(-1);
  if (!(button instanceof HTMLElement)) return;
  button.scrollIntoView({ block: "center" });
  button.focus();
  button.classList.add("pointed-at");
  setTimeout(() => button.classList.remove("pointed-at"), 4000);
}

/** @param {Date} now */
function isOfficeTime(now) {
  const [weekday = ""] = weekdayAndTime(now, "Europe/Madrid").split(" ");
  const time = clockTime(now, "Europe/Madrid");
  return !weekday.startsWith("S") && time >= "08:00" && time < "18:30";
}
