import vault from "./0001_vault.sql" with { type: "text" };
import twoFactor from "./0002_two_factor.sql" with { type: "text" };
import envFiles from "./0003_env_files.sql" with { type: "text" };
import listsAndProof from "./0004_lists_and_proof.sql" with { type: "text" };
import auditChain from "./0005_audit_chain.sql" with { type: "text" };
import accessKeyLimits from "./0006_access_key_limits.sql" with { type: "text" };
import secondFactor from "./0007_second_factor.sql" with { type: "text" };
import namesOfEntries from "./0008_names_of_entries.sql" with { type: "text" };
import identities from "./0009_identities.sql" with { type: "text" };

/**
 * Every migration in the order it is applied. A released one never changes; a mend is a new one. One text serves both
 * engines and is cut at each `;`, so a literal holds none, nor `--`. No table is dropped and made anew: on SQLite that
 * empties the tables which refer to it. What a column may hold is therefore said in the models and not in a CHECK.
 */
export const MIGRATIONS = [
  { name: "0001_vault", text: vault },
  { name: "0002_two_factor", text: twoFactor },
  { name: "0003_env_files", text: envFiles },
  { name: "0004_lists_and_proof", text: listsAndProof },
  { name: "0005_audit_chain", text: auditChain },
  { name: "0006_access_key_limits", text: accessKeyLimits },
  { name: "0007_second_factor", text: secondFactor },
  { name: "0008_names_of_entries", text: namesOfEntries },
  { name: "0009_identities", text: identities },
] as const;
