/**
 * The editor of an env file: CodeMirror in place of the form's textarea. It stands in a shadow root, because there its
 * styles are constructed sheets, which the Content-Security-Policy lets through, and not elements, which it refuses.
 *
 * Nothing that somebody typed is thrown away here: a save that fails leaves it where it is, a conflict shows both sides
 * beside it, and whoever leaves is asked.
 */
import { defaultKeymap, history, historyKeymap, invertedEffects, isolateHistory } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, forceLinting, linter, lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, StateEffect, StateField, Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { endingOf, hasMark, joinLines, withMark } from "../src/dotenv/layout.ts";
import { type Problem, readEnv } from "../src/dotenv/read.ts";

/** As long as a revealed value stays in sight of nobody. */
const AWAY_MS = 30_000;
/** As long as a file stays open that nobody types into. */
const IDLE_MS = 5 * 60_000;
const READ_AFTER_MS = 300;
/** Reading a file of this size is felt, so that it waits for a longer pause. */
const LARGE = 200_000;
const READ_LARGE_AFTER_MS = 1_500;
const MARKED = 500;
const LISTED = 50;

/** How the file's lines end and whether a mark stands in front, which undo brings back together with the lines. */
const layoutIs = StateEffect.define<string>();
const layoutOf = StateField.define<string>({
  create: () => "lf",
  update: (layout, { effects }) => effects.reduce((was, effect) => (effect.is(layoutIs) ? effect.value : was), layout),
});
const separator = new Compartment();
const undoneWith = invertedEffects.of(({ startState, effects }) =>
  effects.some((effect) => effect.is(layoutIs)) ? laidOut(startState.field(layoutOf)) : [],
);

/** A file whose lines end in several ways keeps its carriage returns in the lines, where they can be seen. */
function separatorFor(layout: string) {
  return endingOf(layout) === null ? EditorState.lineSeparator.of("\n") : [];
}

/** What makes a layout the editor's. */
function laidOut(layout: string): StateEffect<unknown>[] {
  return [layoutIs.of(layout), separator.reconfigure(separatorFor(layout))];
}

/** The lines as the editor has them. */
function linesOf(text: string, layout: string): Text {
  return Text.of((endingOf(layout) === null ? joinLines(text, withMark(layout, false)) : text).split("\n"));
}

const opened = new WeakSet<HTMLFormElement>();

