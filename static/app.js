// What the pages do beyond links and forms. Everything here is an addition: without it each page still works.

const HIDE_AFTER_MS = 30_000;
const TOAST_MS = 4_000;

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
    // A download leaves the page where it is, and says nothing when it is there.
    if (form.hasAttribute("data-download")) setTimeout(() => finish(form), 1_500);
  },
  true,
);

function start(form, submitter) {
  busy.add(form);
  form.setAttribute("aria-busy", "true");
  submitter?.setAttribute("aria-disabled", "true");
}

function finish(form) {
  busy.delete(form);
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const leaving = ctx.hx?.redirect !== undefined && ctx.response?.status < 400;
  if (ctx.sourceElement instanceof HTMLFormElement && !leaving) finish(ctx.sourceElement);
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.error?.name === "AbortError") return;
  say("Kagi did not answer. Check the connection, then try again.", true);
});

/* An answer that is a whole page, an error mostly, takes the whole page's place. */

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (!/^\s*<!doctype/i.test(ctx.text ?? "")) return;
  ctx.target = document.body;
  ctx.swap = "outerHTML";
});

/* Where the focus goes after a swap, and what is said aloud. */

document.addEventListener("htmx:after:swap", (event) => {
  const service = event.detail.ctx?.sourceElement?.closest?.(".services a");
  // The form that came in has the focus, and says enough.
  if (service) return choose(service);
  servicesCame();
  const dialog = document.querySelector("#dialog");
  if (dialog?.querySelector("[data-dialog-body]") && !dialog.open) dialog.showModal();
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

/* Revealed values: gone after a while, when nobody looks, and before the browser keeps the page. */

function hideLater(revealed) {
  if (timers.has(revealed)) return;
  timers.set(
    revealed,
    setTimeout(() => hide(revealed), HIDE_AFTER_MS),
  );
}

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
  for (const once of document.querySelectorAll("[data-forget]")) once.textContent = "Shown once, and gone";
  // What was said belongs to this visit, and not to one by the back button.
  document.querySelector("#toast").textContent = "";
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
        (error) =>
          error.message !== "leaving" &&
          say("The clipboard was not reachable. Reveal the value and copy it from there.", true),
      )
      .finally(() => finish(form));
  },
  true,
);

function copy(form) {
  const text = ask(form);
  if (navigator.clipboard?.write && window.ClipboardItem) {
    // Given the promise, the clipboard stays open to us for as long as the server needs.
    const item = new ClipboardItem({ "text/plain": text.then((value) => new Blob([value], { type: "text/plain" })) });
    return navigator.clipboard.write([item]).catch(async () => write(await text));
  }
  return text.then(write);
}

async function ask(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, {
    method: "POST",
    body,
    headers: { "HX-Request": "true", "HX-Current-URL": location.href },
  });
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) {
    location.assign(elsewhere);
    throw new Error("leaving");
  }
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return await answer.text();
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
    () => say("Copied"),
    () => say("The clipboard was not reachable. Select the text and copy it.", true),
  );
});

function say(text, bad = false) {
  const toast = document.querySelector("#toast");
  clearTimeout(toastTimer);
  toast.classList.toggle("bad", bad);
  toast.textContent = text;
  toastTimer = setTimeout(
    () => {
      toast.textContent = "";
    },
    bad ? 2 * TOAST_MS : TOAST_MS,
  );
}

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
  taking = document.querySelector("#results").dataset.search !== search.value.trim();
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

/* The theme, without losing what was typed into the page. */

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.classList.contains("theme")) return;
    event.preventDefault();
    const theme = event.submitter.value;
    fetch(form.action, { method: "POST", body: new URLSearchParams({ theme }), redirect: "manual" }).finally(() => {
      document.documentElement.dataset.theme = theme;
      finish(form);
      form.querySelector(theme === "dark" ? ".to-light" : ".to-dark").focus();
    });
  },
  true,
);
