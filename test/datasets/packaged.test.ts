import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { animalMnist, movieReviews } from "../../src/datasets/index.js";
import { pickle } from "../arrays/pickles.js";
import { tar, tarEntry } from "../download/tar-file.js";

const animalFolder = "animal_mnist/data/Animal_MNIST";
const animalFile = "animal_mnist-0.4-py3-none-any.whl";
const sentenceFile = "vaderSentiment-0.5.zip";

/** Ten pictures, of which the last two are those before; picture `i` begins with `i`. */
function animals(labels: Buffer): Buffer {
  const pictures = Buffer.concat(
    [0, 1, 2, 3, 4, 5, 6, 7, 7, 7].map((first) => Buffer.concat([Buffer.of(first), Buffer.alloc(783, 9)])),
  );
  return Buffer.from(
    zipSync({
      [`${animalFolder}/animal_data_version_3.gz`]: gzipSync(
        pickle({ dtype: "|u1", shape: [10, 28, 28], data: pictures }),
      ),
      [`${animalFolder}/animal_label_version_3.gz`]: gzipSync(labels),
    }),
  );
}
const labelsOf = (labels: bigint[]): Buffer =>
  pickle({ dtype: "<i8", shape: [labels.length], data: Buffer.from(BigInt64Array.from(labels).buffer) });

const sentences = (table: Buffer): Buffer =>
  Buffer.from(
    zipSync({
      "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz": gzipSync(
        tar(tarEntry("hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt", table)),
      ),
    }),
  );

describe("data in packages", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-packaged-"));
    await mkdir(join(folder, "packages"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Puts an archive into the cache. */
  async function put(name: string, content: Buffer): Promise<object> {
    await writeFile(join(folder, "packages", name), content);
    const checksums = { [name]: createHash("sha256").update(content).digest("hex") };
    return { cacheFolder: folder, checksums, onProgress: () => {} };
  }

  describe("animalMnist", () => {
    it("is shuffled, without pictures that are there twice", async () => {
      const labels = labelsOf([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]);
      const options = await put(animalFile, animals(labels));
      const { xTrain, yTrain, xTest, yTest } = await animalMnist.loadData(options);
      assert.deepEqual(
        [xTrain.shape, xTest.shape],
        [
          [6, 28, 28],
          [2, 28, 28],
        ],
      );
      const all = [...yTrain.data, ...yTest.data];
      const sorted = all.toSorted((a, b) => a - b);
      assert.deepEqual(sorted, [0, 1, 2, 3, 4, 5, 6, 7]);
      assert.notDeepEqual(all, sorted);
      assert.deepEqual(
        [xTrain, xTest].flatMap((x) => Array.from({ length: x.length }, (_, i) => x.at(i).data[0])),
        all,
      );
      const whole = await animalMnist.loadData({ ...options, keepDuplicates: true, testSplit: 0 });
      assert.deepEqual([whole.xTrain.length, whole.xTest.length], [10, 0]);
      assert.equal(animalMnist.classNames.length, 10);
    });

    it("says what is wrong with the archive", async () => {
      await assert.rejects(
        animalMnist.loadData(await put(animalFile, animals(labelsOf([1n, 2n])))),
        /holds pictures of \[10, 28, 28\] and labels of \[2\], not of 28x28 bytes/,
      );
      await assert.rejects(
        animalMnist.loadData(await put(animalFile, animals(Buffer.from("cos\nsystem\n(S'a'\ntR.")))),
        /it wants Python's "os system"/,
      );
      await assert.rejects(
        animalMnist.loadData(await put(animalFile, Buffer.from(zipSync({ a: Buffer.of(1) })))),
        /lacks animal_mnist\/data\/Animal_MNIST\/animal_data_version_3\.gz/,
      );
    });
  });

  describe("movieReviews", () => {
    const table = Buffer.from(
      "1\t2.5\tGood, \u201cvery\u201d good.\r\n2\t-1.5\tBad.\r\n3\t0.4\tMeh.\r\n4\t0\tNothing.\r\n5\t-3\tAwful.\r\n6\t0.6\tFine.",
    );

    it("gives sentences, classes and ratings in one order, the clear ones only", async () => {
      const options = await put(sentenceFile, sentences(table));
      const { xTrain, yTrain, ratingsTrain, xTest, yTest, ratingsTest } = await movieReviews.loadData({
        ...options,
        testSplit: 0.25,
      });
      assert.deepEqual([xTrain.length, xTest.length], [3, 1]);
      const all = [...xTrain, ...xTest].map((sentence, i) => [
        sentence,
        [...yTrain.data, ...yTest.data][i],
        Number([...ratingsTrain.data, ...ratingsTest.data][i]!.toFixed(1)),
      ]);
      assert.deepEqual(
        all.toSorted((a, b) => Number(a[2]) - Number(b[2])),
        [
          ["Awful.", 0, -3],
          ["Bad.", 0, -1.5],
          ["Fine.", 1, 0.6],
          ["Good, \u201cvery\u201d good.", 1, 2.5],
        ],
      );
      const whole = await movieReviews.loadData({ ...options, minRating: 0 });
      assert.equal(whole.xTrain.length + whole.xTest.length, 5);
    });

    it("reads Latin 1, and says which line is damaged", async () => {
      const latin = Buffer.concat([
        Buffer.from("1\t2\tClich"),
        Buffer.of(0xe9),
        Buffer.from("s\r\n2\t-1\tNo."),
      ]);
      const { xTrain, xTest } = await movieReviews.loadData(await put(sentenceFile, sentences(latin)));
      assert.ok([...xTrain, ...xTest].includes("Clichés"));
      await assert.rejects(
        movieReviews.loadData(
          await put(sentenceFile, sentences(Buffer.from("1\t2\tYes.\n2\tno rating\tNo."))),
        ),
        /movieReviewSnippets_GroundTruth\.txt, line 2: expected a number, a rating and a sentence/,
      );
    });

    it("refuses what is no limit or share", async () => {
      await assert.rejects(movieReviews.loadData({ minRating: 4 }), /minRating is a number from 0 up to/);
      await assert.rejects(movieReviews.loadData({ testSplit: 2 }), /testSplit is a share/);
    });
  });
});