/** Puts the editor in place of the textarea of a form. */
export function open(form: HTMLFormElement): void {
  if (opened.has(form)) return;
  opened.add(form);
  const textarea = control<HTMLTextAreaElement>(form, "content");
  const version = control<HTMLInputElement>(form, "version");
  const mark = control<HTMLInputElement>(form, "mark");
  const area = one(form, ".env-area");
  const cover = one(form, ".env-cover");
  const host = document.createElement("div");
  host.className = "env-editor";
  const shadow = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root: shadow,
    parent: shadow,
    state: stateOf(textarea.value, control<HTMLInputElement>(form, "layout").value),
  });

  // One copy is enough: what is sent comes from the editor.
  textarea.value = "";
  textarea.disabled = true;
  one(form, ".env-plain").hidden = true;
  area.prepend(host);
  if (matchMedia("(hover: hover)").matches) view.focus();

  let saved = view.state;
  /** Of a content that is saved nowhere yet, the address of the file that it is for. */
  let draft = form.dataset.draft;
  let isNew = version.value === "";
  let isDownload = false;
  let idle = 0;
  let left = 0;
  let away = 0;

  const isDirty = () =>
    draft !== undefined || !view.state.doc.eq(saved.doc) || view.state.field(layoutOf) !== saved.field(layoutOf);

  function stateOf(text: string, layout: string): EditorState {
    return EditorState.create({
      doc: linesOf(text, layout),
      extensions: [
        layoutOf.init(() => layout),
        separator.of(separatorFor(layout)),
        undoneWith,
        keymap.of([{ key: "Mod-s", run: save }, ...searchKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({
          "aria-label": form.dataset.name ?? "File",
          spellcheck: "false",
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          const [before, now] = [update.startState.field(layoutOf), update.state.field(layoutOf)];
          if (before !== now) showLayout(now);
          if (update.docChanged || before !== now) showDirty();
          if (update.docChanged || update.selectionSet) wakeUp();
        }),
        linter((current) => diagnose(current.state), {
          delay: text.length > LARGE ? READ_LARGE_AFTER_MS : READ_AFTER_MS,
        }),
        EXTENSIONS,
      ],
    });
  }

  /* What is wrong, in the margin and in words below. */

  function diagnose(state: EditorState): Diagnostic[] {
    const { problems } = readEnv((hasMark(state.field(layoutOf)) ? "\ufeff" : "") + state.doc.toString());
    list(problems);
    return problems.slice(0, MARKED).map(({ line, severity, message }) => {
      const { from, to } = state.doc.line(Math.min(line, state.doc.lines));
      return { from, to, severity, message };
    });
  }

  function list(problems: readonly Problem[]): void {
    const holder = one(form, ".env-warnings");
    const template = one<HTMLTemplateElement>(holder, "template");
    const items = problems.slice(0, LISTED).map((problem) => {
      const item = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
      item.dataset.severity = problem.severity;
      one(item, ".where").textContent = `Line ${problem.line}`;
      one(item, ".message").textContent = problem.message;
      one(item, "button").addEventListener("click", () => goTo(problem.line));
      return item;
    });
    one(holder, "ul").replaceChildren(...items);
    one(holder, ".sum").textContent = sumOf(problems.length);
    holder.hidden = problems.length === 0;
  }

  function goTo(number: number): void {
    const { from } = view.state.doc.line(Math.min(number, view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
    view.focus();
  }

  /* Saving. */

  function save(): boolean {
    form.requestSubmit(one<HTMLButtonElement>(form, "button[data-save]"));
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(event.submitter as HTMLButtonElement | null).finally(() =>
      form.dispatchEvent(new CustomEvent("kagi:finish", { bubbles: true })),
    );
  });

  async function send(submitter: HTMLButtonElement | null): Promise<void> {
    const over = submitter?.name === "over";
    if (!over && !isNew && !isDirty()) return tell("Nothing has changed since it was saved.");
    const body = new FormData();
    body.set("fileType", control<HTMLInputElement>(form, "fileType").value);
    body.set("version", over ? submitter.value : version.value);
    // As a file it arrives byte for byte, where a field would have its line breaks changed on the way.
    body.set("file", new File([contentOf(view.state)], form.dataset.name ?? "env", { type: "text/plain" }));
    const sent = view.state;
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { "HX-Request": "true", "HX-Current-URL": location.href },
      });
      text = await answer.text();
    } catch {
      return tell(
        "Not saved: Kagi did not answer. Your text is still here. Check the connection, then save again.",
        true,
      );
    }
    if (answer.headers.has("HX-Redirect")) {
      one(form, ".env-signed-out").hidden = false;
      return tell("Not saved: you are signed out by now. Your text is still here.", true);
    }
    if (!patch(text))
      return tell(`Not saved: Kagi answered ${answer.status}. Your text is still here. Save again.`, true);
    one(form, ".env-signed-out").hidden = true;
    if (!answer.ok) return;
    version.value = answer.headers.get("ETag")?.replaceAll('"', "") ?? version.value;
    isNew = false;
    saved = sent;
    forgetDraft();
    showDirty();
    // Its address is that of a file by now.
    const url = new URL(location.href);
    url.searchParams.delete("new");
    window.history.replaceState(null, "", url);
  }

  /** Puts the parts of an answer where parts of the same name are. False when it has none. */
  function patch(text: string): boolean {
    const parts = [...new DOMParser().parseFromString(text, "text/html").body.children];
    const isPart =
      parts.length > 0 && parts.every((part) => document.getElementById(part.id) !== null && part.id !== "");
    if (!isPart) return false;
    for (const part of parts) {
      document.getElementById(part.id)?.replaceWith(part);
      window.htmx?.process(part);
    }
    one(form, ".env-conflict [autofocus]", false)?.focus();
    return true;
  }

  function tell(message: string, bad = false): void {
    const state = one(document, "#env-state");
    const notice = document.createElement("p");
    notice.className = bad ? "notice bad" : "muted small";
    notice.textContent = message;
    state.replaceChildren(notice);
  }

  /** From here on the file is one like any other. */
  function forgetDraft(): void {
    draft = undefined;
    for (const part of form.querySelectorAll(".env-draft")) part.remove();
  }

  function showDirty(): void {
    one(form, ".env-dirty").hidden = !isDirty();
    // What was said of the last save holds no longer.
    if (isDirty()) form.querySelector("#env-state .good")?.remove();
  }

  /** Beside the editor, what it cannot show. */
  function showLayout(layout: string): void {
    const ending = endingOf(layout) ?? "";
    for (const words of form.querySelectorAll<HTMLElement>("[data-ending]"))
      words.hidden = words.dataset.ending !== ending;
    mark.checked = hasMark(layout);
    // One that is gone stays offered.
    if (mark.checked) one(form, ".check:has([name=mark])").hidden = false;
    forceLinting(view);
  }

  mark.addEventListener("change", () => {
    view.dispatch({ effects: layoutIs.of(withMark(view.state.field(layoutOf), mark.checked)) });
  });

  form.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-take]")) take();
    if (target?.closest("[data-uncover]")) uncover();
  });

  /** Theirs in place of mine, which one step of undo brings back. */
  function take(): void {
    const theirs = one<HTMLTextAreaElement>(form, "[data-theirs]");
    const { layout = "lf", version: theirVersion = "" } = theirs.dataset;
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: linesOf(theirs.value, layout) },
      effects: laidOut(layout),
      annotations: isolateHistory.of("full"),
    });
    version.value = theirVersion;
    saved = view.state;
    forgetDraft();
    showDirty();
    tell("What is saved is in the editor now. Undo brings yours back.");
    view.focus();
  }

  /* Out of sight when nobody looks, and kept. */

  function hide(): void {
    if (host.hidden) return;
    shadow.replaceChildren();
    area.hidden = true;
    host.hidden = true;
    cover.hidden = false;
    form.classList.add("covered");
  }

  function uncover(): void {
    shadow.replaceChildren(view.dom);
    area.hidden = false;
    host.hidden = false;
    cover.hidden = true;
    form.classList.remove("covered");
    view.requestMeasure();
    view.focus();
    wakeUp();
  }

  function wakeUp(): void {
    clearTimeout(idle);
    idle = window.setTimeout(hide, IDLE_MS);
  }

  /* Leaving. */

  const life = new AbortController();
  const { signal } = life;

  document.addEventListener(
    "visibilitychange",
    () => {
      clearTimeout(away);
      // A tab in the background may have slept through its timer.
      if (!document.hidden && left > 0 && Date.now() - left >= AWAY_MS) hide();
      left = document.hidden ? Date.now() : 0;
      if (document.hidden) away = window.setTimeout(hide, AWAY_MS);
    },
    { signal },
  );

  addEventListener(
    "beforeunload",
    (event) => {
      // That of the download itself, once: whoever leaves a moment later is asked again.
      if (isDownload) isDownload = false;
      else if (isDirty()) event.preventDefault();
    },
    { signal },
  );

  // A download begins as if the page were left.
  document.addEventListener(
    "submit",
    (event) => {
      if (!(event.target instanceof Element && event.target.matches("[data-download]"))) return;
      isDownload = true;
    },
    { signal },
  );
  document.addEventListener(
    "kagi:downloaded",
    () => {
      isDownload = false;
    },
    { signal },
  );

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
      if (event.altKey || event.shiftKey) return;
      event.preventDefault();
      save();
    },
    { signal },
  );

  // htmx puts something else where the form stands.
  document.addEventListener(
    "htmx:before:swap",
    (event) => {
      const target = (event as CustomEvent).detail?.ctx?.target;
      if (!(target instanceof Element && target.contains(form)) || !isDirty()) return;
      if (!confirm("Leave without saving? Your changes to this file would be lost.")) event.preventDefault();
    },
    { signal },
  );
  document.addEventListener(
    "htmx:after:swap",
    () => {
      if (form.isConnected) return;
      life.abort();
      clearTimeout(idle);
      view.destroy();
    },
    { signal },
  );

  // The browser may keep the page as it was left; the file is not in it then.
  addEventListener("pagehide", () => {
    life.abort();
    form.replaceChildren();
    view.destroy();
  });
  addEventListener("pageshow", (event) => (event as PageTransitionEvent).persisted && location.reload());

  // A reload leads to what is saved, and does not ask for the same draft again.
  if (draft !== undefined) window.history.replaceState(null, "", draft);
  wakeUp();
  forceLinting(view);
}

