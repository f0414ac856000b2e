// What the pages do beyond links and forms. Everything here is an addition: without it each page still works.

const HIDE_AFTER_MS = 30_000;
/** A sentence is read in half of it; a message of something that went wrong stays for twice as long. */
const TOAST_MS = 6_000;
/** Whoever stops a download in the browser leaves no sign; after so long nobody waits for it. */
const DOWNLOAD_MS = 120_000;
const LOOK_MS = 200;

const busy = new WeakSet();
const timers = new WeakMap();
let toastTimer;
let announceTimer;

/* One form, one request: a form that is on its way ignores a second submit. */

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (busy.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (form.method === "get" || form.method === "dialog") return;
    start(form, event.submitter);
    if (form.hasAttribute("data-download")) awaitDownload(form);
  },
  true,
);

/* A download leaves the page where it is; a cookie of its answer, with what was sent along, says that it has come. */

function awaitDownload(form) {
  const sign = crypto.getRandomValues(new Uint32Array(2)).join("-");
  form.addEventListener("formdata", ({ formData }) => formData.set("download", sign), { once: true });
  const started = Date.now();
  const looking = setInterval(() => {
    const hasCome = document.cookie.split("; ").includes(`download=${sign}`);
    const isLost = !hasCome && Date.now() - started > DOWNLOAD_MS;
    if (!hasCome && !isLost) return;
    clearInterval(looking);
    if (isLost) say("The download has not begun. Check the connection, then try again.", true);
    finish(form);
    form.dispatchEvent(new CustomEvent("kagi:downloaded", { bubbles: true }));
  }, LOOK_MS);
}

function start(form, submitter) {
  busy.add(form);
  form.setAttribute("aria-busy", "true");
  submitter?.setAttribute("aria-disabled", "true");
}

function finish(form) {
  busy.delete(form);
  form.removeAttribute("aria-busy");
  // Those that stand elsewhere and belong to it, too.
  for (const button of form.elements) button.removeAttribute("aria-disabled");
}

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const leaving = ctx.hx?.redirect !== undefined && ctx.response?.status < 400;
  if (ctx.sourceElement instanceof HTMLFormElement && !leaving) finish(ctx.sourceElement);
});

document.addEventListener("htmx:error", (event) => {
  const isTimeout = event.detail.ctx?.request?.signal?.reason === "timeout";
  if (event.detail.error?.name === "AbortError" && !isTimeout) return;
  say("Kagi did not answer. Check the connection, then try again.", true);
});

/* An answer that is a whole page, an error mostly, takes the whole page's place. */

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!/^\s*<!doctype/i.test(ctx.text ?? "")) return;
  ctx.target = document.body;
  ctx.swap = "outerHTML";
});

/* The page of what was just deleted is none to come back to: the next one takes its place in the history. */

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.hx?.redirect || ctx.response.status >= 400 || !ctx.sourceElement?.matches?.("[data-replaces]")) return;
  event.preventDefault();
  location.replace(ctx.hx.redirect);
});

/* A filter that is chosen is a step that the back button undoes; what is typed is not one a letter. */

const choosing = new WeakSet();

document.addEventListener("input", ({ target }) => {
  const filter = target.closest?.("form.filter");
  if (filter && target.type !== "search") choosing.add(filter);
});

// What expires is looked through in that order, unless somebody has chosen another one for it.
document.addEventListener("input", ({ target }) => {
  const order = target.name === "expires" && target.closest("form.filter")?.elements.namedItem("sort");
  if (!order) return;
  const [before, after] = [new URLSearchParams(location.search).get("expires"), target.value].map((expires) =>
    expires ? "expiry" : "recent",
  );
  if (order.value === before) order.value = after;
});

document.addEventListener("htmx:before:history:update", ({ detail }) => {
  const { history: update, sourceElement } = detail;
  if (choosing.delete(sourceElement) && update.path !== location.pathname + location.search) update.type = "push";
});

/* Where the focus goes after a swap, and what is said aloud. */

