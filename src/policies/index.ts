import { absentActor } from "./absent-actor.ts";
import { announcedPurpose } from "./announced-purpose.ts";
import { burst } from "./burst.ts";
import { deactivatedActor } from "./deactivated-actor.ts";
import { exported } from "./export.ts";
import { firstAccess } from "./first-access.ts";
import { flood } from "./flood.ts";
import { guestActor } from "./guest-actor.ts";
import { impossibleTravel } from "./impossible-travel.ts";
import { longAbsence } from "./long-absence.ts";
import { newClient } from "./new-client.ts";
import { newCountry } from "./new-country.ts";
import { newDevice } from "./new-device.ts";
import { newNetwork } from "./new-network.ts";
import { officeHours } from "./office-hours.ts";
import type { Policy } from "./policy.ts";
import { reportedTime } from "./reported-time.ts";
import { sensitiveItem } from "./sensitive-item.ts";
import { serviceActor } from "./service-actor.ts";
import { tellingPurpose } from "./telling-purpose.ts";
import { unknownActor } from "./unknown-actor.ts";
import { widePurpose } from "./wide-purpose.ts";

/**
 * Every policy, in the order in which its findings are read. To add one: a file of its own, a line here, its name in
 * `model.ts` and in the configuration's schema, and a new `rulesVersion`.
 */
export const policies: Policy[] = [
  announcedPurpose,
  tellingPurpose,
  deactivatedActor,
  officeHours,
  impossibleTravel,
  newCountry,
  exported,
  burst,
  flood,
  reportedTime,
  sensitiveItem,
  unknownActor,
  guestActor,
  serviceActor,
  absentActor,
  firstAccess,
  longAbsence,
  newDevice,
  newClient,
  newNetwork,
  widePurpose,
];

/** Changes whenever the same facts could come out otherwise: the code's half of an assessment's policy version. */
export const rulesVersion = "2";
