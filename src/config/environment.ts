import { nearest } from "./nearest.ts";
import { quoted } from "./reading.ts";
import { readSlack, type SlackEnvironment } from "./slack-environment.ts";
import { usualTokens } from "./source.ts";
import { readWebhookSecrets } from "./webhook-secrets.ts";

/** What the process is told by environment variables, checked. Holds secrets: never log it whole. */
export interface Environment {
  database: { kind: "embedded"; folder: string } | { kind: "url"; url: string };
  port: number;
  configFile: string;
  /** Nobody named the file: without it, the stand-in workspace runs on the example. */
  configFileIsDefault: boolean;
  dataFolder: string;
  /** `whsec_…` each. Empty only beside the stand-in workspace. */
  webhookSecrets: string[];
  logLevel: string;
  slack: SlackEnvironment;
  /** The mail server for when Slack can't be reached; its URL may hold a password. */
  smtp: { url: string; from: string | null } | null;
  /** What the operator should know although nothing is wrong, a sentence each. */
  notes: string[];
}

export interface EnvironmentMistake {
  variable: string;
  /** A sentence without its full stop. Never contains a secret. */
  problem: string;
  /** One or more sentences. */
  remedy: string;
}

export type Variables = Record<string, string | undefined>;

export type EnvironmentReading = { ok: true; environment: Environment } | { ok: false; mistakes: EnvironmentMistake[] };

/**
 * Reads the environment and reports every mistake at once. Empty and blank variables count as not set. Never throws.
 * No value is shown in a message: a secret may have been put into the wrong variable.
 */
export function readEnvironment(env: Variables): EnvironmentReading {
  const set = present(env);
  const slack = readSlack(set);
  const secrets = readWebhookSecrets(set.get("WEBHOOK_SECRETS"), slack.isSandbox);
  const mistakes = [
    ...slack.mistakes,
    ...secrets.mistakes,
    ...databaseMistakes(set.get("DATABASE_URL")),
    ...portMistakes(set.get("PORT")),
    ...levelMistakes(set.get("LOG_LEVEL")),
    ...smtpMistakes(set.get("SMTP_URL")),
  ];
  if (mistakes.length > 0 || slack.slack === null) return { ok: false, mistakes };
  return {
    ok: true,
    environment: {
      database: databaseOf(env),
      port: Number(set.get("PORT") ?? 3000),
      configFile: configFileOf(env),
      configFileIsDefault: !set.has("VAULTBELL_CONFIG"),
      dataFolder: dataFolderOf(set),
      webhookSecrets: secrets.secrets,
      logLevel: set.get("LOG_LEVEL") ?? "info",
      slack: slack.slack,
      smtp: smtpOf(set),
      notes: [...slack.notes, ...misspelt(set)],
    },
  };
}

/** Which database it is, which can be told even when the rest of the environment is wrong. */
export function databaseOf(env: Variables): Environment["database"] {
  const set = present(env);
  const url = set.get("DATABASE_URL");
  return url === undefined ? { kind: "embedded", folder: dataFolderOf(set) } : { kind: "url", url };
}

function dataFolderOf(set: Map<string, string>): string {
  return set.get("VAULTBELL_DATA") ?? "./data";
}

/** Where the configuration is, which can be told even when the rest of the environment is wrong. */
export function configFileOf(env: Variables): string {
  return present(env).get("VAULTBELL_CONFIG") ?? "./vaultbell.yaml";
}

/** Whether a missing configuration file is no mistake, because the stand-in workspace can run on the example. */
export function meansExample(env: Variables): boolean {
  const set = present(env);
  return readSlack(set).isSandbox && !set.has("VAULTBELL_CONFIG");
}

function present(env: Variables): Map<string, string> {
  const trimmed = Object.entries(env).map(([name, value]) => [name, value?.trim() ?? ""] as const);
  return new Map(trimmed.filter(([, value]) => value !== ""));
}

function databaseMistakes(url: string | undefined): EnvironmentMistake[] {
  if (url === undefined) return [];
  const variable = "DATABASE_URL";
  if (!/^postgres(ql)?:\/\//.test(url)) {
    return [
      {
        variable,
        problem: "DATABASE_URL is not the URL of a PostgreSQL database",
        remedy:
          "Write it as in postgres://user:password@host:5432/vaultbell, or unset it to use the database that comes with Vaultbell.",
      },
    ];
  }
  // "user@/database?host=/run/postgresql", as PostgreSQL's own tools write a Unix socket, names no host.
  if (URL.canParse(url.replace("@/", "@socket/"))) return [];
  return [
    {
      variable,
      problem: "DATABASE_URL can't be taken apart as a URL",
      remedy: "Percent-encode special characters in its password, such as %23 for # and %2F for /.",
    },
  ];
}

function portMistakes(port: string | undefined): EnvironmentMistake[] {
  if (port === undefined || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) return [];
  return [
    {
      variable: "PORT",
      problem: "PORT is not a number from 1 to 65535",
      remedy: "Set it to a free port, such as PORT=8080, or unset it for 3000.",
    },
  ];
}

function smtpOf(set: Map<string, string>): Environment["smtp"] {
  const url = set.get("SMTP_URL");
  return url === undefined ? null : { url, from: set.get("SMTP_FROM") ?? null };
}

function smtpMistakes(url: string | undefined): EnvironmentMistake[] {
  if (url === undefined || (/^smtps?:\/\/[^/]/.test(url) && URL.canParse(url))) return [];
  return [
    {
      variable: "SMTP_URL",
      problem: "SMTP_URL is not the URL of a mail server",
      remedy: "Write it as in smtp://user:password@mail.example.com:587, or unset it to do without e-mail.",
    },
  ];
}

const levels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

function levelMistakes(level: string | undefined): EnvironmentMistake[] {
  if (level === undefined || levels.includes(level)) return [];
  const near = nearest(level, levels);
  return [
    {
      variable: "LOG_LEVEL",
      problem: "LOG_LEVEL is not a level",
      remedy: near === null ? `Set it to one of ${levels.join(", ")}.` : `Set LOG_LEVEL=${near}.`,
    },
  ];
}

const known = [
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_API_URL",
  "WEBHOOK_SECRETS",
  "DATABASE_URL",
  "VAULTBELL_CONFIG",
  "VAULTBELL_DATA",
  "VAULTBELL_ENV_FILE",
  "SMTP_URL",
  "SMTP_FROM",
  ...Object.values(usualTokens),
];

/** A token under a misspelt name would otherwise bring the stand-in workspace without a word. */
function misspelt(set: Map<string, string>): string[] {
  const strangers = [...set.keys()].filter(
    (name) =>
      /^(SLACK|VAULTBELL|WEBHOOK|DATABASE|SMTP|ONEPASSWORD|MAPPED|BITWARDEN|HASHICORP)_?/.test(name) &&
      !known.includes(name),
  );
  return strangers.flatMap((name) => {
    const near = nearest(
      name,
      known.filter((other) => Math.abs(other.length - name.length) <= 2),
    );
    return near === null ? [] : [`${quoted(name)} is set, but is not a variable that Vaultbell reads; ${near} is.`];
  });
}
