import { startAuthentication, startRegistration, WebAuthnError } from "@simplewebauthn/browser";

/**
 * The forms that a passkey sends: a press of the button has the server say what is to be signed, the browser ask the
 * person, and the form go with what came of it. Without that it says why, and the form stays.
 */

type Form = HTMLFormElement & { elements: { response: HTMLInputElement } };

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("[data-ask]") : null;
  const form = button?.closest<Form>("form[data-passkey]");
  if (!button || !form || form.getAttribute("aria-busy") === "true" || !form.reportValidity()) return;
  ask(form, button);
});

// Enter in the form's field presses its button.
document.addEventListener("keydown", (event) => {
  const field = event.target instanceof HTMLInputElement ? event.target : null;
  if (event.key !== "Enter" || !field?.form?.matches("[data-passkey]")) return;
  event.preventDefault();
  field.form.querySelector<HTMLButtonElement>("[data-ask]")?.click();
});

async function ask(form: Form, button: HTMLButtonElement): Promise<void> {
  const { options, origin = "", passkey } = form.dataset;
  say(form, "");
  if (location.origin !== origin) return say(form, `Passkeys work at ${origin} only. Open Kagi there.`);
  form.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch(options ?? "", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: "{}",
    });
    const asked = await answer.json();
    if (answer.status === 403 && asked.code === "FRESH_PROOF_REQUIRED") {
      location.assign(`/confirm?next=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    if (!answer.ok) throw new Error(asked.error);
    const made =
      passkey === "make"
        ? await startRegistration({ optionsJSON: asked })
        : await startAuthentication({ optionsJSON: asked });
    form.elements.response.value = JSON.stringify(made);
    form.submit();
  } catch (error) {
    say(form, wordsFor(error));
    form.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof WebAuthnError && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED") {
    return "This device has a passkey for your account already.";
  }
  if (error instanceof Error && error.name === "NotAllowedError") {
    return "No passkey was used: it was cancelled, took too long, or there is none here. Try again.";
  }
  if (error instanceof Error && error.name !== "TypeError" && error.message) return error.message;
  return "That did not work. Check the connection, then try again.";
}

function say(form: Form, text: string): void {
  const place = form.querySelector<HTMLElement>("[data-said]");
  if (!place) return;
  place.textContent = text;
  place.hidden = text === "";
}
