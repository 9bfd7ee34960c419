import { fetchFile } from "../../src/download/index.js";

const [folder, url, hash] = process.argv.slice(2);
await fetchFile(
  { path: "datasets/a.bin", urls: [url!], hash: hash! },
  { cacheFolder: folder, onProgress: () => {} },
);