/** What is in the editor, as the file's bytes will be. */
function contentOf(state: EditorState): string {
  const layout = state.field(layoutOf);
  const text = state.sliceDoc();
  if (endingOf(layout) === null) return (hasMark(layout) ? "\ufeff" : "") + text;
  return joinLines(text, layout);
}

function sumOf(count: number): string {
  if (count > LISTED) return `${count} things to look at, the first ${LISTED} of them:`;
  return count === 1 ? "1 thing to look at" : `${count} things to look at`;
}

function control<T extends Element>(form: HTMLFormElement, name: string): T {
  return form.elements.namedItem(name) as unknown as T;
}

function one<T extends HTMLElement = HTMLElement>(within: ParentNode, selector: string): T;
function one<T extends HTMLElement = HTMLElement>(within: ParentNode, selector: string, required: false): T | null;
function one<T extends HTMLElement>(within: ParentNode, selector: string, required = true): T | null {
  const found = within.querySelector<T>(selector);
  if (found === null && required) throw new Error(`the page has no ${selector}`);
  return found;
}

declare global {
  interface Window {
    htmx?: { process: (element: Element) => void };
  }
}

/* How `.env` text is coloured. */

type Place = { quote: string; inValue: boolean };

const dotenv = StreamLanguage.define<Place>({
  name: "dotenv",
  startState: () => ({ quote: "", inValue: false }),
  token(stream, place) {
    if (place.quote !== "") return quoted(stream, place);
    if (stream.sol()) place.inValue = false;
    if (stream.eatSpace()) return null;
    return place.inValue ? value(stream, place) : name(stream, place);
  },
  languageData: { commentTokens: { line: "#" } },
});

