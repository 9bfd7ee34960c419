import type { PhotoSource } from "../photo.js";
import { listIn, numberIn, objectIn, textIn } from "./json.js";

/** What somebody without a key gets a page, and of one search. */
const perPage = 20;
const mostOfSearch = 240;

/**
 * Openly licensed pictures of many collections: https://api.openverse.org/v1/
 *
 * @param base where the service is
 */
export function openverse(base = "https://api.openverse.org"): PhotoSource {
  return {
    name: "openverse",
    // 20 questions a minute without a key.
    intervalMs: 3000,
    async *search(query, ask) {
      for (let page = 1; page * perPage <= mostOfSearch; page++) {
        const url = new URL("/v1/images/", base);
        const args = { q: query, category: "photograph", page_size: String(perPage), page: String(page) };
        for (const [name, value] of Object.entries({ ...args, mature: "false" }))
          url.searchParams.set(name, value);
        const answer = objectIn(await ask(url));
        for (const picture of listIn(answer["results"])) {
          const id = textIn(picture["id"]);
          if (!id) continue;
          const name = [picture["license"], picture["license_version"]].map(textIn).join(" ").trim();
          yield {
            source: "openverse",
            id,
            url: textIn(picture["url"]),
            page: textIn(picture["foreign_landing_url"]),
            title: textIn(picture["title"]),
            author: textIn(picture["creator"]),
            licence: name.toUpperCase(),
            licenceUrl: textIn(picture["license_url"]),
          };
        }
        if (page >= (numberIn(answer["page_count"]) || 0)) return;
      }
    },
  };
}