document.addEventListener("htmx:after:swap", (event) => {
  const service = event.detail.ctx?.sourceElement?.closest?.(".services a");
  // The form that came in has the focus, and says enough.
  if (service) return choose(service);
  servicesCame();
  const dialog = document.querySelector("#dialog");
  if (dialog?.querySelector("[data-dialog-body]") && !dialog.open) {
    dialog.showModal();
    // A name that is to be changed: whoever types replaces it.
    document.activeElement?.select?.();
  }
  // What was said of the form before is over when an answer takes the page's place.
  if (event.detail.ctx?.target?.id === "main") unsay();
  const count = document.querySelector("[data-announce]");
  const region = document.querySelector("#announcer");
  if (count && region) announce(region, count.textContent);
  // Said when it came; what else comes later is another matter.
  count?.removeAttribute("data-announce");
  for (const revealed of document.querySelectorAll("[data-revealed]")) hideLater(revealed);
});

// The catalogue stays where it is while its choice comes into the form.
function choose(service) {
  for (const other of document.querySelectorAll(".services [aria-current]")) other.removeAttribute("aria-current");
  if (service.matches(".cover")) service.setAttribute("aria-current", "true");
}

// Said once, and not left for those who read on through the page.
function announce(region, text) {
  region.textContent = text;
  clearTimeout(announceTimer);
  announceTimer = setTimeout(() => {
    region.textContent = "";
  }, 1_000);
}

/* Dialogs: the confirmation pages, in place. */

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  if (target.closest("[data-close-dialog]") && target.closest("dialog")) {
    event.preventDefault();
    closeDialog();
  }
  if (target.id === "dialog") closeDialog();
  const menu = document.querySelector("details.menu[open]");
  if (menu && !menu.contains(target)) menu.open = false;
});

function closeDialog() {
  document.querySelector("#dialog")?.close();
}

document.addEventListener("close", (event) => event.target.id === "dialog" && event.target.replaceChildren(), true);

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/* Search everywhere: its box opens at once, what it works by comes with the first time. */

document.addEventListener("keydown", (event) => {
  const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
  const command = /Mac|iP/.test(navigator.platform) ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  const asked =
    key === "/"
      ? !ctrlKey && !metaKey && !altKey && !target.closest?.(TYPED_INTO)
      : key.toLowerCase() === "k" && command && !altKey && !shiftKey;
  if (asked && !event.defaultPrevented && !event.isComposing && openSearch()) event.preventDefault();
});

const TYPED_INTO =
  "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=file], [type=submit])";

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element && event.target.closest("[data-search]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (openSearch()) event.preventDefault();
});

function openSearch() {
  const box = document.querySelector("#search-box");
  if (!box || document.querySelector("dialog[open]:not(#search-box)")) return false;
  if (!box.open) {
    box.showModal();
    import(box.dataset.script).then(
      (search) => search.open(box),
      () => location.assign(box.querySelector("form").action),
    );
  }
  box.querySelector("input").select();
  return true;
}

/* Revealed values: gone after a while, when nobody looks, and before the browser keeps the page. */

function hideLater(revealed) {
  if (timers.has(revealed)) return;
  timers.set(
    revealed,
    setTimeout(() => hide(revealed), HIDE_AFTER_MS),
  );
}

// On a page of its own it is there from the start.
for (const revealed of document.querySelectorAll("[data-revealed]")) hideLater(revealed);

function hide(revealed) {
  clearTimeout(timers.get(revealed));
  const holder = revealed.closest(".value, [data-holder]");
  const focused = revealed.contains(document.activeElement);
  // On a page of its own, without a place to go back into, the value alone goes.
  if (holder) revealed.remove();
  else revealed.replaceChildren("Hidden.");
  if (focused) holder?.querySelector(".reveal button")?.focus();
}

function hideAll() {
  for (const revealed of document.querySelectorAll("[data-revealed]")) hide(revealed);
}

document.addEventListener("click", (event) => {
  const revealed = event.target instanceof Element && event.target.closest("[data-hide]")?.closest("[data-revealed]");
  if (!revealed) return;
  event.preventDefault();
  hide(revealed);
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return;
  hideAll();
  for (const shown of document.querySelectorAll(".secret.shown")) mask(shown);
});

