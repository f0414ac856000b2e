type Props = { name: string; options: readonly (readonly [value: string, label: string])[]; chosen: string | null };

/** A few words side by side, of which one is chosen. */
export const Segments = ({ name, options, chosen }: Props): JSX.Element => (
  <div class="segments">
    {options.map(([value, label]) => (
      <label>
        <input type="radio" name={name} value={value} checked={value === chosen} />
        <span safe>{label}</span>
      </label>
    ))}
  </div>
);
