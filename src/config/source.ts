import type { SourceKind } from "../model.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

export const sourceNamePattern = "^[a-z0-9][a-z0-9-]{0,39}$";
export const variablePattern = "^[A-Z][A-Z0-9_]{2,79}$";
export const originPattern = "^[^\\s/@]{1,253}/?$|^https?://[^\\s/@]{1,259}/?$";

/** 1Password answers for events where the account is, and nowhere else: a token goes to no other host (T25). */
export const onePasswordServers = [
  "https://events.1password.com",
  "https://events.1password.ca",
  "https://events.1password.eu",
  "https://events.ent.1password.com",
];

export const usualServers: Record<SourceKind, string> = {
  "1password": "https://events.1password.com",
  bitwarden: "https://bitwarden.com",
  hashicorp: "",
  mapped: "",
};
export const usualTokens: Record<SourceKind, string> = {
  "1password": "ONEPASSWORD_EVENTS_TOKEN",
  bitwarden: "BITWARDEN_CLIENT",
  hashicorp: "HASHICORP_AUDIT_TOKEN",
  mapped: "MAPPED_TOKEN",
};

/** The name under which a source's accesses are kept: it can't be changed without a second history beginning. */
export function readSourceName(text: string): Reading<string> {
  if (new RegExp(sourceNamePattern).test(text)) return understood(text);
  const right = text
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return misread(
    `${quoted(text)} is not how a source is named`,
    right === "" ? null : right,
    "Use small letters, digits and hyphens.",
  );
}

/** An environment variable's name. What looks like a token itself is refused without being repeated. */
export function readVariable(text: string): Reading<string> {
  if (new RegExp(variablePattern).test(text)) return understood(text);
  const how = "Put the token into the environment, and the variable's name here.";
  if (/^[a-z][a-z0-9_]{2,79}$/i.test(text) && text.length < 60) {
    return misread(`${quoted(text)} is not how an environment variable is named`, text.toUpperCase());
  }
  return misread("this is not the name of an environment variable, and secrets don't belong into this file", null, how);
}

/** Scheme, host and port of a service: https, or http on this machine. */
export function readOrigin(text: string): Reading<string> {
  const address = text.trim();
  const url = /^https?:\/\//i.test(address) ? address : `https://${address}`;
  const how = "Write the server's name, such as `events.1password.eu`.";
  if (address === "" || !URL.canParse(url)) return misread(`${quoted(text)} is no server's address`, null, how);
  const { protocol, origin, pathname, search, hash, username, password } = new URL(url);
  if (username !== "" || password !== "") return misread("this address has a name or password in it", null, how);
  if (pathname !== "/" || search !== "" || hash !== "")
    return misread(`${quoted(text)} has more than a server in it`, origin);
  if (protocol !== "https:" && !isLoopback(origin)) {
    return misread("a token is only sent over https", origin.replace(/^http:/, "https:"));
  }
  return understood(origin);
}

/** This machine itself, where tests let a stand-in answer. */
export function isLoopback(origin: string): boolean {
  return /^https?:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/.test(origin);
}
