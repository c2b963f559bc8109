// @ts-check
// Left: the workspace, its channels and direct messages, and the people one can be.
import { byId, h, keep } from "./dom.js";
import { avatar, roleOf } from "./person.js";

/** @typedef {import("./page.js").App} App */
/** @typedef {import("./shapes.d.ts").Person} Person */
/** @typedef {import("./shapes.d.ts").Channel} Channel */

/** What stands in a channel's place while the Home tab is open. */
export const homeId = "home";

/** @param {App} app */
export function drawSidebar(app) {
  const { team, channels, people, as, appConnected, botUser } = app.state();
  byId("team").replaceChildren(
    team.name,
    h(
      "span",
      { class: `app-state ${appConnected ? "is-connected" : ""}` },
      appConnected ? `${botUser.name} is connected` : `${botUser.name} isn't connected yet`,
    ),
  );
  keep(
    byId("channels"),
    channels.filter((channel) => !channel.isDirect).map((channel) => channelRow(channel, app)),
  );
  keep(
    byId("directs"),
    channels.filter((channel) => channel.isDirect).map((channel) => channelRow(channel, app)),
  );
  keep(byId("apps"), [homeRow(app)]);
  byId("directs-section").hidden = !channels.some((channel) => channel.isDirect);
  keep(
    byId("people"),
    people
      .filter((person) => !person.isBot)
      .map((person) => ({
        key: person.id,
        print: JSON.stringify([person, as === person.id]),
        draw: () => personNode(person, app),
      })),
  );
}

/** The app's Home tab, a place of its own beside the channels. @param {App} app @returns {import("./dom.js").Row} */
function homeRow(app) {
  const isOpen = app.channelId() === homeId;
  const { botUser } = app.state();
  return {
    key: homeId,
    print: JSON.stringify([botUser, isOpen]),
    draw: () =>
      h(
        "button",
        {
          type: "button",
          class: "channel",
          "aria-current": isOpen ? "page" : null,
          "data-focus": homeId,
          onclick: () => {
            app.openChannel(homeId);
            app.act("open-home");
          },
        },
        h("span", { class: "channel-mark", "aria-hidden": "true" }, "🏠"),
        h("span", { class: "channel-name" }, `${botUser.name} Home`),
      ),
  };
}

/** @param {Channel} channel @param {App} app @returns {import("./dom.js").Row} */
function channelRow(channel, app) {
  const isOpen = channel.id === app.channelId();
  const unread = isOpen ? 0 : app.unread(channel.id);
  return {
    key: channel.id,
    print: JSON.stringify([channel, isOpen, unread]),
    draw: () =>
      h(
        "button",
        {
          type: "button",
          class: `channel${unread ? " is-unread" : ""}`,
          "aria-current": isOpen ? "page" : null,
          "data-focus": channel.id,
          onclick: () => app.openChannel(channel.id),
        },
        h(
          "span",
          { class: "channel-mark", "aria-hidden": "true" },
          channel.isDirect ? "🔔" : channel.isPrivate ? "🔒" : "#",
        ),
        h("span", { class: "channel-name" }, channelName(channel, app)),
        unread > 0 && h("span", { class: "unread", "aria-label": `${unread} unread` }, String(unread)),
      ),
  };
}

/** @param {Channel} channel @param {App} app */
export function channelName(channel, app) {
  if (!channel.isDirect) return channel.name;
  const { people, botUser, as } = app.state();
  const other = people.find((person) => person.id === channel.with && person.id !== as && !person.isBot);
  return other?.realName ?? botUser.name;
}

/** @param {Person} person @param {App} app */
function personNode(person, app) {
  const { as } = app.state();
  return h(
    "button",
    {
      type: "button",
      class: "person",
      disabled: person.deleted === true,
      "aria-pressed": String(person.id === as),
      "data-focus": person.id,
      "data-person": person.id,
      onclick: () => app.become(person.id),
    },
    avatar(person),
    h("span", { class: "person-name" }, person.realName, h("span", { class: "person-role" }, roleOf(person))),
  );
}