function name(stream: StringStream, place: Place): string {
  if (stream.peek() === "#") return skip(stream, "comment");
  if (stream.match(/^export(?=\s)/)) return "keyword";
  if (stream.match(/^[A-Za-z_]\w*(?=\s*=)/)) return "propertyName";
  if (stream.eat("=")) {
    place.inValue = true;
    return "operator";
  }
  return skip(stream, "invalid");
}

function value(stream: StringStream, place: Place): string {
  const before = stream.string[stream.pos - 1] ?? "";
  if (stream.peek() === "#" && /\s/.test(before)) return skip(stream, "comment");
  const sign = stream.peek() ?? "";
  if (/["'`]/.test(sign) && /[=\s]/.test(before)) {
    stream.next();
    place.quote = sign;
    return quoted(stream, place);
  }
  if (stream.match(/^\$(?:\{[^}]*\}|[A-Za-z_]\w*)/)) return "variableName";
  stream.next();
  stream.eatWhile(/[^\s$]/);
  return "literal";
}

function quoted(stream: StringStream, place: Place): string {
  for (let sign = stream.next(); sign !== undefined && sign !== null; sign = stream.next()) {
    if (sign === "\\" && place.quote === '"') stream.next();
    else if (sign === place.quote) {
      place.quote = "";
      break;
    }
  }
  return "string";
}

function skip(stream: StringStream, token: string): string {
  stream.skipToEnd();
  return token;
}

const COLORS = HighlightStyle.define([
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: tags.keyword, color: "var(--muted)" },
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.operator, color: "var(--muted)" },
  { tag: tags.string, color: "var(--env-string)" },
  { tag: tags.literal, color: "var(--text)" },
  { tag: tags.variableName, color: "var(--warn)" },
  { tag: tags.invalid, color: "var(--danger)" },
]);

/* Both themes at once: the colors are the page's own, which follow it into the shadow root. */
const THEME = EditorView.theme({
  "&": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    maxHeight: "70dvh",
    minHeight: "14rem",
    fontSize: "0.875rem",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "0" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto", borderRadius: "var(--radius)" },
  ".cm-content": { caretColor: "var(--accent)", padding: "var(--s2) 0" },
  ".cm-line": { padding: "0 var(--s3) 0 var(--s2)", overflowWrap: "anywhere" },
  ".cm-gutters": {
    backgroundColor: "var(--sunken)",
    color: "var(--muted)",
    border: "0",
    borderInlineEnd: "1px solid var(--line)",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.25rem", padding: "0 var(--s1) 0 var(--s2)" },
  ".cm-gutter-lint": { width: "1.25rem" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.15em 0.1rem" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--accent) 6%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
  ".cm-cursor": { borderInlineStart: "2px solid var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in oklab, var(--accent) 30%, transparent)",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-soft)", outline: "2px solid var(--accent)" },
  ".cm-specialChar": { color: "var(--danger)" },
  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    maxWidth: "min(32rem, 80vw)",
  },
  ".cm-diagnostic": { padding: "var(--s1) var(--s3)", fontFamily: "var(--sans)", whiteSpace: "normal" },
  ".cm-panels": { color: "var(--text)", backgroundColor: "var(--sunken)" },
  ".cm-panels.cm-panels-top": { borderBlockEnd: "1px solid var(--line)" },
  ".cm-panels.cm-panels-bottom": { borderBlockStart: "1px solid var(--line)" },
  ".cm-panel.cm-search": { padding: "var(--s2) var(--s6) var(--s2) var(--s3)", font: "0.8125rem var(--sans)" },
  ".cm-panel.cm-search [name=close]": {
    fontSize: "1.25rem",
    insetInlineEnd: "var(--s2)",
    color: "inherit",
    cursor: "pointer",
  },
  ".cm-panel.cm-search label": { fontSize: "0.8125rem" },
  ".cm-panel.cm-panel-lint ul [aria-selected]": { backgroundColor: "var(--accent-soft)" },
  ".cm-panel.cm-panel-lint [name=close]": { color: "inherit" },
  ".cm-textfield": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    padding: "var(--s1) var(--s2)",
    fontSize: "0.8125rem",
  },
  ".cm-button": {
    color: "var(--text)",
    background: "transparent",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    padding: "var(--s1) var(--s2)",
    fontSize: "0.8125rem",
    cursor: "pointer",
  },
  ".cm-button:active": { background: "var(--accent-soft)" },
});

const EXTENSIONS = [
  lineNumbers(),
  lintGutter(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  highlightSelectionMatches(),
  drawSelection(),
  history(),
  search({ top: true }),
  dotenv,
  syntaxHighlighting(COLORS),
  EditorView.lineWrapping,
  THEME,
];
