import assert from "node:assert/strict";
import { licenceKind } from "../../../src/classifier/download/licences.js";
import type { Photo, PhotoSource } from "../../../src/classifier/download/photo.js";
import { flickr } from "../../../src/classifier/download/sources/flickr.js";
import { iNaturalist } from "../../../src/classifier/download/sources/inaturalist.js";
import { openverse } from "../../../src/classifier/download/sources/openverse.js";
import { wikimedia } from "../../../src/classifier/download/sources/wikimedia.js";

/** What a source finds where its service answers so. */
async function found(source: PhotoSource, answer: (url: URL) => unknown, most = 10_000): Promise<Photo[]> {
  const photos: Photo[] = [];
  for await (const photo of source.search("crow", (url) => Promise.resolve(answer(url)))) {
    photos.push(photo);
    if (photos.length >= most) break;
  }
  return photos;
}

describe("classifier/download/sources", () => {
  describe("flickr", () => {
    const licences = {
      stat: "ok",
      licenses: {
        license: [
          { id: 0, name: "All Rights Reserved", url: "" },
          { id: "4", name: "Attribution", url: "https://creativecommons.org/licenses/by/2.0/" },
          { id: 11, name: "CC BY 4.0", url: "https://creativecommons.org/licenses/by/4.0/" },
        ],
      },
    };
    const photo = (id: number, more: object = {}) => ({
      id: String(id), owner: "1@N0", secret: "s", server: "9", title: `t${id}`, license: "11", ownername: "Ann", ...more,
    }); // prettier-ignore
    const service = (pages: object[][]) => (url: URL) => {
      if (url.searchParams.get("method")!.endsWith("getInfo")) return licences;
      const page = Number(url.searchParams.get("page"));
      return { stat: "ok", photos: { page, pages: pages.length, total: "3", photo: pages[page - 1] } };
    };

    it("asks what its licences are called, and reads pages without the pictures that it repeats", async () => {
      const asked: URL[] = [];
      const answer = service([
        [photo(1, { url_z: "https://x/1_z.jpg" }), photo(2, { license: 4 })],
        [photo(2), photo(3)],
      ]);
      const photos = await found(flickr("k"), (url) => (asked.push(url), answer(url)));
      assert.deepEqual(
        photos.map(({ id }) => id),
        ["1", "2", "3"],
      );
      assert.equal(photos[0]!.url, "https://x/1_z.jpg");
      // A size that Flickr left out.
      assert.equal(photos[1]!.url, "https://live.staticflickr.com/9/2_s_z.jpg");
      assert.equal(photos[0]!.page, "https://www.flickr.com/photos/1@N0/1");
      assert.equal(photos[0]!.author, "Ann");
      assert.deepEqual(
        photos.slice(0, 2).map(({ licence, licenceUrl }) => [licence, licenceKind(licenceUrl)]),
        [
          ["CC BY 4.0", "by"],
          ["Attribution", "by"],
        ],
      );
      const { searchParams } = asked[1]!;
      assert.equal(searchParams.get("nojsoncallback"), "1");
      assert.equal(searchParams.get("license"), "0,4,11");
    });

    it("reads errors, which come with the status of success", async () => {
      const refused = { stat: "fail", code: 100, message: "Invalid API Key (Key has invalid format)" };
      await assert.rejects(
        found(flickr("k"), () => refused),
        /refused \(100\): Invalid API Key.*FLICKR_API_KEY/s,
      );
    });

    it("asks for no more than the 4,000 that it gives", async () => {
      let searches = 0;
      const endless = (url: URL) => {
        if (url.searchParams.get("method")!.endsWith("getInfo")) return licences;
        return { stat: "ok", photos: { pages: 1e6, photo: [photo(searches++)] } };
      };
      await found(flickr("k"), endless);
      assert.equal(searches, 8);
    });
  });

  it("inaturalist: one picture of an observation, of medium size, and on by id", async () => {
    const observation = (id: number) => ({
      id, user: { login: "bo", name: null }, taxon: { name: "Corvus corax" },
      photos: [{ id: 10 * id, url: `https://x/photos/${id}/square.jpeg`, license_code: id % 2 ? "cc-by" : null },
               { id: 10 * id + 1, url: "https://x/2/square.jpeg", license_code: "cc0" }],
    }); // prettier-ignore
    const asked: URL[] = [];
    const photos = await found(iNaturalist(), (url) => {
      asked.push(url);
      const below = Number(url.searchParams.get("id_below") ?? 301);
      const ids = Array.from({ length: Math.min(200, below - 1) }, (_, i) => below - 1 - i);
      return { results: ids.map(observation) };
    });
    assert.equal(photos.length, 300);
    assert.equal(new Set(photos.map(({ id }) => id)).size, 300);
    assert.equal(asked[0]!.searchParams.get("taxon_name"), "crow");
    const last = photos.at(-1)!;
    assert.deepEqual(
      [last.url, last.page, last.author, last.licence, last.licenceUrl],
      [
        "https://x/photos/1/medium.jpeg",
        "https://www.inaturalist.org/observations/1",
        "bo",
        "CC BY",
        "https://creativecommons.org/licenses/by/4.0/",
      ],
    );
    assert.equal(licenceKind(photos.at(-2)!.licenceUrl), "none");
  });

  it("inaturalist ends where the service goes round in a circle", async () => {
    const results = Array.from({ length: 200 }, (_, i) => ({
      id: i,
      photos: [{ id: i, url: "https://x/square.jpg" }],
    }));
    assert.equal((await found(iNaturalist(), () => ({ results }))).length, 200);
  });

  it("openverse", async () => {
    const picture = (id: number) => ({
      id: `u${id}`, url: `https://x/${id}.jpg`, foreign_landing_url: `https://x/${id}`, title: "A crow", creator: "Cy",
      license: "by-sa", license_version: "3.0", license_url: "https://creativecommons.org/licenses/by-sa/3.0/",
    }); // prettier-ignore
    const photos = await found(openverse(), (url) => {
      assert.equal(url.searchParams.get("page_size"), "20");
      return { page_count: 2, results: [picture(Number(url.searchParams.get("page")))] };
    });
    assert.deepEqual(
      photos.map(({ id }) => id),
      ["u1", "u2"],
    );
    assert.equal(photos[0]!.licence, "BY-SA 3.0");
    assert.equal(licenceKind(photos[0]!.licenceUrl), "by-sa");
  });

  it("wikimedia: authors without markup, and on where it says", async () => {
    const page = (id: number, more: object) => ({
      pageid: id, title: `File:Crow ${id}.jpg`,
      imageinfo: [{ url: "https://x/full.jpg", thumburl: `https://x/640px-${id}.jpg`, descriptionurl: `https://c/${id}`,
                    extmetadata: { Artist: { value: '<a href="//x">Di &amp; Co</a>' }, ...more } }],
    }); // prettier-ignore
    const by = {
      LicenseShortName: { value: "CC BY 4.0" },
      LicenseUrl: { value: "https://creativecommons.org/licenses/by/4.0" },
    };
    const photos = await found(wikimedia(), (url) =>
      url.searchParams.get("gsroffset") === "1"
        ? { query: { pages: [page(2, { LicenseShortName: { value: "Public domain" } })] } }
        : { query: { pages: [page(1, by)] }, continue: { gsroffset: 1, continue: "gsroffset||" } },
    );
    assert.deepEqual(
      photos.map(({ url, title, author, page: where }) => [url, title, author, where]),
      [1, 2].map((id) => [`https://x/640px-${id}.jpg`, `Crow ${id}.jpg`, "Di & Co", `https://c/${id}`]),
    );
    assert.deepEqual(
      photos.map(({ licenceUrl }) => licenceKind(licenceUrl)),
      ["by", "public-domain"],
    );
    await assert.rejects(
      found(wikimedia(), () => ({ error: { info: "too many" } })),
      /refused: too many/,
    );
  });

  it("answers of another shape give nothing, and no crash", async () => {
    const odd = [
      null,
      [],
      "text",
      7,
      { results: {} },
      { results: [null] },
      { query: { pages: [{ imageinfo: null }] } },
    ];
    for (const answer of odd)
      for (const source of [iNaturalist(), openverse(), wikimedia()])
        // oxlint-disable-next-line no-await-in-loop
        assert.deepEqual(await found(source, () => answer), [], JSON.stringify(answer));
  });

  it("licences by their address", () => {
    const kinds = {
      "https://creativecommons.org/licenses/by/4.0/": "by",
      "http://www.creativecommons.org/licenses/by-sa/2.5/de/deed.en": "by-sa",
      "https://creativecommons.org/licenses/by-nc-nd/2.0/": "by-nc-nd",
      "https://creativecommons.org/publicdomain/zero/1.0/": "public-domain",
      "https://www.flickr.com/commons/usage/": "public-domain",
      "https://creativecommons.org/licenses/nc/1.0/": "none",
      "https://evil.org/creativecommons.org/licenses/by/4.0/": "none",
      "": "none",
    };
    for (const [url, kind] of Object.entries(kinds)) assert.equal(licenceKind(url), kind, url);
  });
});
