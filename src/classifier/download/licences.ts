/** Kinds of licences, from the freest to none that we can use. */
export type LicenceKind =
  "public-domain" | "by" | "by-sa" | "by-nc" | "by-nc-sa" | "by-nd" | "by-nc-nd" | "none";

/** What may be used, changed and shown by everybody; names the author where it asks for it. */
export const freeLicences: readonly LicenceKind[] = ["public-domain", "by", "by-sa"];

/**
 * What a licence's address allows. Addresses say it, not the numbers or names of a service, which change.
 *
 * @param url as `https://creativecommons.org/licenses/by/4.0/`
 */
export function licenceKind(url: string): LicenceKind {
  const [, host = "", path = ""] =
    /^(?:https?:)?\/\/(?:www\.)?([^/]+)\/(.*)$/.exec(url.trim().toLowerCase()) ?? [];
  if (host === "creativecommons.org") {
    if (/^(?:publicdomain\/(?:zero|mark)|licenses\/publicdomain)\b/.test(path)) return "public-domain";
    const [, terms = ""] = /^licenses\/([a-z-]+)(?:\/|$)/.exec(path) ?? [];
    return isKind(terms) ? terms : "none";
  }
  // Flickr Commons and works of the United States' government.
  const isPublic = /^(?:flickr\.com\/commons\/usage|usa\.gov\/(?:copyright|government-works))/.test(
    `${host}/${path}`,
  );
  return isPublic ? "public-domain" : "none";
}

const ccTerms = ["by", "by-sa", "by-nc", "by-nc-sa", "by-nd", "by-nc-nd"] as const;
const isKind = (terms: string): terms is (typeof ccTerms)[number] =>
  (ccTerms as readonly string[]).includes(terms);
