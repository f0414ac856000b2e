import vault from "./0001_vault.sql" with { type: "text" };

/** Every migration in the order it is applied. A released one never changes; a mend is a new one. */
export const MIGRATIONS = [{ name: "0001_vault", text: vault }] as const;
