import vault from "./0001_vault.sql" with { type: "text" };

/**
 * Every migration in the order it is applied. A released one never changes; a mend is a new one. One text serves both
 * engines and is cut at each `;`, so a literal holds none, nor `--`. No table is dropped and made anew: on SQLite that
 * empties the tables which refer to it. What a column may hold is therefore said in the models and not in a CHECK.
 */
export const MIGRATIONS = [{ name: "0001_vault", text: vault }] as const;