addEventListener("pagehide", () => {
  hideAll();
  for (const field of document.querySelectorAll(".secret")) field.value = "";
  for (const once of document.querySelectorAll("[data-forget]")) {
    once.textContent = "Shown once, and gone";
    once.removeAttribute("href");
  }
  // What was said belongs to this visit, and not to one by the back button.
  unsay();
  document.querySelector("main > .done")?.remove();
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[aria-busy]")) finish(form);
});

// A value that arrives while the tab is hidden is not shown.
document.addEventListener("htmx:before:swap", (event) => {
  if (document.hidden && event.detail.ctx.sourceElement?.matches?.(".reveal")) event.preventDefault();
});

/* Copy: from the answer to the clipboard, past the page. */

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-copy")) return;
    event.preventDefault();
    copy(form)
      .then(
        () => say(`Copied ${form.dataset.copy}`),
        (error) => error instanceof Untold || say(whyNot(error), true),
      )
      .finally(() => finish(form));
  },
  true,
);

function copy(form) {
  const text = ask(form);
  if (navigator.clipboard?.write && window.ClipboardItem) {
    // Given the promise, the clipboard stays open to us for as long as the server needs.
    const blob = text.then((value) => new Blob([value], { type: "text/plain" }));
    // A clipboard that is closed to us takes no promise; what failed is told by `text`, which both of them wait for.
    blob.catch(() => {});
    return navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]).catch(async () => write(await text));
  }
  return text.then(write);
}

/** Kagi did not hand it over, as `message` says. */
class Refused extends Error {}
/** The page is being left, and there is nothing to say. */
class Untold extends Error {}

async function ask(form) {
  const body = new URLSearchParams(new FormData(form));
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => {
    throw new Refused("Kagi did not answer. Check the connection, then try again.");
  });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) {
    location.assign(elsewhere);
    throw new Untold();
  }
  if (answer.status === 404) throw new Refused("It is not there any more. Reload the page.");
  if (!answer.ok) throw new Refused("Kagi could not hand it over. Try again in a moment.");
  return await answer.text().catch(() => {
    throw new Refused("The answer broke off. Check the connection, then try again.");
  });
}

function whyNot(error) {
  const isAsked = error instanceof Refused;
  return `Nothing was copied. ${isAsked ? error.message : "The clipboard was not reachable: reveal the value and copy it from there."}`;
}

async function write(text) {
  if (navigator.clipboard) return await navigator.clipboard.writeText(text);
  // Plain http on another host has no clipboard API; the copy event takes the text without an element to hold it.
  let taken = false;
  const take = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    taken = true;
  };
  document.addEventListener("copy", take, { once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", take);
  if (!taken) throw new Error("no clipboard");
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-copy-from]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copyFrom);
  write(source.textContent).then(
    () => say(`Copied ${button.dataset.name ?? ""}`.trim()),
    () => say("The clipboard was not reachable. Select the text and copy it.", true),
  );
});

/* What is said stays for a while, for as long as somebody points at it, and no longer than they want. */

function say(text, bad = false) {
  const toast = document.querySelector("#toast");
  unsay();
  if (text === "") return;
  toast.classList.toggle("bad", bad);
  const close = Object.assign(document.createElement("button"), { type: "button", className: "dismiss" });
  close.setAttribute("aria-label", "Dismiss");
  close.addEventListener("click", unsay);
  toast.append(Object.assign(document.createElement("span"), { textContent: text }), close);
  unsayLater();
}

function unsay() {
  clearTimeout(toastTimer);
  document.querySelector("#toast").replaceChildren();
}

function unsayLater() {
  clearTimeout(toastTimer);
  const isBad = document.querySelector("#toast").classList.contains("bad");
  toastTimer = setTimeout(unsay, isBad ? 2 * TOAST_MS : TOAST_MS);
}

for (const [name, act] of [
  ["pointerover", () => clearTimeout(toastTimer)],
  ["pointerout", unsayLater],
  ["focusin", () => clearTimeout(toastTimer)],
  ["focusout", unsayLater],
])
  document.addEventListener(name, (event) => {
    if (event.target instanceof Element && event.target.closest("#toast")) act();
  });

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open], details.menu[open]")) unsay();
});

/* Secrets while they are typed. */

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-show]");
  if (!button) return;
  const field = document.getElementById(button.dataset.show);
  if (button.getAttribute("aria-pressed") === "true") mask(field);
  else unmask(field, button);
});

