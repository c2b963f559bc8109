import { expect, test } from "vitest";
import { readEnvironment } from "../../src/config.ts";

const whsec = (bytes: number, filler = "a") => `whsec_${Buffer.alloc(bytes, filler).toString("base64")}`;
const socket = { SLACK_BOT_TOKEN: "xoxb-1-a", SLACK_APP_TOKEN: "xapp-1-a", WEBHOOK_SECRETS: whsec(32) };
const http = {
  SLACK_BOT_TOKEN: "xoxb-1-a",
  SLACK_SIGNING_SECRET: "8f742231b10e8888abcd99",
  WEBHOOK_SECRETS: whsec(32),
};

const instead =
  "For the stand-in workspace instead, unset the SLACK_ variables and DATABASE_URL, and don't set NODE_ENV=production.";
const make =
  'Make one with `echo "whsec_$(openssl rand -base64 32)"`, give it to the vault service, and set WEBHOOK_SECRETS to it; several have spaces between them.';

function environmentOf(env: Record<string, string | undefined>) {
  const reading = readEnvironment(env);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.environment;
}

function mistakesOf(env: Record<string, string | undefined>): string[] {
  const reading = readEnvironment(env);
  return reading.ok
    ? []
    : reading.mistakes.map(({ variable, problem, remedy }) => `${variable}: ${problem}. ${remedy}`);
}

test("with nothing set, it is the stand-in workspace on the embedded database", () => {
  expect(environmentOf({ PATH: "/bin", SLACK_BOT_TOKEN: "", WEBHOOK_SECRETS: "  ", PORT: undefined })).toEqual({
    database: { kind: "embedded", folder: "./data" },
    port: 3000,
    configFile: "./vaultbell.yaml",
    configFileIsDefault: true,
    dataFolder: "./data",
    webhookSecrets: [],
    logLevel: "info",
    slack: { kind: "sandbox" },
    smtp: null,
    notes: [],
  });
});

test("an app token means Socket Mode, a signing secret means HTTP", () => {
  expect(environmentOf(socket).slack).toEqual({
    kind: "socket",
    botToken: "xoxb-1-a",
    appToken: "xapp-1-a",
    apiUrl: null,
  });
  expect(environmentOf(http).slack).toEqual({
    kind: "http",
    botToken: "xoxb-1-a",
    signingSecret: "8f742231b10e8888abcd99",
    apiUrl: null,
  });
});

test("with both, Socket Mode wins, and it is said", () => {
  const environment = environmentOf({ ...socket, ...http });
  expect(environment.slack.kind).toBe("socket");
  expect(environment.notes).toEqual([
    "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: Socket Mode is used, and the signing secret isn't.",
  ]);
});

test("a database behind a Unix socket is written as PostgreSQL's own tools write it", () => {
  const url = "postgresql://vaultbell@/vaultbell?host=%2Frun%2Fpostgresql&port=5432";
  expect(environmentOf({ ...socket, DATABASE_URL: url }).database).toEqual({ kind: "url", url });
});

test("everything else is taken as it is set, without the spaces around it", () => {
  const environment = environmentOf({
    ...socket,
    SLACK_API_URL: "http://127.0.0.1:8080/api",
    DATABASE_URL: " postgresql:///vaultbell?host=/run/postgresql\n",
    PORT: " 8080",
    VAULTBELL_CONFIG: "/etc/vaultbell.yaml",
    VAULTBELL_DATA: "/var/lib/vaultbell",
    LOG_LEVEL: "debug",
    WEBHOOK_SECRETS: `${whsec(24)}  ${whsec(64)} ${whsec(24)}`,
  });
  expect(environment).toMatchObject({
    database: { kind: "url", url: "postgresql:///vaultbell?host=/run/postgresql" },
    port: 8080,
    configFile: "/etc/vaultbell.yaml",
    configFileIsDefault: false,
    dataFolder: "/var/lib/vaultbell",
    logLevel: "debug",
    webhookSecrets: [whsec(24), whsec(64)],
    slack: { apiUrl: "http://127.0.0.1:8080/api/" },
  });
});

