import { isIP } from "node:net";

/** What is wrong with a range, as the end of a sentence. */
export class BadRange extends Error {
  override name = "BadRange";
}

/** The first `prefix` of all bits count. */
type Range = Readonly<{ family: 4 | 6; first: bigint; prefix: number }>;

const BITS = { 4: 32, 6: 128 } as const;
/** IPv4 seen through IPv6 (RFC 4291, 2.5.5.2), which is IPv4 here. */
const MAPPED = { marker: 0xffffn, bits: 96 } as const;

/**
 * `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`: one way to write each (RFC 5952 for IPv6), a single address without its
 * prefix. Throws BadRange, also for a range whose address is not its first: it may not mean what it seems to.
 */
export function normalRange(text: string): string {
  const { family, first, prefix } = parseRange(text);
  if (first !== network(family, first, prefix)) {
    const meant = `${write(family, network(family, first, prefix))}/${prefix}`;
    throw new BadRange(`must begin with its first address, as ${meant} does; or leave the prefix out for one address`);
  }
  return prefix === BITS[family] ? write(family, first) : `${write(family, first)}/${prefix}`;
}

/** Whether an address lies in one of some ranges. One that is none lies in nothing. */
export function isAmong(ranges: readonly string[], text: string): boolean {
  const address = parseAddress(text);
  if (address === null) return false;
  return ranges.map(parseRange).some(({ family, first, prefix }) => {
    return family === address.family && network(family, address.bits, prefix) === first;
  });
}

function parseRange(text: string): Range {
  const [, host = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const mapped = isIP(host) === 6 && parseAddress(host)?.family === 4;
  const address = parseAddress(host);
  if (address === null) throw new BadRange("must be an IP address, or a range such as 192.0.2.0/24");
  const { family, bits: first } = address;
  const prefix = length === undefined ? BITS[family] : Number(length) - (mapped ? MAPPED.bits : 0);
  if (prefix < 0 || prefix > BITS[family]) {
    throw new BadRange(`must have a prefix from ${mapped ? "96 to 128" : `0 to ${BITS[family]}`}`);
  }
  return { family, first, prefix };
}

function parseAddress(text: string): { family: 4 | 6; bits: bigint } | null {
  if (isIP(text) === 4) return { family: 4, bits: joined(text.split(".").map(Number), 8) };
  // A zone (`fe80::1%eth0`) is a matter of one machine.
  if (isIP(text) !== 6 || text.includes("%")) return null;
  const bits = joined(groupsOf(text), 16);
  return bits >> 32n === MAPPED.marker ? { family: 4, bits: bits & 0xffffffffn } : { family: 6, bits };
}

/** The eight numbers of an IPv6 address. */
function groupsOf(text: string): number[] {
  const [head = "", tail] = canonical(text).split("::");
  const read = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [left, right] = [read(head), read(tail ?? "")];
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** The standard for URLs writes addresses as RFC 5952 does. */
function canonical(ipv6: string): string {
  return new URL(`http://[${ipv6}]/`).hostname.slice(1, -1);
}

function joined(parts: readonly number[], width: number): bigint {
  return parts.reduce((bits, part) => (bits << BigInt(width)) | BigInt(part), 0n);
}

function network(family: 4 | 6, bits: bigint, prefix: number): bigint {
  const rest = BigInt(BITS[family] - prefix);
  return (bits >> rest) << rest;
}

function write(family: 4 | 6, bits: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join(".");
  return canonical(
    Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(":"),
  );
}
