import { describe, expect, test } from "bun:test";
import { endingOf, hasMark, joinLines, layOut, withMark } from "../../src/dotenv/layout.ts";

const FILES = [
  "",
  "\n",
  "\r\n",
  "\r",
  "A=1",
  "A=1\nB=2\n",
  "A=1\r\nB=2",
  "A=1\r\nB=2\r\n",
  "A=1\rB=2\r",
  "\ufeff",
  "\ufeffA=1\r\n",
  "A=1\r\n\r\nB=2\nC=3\rD=4",
  "\ufeff\n\r\n\r\r\nA='x\r\ny'\n",
];

/** As a browser's form sends the lines that a textarea shows. */
const sent = (text: string) => text.replaceAll("\n", "\r\n");

describe("a text and its layout", () => {
  test("make the file again, byte for byte, by way of a form as well", () => {
    for (const file of FILES) {
      const { text, layout } = layOut(file);
      expect(text).not.toMatch(/\r|^\ufeff/);
      expect(joinLines(text, layout)).toBe(file);
      expect(joinLines(sent(text), layout)).toBe(file);
    }
  });

  test("keep every ending when lines change and none comes or goes", () => {
    const { text, layout } = layOut("A=1\r\nB=2\nC=3\r\n");
    expect(joinLines(text.replace("B=2", "B=other"), layout)).toBe("A=1\r\nB=other\nC=3\r\n");
  });

  test("give new lines the ending that most have", () => {
    expect(joinLines("A=1\nB=2\nC=3", layOut("A=1\r\n").layout)).toBe("A=1\r\nB=2\r\nC=3");
    expect(joinLines("A=1\nB=2\nC=3\nD=4\n", layOut("A=1\r\nB=2\nC=3\r\n").layout)).toBe(
      "A=1\r\nB=2\r\nC=3\r\nD=4\r\n",
    );
    expect(joinLines("A=1\n", layOut("").layout)).toBe("A=1\n");
  });

  test("say how lines end, and whether a mark is in front, which can be taken away", () => {
    expect(FILES.slice(5, 8).map((file) => endingOf(layOut(file).layout))).toEqual(["LF", "CRLF", "CRLF"]);
    expect(endingOf(layOut("A=1\r\nB=2\n").layout)).toBeNull();
    const { text, layout } = layOut("\ufeffA=1\r\n");
    expect(hasMark(layout)).toBe(true);
    expect(joinLines(text, withMark(layout, false))).toBe("A=1\r\n");
    expect(joinLines(text, withMark(withMark(layout, false), true))).toBe("\ufeffA=1\r\n");
  });

  test("a layout that nobody made does no harm", () => {
    for (const layout of ["", "bom ", "crlf*999999999 lf*999999999", "lf*-1", "<b>", "crlf*3", "__proto__", "lf lf"]) {
      const file = joinLines("A=1\nB=2\n", layout);
      expect(file.replace("\ufeff", "").replaceAll("\r\n", "\n")).toBe("A=1\nB=2\n");
    }
  });
});
