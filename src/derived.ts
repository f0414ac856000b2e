/**
 * What is made of `rows`, and of what else it takes, remembered for as long as the rows themselves are: a database that
 * gives the same rows again (`Db.all`) gets the same result again, and rows that were read anew get a new one.
 */
export function derived<Rows extends object, Made, More = undefined>(
  make: (rows: Rows, more: More) => Made,
): (rows: Rows, more: More) => Made {
  const kept = new WeakMap<Rows, { more: More; made: Made }>();
  return (rows, more) => {
    const known = kept.get(rows);
    if (known !== undefined && known.more === more) return known.made;
    const made = make(rows, more);
    kept.set(rows, { more, made });
    return made;
  };
}