function unmask(field, button) {
  field.classList.add("shown");
  if (field.type === "password") field.type = "text";
  button.setAttribute("aria-pressed", "true");
}

function mask(field) {
  field.classList.remove("shown");
  if (field.matches("input")) field.type = "password";
  document.querySelector(`[data-show="${CSS.escape(field.id)}"]`)?.setAttribute("aria-pressed", "false");
}

/* A line break behind one line came with a click too many, mostly; variables pasted together belong in their fields. */

const ONE_LINE_AND_BREAK = /^[^\r\n]+[\r\n]+$/;
const VARIABLES =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?:"((?:\\[\s\S]|[^"\\])*)"|'([^']*)'|([^\r\n]*?))[ \t]*(?:[ \t]#.*)?\r?$/gm;
const ESCAPED = { n: "\n", r: "\r", t: "\t" };

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches("textarea[data-line]")) return;
  const pasted = variablesIn(field);
  if (pasted) {
    const { own, others } = pasted;
    const rest = others.length === 0 ? "" : ` No field here is ${others.join(", ")}.`;
    note(field, `These are values of ${own.map(([name]) => name).join(", ")}.${rest}`, "Split over the fields", () => {
      field.value = "";
      for (const [name, value] of own) fieldCalled(field.form, name).value = value;
    });
  } else if (ONE_LINE_AND_BREAK.test(field.value))
    note(field, "It ends with a line break, which would be stored with it.", "Drop the line break", () => {
      field.value = field.value.replace(/[\r\n]+$/, "");
    });
  else field.closest(".field").querySelector(".note")?.remove();
});

function fieldCalled(form, name) {
  return form.elements.namedItem(`value.${name}`);
}

/** What several lines NAME=value say, when some of these are fields of the form. */
function variablesIn({ form, name, value }) {
  if (!name.startsWith("value.") || !/[\r\n]/.test(value)) return null;
  const all = [...value.matchAll(VARIABLES)].map(([, key, double, single, bare]) => [
    key,
    double?.replace(/\\([\s\S])/g, (_, letter) => ESCAPED[letter] ?? letter) ?? single ?? bare,
  ]);
  const own = all.filter(([key]) => fieldCalled(form, key));
  const others = all.filter(([key]) => !fieldCalled(form, key)).map(([key]) => key);
  return all.length > 1 && own.length > 0 ? { own, others } : null;
}

function note(field, text, action, run) {
  const holder = field.closest(".field");
  const old = holder.querySelector(".note");
  if (old?.firstChild.textContent === text) return;
  old?.remove();
  const line = document.createElement("p");
  line.className = "note small";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = action;
  button.addEventListener("click", () => {
    run();
    line.remove();
    field.focus();
  });
  line.append(Object.assign(document.createElement("span"), { textContent: text }), button);
  holder.append(line);
  announce(document.querySelector("#announcer"), text);
}

/* Files dropped onto a field of files. */

for (const name of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target instanceof Element && event.target.closest(".drop");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    const files = event.dataTransfer?.files;
    const input = zone.querySelector("input[type=file]");
    if (name !== "drop" || !files?.length) return;
    input.files = files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

document.addEventListener("change", (event) => {
  const input = event.target;
  if (input.type === "file" && input.name !== "") {
    const text = input.closest("form").querySelector("[data-or-file]");
    if (text && input.files.length > 0) text.required = false;
    say(input.files.length > 0 ? `${input.files[0].name} will be stored when you save` : "");
  }
  // A choice of date is a date.
  if (input.name === "expiresOn" && input.value !== "") {
    const choice = input.form.elements.namedItem("expiry");
    if (choice) choice.value = "date";
  }
});

/* The editor of env files comes when a file is opened, and says when a save is over. */

function openEditors() {
  for (const form of document.querySelectorAll("form[data-editor]"))
    import(form.dataset.editor).then(
      (editor) => editor.open(form),
      () => say("The editor did not load. The plain field works as well.", true),
    );
}

openEditors();
document.addEventListener("htmx:after:swap", openEditors);
document.addEventListener("kagi:finish", (event) => finish(event.target));

/* What is sent is what is shown: a submit right behind a letter waits until the request with it is there. */

let waiting;

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    const field = form.querySelector("[data-shown-in]");
    if (!field || submitter?.value === "names" || isShown(field)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = { field, submitter };
    window.htmx.trigger(field, "show");
  },
  true,
);

