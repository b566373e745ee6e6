/** Trimaps: found by the workflow, painted in files, and painted on in this page. */

import { rasterise, type Stroke, strokesOn } from "./paint";
import type { Session } from "./session";

/** A trimap of one frame; what is painted of it is told from what is automatic. */
export interface Trimap {
  width: number;
  height: number;
  values: Uint8ClampedArray; // [height * width] of 0, 128, 255
  painted: Uint8ClampedArray; // [height * width] 255 where painted, else 0
}

/** By layer and frame: as the workflow finds them, and as the files had them before any stroke. */
const automatic = new Map<string, Promise<Picture>>();
const before = new Map<string, Promise<Picture>>();

/** Pixels of a PNG, [height * width * 4]. */
type Picture = ImageData;

/** Return a layer's trimap of one frame, as drafted. */
export async function trimapOf(session: Session, layer: string, frame: number): Promise<Trimap> {
  const { client, bases, clip, draft } = session;
  const read = (known: Map<string, Promise<Picture>>, part: "automatic" | "painted") => {
    const key = `${layer}/${frame}`;
    if (!known.has(key)) {
      const reading = client.trimapPicture(layer, frame, part).then(decode);
      reading.catch(() => known.delete(key)); // asked for again next time
      known.set(key, reading);
    }
    return known.get(key)!;
  };
  if (!(layer in bases.trimaps)) bases.trimaps[layer] = (await client.trimaps(layer)).digest;
  const [found, painted] = await Promise.all([
    read(automatic, "automatic"),
    read(before, "painted"),
  ]);
  return withStrokes(found, painted, strokesOn(draft.strokes, layer, frame), [
    found.width / clip.width,
    found.height / clip.height,
  ]);
}

/**
 * Lay what was painted, and strokes, over an automatic trimap.
 * @param scale trimap pixels per footage pixel
 */
export function withStrokes(
  found: Picture,
  painted: Picture,
  strokes: Stroke[],
  scale: [number, number],
): Trimap {
  const { width, height } = found;
  const count = width * height;
  const meant = Uint8ClampedArray.from({ length: count }, (_, k) => painted.data[4 * k + 3]);
  const values = meant.map((is, k) => (is ? painted : found).data[4 * k]);
  rasterise(values, width, height, strokes, scale);
  const marks = strokes.map((stroke) => ({ ...stroke, value: 255 as const }));
  rasterise(meant, width, height, marks, scale);
  return { width, height, values, painted: meant };
}

/** Forget automatic trimaps after the workflow has made others. */
export function forgetAutomatic(): void {
  automatic.clear();
}

/** Forget what files hold, since they were changed elsewhere. */
export function forgetPainted(): void {
  before.clear();
}

/** Save a layer's trimaps of some frames as drafted: what is painted, and nothing else. */
export async function saveTrimaps(
  session: Session,
  layer: string,
  frames: number[],
): Promise<void> {
  const { client, bases } = session;
  for (const frame of frames) {
    const trimap = await trimapOf(session, layer, frame);
    const base = bases.trimaps[layer] ?? null;
    const saved = trimap.painted.some((is) => is > 0)
      ? await client.saveTrimap(layer, frame, frame, await encode(trimap), base)
      : await client.clearTrimap(layer, frame, frame, base);
    bases.trimaps[layer] = saved.digest;
  }
}

async function decode(png: ArrayBuffer): Promise<Picture> {
  const picture = await createImageBitmap(new Blob([png], { type: "image/png" }), {
    colorSpaceConversion: "none",
  });
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(picture, 0, 0);
  return context.getImageData(0, 0, width, height);
}

/** Return what is painted as PNG, base64: grey, and transparent elsewhere. */
async function encode({ width, height, values, painted }: Trimap): Promise<string> {
  const picture = new ImageData(width, height);
  values.forEach((value, k) => {
    picture.data.set([value, value, value, painted[k]], 4 * k);
  });
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")!.putImageData(picture, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
