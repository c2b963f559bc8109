import { limits } from "./blocks/limits.ts";
import { problemAnswer, viewProblems } from "./blocks/validate.ts";
import type { View } from "./changes.ts";
import { SlackError } from "./errors.ts";
import { withIds } from "./messages.ts";
import { compact, isObject, objectsOf, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

/** Modals and Home views: a stack of at most three modals for each person, and one Home. */

export function openView(workspace: Workspace, user: string, sent: unknown): View {
  const view = made(workspace, sent, "modal", {});
  workspace.commit({ kind: "views-shown", user, stack: [view] });
  return view;
}

export function pushView(workspace: Workspace, user: string, sent: unknown): View {
  const stack = stackOf(workspace, user);
  const [root, top] = [stack[0], stack.at(-1)];
  if (root === undefined || top === undefined) throw new SlackError("not_found");
  if (stack.length >= limits.view.stack) throw new SlackError("push_limit_reached");
  const view = made(workspace, sent, "modal", { root_view_id: root.id, previous_view_id: top.id });
  workspace.commit({ kind: "views-shown", user, stack: [...stack, view] });
  return view;
}

/** Changes a view wherever it is in somebody's stack. What people filled in stays where the ids stay. */
export function updateView(workspace: Workspace, which: Wire, sent: unknown): View {
  const { user, view } = findView(workspace, which);
  if (which.hash !== undefined && which.hash !== "" && which.hash !== view.hash) throw new SlackError("hash_conflict");
  const changed = made(workspace, sent, "modal", {
    id: view.id,
    root_view_id: view.root_view_id,
    previous_view_id: view.previous_view_id,
    state: view.state,
  });
  replace(workspace, user, changed);
  return changed;
}

export function publishHome(workspace: Workspace, user: string, sent: unknown, hash: unknown): View {
  if (workspace.options.homeTab === false) throw new SlackError("not_enabled");
  const old = workspace.state.homes.get(user);
  if (hash !== undefined && hash !== "" && old !== undefined && hash !== old.hash)
    throw new SlackError("hash_conflict");
  const view = made(workspace, sent, "home", old ? { id: old.id } : {});
  workspace.commit({ kind: "home-shown", user, view });
  return view;
}

export function stackOf(workspace: Workspace, user: string): View[] {
  return workspace.state.views.get(user) ?? [];
}

export function viewOf(workspace: Workspace, user: string, viewId: string): View {
  const view = stackOf(workspace, user).find((one) => one.id === viewId);
  if (view === undefined) throw new SlackError("view_not_found");
  return view;
}

/** Where this person can press something: an open modal, or the Home that the app has published for them. */
export function viewShownTo(workspace: Workspace, user: string, viewId: string): View {
  const home = workspace.state.homes.get(user);
  return home?.id === viewId ? home : viewOf(workspace, user, viewId);
}

/** Keeps what a person has filled in so far. */
export function rememberValue(
  workspace: Workspace,
  user: string,
  view: View,
  place: { blockId: string; actionId: string },
  value: Wire,
): View {
  const block = { ...view.state.values[place.blockId], [place.actionId]: value };
  const changed = { ...view, state: { values: { ...view.state.values, [place.blockId]: block } } };
  if (view.type === "home") workspace.commit({ kind: "home-shown", user, view: changed });
  else replace(workspace, user, changed);
  return changed;
}

export function closeTop(workspace: Workspace, user: string, viewId: string): void {
  const stack = stackOf(workspace, user);
  const index = stack.findIndex((one) => one.id === viewId);
  if (index >= 0) workspace.commit({ kind: "views-shown", user, stack: stack.slice(0, index) });
}

export function closeAll(workspace: Workspace, user: string): void {
  workspace.commit({ kind: "views-shown", user, stack: [] });
}

function replace(workspace: Workspace, user: string, view: View): void {
  const stack = stackOf(workspace, user).map((one) => (one.id === view.id ? view : one));
  workspace.commit({ kind: "views-shown", user, stack });
}

function findView(workspace: Workspace, which: Wire): { user: string; view: View } {
  const id = textOf(which.view_id);
  const externalId = textOf(which.external_id);
  for (const [user, stack] of workspace.state.views) {
    const view = stack.find((one) => (id ? one.id === id : externalId !== undefined && one.external_id === externalId));
    if (view !== undefined) return { user, view };
  }
  throw new SlackError("not_found");
}

function made(workspace: Workspace, sent: unknown, kind: "modal" | "home", keep: Wire): View {
  const knowsFile = (id: string) => workspace.state.files.get(id)?.isComplete === true;
  const problems = viewProblems(sent, kind, knowsFile);
  if (problems.length > 0 || !isObject(sent)) throw new SlackError("invalid_arguments", problemAnswer(problems));
  if (Buffer.byteLength(JSON.stringify(sent)) > limits.view.bytes) throw new SlackError("view_too_large");
  const externalId = textOf(sent.external_id) ?? "";
  const isTaken = [...workspace.state.views.values()]
    .flat()
    .some((one) => one.external_id === externalId && one.id !== keep.id);
  if (externalId !== "" && isTaken) throw new SlackError("duplicate_external_id");
  const { teamId, bot } = workspace.options.workspace;
  const id = textOf(keep.id) ?? workspace.nextId("V");
  const wire = compact({
    team_id: teamId,
    type: kind,
    title: sent.title,
    submit: kind === "modal" ? (sent.submit ?? null) : undefined,
    close: kind === "modal" ? (sent.close ?? null) : undefined,
    private_metadata: sent.private_metadata ?? "",
    callback_id: sent.callback_id ?? "",
    external_id: externalId,
    clear_on_close: sent.clear_on_close ?? false,
    notify_on_close: sent.notify_on_close ?? false,
    previous_view_id: keep.previous_view_id ?? null,
    root_view_id: keep.root_view_id ?? id,
    app_id: bot.appId,
    app_installed_team_id: teamId,
    bot_id: bot.botId,
  });
  const hash = `${Math.floor(workspace.clock.now().getTime() / 1000)}.${workspace.nextId("").slice(0, 8)}`;
  const kept = isObject(keep.state) && isObject(keep.state.values) ? keep.state.values : {};
  const values = Object.fromEntries(
    Object.entries(kept).filter((entry): entry is [string, Wire] => isObject(entry[1])),
  );
  return { ...wire, id, hash, blocks: withIds(workspace, objectsOf(sent.blocks)), state: { values } };
}
