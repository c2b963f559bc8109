import { createInterface } from "node:readline";
import { type Readable, Writable } from "node:stream";

/** Asks one thing after the other, in plain lines: no colours, no cursor, nothing that a screen reader or a pipe stumbles over. */
export interface Asker {
  say(line?: string): void;
  /** The next line of the answers, trimmed. `hidden`: what is typed isn't shown. Throws `NoMoreAnswers` when they have ended. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
  close(): void;
}

/** Whoever answers has gone: Ctrl+D, or the end of a file. */
export class NoMoreAnswers extends Error {}

/** Lines are kept as they come, so that answers may be piped in faster than they are asked for. */
export function createAsker(input: Readable & { isTTY?: boolean }, output: NodeJS.WritableStream): Asker {
  let isHidden = false;
  const echo = new Writable({
    write: (chunk, _encoding, done) => {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const lines: string[] = [];
  let waiting: PromiseWithResolvers<string> | null = null;
  let hasEnded = false;
  const reader = createInterface({ input, output: echo, terminal: input.isTTY === true });
  reader.on("line", (line) => {
    if (waiting) waiting.resolve(line);
    else lines.push(line);
    waiting = null;
  });
  reader.on("close", () => {
    hasEnded = true;
    waiting?.reject(new NoMoreAnswers());
  });
  return {
    say: (line = "") => void output.write(`${line}\n`),
    async ask(question, { hidden = false } = {}) {
      output.write(question);
      const here = lines.shift();
      if (here === undefined && hasEnded) throw new NoMoreAnswers();
      isHidden = hidden;
      try {
        if (here !== undefined) return here.trim();
        waiting = Promise.withResolvers<string>();
        return (await waiting.promise).trim();
      } finally {
        isHidden = false;
        // What wasn't echoed left the cursor where the question ended.
        if (hidden || input.isTTY !== true) output.write("\n");
      }
    },
    close: () => reader.close(),
  };
}
