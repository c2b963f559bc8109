import { personOf } from "../channels.ts";
import { SlackError } from "../errors.ts";
import { openView, publishHome, pushView, updateView } from "../views.ts";
import type { Wire } from "../wire.ts";
import type { Method, Methods, World } from "./method.ts";

/** What is wrong with the view is said before the trigger is spent, so that a mended call may follow at once. */
function byTrigger(show: (user: string, args: Wire, world: World, viewId: string | undefined) => unknown): Method {
  return {
    scopes: [],
    rate: "tier4",
    run: (args, world) => {
      const trigger = world.triggers.look(args.trigger_id);
      const view = show(trigger.user, args, world, trigger.viewId);
      trigger.use();
      return { view };
    },
  };
}

export const viewMethods: Methods = {
  "views.open": byTrigger((user, args, { workspace }) => openView(workspace, user, args.view)),
  "views.push": byTrigger((user, args, { workspace }, viewId) => {
    // Only something done inside a modal leads to a second one on top of it.
    if (viewId === undefined) throw new SlackError("not_found");
    return pushView(workspace, user, args.view);
  }),
  "views.update": {
    scopes: [],
    rate: "tier4",
    run: (args, { workspace }) => ({ view: updateView(workspace, args, args.view) }),
  },
  "views.publish": {
    scopes: [],
    rate: "tier4",
    run: (args, { workspace }) => {
      const person = personOf(workspace, args.user_id);
      return { view: publishHome(workspace, person.id, args.view, args.hash) };
    },
  },
};
