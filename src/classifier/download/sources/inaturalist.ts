import type { PhotoSource } from "../photo.js";
import { listIn, objectIn, textIn } from "./json.js";

const perPage = 200;

/** Addresses of the licences that iNaturalist has by a code. */
const licenceUrl = (code: string): string => {
  if (code === "") return "";
  if (code === "cc0") return "https://creativecommons.org/publicdomain/zero/1.0/";
  if (code === "pd") return "https://creativecommons.org/publicdomain/mark/1.0/";
  return `https://creativecommons.org/licenses/${code.replace(/^cc-/, "")}/4.0/`;
};

/**
 * Observations of plants and animals whose species people have agreed on: https://api.inaturalist.org/v1/docs/
 * The cleanest labels of all sources. `query` is a name of a taxon: "Sus scrofa", "Corvus".
 *
 * @param base where the service is
 */
export function iNaturalist(base = "https://api.inaturalist.org"): PhotoSource {
  return {
    name: "inaturalist",
    // It asks for 60 questions a minute.
    intervalMs: 1000,
    async *search(query, ask) {
      let below: string | undefined;
      const seen = new Set<string>();
      for (;;) {
        const url = new URL("/v1/observations", base);
        const args = {
          taxon_name: query,
          quality_grade: "research",
          photos: "true",
          per_page: String(perPage),
        };
        for (const [name, value] of Object.entries({ ...args, order_by: "id", order: "desc" }))
          url.searchParams.set(name, value);
        if (below) url.searchParams.set("id_below", below);
        const observations = listIn(objectIn(await ask(url))["results"]);
        for (const observation of observations) {
          const observer = objectIn(observation["user"]);
          // One picture of an animal: the others are near copies.
          const [photo] = listIn(observation["photos"]);
          const id = textIn(photo?.["id"]);
          if (!photo || !id || seen.has(id)) continue;
          seen.add(id);
          const code = textIn(photo["license_code"]).toLowerCase();
          yield {
            source: "inaturalist",
            id,
            url: textIn(photo["url"]).replace(/\/square\.(\w+)/, "/medium.$1"),
            page: `https://www.inaturalist.org/observations/${textIn(observation["id"])}`,
            title: textIn(objectIn(observation["taxon"])["name"]),
            author: textIn(observer["name"]) || textIn(observer["login"]),
            licence: code.toUpperCase().replace("CC-", "CC "),
            licenceUrl: licenceUrl(code),
          };
        }
        const last = textIn(observations.at(-1)?.["id"]);
        // A service that ignores `id_below` would go on for ever.
        if (observations.length < perPage || !last || last === below) return;
        below = last;
      }
    },
  };
}
