// @ts-check
// Where one types: messages and slash commands. Each person has a draft in each channel, and nothing redraws it away.
import { byId, h } from "./dom.js";
import { channelName } from "./sidebar.js";

/** @typedef {import("./page.js").App} App */
/** @typedef {{ draw: () => void, fill: (text: string) => void }} Composer */

/** @param {App} app @returns {Composer} */
export function wireComposer(app) {
  const form = byId("composer");
  const input = /** @type {HTMLTextAreaElement} */ (byId("composer-text"));
  const send = /** @type {HTMLButtonElement} */ (byId("send"));
  const hint = byId("command-hint");
  /** @type {Map<string, string>} */
  const drafts = new Map();
  let place = "";

  function resize() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 200)}px`;
    drafts.set(place, input.value);
    drawHint();
  }

  function drawHint() {
    const found = matchingCommands(input.value, app.state().commands);
    hint.hidden = found.length === 0;
    hint.replaceChildren(
      ...found.map((command) =>
        h(
          "button",
          { type: "button", class: "command", onclick: () => fill(`${command} `) },
          h("strong", {}, command),
          h("span", {}, "Tab completes"),
        ),
      ),
    );
  }

  /** @param {string} text */
  function fill(text) {
    input.value = text;
    resize();
    input.focus();
    input.setSelectionRange(text.length, text.length);
  }

  async function submit() {
    const text = input.value.trim();
    if (!text || send.getAttribute("aria-busy") === "true") return;
    const from = place;
    send.setAttribute("aria-busy", "true");
    fill("");
    const answer = await app.act("say", { channel: app.channelId(), text });
    send.removeAttribute("aria-busy");
    if (!answer.ok && from === place && input.value === "") fill(text);
  }

  input.addEventListener("input", resize);
  input.addEventListener("keydown", (event) => {
    const command = matchingCommands(input.value, app.state().commands)[0];
    if (event.key === "Tab" && !event.shiftKey && command && input.value !== `${command} `) {
      event.preventDefault();
      fill(`${command} `);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });

  function draw() {
    const channel = app.state().channels.find((one) => one.id === app.channelId());
    const canWrite =
      channel !== undefined && channel.isMember !== false && !channel.isArchived && !app.reader().deleted;
    const name = channel ? `${channel.isDirect ? "" : "#"}${channelName(channel, app)}` : "";
    input.disabled = !canWrite;
    send.disabled = !canWrite;
    input.placeholder = canWrite ? `Message ${name}` : `${app.reader().realName} can't write here`;
    const here = `${app.state().as}/${app.channelId()}`;
    if (here === place) return;
    place = here;
    input.value = drafts.get(here) ?? "";
    resize();
  }
  return { draw, fill };
}

/** @param {string} typed @param {string[]} commands */
function matchingCommands(typed, commands) {
  return /^\/\S*$/.test(typed) ? commands.filter((command) => command.startsWith(typed)) : [];
}
