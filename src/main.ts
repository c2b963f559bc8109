import { withEnvFile } from "./cli/env-file.ts";
import { exitStopped } from "./cli/output.ts";

const usage = `Usage: vaultbell COMMAND

  init           asks what it takes, checks each answer, writes vaultbell.yaml and .env, and rings once as a test
  start          runs everything; without Slack tokens, beside a stand-in workspace with its page at /
  check [FILE]   reads the configuration and says what is wrong in it, and where
  check --sample FILE [--source NAME]
                 shows what a sample of a service's events becomes, and where it can't be read
  migrate        brings the database to the newest schema (start does this too)
  doctor         looks at database, Slack, channels and managers, and says how to mend what is wrong
  test-alert     rings once as a test, and waits for a manager to press Expected
  report who ITEM | seen ADDRESS | changed | open | reviewers [--since DAY] [--format table|json|csv]
                 answers what managers ask in Slack; that it was asked is on the record
  export accesses | alerts | verdicts | intents | … [--format csv|jsonl|ocsf] [--from DAY] [--until DAY] [--out FILE]
                 what is recorded as a file, with names or pseudonyms; "export --help" says more
  replay --since 30d [--config FILE]
                 judges past accesses again by this or another configuration, and says what would differ
  names import FILE
                 takes the titles of items from a list, where the vault service's events tell ids alone
  erase --person ADDRESS [--yes]
                 takes out what is personal of one person; says first what would go
  audit verify [--head SEQ:HASH] …
                 checks the record's hash chain, and the tables against it
  audit export [--out FILE]
                 the record as JSON lines, for scripts/verify-export.mjs or a verifier of one's own`;

/** Each command loads what it needs and no more: what isn't there takes no memory and no time to start. */
async function main([command, ...args]: string[]): Promise<number> {
  const read = withEnvFile(process.env);
  if (command === "init") {
    const env = read.ok ? read.env : process.env;
    return (await import("./cli/init.ts")).init(args, env, { input: process.stdin, output: process.stdout });
  }
  if (!read.ok) {
    console.error(read.sentence);
    return 1;
  }
  const { env } = read;
  switch (command) {
    case "test-alert":
      return (await import("./cli/test-alert.ts")).testAlert(args, env, console);
    case "start":
      return (await import("./cli/start.ts")).start(process.env, console);
    case "check":
      return (await import("./cli/check.ts")).check(args, env, console);
    case "migrate":
      return (await import("./cli/migrate.ts")).migrateDatabase(env, console);
    case "doctor":
      return (await import("./cli/doctor.ts")).doctor(env, console);
    case "report":
      return (await import("./cli/report.ts")).report(args, env, console);
    case "export":
      return (await import("./cli/export.ts")).exportRows(args, env, console);
    case "erase":
      return (await import("./cli/erase.ts")).erase(args, env, console);
    case "replay":
      return (await import("./cli/replay.ts")).replayHistory(args, env, console);
    case "audit":
      return (await import("./cli/audit.ts")).audit(args, env, console);
    case "names":
      return (await import("./cli/names.ts")).names(args, env, console);
    case "help":
    case "--help":
    case undefined:
      console.log(usage);
      return command === undefined ? 2 : 0;
    default:
      console.error(`There is no command "${command}".\n\n${usage}`);
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
// Whoever stopped it doesn't wait for what a reader that stands still hasn't taken of standard output.
if (process.exitCode === exitStopped) process.exit();
// The channel to scripts/run.mjs would keep a finished process alive.
if (process.connected) process.disconnect();
