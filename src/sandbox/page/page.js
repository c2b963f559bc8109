// @ts-check
// The stand-in workspace's page: one state from the server, drawn into the parts below, again after every change.
import { wireClock } from "./clock.js";
import { wireComposer } from "./composer.js";
import { askConfirm } from "./confirm.js";
import { wireConversation } from "./conversation.js";
import { byId } from "./dom.js";
import { wireGuide } from "./guide.js";
import { wireModal } from "./modal.js";
import { openSession } from "./session.js";
import { drawSidebar, homeId } from "./sidebar.js";
import { showNotification, showRefusal } from "./toasts.js";
import { wireVault } from "./vault.js";

/** @typedef {import("./shapes.d.ts").State} State */
/** @typedef {import("./shapes.d.ts").Drawing} Drawing */
/** @typedef {import("./shapes.d.ts").Place} Place */
/** @typedef {import("./shapes.d.ts").Person} Person */
/** @typedef {"sidebar" | "main" | "panel"} Pane */
/**
 * @typedef {object} App what the parts of the page share
 * @property {() => State} state
 * @property {() => Person} reader
 * @property {() => Date} now the workspace's time, running on between two states
 * @property {() => string} channelId
 * @property {(id: string) => void} openChannel
 * @property {(pane: Pane) => void} openPane
 * @property {(id: string) => Promise<void>} become
 * @property {(kind: string, details?: Record<string, unknown>) => Promise<import("./shapes.d.ts").Answer>} act tells refusals itself
 * @property {(place: Place | null, fields?: Drawing["fields"], keptValue?: Drawing["keptValue"]) => Drawing} drawing
 * @property {(channelId: string) => number} unread
 */

const remembered = "vaultbell-acting-as";
/** @type {State | null} */
let state = null;
let stateArrivedAt = 0;
let channelId = "";
/** Newest message each person has seen in each channel. @type {Map<string, string>} */
const seen = new Map();
let openedAt = "";

/** @type {App} */
const app = {
  state: current,
  reader: () => personOf(current(), current().as),
  now: () => new Date(Date.parse(current().now) + performance.now() - stateArrivedAt),
  channelId: () => channelId,
  openChannel(id) {
    channelId = id;
    app.openPane("main");
    draw();
  },
  openPane(pane) {
    document.body.dataset.pane = pane;
  },
  async become(id) {
    sessionStorage.setItem(remembered, id);
    await session.become(id);
    if (channelId === homeId) await app.act("open-home");
  },
  async act(kind, details) {
    const answer = await session.act(kind, details);
    if (!answer.ok && !answer.errors) showRefusal(answer.message ?? answer.error ?? "That didn't work.");
    return answer;
  },
  drawing: (place, fields = [], keptValue = () => undefined) => ({
    state: current(),
    reader: app.reader(),
    now: app.now(),
    place,
    fields,
    keptValue,
    openChannel: app.openChannel,
    async press(kind, details, confirm) {
      if (confirm && !(await askConfirm(confirm, app.drawing(null)))) return false;
      return (await app.act(kind, { ...place, ...details })).ok;
    },
  }),
  unread(id) {
    const last = seen.get(`${current().as}/${id}`) ?? openedAt;
    const messages = current().messages[id] ?? [];
    return messages.filter((message) => Number(message.ts) > Number(last) && message.user !== current().as).length;
  },
};

const session = openSession({
  changed(next) {
    if (!state) openedAt = String(Date.parse(next.now) / 1000);
    state = next;
    stateArrivedAt = performance.now();
    draw();
  },
  notified(notification) {
    if (!state || (notification.userId && notification.userId !== state.as)) return;
    showNotification(notification, app);
  },
  trouble(sentence) {
    const node = byId("trouble");
    node.hidden = sentence === null;
    node.textContent = sentence ?? "";
  },
});

const composer = wireComposer(app);
const parts = [
  wireConversation(app),
  composer.draw,
  wireModal(app),
  wireVault(app),
  wireClock(app),
  wireGuide(app, composer),
];

function draw() {
  const now = current();
  if (channelId !== homeId && !now.channels.some((channel) => channel.id === channelId)) channelId = firstChannel(now);
  const newest = now.messages[channelId]?.at(-1);
  if (newest && document.visibilityState === "visible") seen.set(`${now.as}/${channelId}`, newest.ts);
  document.title = `${now.channels.find((channel) => channel.id === channelId)?.name ?? "Vaultbell"}: stand-in workspace`;
  drawSidebar(app);
  for (const part of parts) part();
}

function current() {
  if (!state) throw new Error("nothing is drawn before the first state has come");
  return state;
}

/** @param {State} from @param {string} id @returns {Person} */
function personOf(from, id) {
  const person = from.people.find((one) => one.id === id);
  return person ?? { id, name: id, realName: id, tz: "UTC" };
}

/** The vault's channel, as far as one can tell: the first that has a message by the app, otherwise the first of one's own. @param {State} from */
function firstChannel(from) {
  const mine = from.channels.filter((channel) => !channel.isDirect && channel.isMember !== false);
  const rung = mine.find((channel) => from.messages[channel.id]?.some((message) => message.isBot));
  const named = mine.find((channel) => /vault|card/.test(channel.name));
  return (rung ?? named ?? mine[0] ?? from.channels[0])?.id ?? "";
}

for (const tab of document.querySelectorAll("#tabs button")) {
  tab.addEventListener("click", () => app.openPane(/** @type {Pane} */ (tab.getAttribute("data-to"))));
}
document.addEventListener("visibilitychange", () => state && draw());
session.become(sessionStorage.getItem(remembered));
