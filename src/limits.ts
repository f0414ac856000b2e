/** Limits that a message names as well as the code that keeps them. */

/** How long a proof of who somebody is counts. */
export const PROOF_MINUTES = 10;
/** How long somebody may take at Keycloak. */
export const VISIT_MINUTES = 10;

export const MIB = 1024 * 1024;
/** A request's body. */
export const BODY_MIB = 2;
/** A secret value, as UTF-8. */
export const VALUE_MIB = 1;
