import { svgOf, type Picture } from "./svg.ts";

/** The same as an SVG, in the colours of the page. */
export function svgBlobOf(picture: Omit<Picture, "color" | "font">): Blob {
  const style = getComputedStyle(document.documentElement);
  const property = (name: string): string => style.getPropertyValue(name).trim();
  return new Blob([svgOf({ ...picture, color: property, font: property("--sans") })], { type: "image/svg+xml" });
}

/** The chart in an element as a picture, on the ground that it has on the page; null where there is none. */
export function pictureOf(place: HTMLElement): Promise<Blob | null> {
  const drawn = place.querySelector("canvas");
  const picture = document.createElement("canvas");
  const context = picture.getContext("2d");
  if (!drawn || !context) return Promise.resolve(null);
  picture.width = drawn.width;
  picture.height = drawn.height;
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(drawn, 0, 0);
  return new Promise((resolve) => picture.toBlob(resolve, "image/png"));
}
