// Draws the API's document with Swagger UI, in the page's theme.

const place = document.getElementById("api-docs");

const light = matchMedia("(prefers-color-scheme: light)");
const followTheme = () => {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark";
  document.documentElement.classList.toggle("dark-mode", dark);
};
light.addEventListener("change", followTheme);
followTheme();

const answer = await fetch(place.dataset.document);
const spec = await answer.json();
// The document names the public origin. What is tried here goes to where this page came from, which the browser allows.
spec.servers = [{ url: location.origin, description: "This server" }];
// A browser sends the cookie of the session by itself; there is nothing to type in.
delete spec.components.securitySchemes.session;
for (const operation of Object.values(spec.paths).flatMap((methods) => Object.values(methods))) {
  operation.security = operation.security.filter((way) => !("session" in way));
  // What is only an example would be filled in, and lists searched for it.
  for (const parameter of operation.parameters ?? []) if (!parameter.required) delete parameter.example;
}

SwaggerUIBundle({
  spec,
  domNode: place,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  // An access key that is typed in here stays in this page's memory.
  persistAuthorization: false,
  validatorUrl: null,
});
