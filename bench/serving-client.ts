/** Clients of bench/serving.ts. */
import http from "node:http";

/** Sends a request, and gives the milliseconds until its answer was there. */
function timed(
  url: string,
  body: Uint8Array,
  agent: http.Agent,
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const all = { "content-type": "application/json", "content-length": body.length, ...headers };
    const request = http.request(url, { method: "POST", agent, headers: all }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 200
          ? resolve(performance.now() - start)
          : reject(new Error(`${url}: ${answer.statusCode}`)),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Requests at a steady rate, whether or not earlier ones are answered. @returns milliseconds of each */
export async function openLoop(
  url: string,
  body: Uint8Array,
  rate: number,
  seconds: number,
): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const start = performance.now();
  const sent: Promise<number>[] = [];
  for (
    let due = 0;
    due < rate * seconds;
    due = Math.min(((performance.now() - start) / 1000) * rate, rate * seconds)
  ) {
    while (sent.length < due) sent.push(timed(url, body, agent));
    // oxlint-disable-next-line no-await-in-loop -- it waits
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const times = await Promise.all(sent);
  agent.destroy();
  return times;
}

/** Requests one after the other. @returns milliseconds of the median one, after a first that does not count */
export async function sequentially(
  url: string,
  body: Uint8Array,
  headers: Record<string, string>,
  count: number,
): Promise<number> {
  const agent = new http.Agent({ keepAlive: true });
  const times: number[] = [];
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (let i = 0; i <= count; i++) times.push(await timed(url, body, agent, headers));
  agent.destroy();
  return largestOf(times.slice(1), 0.5);
}

/** The time that this part of all stays below. */
export function largestOf(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)]!;
}
