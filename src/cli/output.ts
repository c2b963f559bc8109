/** Where a command says what it has to say: results on one, refusals on the other. */
export interface Output {
  log(line: string): void;
  error(line: string): void;
}

/** As shells say it of a program that Ctrl-C ended. */
export const exitStopped = 130;
