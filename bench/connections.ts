import { connect, type Socket } from "node:net";

/** Kept-alive HTTP connections to loopback, with one request under way on each. */
export interface Connections {
  /**
   * The status of the answer; 0 when the connection ended without one, twice: a server may close a connection that was
   * idle just as it is used again. Waits for a free connection.
   */
  send(request: Buffer): Promise<number>;
  close(): void;
}

interface Line {
  socket: Socket;
  underWay: { request: Buffer; answered: (status: number) => void; isSecondTry: boolean } | null;
  received: string;
}

export function connections(port: number, atMost: number): Connections {
  /** The one that was used last is used first, so that a slow pace doesn't leave each of them idle for too long. */
  const idle: Line[] = [];
  const waiting: ((line: Line) => void)[] = [];
  const open = new Set<Line>();
  let isClosed = false;

  function line(): Promise<Line> {
    const free = idle.pop();
    if (free) return Promise.resolve(free);
    if (open.size < atMost) return Promise.resolve(newLine());
    return new Promise((resolve) => waiting.push(resolve));
  }

  function newLine(): Line {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const self: Line = { socket, underWay: null, received: "" };
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
    const { underWay } = self;
    self.underWay = null;
    self.received = "";
    giveBack(self);
    underWay?.answered(status);
  }

  function giveBack(self: Line): void {
    const next = waiting.shift();
    if (next) next(self);
    else idle.push(self);
  }

  function gone(self: Line): void {
    open.delete(self);
    if (isClosed) return;
    const at = idle.indexOf(self);
    if (at >= 0) idle.splice(at, 1);
    const { underWay, received } = self;
    if (underWay && received === "" && !underWay.isSecondTry) use(newLine(), { ...underWay, isSecondTry: true });
    else underWay?.answered(0);
    const next = open.size < atMost ? waiting.shift() : undefined;
    if (next) next(newLine());
  }

  function use(mine: Line, underWay: NonNullable<Line["underWay"]>): void {
    mine.underWay = underWay;
    mine.socket.write(underWay.request);
  }

  return {
    send: async (request) => {
      const mine = await line();
      return new Promise((answered) => use(mine, { request, answered, isSecondTry: false }));
    },
    close: () => {
      isClosed = true;
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
