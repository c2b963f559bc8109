/** An expected reason for not starting the embedded database. The message is a sentence that says what to do. */
export class EmbeddedRefusal extends Error {
  override readonly name = "EmbeddedRefusal";
}

/** The way out which is open to everybody whose machine can't run the embedded database. */
export const useYourOwn = "set DATABASE_URL to a PostgreSQL of your own (16 or newer)";