test.each([
  ["NODE_ENV is production", { NODE_ENV: "production" }],
  ["DATABASE_URL is set", { DATABASE_URL: "postgres://localhost/vaultbell" }],
  ["SLACK_API_URL is set", { SLACK_API_URL: "http://127.0.0.1:8080/api/" }],
])("the stand-in workspace never comes by accident: %s", (because, env) => {
  expect(mistakesOf(env)).toEqual([
    `SLACK_BOT_TOKEN: SLACK_BOT_TOKEN is not set, although ${because}. Set it to the Bot User OAuth Token (xoxb-…), under OAuth & Permissions of your Slack app. ${instead}`,
    `SLACK_APP_TOKEN: neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, although ${because}. Set SLACK_APP_TOKEN (xapp-…, with connections:write) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP; both are under Basic Information of your Slack app. ${instead}`,
    `WEBHOOK_SECRETS: WEBHOOK_SECRETS is not set, and without it nobody can tell a vault's report from a forged one. ${make}`,
  ]);
});

test.each([
  ["only a bot token", { SLACK_BOT_TOKEN: socket.SLACK_BOT_TOKEN }, ["SLACK_APP_TOKEN", "WEBHOOK_SECRETS"]],
  ["only an app token", { SLACK_APP_TOKEN: socket.SLACK_APP_TOKEN }, ["SLACK_BOT_TOKEN", "WEBHOOK_SECRETS"]],
  ["only a signing secret", { SLACK_SIGNING_SECRET: "abc" }, ["SLACK_BOT_TOKEN", "WEBHOOK_SECRETS"]],
])("%s asks for the rest", (_name, env, variables) => {
  const reading = readEnvironment(env);
  expect(reading.ok ? [] : reading.mistakes.map(({ variable }) => variable)).toEqual(variables);
});

