import { harmlessActions } from "../model.ts";

/**
 * Whether an act lets a person read the secret. Only what is known to be harmless is harmless: sources add actions, and
 * an unknown one rings rather than stays silent. `enter-item-edit-mode` isn't here on purpose: the edit form shows
 * the concealed fields.
 */
export function isExposure(action: string): boolean {
  return !harmless.has(action);
}

const harmless: ReadonlySet<string> = new Set(harmlessActions);
