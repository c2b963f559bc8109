import pino, { type Logger } from "pino";

/** JSON lines on standard error, unless told otherwise: constant sentences, variable fields, one event a line. */
export function createLog(level: string, out: Out = pino.destination({ fd: 2, sync: true })): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: plainError, err: plainError },
    },
    { write: (line: string) => void out.write(withoutSecrets(line)) },
  );
}

interface Out {
  write(line: string): unknown;
}

/** Nothing of ours logs a secret; what a library puts into the message of an error is made harmless here (T27). */
function withoutSecrets(line: string): string {
  return line.replace(tokens, "$1…").replace(passwords, "$1…@");
}

const tokens = /\b(xox[a-z](?:\.xox[a-z])?-|xapp-|whsec_|eyJ|v1,)[\w+/=.-]{8,}/g;
const passwords = /\b((?:postgres(?:ql)?|smtps?|https?):\/\/[^:/\s"@]*:)[^@\s"]+@/g;
/** Only what names the fault: errors of libraries carry whole requests and clients with their secrets (T27). */
function plainError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 500) };
  return {
    name: error.name,
    message: error.message.slice(0, 500),
    ...("code" in error && { code: error.code }),
    stack: error.stack
      ?.split("\n")
      .slice(1, 6)
      .map((line) => line.trim()),
    ...(error.cause !== undefined && { cause: plainError(error.cause) }),
  };
}
