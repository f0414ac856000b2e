import type { FileType } from "../../src/features/envs/model.ts";
import { urls } from "../urls.ts";
import { type Generator, generatorName } from "./words.ts";

type Props = { projectId: string; fileType: FileType; generator: Generator; class: string };

/** The way from a file to its prompt; none where nothing would answer. */
export const GenerateLink = ({ projectId, fileType, generator, ...look }: Props): JSX.Element =>
  generator === "off" ? (
    ""
  ) : (
    <a {...look} href={urls.generateFor(projectId, fileType)} safe>
      {generatorName(generator)}
    </a>
  );
