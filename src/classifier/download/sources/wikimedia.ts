import type { PhotoSource } from "../photo.js";
import { listIn, objectIn, textIn, withoutMarkup } from "./json.js";

/**
 * Pictures of Wikimedia Commons: https://www.mediawiki.org/wiki/API:Search
 *
 * @param base where the service is
 */
export function wikimedia(base = "https://commons.wikimedia.org"): PhotoSource {
  return {
    name: "wikimedia",
    // At most some hundred questions an hour without an account.
    intervalMs: 2000,
    async *search(query, ask) {
      let more: Record<string, string> = {};
      do {
        const url = new URL("/w/api.php", base);
        const args = {
          action: "query",
          format: "json",
          formatversion: "2",
          generator: "search",
          gsrsearch: `${query} filetype:bitmap`,
          gsrnamespace: "6",
          gsrlimit: "50",
          prop: "imageinfo",
          iiprop: "url|size|mime|sha1|extmetadata",
          iiurlwidth: "640",
          ...more,
        };
        for (const [name, value] of Object.entries(args)) url.searchParams.set(name, value);
        const answer = objectIn(await ask(url));
        const error = objectIn(answer["error"]);
        if (error["info"]) throw new Error(`Wikimedia Commons refused: ${textIn(error["info"])}`);
        for (const page of listIn(objectIn(answer["query"])["pages"])) {
          const [info] = listIn(page["imageinfo"]);
          if (!info) continue;
          const about = objectIn(info["extmetadata"]);
          const said = (name: string): string => withoutMarkup(textIn(objectIn(about[name])["value"]));
          yield {
            source: "wikimedia",
            id: textIn(page["pageid"]),
            url: textIn(info["thumburl"]) || textIn(info["url"]),
            page: textIn(info["descriptionurl"]),
            title: textIn(page["title"]).replace(/^File:/, ""),
            author: said("Artist"),
            licence: said("LicenseShortName"),
            // What is in the public domain mostly has no address.
            licenceUrl:
              said("LicenseUrl") ||
              (/^public domain$/i.test(said("LicenseShortName"))
                ? "https://creativecommons.org/publicdomain/mark/1.0/"
                : ""),
          };
        }
        more = Object.fromEntries(
          Object.entries(objectIn(answer["continue"])).map(([name, value]) => [name, textIn(value)]),
        );
      } while (Object.keys(more).length > 0);
    },
  };
}
