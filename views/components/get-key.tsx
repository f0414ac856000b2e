/** A service and the page where it gives out keys. */
export type KeySource = Readonly<{ name: string; url: string }>;

/** Leads to where the service gives out keys, and says whose page that is. Nothing is loaded from there. */
export const GetKey = ({ source: { name, url } }: { source: KeySource }): JSX.Element => (
  <p class="get-key small">
    <a href={url} target="_blank" rel="noreferrer noopener">
      Get a key
      <span class="visually-hidden" safe>{` of ${name}`}</span>
      {" at "}
      <span class="mono" safe>
        {new URL(url).host}
      </span>
      <span class="visually-hidden">, in a new tab</span>
    </a>
  </p>
);
