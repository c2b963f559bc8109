import { connect, type Socket } from "node:net";

/** Kept-alive HTTP connections to loopback, with one request under way on each. */
export interface Connections {
  /** The status of the answer; 0 when the connection ended without one. Waits for a free connection. */
  send(request: Buffer): Promise<number>;
  close(): void;
}

interface Line {
  socket: Socket;
  answered: ((status: number) => void) | null;
  received: string;
}

export function connections(port: number, atMost: number): Connections {
  /** The one that was used last is used first, so that a slow pace doesn't leave each of them idle for too long. */
  const idle: Line[] = [];
  const waiting: ((line: Line) => void)[] = [];
  const open = new Set<Line>();

  function line(): Promise<Line> {
    const free = idle.pop();
    if (free) return Promise.resolve(free);
    if (open.size < atMost) return Promise.resolve(newLine());
    return new Promise((resolve) => waiting.push(resolve));
  }

  function newLine(): Line {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const self: Line = { socket, answered: null, received: "" };
    open.add(self);
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      self.received += chunk;
      const status = wholeAnswer(self.received);
      if (status !== null) finish(self, status);
    });
    socket.on("error", () => {});
    socket.on("close", () => gone(self));
    return self;
  }

  function finish(self: Line, status: number): void {
    const { answered } = self;
    self.answered = null;
    self.received = "";
    giveBack(self);
    answered?.(status);
  }

  function giveBack(self: Line): void {
    const next = waiting.shift();
    if (next) next(self);
    else idle.push(self);
  }

  function gone(self: Line): void {
    open.delete(self);
    const at = idle.indexOf(self);
    if (at >= 0) idle.splice(at, 1);
    self.answered?.(0);
    const next = waiting.shift();
    if (next) next(newLine());
  }

  return {
    send: async (request) => {
      const mine = await line();
      return new Promise((resolve) => {
        mine.answered = resolve;
        mine.socket.write(request);
      });
    },
    close: () => {
      for (const { socket } of open) socket.destroy();
    },
  };
}

/** The status, once all of the answer is there. Reads what Node's servers write: a length, or chunks. */
function wholeAnswer(received: string): number | null {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const head = received.slice(0, headEnd).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const isWhole =
    length === undefined ? received.endsWith("0\r\n\r\n") : received.length >= headEnd + 4 + Number(length);
  return isWhole ? Number(received.slice(9, 12)) : null;
}
