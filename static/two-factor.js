// What the pages of 2FA do beyond links and forms: codes that count down, and QR codes that are read from pictures.
// A module, so that it runs once however often its page is put in.

const CLOCK_TOLERANCE_MS = 5_000;
const TICK_MS = 250;

/* Live codes. They count by the server's clock: by what was left when the code was made, and by what has passed. */

const started = new WeakMap();
let ticking;

function begin() {
  for (const live of document.querySelectorAll("[data-live]")) {
    if (started.has(live)) continue;
    started.set(live, { at: performance.now(), clock: Date.now(), asked: false });
    compareClocks(live);
    show(live);
    ticking ??= setInterval(tick, TICK_MS);
  }
}

function tick() {
  const shown = document.querySelectorAll("[data-live]");
  for (const live of shown) show(live);
  if (shown.length > 0) return;
  clearInterval(ticking);
  ticking = undefined;
}

function show(live) {
  const state = started.get(live);
  if (state === undefined) return;
  // The steady clock may stand still while a computer sleeps; the other one may be set. Whichever says more has passed.
  const passed = Math.max(performance.now() - state.at, Date.now() - state.clock);
  const left = Math.max(0, Number(live.dataset.left) - passed);
  const share = (100 * left) / Number(live.dataset.period);
  live.querySelector("[data-ring]").setAttribute("stroke-dasharray", `${share.toFixed(1)} 100`);
  live.querySelector("[data-seconds]").textContent = String(Math.ceil(left / 1000));
  live.classList.toggle("ends", left <= CLOCK_TOLERANCE_MS);
  if (left > 0 || state.asked || document.hidden) return;
  state.asked = true;
  live.classList.add("stale");
  live.dispatchEvent(new Event("again"));
}

function compareClocks(live) {
  const ahead = Date.now() - Number(live.dataset.serverTime);
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return;
  const way = ahead > 0 ? "ahead of" : "behind";
  live.querySelector("[data-clock]").textContent =
    `This device's clock is ${duration(Math.abs(ahead))} ${way} the server's. The code counts by the server's clock. If a site refuses it, set the clock that is wrong.`;
}

function duration(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
}

document.addEventListener("htmx:after:swap", begin);
begin();

// A code that arrives while nobody looks is not shown, and one that could not be renewed is hidden.
document.addEventListener("htmx:before:swap", (event) => {
  if (document.hidden && event.detail.ctx.sourceElement?.matches?.("[data-live]")) event.preventDefault();
});
document.addEventListener("htmx:error", (event) => {
  const live = event.detail.ctx?.sourceElement;
  if (live?.matches?.("[data-live]")) live.closest("[data-revealed]")?.querySelector("[data-hide]")?.click();
});

/* A recovery code that was put back: its dialog goes, and the focus stays at its card. */

let card;

document.addEventListener("htmx:after:swap", (event) => {
  const taken = document.querySelector("#dialog [data-card]");
  if (taken) card = taken.dataset.card;
  const source = event.detail.ctx?.sourceElement;
  if (source?.matches?.("[data-undo]")) source.closest("dialog")?.close();
});

document.addEventListener(
  "close",
  (event) => {
    if (event.target.id !== "dialog" || card === undefined) return;
    document.querySelector(`#${CSS.escape(card)} .recovery .actions :is(button, a)`)?.focus();
    card = undefined;
  },
  true,
);

/* QR codes, read from pictures that are chosen, dropped or pasted. The pictures stay in the browser. */

const zone = () => document.querySelector("[data-qr]");

document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches("[data-qr] input[type=file]") || input.files.length === 0) return;
  readAll([...input.files]).finally(() => {
    // The same picture can be chosen once more.
    input.value = "";
  });
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!zone() || files.length === 0) return;
  event.preventDefault();
  readAll(files);
});

// A picture that misses the field would take the page's place, and with it what was typed.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    const field = zone();
    if (!field || field.contains(event.target) || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (name === "drop") readAll([...event.dataTransfer.files]);
  });
}

async function readAll(files) {
  const field = zone();
  field.setAttribute("aria-busy", "true");
  tell(files.length === 1 ? "Reading the picture…" : `Reading ${files.length} pictures…`);
  try {
    const { readPicture } = await import(field.dataset.qr);
    const links = [];
    const problems = [];
    for (const file of files) {
      const texts = await readPicture(file).catch(() => null);
      const fit = (texts ?? []).filter((text) => /^\s*otpauth(-migration)?:/i.test(text));
      links.push(...fit);
      if (texts === null) problems.push(`${file.name} could not be opened. Save it as PNG or JPEG.`);
      else if (texts.length === 0)
        problems.push(`No QR code was found in ${file.name}. Show all of it, sharp, with its white edge.`);
      else if (fit.length === 0)
        problems.push(`The QR code in ${file.name} is not one for 2FA: those begin with otpauth://.`);
    }
    tell([found(links.length, files.length), ...problems].filter(Boolean).join(" "), problems.length > 0);
    if (links.length > 0) use([...new Set(links)]);
  } catch {
    tell("The reader could not be loaded. Check the connection, then try again.", true);
  } finally {
    field.removeAttribute("aria-busy");
  }
}

function found(codes, pictures) {
  if (codes === 0) return "";
  return `${codes === 1 ? "1 code" : `${codes} codes`} read${pictures === 1 ? "" : ` from ${pictures} pictures`}.`;
}

function tell(text, bad = false) {
  const status = document.querySelector("#qr-status");
  status.classList.toggle("error", bad);
  status.textContent = text;
}

// As if somebody had pasted the links and asked to have them read.
function use(links) {
  const text = document.querySelector("textarea:is([name=links], [name=secret])");
  text.value = [text.value.trim(), ...links].filter(Boolean).join("\n");
  text.form.requestSubmit(text.form.querySelector("button[value=read]"));
}
