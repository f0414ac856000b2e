/** Connections on which nothing happens for a minute are closed; an answer that waits for somebody else asks for longer. */
const connections = new WeakMap<Request, () => void>();

/** `hold` keeps the connection of a request open until it is answered. */
export function setPatience(request: Request, hold: () => void): void {
  connections.set(request, hold);
}

/** For an action that has a limit of its own. */
export function waitPatiently(request: Request): void {
  connections.get(request)?.();
}
