import type { Ask, Photo, PhotoSource } from "../photo.js";
import { type Answer, listIn, numberIn, objectIn, textIn } from "./json.js";

/** Flickr gives no more than so many of one search; later pages repeat earlier ones. */
const mostOfSearch = 4000;
const perPage = 500;

/**
 * Photos of Flickr: https://www.flickr.com/services/api/flickr.photos.search.html
 *
 * @param key an API key: https://www.flickr.com/services/api/keys/
 * @param base where the service is
 */
export function flickr(key: string, base = "https://api.flickr.com"): PhotoSource {
  const call = async (ask: Ask, method: string, args: Record<string, string>): Promise<Answer> => {
    const url = new URL("/services/rest/", base);
    const all = {
      method: `flickr.photos.${method}`,
      api_key: key,
      format: "json",
      nojsoncallback: "1",
      ...args,
    };
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
    const answer = objectIn(await ask(url));
    // Errors come with the status of success.
    if (answer["stat"] !== "ok")
      throw new Error(
        `Flickr refused (${textIn(answer["code"]) || "no code"}): ${textIn(answer["message"]) || "no reason given"}. ` +
          "If it speaks of the key, get one at https://www.flickr.com/services/api/keys/ and set FLICKR_API_KEY.",
      );
    return answer;
  };

  return {
    name: "flickr",
    // 3,600 questions an hour for all users of a key.
    intervalMs: 1000,
    isPlaceholder: (url) => /photo_(?:unavailable|not_found)/.test(url),
    async *search(query, ask) {
      const licences = await licencesOf(await call(ask, "licenses.getInfo", {}));
      const seen = new Set<string>();
      for (let page = 1; (page - 1) * perPage < mostOfSearch; page++) {
        const { photos } = await call(ask, "search", {
          text: query,
          // The argument is spelt so; licence would be passed over.
          license: [...licences.keys()].join(","),
          sort: "relevance",
          safe_search: "1",
          content_types: "0",
          media: "photos",
          per_page: String(perPage),
          page: String(page),
          extras: "license,owner_name,url_m,url_z,url_c",
        });
        const found = objectIn(photos);
        for (const photo of listIn(found["photo"])) {
          const id = textIn(photo["id"]);
          if (!id || seen.has(id)) continue;
          seen.add(id);
          yield photoOf(photo, id, licences);
        }
        if (page >= (numberIn(found["pages"]) || 0)) return;
      }
    },
  };
}

interface Licence {
  name: string;
  url: string;
}

/** Flickr's numbers of licences change: what each means is asked for. */
async function licencesOf(answer: Answer): Promise<Map<string, Licence>> {
  const list = listIn(objectIn(answer["licenses"])["license"]);
  return new Map(
    list.map((licence) => [
      textIn(licence["id"]),
      { name: textIn(licence["name"]), url: textIn(licence["url"]) },
    ]),
  );
}

function photoOf(photo: Answer, id: string, licences: Map<string, Licence>): Photo {
  const [owner, server, secret] = ["owner", "server", "secret"].map((name) => textIn(photo[name]));
  const licence = licences.get(textIn(photo["license"]));
  // A size that there is not, is missing.
  const sized = ["url_z", "url_m", "url_c"].map((name) => textIn(photo[name])).find((url) => url !== "");
  return {
    source: "flickr",
    id,
    url: sized ?? `https://live.staticflickr.com/${server}/${id}_${secret}_z.jpg`,
    page: `https://www.flickr.com/photos/${owner}/${id}`,
    title: textIn(photo["title"]),
    author: textIn(photo["ownername"]) || owner!,
    licence: licence?.name ?? "",
    licenceUrl: licence?.url ?? "",
  };
}
