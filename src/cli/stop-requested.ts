/** Ctrl-C once ends it in good order; a second one at once. */
export function stopRequested(): AbortSignal {
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopped.abort());
  return stopped.signal;
}
