const usage = `Usage: vaultbell COMMAND

  start          runs everything; without Slack tokens, beside a stand-in workspace with its page at /
  check [FILE]   reads the configuration and says what is wrong in it, and where
  migrate        brings the database to the newest schema (start does this too)
  doctor         looks at database, Slack, channels and managers, and says how to mend what is wrong
  report who ITEM | seen ADDRESS | changed | open | reviewers [--since DAY] [--format table|json|csv]
                 answers what managers ask in Slack; that it was asked is on the record
  replay --since 30d [--config FILE]
                 judges past accesses again by this or another configuration, and says what would differ
  audit verify [--head SEQ:HASH] …
                 checks the record's hash chain, and the tables against it
  audit export [--out FILE]
                 the record as JSON lines, for scripts/verify-export.mjs or a verifier of one's own`;

/** Each command loads what it needs and no more: what isn't there takes no memory and no time to start. */
async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case "start":
      return (await import("./cli/start.ts")).start(process.env, console);
    case "check":
      return (await import("./cli/check.ts")).check(args, process.env, console);
    case "migrate":
      return (await import("./cli/migrate.ts")).migrateDatabase(process.env, console);
    case "doctor":
      return (await import("./cli/doctor.ts")).doctor(process.env, console);
    case "report":
      return (await import("./cli/report.ts")).report(args, process.env, console);
    case "replay":
      return (await import("./cli/replay.ts")).replayHistory(args, process.env, console);
    case "audit":
      return (await import("./cli/audit.ts")).audit(args, process.env, console);
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
// The channel to scripts/run.mjs would keep a finished process alive.
if (process.connected) process.disconnect();
