/** What the bot token must be allowed to do, and what each scope is for. The manifest asks for exactly these. */
export const SCOPES: Record<string, string> = {
  "chat:write": "to post alerts, edit them in place, and answer people privately",
  commands: "for the commands /intent and /vault",
  "users:read":
    "to tell managers from guests, strangers, bots and deactivated accounts, and to know people's time zones",
  "users:read.email": "to join the vault's e-mail addresses with Slack users, and to find managers named by e-mail",
  "usergroups:read": "for managers named as a user group",
  "channels:read": "to check at the start that each public channel exists and that the bot is in it",
  "groups:read": "the same for private channels",
  "channels:history": "to find an alert whose posting was cut off, so that it isn't posted twice, in public channels",
  "groups:history": "the same in private channels",
  "files:write": "to put the picture of a week into its digest's thread",
  "im:write":
    "to tell somebody in private: whom an alert is escalated to, managers at night, and whoever is asked about their own access",
  "im:history": "to find such a message whose posting was cut off, so that it isn't posted twice",
};
