import { decodeQRBatch } from "qr/decode.js";

/**
 * The longest side at which a picture is looked at, in pixels. Photographs are read best when they are scaled down;
 * dense codes far away need more of them, and noisy ones less.
 */
const SIDES = [1600, 3600, 800] as const;
/** For one look at one picture. */
const LOOK_MS = 1500;

/** The texts of all QR codes in a picture, none when there is none. Throws for a file that is no picture. */
export async function readPicture(file: Blob): Promise<string[]> {
  const bitmap = await createImageBitmap(file);
  try {
    for (const side of lookedAt(bitmap)) {
      const found = await textsIn(pixelsOf(bitmap, side));
      if (found.length > 0) return found;
    }
    return [];
  } finally {
    bitmap.close();
  }
}

/** Sides that make a difference: a small picture is never made larger. */
function lookedAt({ width, height }: ImageBitmap): number[] {
  return [...new Set(SIDES.map((side) => Math.min(side, Math.max(width, height))))];
}

function pixelsOf(bitmap: ImageBitmap, side: number): ImageData {
  const scale = side / Math.max(bitmap.width, bitmap.height);
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  if (paper === null) throw new Error("no canvas");
  paper.imageSmoothingQuality = "high";
  // Where a picture is transparent, it is meant to be seen on white.
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, width, height);
  paper.drawImage(bitmap, 0, 0, width, height);
  return paper.getImageData(0, 0, width, height);
}

async function textsIn(picture: ImageData): Promise<string[]> {
  const [results = []] = await decodeQRBatch([picture], { format: "RGBA", effort: 8, timeLimit: LOOK_MS });
  return [...new Set(results.filter((result) => typeof result === "string"))];
}
