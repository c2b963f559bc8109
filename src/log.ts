import pino, { type Logger } from "pino";

/** JSON lines on standard error: constant sentences, variable fields. What could hold a secret is blacked out (T27). */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
      redact: {
        paths: ["token", "secret", "authorization", "error.config", "error.data.args", "error.original", "error.body"],
        censor: "[redacted]",
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
