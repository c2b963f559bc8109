import pino, { type Logger } from "pino";

/** JSON lines on standard error: constant sentences, variable fields, one event a line. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: plainError, err: plainError },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

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
