/**
 * The load generator, run as a process of its own: keep-alive connections on loopback, each with one request under way,
 * written and read as raw bytes so that it stays far from being what is measured. It takes a `Load` as JSON in its
 * argument and prints a `Measured` as JSON.
 */
export type Load = Readonly<{
  port: number;
  connections: number;
  /** Requests of this long before it are sent but not counted. */
  warmUpSeconds: number;
  seconds: number;
  method: "GET" | "POST";
  /** Asked for in turn. */
  paths: readonly string[];
  headers: Readonly<Record<string, string>>;
  /** `#########` in it becomes a number of nine digits that no other request has. */
  body: string | null;
}>;

export type Measured = Readonly<{
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** All that were answered, those of the warm-up too. */
  answered: number;
  /** Answers that were not 2xx; a run that has any measures nothing. */
  failures: number;
  firstFailure: string | null;
}>;

const NUMBER = "#########";
const NOTHING = Buffer.alloc(0);
const LONGEST_US = 2_000_000;

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "") as Load)));

async function run(load: Load): Promise<Measured> {
  const nextRequest = requests(load);
  const histogram = new Uint32Array(LONGEST_US);
  let counted = 0;
  let answered = 0;
  let failures = 0;
  let firstFailure: string | null = null;
  const start = performance.now() + load.warmUpSeconds * 1000;
  const end = start + load.seconds * 1000;

  const connection = async () => {
    const closed = Promise.withResolvers<void>();
    let sentAt = 0;
    let missing = -1;
    let head: Buffer = NOTHING;
    await Bun.connect({
      hostname: "127.0.0.1",
      port: load.port,
      socket: {
        open(socket) {
          sentAt = performance.now();
          socket.write(nextRequest());
        },
        data(socket, bytes) {
          if (missing < 0) {
            head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
            const headEnd = head.indexOf("\r\n\r\n");
            if (headEnd < 0) return;
            const text = head.toString("latin1", 0, headEnd);
            const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
            if (Number.isNaN(length)) throw new Error(`an answer without a length: ${text.split("\r\n", 1)[0]}`);
            if (text.charCodeAt(9) !== 50) {
              failures++;
              firstFailure ??= `${text.split("\r\n", 1)[0]} ${head.toString("latin1", headEnd + 4, headEnd + 300)}`;
            }
            missing = length - (head.length - headEnd - 4);
          } else missing -= bytes.length;
          if (missing > 0) return;
          missing = -1;
          head = NOTHING;
          answered++;
          const now = performance.now();
          if (sentAt >= start && now <= end) {
            counted++;
            const us = Math.min(LONGEST_US - 1, Math.round((now - sentAt) * 1000));
            histogram[us] = (histogram[us] ?? 0) + 1;
          }
          if (now > end) return void socket.end();
          sentAt = now;
          socket.write(nextRequest());
        },
        close: () => closed.resolve(),
        error: (_socket, error) => closed.reject(error),
      },
    });
    await closed.promise;
  };

  await Promise.all(Array.from({ length: load.connections }, connection));
  const quantile = (share: number) => {
    let below = 0;
    return (
      histogram.findIndex((count) => {
        below += count;
        return below >= counted * share;
      }) / 1000
    );
  };
  return {
    perSecond: counted / load.seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    answered,
    failures,
    firstFailure,
  };
}

function requests(load: Load): () => Uint8Array {
  const fields = Object.entries(load.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (load.body !== null) {
    fields.push(`Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(load.body)}\r\n`);
  }
  const rest = ` HTTP/1.1\r\nHost: 127.0.0.1:${load.port}\r\n${fields.join("")}\r\n${load.body ?? ""}`;
  const ready = load.paths.map((path) => Buffer.from(`${load.method} ${path}${rest}`));
  const numberAt = ready.map((bytes) => bytes.indexOf(NUMBER));
  let turn = 0;
  // Microseconds: a round makes fewer names than it lasts, so the next one begins behind them.
  let number = Math.floor((performance.timeOrigin + performance.now()) * 1000) % 1_000_000_000;
  return () => {
    const index = turn++ % ready.length;
    const bytes = ready[index] as Buffer;
    const at = numberAt[index] as number;
    if (at >= 0) bytes.write(String(number++ % 1_000_000_000).padStart(NUMBER.length, "0"), at, "latin1");
    return bytes;
  };
}
