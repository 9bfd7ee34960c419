export {
  downloadPhotos,
  type DownloadedPhotos,
  type DownloadPhotosOptions,
} from "./download/download-photos.js";
export { freeLicences, licenceKind, type LicenceKind } from "./download/licences.js";
export type { Photo, PhotoRecord, PhotoSource } from "./download/photo.js";
export { flickr } from "./download/sources/flickr.js";
export { iNaturalist } from "./download/sources/inaturalist.js";
export { openverse } from "./download/sources/openverse.js";
export { wikimedia } from "./download/sources/wikimedia.js";
