/** `npm run bench -- NAME [options]`: runs one of the comparisons with the peers. */
const names = ["data", "jobs", "kernel", "training", "serving"] as const;

const [name, ...options] = process.argv.slice(2);
if (!names.some((known) => known === name)) {
  throw new Error(
    `No benchmark ${name ?? "was named"}: choose from ${names.join(", ")}, as in npm run bench -- kernel`,
  );
}
const benchmark = (await import(`./${name}.js`)) as { run(options: string[]): Promise<void> };
await benchmark.run(options);