function isShown({ dataset, value, maxLength }) {
  return document.getElementById(dataset.shownIn).dataset.prompt === value.trim().slice(0, maxLength);
}

// A request that another one replaces ends as well, and is not the one that is waited for.
document.addEventListener("htmx:before:request", (event) => {
  if (event.target === waiting?.field) waiting.ctx = event.detail.ctx;
});

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  if (waiting === undefined || waiting.ctx !== ctx) return;
  const { field, submitter } = waiting;
  stopWaiting();
  if (ctx.status === "swapped" && field.isConnected) field.form.requestSubmit(submitter);
});

// Whoever types on has not said all of it.
document.addEventListener("input", (event) => {
  if (event.target === waiting?.field) stopWaiting();
});

function stopWaiting() {
  finish(waiting.field.form);
  waiting = undefined;
}

/* From a sentence to a file: what runs can be seen and cancelled, and what is ticked stays one line a variable. */

const SAID_EVERY_S = 10;
const runs = new WeakMap();

document.addEventListener("htmx:before:request", (event) => {
  const form = event.target;
  if (!form.matches("[data-progress]")) return;
  const progress = form.querySelector(".progress");
  const said = progress.querySelector("[data-said]");
  const timer = progress.querySelector("[role=timer]");
  const byNames = event.detail.ctx.request.submitter?.value === "names";
  const started = Date.now();
  const tick = () => {
    const seconds = Math.floor((Date.now() - started) / 1000);
    timer.textContent = `${seconds} s`;
    if (seconds > 0 && seconds % SAID_EVERY_S === 0)
      announce(document.querySelector("#announcer"), `${seconds} seconds`);
  };
  progress.hidden = false;
  said.textContent = byNames ? "Matching…" : said.dataset.said;
  tick();
  runs.set(form, { interval: setInterval(tick, 1_000), from: document.activeElement });
});

document.addEventListener("htmx:finally:request", (event) => {
  const run = runs.get(event.target);
  if (run === undefined) return;
  runs.delete(event.target);
  clearInterval(run.interval);
  const progress = event.target.querySelector(".progress");
  const isAsked = progress.contains(document.activeElement);
  progress.hidden = true;
  progress.querySelector("[data-said]").textContent = "";
  if (isAsked) run.from.focus();
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-cancel]");
  if (!button) return;
  window.htmx.trigger(button.form, "htmx:abort");
  say("Cancelled. Your prompt is kept.");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("[data-sends]")) return;
  event.preventDefault();
  const { form } = event.target;
  form.requestSubmit(form.querySelector("button.primary"));
});

document.addEventListener("input", (event) => {
  const count = document.getElementById(event.target.dataset.counts ?? "");
  if (!count) return;
  const left = Number(count.dataset.most) - event.target.value.length;
  count.textContent = left > 0.1 * count.dataset.most ? "" : `${left} ${left === 1 ? "character" : "characters"} left`;
});

document.addEventListener("click", (event) => {
  const example = event.target instanceof Element && event.target.closest("[data-fills]");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const field = document.getElementById(example.dataset.fills);
  field.value = example.textContent;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

document.addEventListener("change", (event) => {
  const box = event.target;
  const { variable } = box.dataset;
  if (variable === undefined || !box.checked) return;
  const others = ticks(box.form).filter((other) => other !== box && other.checked);
  const same = others.filter((other) => other.dataset.variable === variable);
  for (const other of same) other.checked = false;
  if (same.length > 0) say(`A file has ${variable} once: the other one is not ticked any more`);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-tick]");
  if (!button) return;
  const boxes = ticks(button.form);
  const taken = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.variable));
  for (const box of boxes) {
    if (button.dataset.tick === "none") box.checked = false;
    else if (!taken.has(box.dataset.variable)) box.checked = true;
    if (box.checked) taken.add(box.dataset.variable);
  }
  const count = boxes.filter((box) => box.checked).length;
  say(`${count} of ${boxes.length} ticked`);
});

