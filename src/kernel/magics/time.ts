/** `%time` and `%timeit` */
import { asFunction, print, type Magics } from "./magic.js";

/** `%timeit` makes so many measurements, each of at least this long. */
const timeitRuns = 7;
const timeitRunMs = 100;

export const time: Magics = {
  "%time": {
    usage: "%time expression",
    summary: "Tells how long an expression takes.",
    argument: "code",
    run: (_, code) => timed(asFunction(code)),
  },
  "%%time": {
    usage: "%%time",
    summary: "Tells how long the cell takes.",
    argument: "code",
    run: (_, __, body) => timed(asFunction(body)),
  },
  "%timeit": {
    usage: "%timeit expression",
    summary: "Evaluates an expression many times and tells how long it takes.",
    argument: "code",
    run: async (_, code) => print(`${await timeit(asFunction(code))}\n`),
  },
  "%%timeit": {
    usage: "%%timeit",
    summary: "Runs the cell many times and tells how long it takes.",
    argument: "code",
    run: async (_, __, body) => print(`${await timeit(asFunction(body))}\n`),
  },
};

async function timed(code: () => unknown): Promise<unknown> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    return await code();
  } finally {
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    print(
      `Wall time: ${duration(wall)} (CPU: ${duration(user / 1000)} user, ${duration(system / 1000)} system)\n`,
    );
  }
}

async function timeit(code: () => unknown): Promise<string> {
  let loops = 1;
  while ((await runLoops(code, loops)) < timeitRunMs && loops < 1e9) loops *= 10;
  const perLoop: number[] = [];
  for (let run = 0; run < timeitRuns; run += 1) perLoop.push((await runLoops(code, loops)) / loops);
  const mean = perLoop.reduce((sum, each) => sum + each, 0) / timeitRuns;
  const deviation = Math.sqrt(perLoop.reduce((sum, each) => sum + (each - mean) ** 2, 0) / timeitRuns);
  return (
    `${duration(mean)} ± ${duration(deviation)} per loop ` +
    `(mean ± standard deviation of ${timeitRuns} runs, ${loops} loop${loops === 1 ? "" : "s"} each)`
  );
}

/** Milliseconds for all loops. */
async function runLoops(code: () => unknown, loops: number): Promise<number> {
  const start = performance.now();
  for (let loop = 0; loop < loops; loop += 1) {
    const result = code();
    if (result instanceof Promise) await result;
  }
  return performance.now() - start;
}

function duration(milliseconds: number): string {
  const units: [size: number, name: string][] = [
    [60_000, "min"],
    [1000, "s"],
    [1, "ms"],
    [1e-3, "µs"],
    [1e-6, "ns"],
  ];
  const [size, name] = units.find(([each]) => milliseconds >= each) ?? [1e-6, "ns"];
  return `${Number((milliseconds / size).toPrecision(3))} ${name}`;
}
