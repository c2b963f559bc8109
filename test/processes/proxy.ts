import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  port: number;
  /** Passes everything on, from now on. */
  heal(): void;
  /** Takes connections and bytes and passes nothing on, both ways: a cable that is cut without a word. */
  blackHole(): void;
  /** Resets every connection at the next bytes from the client that hold this, which the server still gets; once. */
  resetAfter(text: string): { happened: Promise<void> };
  /** Resets everything that stands, and refuses what comes. */
  down(): void;
  close(): Promise<void>;
}

/**
 * A small TCP proxy on loopback that can do what networks do. `isPatient`: it keeps a client's connection when the server
 * ends its own, and gets a new one when the client speaks again.
 */
export async function openProxy(target: { port: number; host?: string; isPatient?: boolean }): Promise<TcpProxy> {
  const clients = new Set<Socket>();
  const servers = new Set<Socket>();
  let mode: "open" | "hole" | "down" = "open";
  let trap: { text: Buffer; sprung: () => void } | null = null;

  const listener = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === "down") {
      client.resetAndDestroy();
      return;
    }
    clients.add(client);
    client.on("error", () => client.destroy()).on("close", () => clients.delete(client));
    let server = join(client);
    client.on("data", (bytes) => {
      if (mode === "hole") return;
      if (target.isPatient && (server.destroyed || server.readableEnded)) server = join(client);
      server.write(bytes);
      if (!trap || !bytes.includes(trap.text)) return;
      const { sprung } = trap;
      trap = null;
      // The server has the bytes and does as they say; its answer finds nobody.
      client.resetAndDestroy();
      sprung();
    });
    client.on("end", () => server.end());
  });

  function join(client: Socket): Socket {
    const server = connect({ port: target.port, host: target.host ?? "127.0.0.1", allowHalfOpen: true });
    servers.add(server);
    const over = () => {
      servers.delete(server);
      if (!target.isPatient) client.destroy();
    };
    server.on("error", over).on("close", over);
    // A moment later, so that what the client said last still gets there.
    client.on("close", () => setTimeout(() => server.destroy(), 200));
    server.on("data", (bytes) => {
      if (mode !== "hole" && !client.destroyed) client.write(bytes);
    });
    server.on("end", () => {
      if (!target.isPatient) client.end();
    });
    return server;
  }
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server without a port");

  const resetAll = () => {
    for (const client of clients) client.resetAndDestroy();
    for (const server of servers) server.destroy();
  };
  return {
    port: address.port,
    heal: () => {
      // What fell into the hole never arrives: those connections are lost, though neither side knows it yet.
      mode = "open";
    },
    blackHole: () => {
      mode = "hole";
    },
    resetAfter: (text) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      trap = { text: Buffer.from(text), sprung: resolve };
      return { happened: promise };
    },
    down: () => {
      mode = "down";
      resetAll();
    },
    close: async () => {
      resetAll();
      listener.close();
      await once(listener, "close");
    },
  };
}