function ticks(form) {
  return [...form.querySelectorAll("[data-variable]")];
}

/* The catalogue of services: Enter in its search takes the first, arrow keys move among them, Tab goes past them. */

let taking = false;

const services = () => [...document.querySelectorAll(".services .cover")];

function servicesCame() {
  for (const [index, link] of services().entries()) link.tabIndex = index === 0 ? 0 : -1;
  if (taking) takeFirst();
}

// What is typed and not yet found is taken when it comes.
function takeFirst() {
  const search = document.querySelector("#search");
  taking = document.querySelector("#results").dataset.foundFor !== search.value.trim();
  if (!taking) document.querySelector(".services :is(.cover, .own.button)")?.click();
}

servicesCame();

document.addEventListener("input", () => {
  taking = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.name === "iconSearch") event.preventDefault();
  const isSearch = event.target.id === "search" && document.querySelector(".services");
  if (!isSearch && !event.target.matches(".services .cover")) return;
  if (event.key === "Enter" && isSearch) {
    event.preventDefault();
    if (event.target.value.trim() !== "") takeFirst();
  } else if (event.key.startsWith("Arrow")) {
    const to = isSearch ? event.key === "ArrowDown" && services()[0] : serviceBeside(event.target, event.key);
    if (!to) return;
    event.preventDefault();
    for (const link of services()) link.tabIndex = link === to ? 0 : -1;
    to.focus();
  }
});

function serviceBeside(link, key) {
  const all = services();
  const at = all.indexOf(link);
  if (key === "ArrowRight") return all[at + 1];
  if (key === "ArrowLeft") return all[at - 1];
  const place = (one) => one.closest("li").getBoundingClientRect();
  const here = place(link);
  const way = key === "ArrowDown" ? 1 : -1;
  const beyond = all.filter((one) => way * (place(one).top - here.top) > 1);
  if (beyond.length === 0) return way < 0 && document.querySelector("#search");
  const far = (one) => 1000 * Math.abs(place(one).top - here.top) + Math.abs(place(one).left - here.left);
  return beyond.reduce((best, one) => (far(one) < far(best) ? one : best));
}

/* Presets of scopes: links without this, a tick of boxes with it, so that a name that was typed stays. */

document.addEventListener("click", (event) => {
  const preset = event.target instanceof Element && event.target.closest("[data-scopes]");
  if (!preset) return;
  event.preventDefault();
  const scopes = preset.dataset.scopes.split(" ");
  for (const box of document.querySelectorAll("input[name=scopes]")) box.checked = scopes.includes(box.value);
  for (const other of document.querySelectorAll("[data-scopes]")) other.removeAttribute("aria-current");
  preset.setAttribute("aria-current", "true");
  say(`${preset.textContent.trim()}: ${scopes.length} scopes chosen`);
});

/* More rows for a group that names its own fields. */

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-add-row]");
  if (!button) return;
  const rows = document.getElementById(button.dataset.addRow);
  const row = rows.lastElementChild.cloneNode(true);
  row.querySelector(".note")?.remove();
  const number = rows.children.length + 1;
  for (const field of row.querySelectorAll("input, textarea")) {
    field.value = "";
    field.removeAttribute("aria-invalid");
    field.id = field.id.replace(/\d+$/, String(number));
    const holder = field.closest(".field");
    const label = holder.querySelector("label");
    label.htmlFor = field.id;
    label.textContent = `${label.textContent.replace(/\d+\s*$/, "")}${number}`;
    const show = holder.querySelector("[data-show]");
    if (!show) continue;
    show.dataset.show = field.id;
    show.lastElementChild.textContent = ` ${label.textContent}`;
    mask(field);
  }
  rows.append(row);
  row.querySelector("input").focus();
});

/* Entries that are ticked: a range with Shift, all that are shown, all that match. */

let lastPicked;

