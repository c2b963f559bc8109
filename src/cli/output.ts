/** Where a command says what it has to say: results on one, refusals on the other. */
export interface Output {
  log(line: string): void;
  error(line: string): void;
}
