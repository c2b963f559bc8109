// @ts-check
// A person's face and what they are.
import { h } from "./dom.js";

/** @typedef {import("./shapes.d.ts").Person} Person */

/** @param {Person} person */
export function roleOf(person) {
  if (person.deleted) return "deactivated";
  if (person.isStranger) return "from another company";
  if (person.isRestricted || person.isUltraRestricted) return "guest";
  return person.title ?? "staff";
}

/** @param {{ id: string, realName: string, avatarColor?: string | undefined }} person */
export function avatar(person) {
  const letters = person.realName.split(/\s+/).map((word) => word.charAt(0));
  const shade = [...person.id].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 6;
  const node = h("span", { class: `avatar avatar-${shade}`, "aria-hidden": "true" }, letters.join("").slice(0, 2));
  if (person.avatarColor) node.style.backgroundColor = person.avatarColor;
  return node;
}
