// The box over everything: which of its options the arrow keys have chosen, and what Enter does with it. htmx asks for
// the options while somebody types. Loaded when the box is opened for the first time.

let box;
let field;
/** Enter came before the answer to what was typed. */
let hurried;
/** The text that the options answer, null while there are none. */
let answered = null;

export function open(opened) {
  if (!box) prepare(opened);
  field.form.dispatchEvent(new Event("ask"));
}

function prepare(opened) {
  box = opened;
  field = box.querySelector("input");
  field.addEventListener("keydown", press);
  field.addEventListener("input", () => {
    hurried = undefined;
  });
  box.addEventListener("close", reset);
  box.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    // Later, when what was pressed has taken effect.
    if (chosen && !elsewhere) setTimeout(() => box.close());
    else if (event.target === box || event.target.closest("[data-close]")) box.close();
  });
  // An answer to what is no longer in the field is not shown.
  box.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    ctx.asked = field.value;
  });
  box.addEventListener("htmx:before:swap", (event) => {
    if (event.detail.ctx.asked !== field.value || !box.open) event.preventDefault();
  });
  box.addEventListener("htmx:after:swap", show);
  // Enter on the field chooses; the form leads to a page for browsers without script.
  field.form.addEventListener("submit", (event) => event.preventDefault());
}

function show() {
  answered = field.value;
  field.setAttribute("aria-expanded", String(options().length > 0));
  box.querySelector("[role=status]").textContent = box.querySelector("[data-said]")?.dataset.said ?? "";
  select(options()[0]);
  if (hurried) choose(hurried);
}

function reset() {
  answered = null;
  hurried = undefined;
  field.value = "";
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
  box.querySelector("#search-found").replaceChildren();
  box.querySelector("[role=status]").textContent = "";
}

const options = () => [...box.querySelectorAll("[role=option]")];
const selected = () => box.querySelector("[aria-selected=true]");

function press(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const all = options();
    const at = all.indexOf(selected()) + step;
    select(all[(at + all.length) % all.length]);
  }
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (answered === field.value) choose(event);
  else hurried = event;
}

function select(option) {
  selected()?.setAttribute("aria-selected", "false");
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

function choose({ ctrlKey, metaKey }) {
  hurried = undefined;
  selected()?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey }));
}
