import { Badge, type Drawing } from "../components/badge.tsx";
import { count } from "../components/bits.tsx";
import { ids } from "../urls.ts";
import type { IconOffer } from "./form.tsx";

/** The icons to choose from: none, the one chosen, and what the search found. */
export const IconChoices = ({ icons }: { icons: IconOffer }): JSX.Element => {
  const others = icons.found.filter((drawing) => drawing.slug !== icons.chosen?.slug);
  return (
    <div id={ids.iconChoices} class="stack">
      <div class="icons">
        <label class="choice">
          <input type="radio" name="icon" value="" checked={icons.chosen === null} />
          <span>No icon</span>
        </label>
        {icons.chosen === null ? null : <IconChoice drawing={icons.chosen} checked />}
        {others.map((drawing) => (
          <IconChoice drawing={drawing} />
        ))}
      </div>
      {icons.search === "" ? null : (
        <p class="muted small" data-announce>
          {icons.found.length === 0 ? (
            <>
              No icon is called <code safe>{icons.search}</code>. Without one, the first letter of the name stands in.
            </>
          ) : (
            <span safe>
              {icons.more
                ? `The first ${icons.found.length} icons. A longer search narrows them down.`
                : `${count(icons.found.length, "icon")} found`}
            </span>
          )}
        </p>
      )}
    </div>
  );
};

const IconChoice = ({ drawing, checked = false }: { drawing: Drawing; checked?: boolean }): JSX.Element => (
  <label class="choice">
    <input type="radio" name="icon" value={drawing.slug} checked={checked} />
    <Badge name={drawing.title} color={null} drawing={drawing} small />
    <span safe>{drawing.title}</span>
  </label>
);
