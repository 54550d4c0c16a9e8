// How a file is to be read, where somebody says otherwise than it looks; and its beginning, read so.
import { ApiError } from "../../api/client";
import type { FilePreview } from "../../api/types";
import { useSession } from "../../session/session";
import { useAsked } from "../../stream/use_asked";

/** Named as the request names them. Only what somebody chose is there. */
export interface FileReading {
  encoding?: string;
  delimiter?: string;
  sheet?: string;
  email_column?: string;
  header?: "first" | "none";
}

/** "&encoding=koi8-r&header=none" */
export function queryOf(reading: FileReading): string {
  return Object.entries(reading)
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
    .join("");
}

/** More than the engine looks at, so that it knows that there is more: what is cut off is no fault of the file. */
const sliceBytes = 256 * 1024 + 1;
const packedBytesMax = 16_000_000;

/** Of what is packed, as a spreadsheet is, the beginning alone says nothing. */
function beginningOf(file: File): Blob | null {
  if (!/\.(xlsx|gz)$/i.test(file.name)) return file.slice(0, sliceBytes);
  return file.size <= packedBytesMax ? file : null;
}

export interface AskedPreview {
  preview: FilePreview | null;
  /** The file cannot be read so. */
  fault: ApiError | null;
  /** It is being asked for. */
  isOld: boolean;
}

/** `number` is another for each file. Nothing where the file is too large for it, or the engine knows no previews. */
export function useFilePreview(file: File | null, number: number, reading: FileReading): AskedPreview {
  const { client } = useSession();
  const beginning = file && beginningOf(file);
  const question = beginning ? `${number}${queryOf(reading)}` : null;
  const asked = useAsked(
    question,
    async (signal) => {
      const query = queryOf(reading).replace("&", "?");
      try {
        const answer = await client.fetch("POST", `/v1/audiences/preview${query}`, { raw: beginning ?? "", signal });
        return { preview: (await answer.json()) as FilePreview, fault: null };
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        return { preview: null, fault: problem.status === 400 ? problem : null };
      }
    },
    0,
  );
  return { preview: asked.answer?.preview ?? null, fault: asked.answer?.fault ?? null, isOld: question !== null && asked.isOld };
}
