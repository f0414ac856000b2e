import { AsyncLocalStorage } from "node:async_hooks";
import { SQL } from "bun";
import { newId } from "../crypto/tokens.ts";
import { UniqueViolation } from "../errors.ts";
import { type Db, type Row, render, type Sql } from "./sql.ts";

/** A name that this process alone has. */
const PROCESS = `kagi ${newId().slice(-12)}`;

/** A server that speaks PostgreSQL's protocol. Several instances of Kagi may share one. */
export function openPostgres(url: string): Db {
  // Connections stay open and say whose they are, so that `kagi rotate-key` sees a server that has nothing to do.
  const connection = { application_name: PROCESS };
  return new PostgresDb(new SQL({ url, max: 10, idleTimeout: 0, connectionTimeout: 10, connection }));
}

/** serialization_failure and deadlock_detected (PostgreSQL, appendix A): nothing was written, and another try may pass. */
const AGAIN: ReadonlySet<string> = new Set(["40001", "40P01"]);
const ATTEMPTS = 5;

type Connection = Pick<SQL, "unsafe">;

class PostgresDb implements Db {
  readonly engine = "postgres";
  readonly #pool: SQL;

  constructor(pool: SQL) {
    this.#pool = pool;
  }

  async all<T = Row>(query: Sql): Promise<readonly T[]> {
    refuseInsideTransaction();
    return await execute<T>(this.#pool, query);
  }

  async get<T = Row>(query: Sql): Promise<T | undefined> {
    return (await this.all<T>(query))[0];
  }

  async run(query: Sql): Promise<void> {
    await this.all(query);
  }

  async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    refuseInsideTransaction();
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#pool.begin((connection) =>
          insideTransaction.run(true, () => work(new PostgresTransaction(connection))),
        )) as T;
      } catch (error) {
        if (attempt === ATTEMPTS || !AGAIN.has((error as { errno?: string }).errno ?? "")) throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

class PostgresTransaction implements Db {
  readonly engine = "postgres";
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async all<T = Row>(query: Sql): Promise<readonly T[]> {
    return await execute<T>(this.#connection, query);
  }

  async get<T = Row>(query: Sql): Promise<T | undefined> {
    return (await this.all<T>(query))[0];
  }

  async run(query: Sql): Promise<void> {
    await this.all(query);
  }

  async transaction<T>(work: (tx: Db) => Promise<T>): Promise<T> {
    return await work(this);
  }

  async close(): Promise<void> {
    throw new Error("a transaction is not closed, it ends");
  }
}

async function execute<T>(connection: Connection, query: Sql): Promise<T[]> {
  const { text, parameters } = render(query);
  try {
    return Array.from((await connection.unsafe(text, parameters)) as Iterable<T>);
  } catch (error) {
    // 23505 is unique_violation (PostgreSQL, appendix A).
    if ((error as { errno?: string; code?: string }).errno === "23505") throw new UniqueViolation(error);
    throw error;
  }
}

const insideTransaction = new AsyncLocalStorage<true>();

/** Another connection would not see what the transaction has written, and could wait for its locks forever. */
function refuseInsideTransaction(): void {
  if (insideTransaction.getStore()) throw new Error("inside a transaction, use its own handle");
}
