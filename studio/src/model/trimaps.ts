/** Trimaps as the workflow has them, with strokes painted on. */

import { rasterise, strokesOn } from "./paint";
import type { Session } from "./session";

export interface Trimap {
  width: number;
  height: number;
  values: Uint8ClampedArray; // [height * width] of 0, 128, 255
}

/** Trimaps as they were before any stroke of this page, by layer and frame. */
const unpainted = new Map<string, Promise<Trimap>>();

/** Return a layer's trimap of one frame, as drafted. */
export async function trimapOf(session: Session, layer: string, frame: number): Promise<Trimap> {
  const key = `${layer}/${frame}`;
  if (!unpainted.has(key)) {
    const read = readTrimap(session, layer, frame);
    read.catch(() => unpainted.delete(key)); // asked for again next time
    unpainted.set(key, read);
  }
  const { width, height, values } = await unpainted.get(key)!;
  const painted = values.slice();
  rasterise(painted, width, height, strokesOn(session.draft.strokes, layer, frame), [
    width / session.clip.width,
    height / session.clip.height,
  ]);
  return { width, height, values: painted };
}

async function readTrimap(session: Session, layer: string, frame: number): Promise<Trimap> {
  const { client, bases } = session;
  if (!(layer in bases.trimaps)) bases.trimaps[layer] = (await client.trimaps(layer)).digest;
  return decode(await client.trimapPicture(layer, frame));
}

/** Forget trimaps after the workflow has made others. */
export function forgetTrimaps(): void {
  unpainted.clear();
}

/** Save a layer's trimaps of some frames as drafted. */
export async function saveTrimaps(
  session: Session,
  layer: string,
  frames: number[],
): Promise<void> {
  if (!frames.length) return;
  const { client, bases } = session;
  for (const frame of frames) {
    const png = await encode(await trimapOf(session, layer, frame));
    const base = bases.trimaps[layer] ?? null;
    bases.trimaps[layer] = (await client.saveTrimap(layer, frame, frame, png, base)).digest;
  }
}

async function decode(png: ArrayBuffer): Promise<Trimap> {
  const picture = await createImageBitmap(new Blob([png], { type: "image/png" }), {
    colorSpaceConversion: "none",
  });
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, values: data.filter((_, k) => k % 4 === 0) };
}

/** Return a trimap as PNG, base64; all of its channels are equal. */
async function encode({ width, height, values }: Trimap): Promise<string> {
  const picture = new ImageData(width, height);
  values.forEach((value, k) => {
    picture.data.set([value, value, value, 255], 4 * k);
  });
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")!.putImageData(picture, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
