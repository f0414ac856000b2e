/** Attributes of every element that the HTML standard has and the JSX types lack. */
declare namespace JSX {
  interface HtmlTag {
    autofocus?: boolean;
    autocomplete?: string;
    autocorrect?: "on" | "off";
  }
}
