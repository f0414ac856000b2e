/** Files that `static/pack.ts` makes, so that types can be checked before it has run. */
declare module "*.pack" {
  const path: string;
  export default path;
}
