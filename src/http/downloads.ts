import type { Kagi } from "../kagi.ts";
import type { Form } from "./body.ts";
import { readableCookie } from "./cookies.ts";
import { attachment } from "./responses.ts";

/** What a script sends along with a form that is answered by a download, and the cookie that brings it back. */
const NAME = "download";
/** As long as a script may take to look. */
const SECONDS = 60;

/**
 * A download from a page, which leaves the page where it is. That it has come is told by a cookie: nothing else of the
 * answer is seen by the page's script.
 */
export function download(kagi: Kagi, form: Form, fileName: string, contentType: string, content: string): Response {
  const answer = attachment(fileName, contentType, content);
  const sign = form.get(NAME);
  if (/^[0-9a-f-]{1,40}$/.test(sign))
    answer.headers.append("Set-Cookie", readableCookie(kagi.config, NAME, sign, SECONDS));
  return answer;
}
