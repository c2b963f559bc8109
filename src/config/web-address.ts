import { misread, quoted, type Reading, understood } from "./reading.ts";

export const webAddressPattern = "^https://[^\\s]{1,1000}$";

/** An address that Slack may show as a link: https only, without a password in it. */
export function readWebAddress(text: string): Reading<string> {
  const address = text.trim();
  if (!URL.canParse(address)) return misread(`${quoted(text)} is no web address`, null, "Copy it from the browser.");
  const { protocol, username, password, href } = new URL(address);
  if (protocol !== "https:") {
    const right = protocol === "http:" ? address.replace(/^http:/i, "https:") : null;
    return misread("a link must begin with https://", right, "Give an https address.");
  }
  if (username !== "" || password !== "") {
    return misread("this address has a name or password in it", null, "Give it without.");
  }
  if (href.length > 1000) return misread("this address has more than 1000 characters", null, "Give a shorter one.");
  return understood(href);
}