test.each<[string, Record<string, string>, string]>([
  [
    "an app token as bot token",
    { SLACK_BOT_TOKEN: "xapp-1-a" },
    "SLACK_BOT_TOKEN: SLACK_BOT_TOKEN holds an app-level token (xapp-), where a bot token belongs. Put that one into SLACK_APP_TOKEN, and the Bot User OAuth Token (xoxb-…) here.",
  ],
  [
    "a user token as bot token",
    { SLACK_BOT_TOKEN: "xoxp-1-a" },
    "SLACK_BOT_TOKEN: SLACK_BOT_TOKEN holds a user token (xoxp-), where a bot token belongs. Set it to the Bot User OAuth Token (xoxb-…), under OAuth & Permissions of your Slack app.",
  ],
  [
    "no token at all",
    { SLACK_BOT_TOKEN: "hunter2" },
    "SLACK_BOT_TOKEN: SLACK_BOT_TOKEN holds something that is not a Slack token, where a bot token belongs. Set it to the Bot User OAuth Token (xoxb-…), under OAuth & Permissions of your Slack app.",
  ],
  [
    "a bot token as app token",
    { SLACK_APP_TOKEN: "xoxb-1-a" },
    "SLACK_APP_TOKEN: SLACK_APP_TOKEN holds a bot token (xoxb-), where an app-level token belongs. Put that one into SLACK_BOT_TOKEN, and an app-level token (xapp-…, with connections:write) here.",
  ],
  [
    "a bot token as signing secret",
    { SLACK_SIGNING_SECRET: "xoxb-1-a" },
    "SLACK_SIGNING_SECRET: SLACK_SIGNING_SECRET holds a bot token (xoxb-), where the signing secret belongs. Set it to the Signing Secret, under Basic Information of your Slack app.",
  ],
  [
    "a token with something around it",
    { SLACK_APP_TOKEN: "xapp-1-a # app" },
    "SLACK_APP_TOKEN: SLACK_APP_TOKEN has spaces or other unusual characters in it. Copy it again, and set it without anything around it.",
  ],
  [
    "an API address without its scheme",
    { SLACK_API_URL: "slack.com/api" },
    "SLACK_API_URL: SLACK_API_URL is not the address of a Slack API. Write it as in https://slack.com/api/, or unset it for Slack itself.",
  ],
  [
    "a webhook secret of another kind",
    { WEBHOOK_SECRETS: "hunter2" },
    `WEBHOOK_SECRETS: the secret in WEBHOOK_SECRETS doesn't begin with whsec_. ${make}`,
  ],
  [
    "a webhook secret that isn't base64",
    { WEBHOOK_SECRETS: `${whsec(32)} whsec_hunter2!` },
    `WEBHOOK_SECRETS: secret 2 of 2 in WEBHOOK_SECRETS is not base64 after whsec_. ${make}`,
  ],
  [
    "a webhook secret that is too short",
    { WEBHOOK_SECRETS: whsec(23) },
    `WEBHOOK_SECRETS: the secret in WEBHOOK_SECRETS has 23 bytes, where 24 to 64 are needed. ${make}`,
  ],
  [
    "a webhook secret that is too long",
    { WEBHOOK_SECRETS: whsec(65) },
    `WEBHOOK_SECRETS: the secret in WEBHOOK_SECRETS has 65 bytes, where 24 to 64 are allowed. ${make}`,
  ],
  [
    "another database's URL",
    { DATABASE_URL: "mysql://u:hunter2@h/d" },
    "DATABASE_URL: DATABASE_URL is not the URL of a PostgreSQL database. Write it as in postgres://user:password@host:5432/vaultbell, or unset it to use the database that comes with Vaultbell.",
  ],
  [
    "a database URL with an unescaped password",
    { DATABASE_URL: "postgres://u:hunter2#/x@h:5432/d" },
    "DATABASE_URL: DATABASE_URL can't be taken apart as a URL. Percent-encode special characters in its password, such as %23 for # and %2F for /.",
  ],
  [
    "a port out of range",
    { PORT: "65536" },
    "PORT: PORT is not a number from 1 to 65535. Set it to a free port, such as PORT=8080, or unset it for 3000.",
  ],
  [
    "any port, since Slack and the vaults must know it",
    { PORT: "0" },
    "PORT: PORT is not a number from 1 to 65535. Set it to a free port, such as PORT=8080, or unset it for 3000.",
  ],
  ["a misspelt level", { LOG_LEVEL: "debgu" }, "LOG_LEVEL: LOG_LEVEL is not a level. Set LOG_LEVEL=debug."],
  [
    "an unknown level",
    { LOG_LEVEL: "everything" },
    "LOG_LEVEL: LOG_LEVEL is not a level. Set it to one of trace, debug, info, warn, error, fatal, silent.",
  ],
])("%s is named, without showing the value", (_name, env, mistake) => {
  const told = mistakesOf({ ...socket, ...env });
  expect(told).toEqual([mistake]);
  expect(told.join()).not.toContain("hunter2");
});

test("another Slack API may have tokens that look otherwise, but not those of the wrong kind", () => {
  const elsewhere = { ...socket, SLACK_API_URL: "http://127.0.0.1:8080/api/" };
  expect(environmentOf({ ...elsewhere, SLACK_BOT_TOKEN: "test-token" }).slack).toMatchObject({
    botToken: "test-token",
  });
  expect(mistakesOf({ ...elsewhere, SLACK_BOT_TOKEN: "xoxp-1-a" })).toHaveLength(1);
});

test("a token under a misspelt name is noted, because it would bring the stand-in workspace", () => {
  expect(environmentOf({ SLACK_BOT_TOKN: "xoxb-1-a", SLACK_WEBHOOK: "x", DATABASE_URLS: "x" }).notes).toEqual([
    '"SLACK_BOT_TOKN" is set, but is not a variable that Vaultbell reads; SLACK_BOT_TOKEN is.',
    '"DATABASE_URLS" is set, but is not a variable that Vaultbell reads; DATABASE_URL is.',
  ]);
});
