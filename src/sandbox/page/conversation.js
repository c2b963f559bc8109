// @ts-check
// Middle: the channel's messages, oldest first, with a line for each day. Stays at the bottom if the reader was there.
import { blockNodes } from "./blocks.js";
import { dayHeading, isoDay } from "./dates.js";
import { byId, h, keep } from "./dom.js";
import { messageNode } from "./message.js";
import { channelName, homeId } from "./sidebar.js";

/** @typedef {import("./page.js").App} App */
/** @typedef {import("./shapes.d.ts").Message} Message */
/** @typedef {import("./dom.js").Row} Row */

/** @param {App} app @returns {() => void} draws it */
export function wireConversation(app) {
  const list = byId("messages");
  // Not every browser lets the keyboard scroll a box that nothing else makes reachable.
  list.tabIndex = 0;
  let shown = "";
  return () => {
    const { state, channelId, reader } = app;
    byId("composer").hidden = channelId() === homeId;
    if (channelId() === homeId) return drawHome();
    const channel = state().channels.find((one) => one.id === channelId());
    const title = channel
      ? `${channel.isDirect ? "" : channel.isPrivate ? "🔒 " : "# "}${channelName(channel, app)}`
      : "";
    byId("channel-title").replaceChildren(title, channel?.isDirect ? h("span", { class: "badge" }, "APP") : "");
    byId("acting").replaceChildren("as ", h("strong", {}, reader().realName));
    const isElsewhere = shown !== `${state().as}/${channelId()}`;
    const wasAtBottom = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
    keep(list, rowsOf(state().messages[channelId()] ?? [], channelId(), app));
    if (isElsewhere || wasAtBottom) list.scrollTop = list.scrollHeight;
    shown = `${state().as}/${channelId()}`;
  };

  function drawHome() {
    const { home, as, botUser, people, channels } = app.state();
    byId("channel-title").replaceChildren(botUser.name, h("span", { class: "badge" }, "HOME"));
    byId("acting").replaceChildren("as ", h("strong", {}, app.reader().realName));
    const isElsewhere = shown !== `${as}/${homeId}`;
    keep(list, [
      {
        key: `${as}/${homeId}`,
        print: JSON.stringify([as, home, people, channels.map(({ id, name }) => [id, name])]),
        draw: () =>
          home
            ? h("div", { class: "home" }, blockNodes(home.blocks, app.drawing({ viewId: home.id })))
            : h("p", { class: "nothing-yet" }, "The app hasn't drawn this page yet."),
      },
    ]);
    if (isElsewhere) list.scrollTop = 0;
    shown = `${as}/${homeId}`;
  }
}

/** @param {Message[]} messages @param {string} channel @param {App} app @returns {Row[]} */
function rowsOf(messages, channel, app) {
  const zone = app.reader().tz;
  const now = app.now();
  const { as, people, channels } = app.state();
  // Whatever a message's look depends on besides itself: names it mentions, the reader, and what "today" means.
  const around = JSON.stringify([as, people, channels.map(({ id, name }) => [id, name]), isoDay(now, zone)]);
  /** @type {Row[]} */
  const rows = [];
  let day = "";
  let previous = null;
  for (const message of messages) {
    const date = new Date(Number(message.ts) * 1000);
    if (isoDay(date, zone) !== day) {
      day = isoDay(date, zone);
      const heading = dayHeading({ date, now, zone });
      rows.push({
        key: `${as}/${channel}/${day}`,
        print: heading,
        draw: () => h("div", { class: "day" }, h("span", {}, heading)),
      });
      previous = null;
    }
    const follows = previous !== null && follow(previous, message);
    rows.push({
      key: `${as}/${channel}/${message.ts}/${message.isEphemeral ? "private" : ""}`,
      print: around + JSON.stringify([message, follows]),
      draw: () => messageNode(message, app.drawing({ channel, ts: message.ts }), { follows }),
    });
    previous = message;
  }
  if (rows.length === 0)
    rows.push({
      key: `${channel}/empty`,
      print: "",
      draw: () => h("p", { class: "nothing-yet" }, "Nothing has been said here yet."),
    });
  return rows;
}

/** Within five minutes of the same person's last message the name isn't repeated. @param {Message} previous @param {Message} message */
function follow(previous, message) {
  const isSoon = Number(message.ts) - Number(previous.ts) < 300;
  return isSoon && previous.user === message.user && !message.isBot && !message.isEphemeral && !previous.isEphemeral;
}