const boxes = () => [...document.querySelectorAll(".pick input")];

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement)) return;
  if (box.matches(".pick input")) {
    const all = boxes();
    const [from, to] = [all.indexOf(lastPicked), all.indexOf(box)].sort((one, other) => one - other);
    if (event.shiftKey && from >= 0) for (const other of all.slice(from, to + 1)) other.checked = box.checked;
    lastPicked = box;
    // Without one of them it is not all any more.
    const whole = document.querySelector(".selection [name=all]");
    if (whole && !box.checked) whole.checked = false;
  } else if (box.matches("[data-pick-shown]") || box.matches(".selection [name=all]")) {
    for (const other of boxes()) other.checked = box.checked;
    const whole = document.querySelector(".selection [name=all]");
    if (whole && !box.checked) whole.checked = false;
  } else return;
  countPicked();
});

function countPicked() {
  const form = document.querySelector(".selection");
  if (!form) return;
  const all = boxes();
  const whole = form.querySelector("[name=all]")?.checked;
  // Rows that came in later belong to all that match.
  if (whole) for (const box of all) box.checked = true;
  const picked = all.filter((box) => box.checked).length;
  const shown = form.querySelector("[data-pick-shown]");
  shown.checked = picked > 0 && picked === all.length;
  shown.indeterminate = picked > 0 && picked < all.length;
  form.querySelector("[data-picked]").textContent =
    picked === 0 ? "" : whole ? "All that match are selected" : `${picked} selected`;
}

document.addEventListener("htmx:after:swap", countPicked);
countPicked();

// Enter in a box would press the form's first button; it leads to the buttons instead.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.target instanceof Element) || !event.target.matches(".pick input")) return;
  event.preventDefault();
  if (!event.target.checked) event.target.click();
  document.querySelector(".selection .actions button").focus();
});

// However many are ticked, they are one field; and those that all stands for are none.
document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (!sourceElement?.matches?.(".selection") || !request.body?.getAll) return;
  const ids = request.body.getAll("id");
  request.body.delete("id");
  if (!request.body.has("all")) request.body.set("ids", ids.join(" "));
});

/* A list that has grown while somebody scrolled is found again where it was left. */

const PLACES = "places";
/** Lists that are remembered; a tab that stays open for weeks visits many. */
const PLACES_KEPT = 20;

/** By address, the last one visited last. None of them when what is stored is none of ours. */
function places() {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(PLACES)));
  } catch {
    return new Map();
  }
}

addEventListener("pagehide", () => {
  const row = [...document.querySelectorAll(".entry-list tbody > [id], .cards > [id]")].find(
    (one) => one.getBoundingClientRect().bottom > 0,
  );
  if (!row) return;
  const here = location.pathname + location.search;
  const kept = [...places()].filter(([address]) => address !== here).slice(1 - PLACES_KEPT);
  kept.push([here, { id: row.id, top: row.getBoundingClientRect().top }]);
  sessionStorage.setItem(PLACES, JSON.stringify(kept));
});

comeBack();

function comeBack() {
  const [navigation] = performance.getEntriesByType("navigation");
  const place = places().get(location.pathname + location.search);
  const row = document.getElementById(place?.id);
  if (!row || !["back_forward", "reload"].includes(navigation?.type)) return;
  // The browser knows how far the page was scrolled, but rows that it has not drawn yet have a height that is guessed.
  history.scrollRestoration = "manual";
  const settle = (times) => {
    scrollBy(0, row.getBoundingClientRect().top - place.top);
    if (times > 0) requestAnimationFrame(() => settle(times - 1));
    else history.scrollRestoration = "auto";
  };
  addEventListener("load", () => settle(10));
}

/* The theme, without losing what was typed into the page. */

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.classList.contains("theme")) return;
    event.preventDefault();
    const theme = event.submitter.value;
    chooseTheme(form, theme)
      .catch(() => say("The theme was not changed. Check the connection, then try again.", true))
      .finally(() => finish(form));
  },
  true,
);

async function chooseTheme(form, theme) {
  const body = new URLSearchParams({ theme });
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  // The way back to the page, which nobody goes here.
  if (answer.type !== "opaqueredirect") throw new Error(`HTTP ${answer.status}`);
  document.documentElement.dataset.theme = theme;
  for (const choice of document.querySelectorAll("button[name=theme][aria-pressed]"))
    choice.setAttribute("aria-pressed", String(choice.value === theme));
  form.querySelector(theme === "dark" ? ".to-light" : ".to-dark")?.focus();
}
