import type { PoolClient } from "pg";

/**
 * After its `query_timeout`, pg gives up waiting but keeps the connection, and whoever gets it next waits behind the
 * query that is never answered: a link that went silent would hold up the work once per connection and timeout. Here
 * such a connection is cut, and the pool makes a new one.
 */
export function cutWhenSilent(client: PoolClient): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  const watched = (...parameters: unknown[]) => {
    const answer = query(...parameters);
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error && error.message === "Query read timeout") client.connection.stream.destroy();
      });
    }
    return answer;
  };
  client.query = watched as typeof client.query;
}
