import type { KeyType } from "../../src/features/categories/model.ts";
import { attribute } from "../components/attribute.ts";
import { Badge, type Drawing, type DrawingElsewhere } from "../components/badge.tsx";
import { count } from "../components/bits.tsx";
import { FilterBar } from "../components/filter-bar.tsx";
import { ids, urls } from "../urls.ts";

/** A service to start from; `categoryId` is that of the category which the vault has of it already. */
export type ServiceOffer = Readonly<{
  id: string;
  name: string;
  color: string;
  keyType: KeyType;
  variables: readonly string[];
  drawing: Drawing | DrawingElsewhere | null;
  categoryId: string | null;
}>;

/** What a search finds, best first under an empty heading, or the common services under those of their groups. */
export type CatalogueOffer = Readonly<{
  search: string;
  groups: readonly Readonly<{ name: string; services: readonly ServiceOffer[] }>[];
  /** Whether the search finds more than these. */
  more: boolean;
  /** How many services there are in all. */
  all: number;
}>;

type Props = { offer: CatalogueOffer; chosen: string | null };

/** Services to start from, with a search over all of them. */
export const Catalogue = ({ searching, ...found }: Props & { searching: boolean }): JSX.Element => (
  <section aria-labelledby="catalogue">
    <h2 id="catalogue">Start from a service</h2>
    <FilterBar
      action={urls.newCategory}
      label="Search services"
      placeholder={`Search ${found.offer.all} services by name, variable or purpose`}
      search={found.offer.search}
      autofocus={searching}
    />
    <div
      class="services"
      hx-include:inherited={TYPED}
      hx-target:inherited={`#${ids.form}`}
      hx-sync:inherited={`#${ids.form}:replace`}
    >
      <ServiceResults {...found} />
    </div>
  </section>
);

/** What somebody types and a service does not know. */
const TYPED = ["name", "description", "iconSearch"].map(inForm).join(", ");
/** The same, where the name comes from the search. */
const TYPED_BUT_NAME = ["description", "iconSearch"].map(inForm).join(", ");

function inForm(name: string): string {
  return `#${ids.form} [name=${name}]`;
}

/** What the search finds; swapped while somebody types. */
export const ServiceResults = ({ offer: { search, groups, more }, chosen }: Props): JSX.Element => {
  const number = groups.reduce((sum, { services }) => sum + services.length, 0);
  return (
    <div id={ids.results} class="stack fades" data-found-for={attribute(search)}>
      {number === 0 ? (
        <NoService search={search} />
      ) : (
        <p class="found-services muted small">
          {search === "" ? (
            <span>The common ones.</span>
          ) : (
            <span data-announce safe>
              {more ? `The first ${number}. A longer search narrows them down.` : count(number, "service")}
            </span>
          )}{" "}
          <OwnLink search={search} />
        </p>
      )}
      {groups.map(({ name, services }) =>
        name === "" ? (
          <ServiceList services={services} chosen={chosen} />
        ) : (
          <section class="stack tight">
            <h3>
              <a class="group" href={urls.findServices(name)} data-fills={ids.search} safe>
                {name}
              </a>
            </h3>
            <ServiceList services={services} chosen={chosen} />
          </section>
        ),
      )}
    </div>
  );
};

type ListProps = { services: readonly ServiceOffer[]; chosen: string | null };

const ServiceList = ({ services, chosen }: ListProps): JSX.Element => (
  <ul>
    {services.map((service) => (
      <li class="service">
        <Badge name={service.name} color={service.color} drawing={service.drawing} small />
        <ServiceLink service={service} chosen={chosen} />
        {service.categoryId === null ? <Variables service={service} /> : <InVault service={service} />}
      </li>
    ))}
  </ul>
);

/** A service that the vault has leads there; any other fills the form in. */
const ServiceLink = ({ service, chosen }: { service: ServiceOffer; chosen: string | null }): JSX.Element =>
  service.categoryId === null ? (
    <a
      class="cover"
      href={`${urls.newCategoryFor(service.id)}#${ids.form}`}
      hx-get={urls.newCategoryFor(service.id)}
      aria-current={service.id === chosen ? "true" : undefined}
      safe
    >
      {service.name}
    </a>
  ) : (
    <a class="cover" href={urls.category(service.categoryId)}>
      <span safe>{service.name}</span>
      <span class="visually-hidden"> (in your vault)</span>
    </a>
  );

const InVault = ({ service }: { service: ServiceOffer }): JSX.Element => (
  <span class="held">
    <span aria-hidden="true">in your vault</span>{" "}
    <a class="another" href={`${urls.newCategoryFor(service.id)}#${ids.form}`} hx-get={urls.newCategoryFor(service.id)}>
      Another
      <span class="visually-hidden" safe>{` ${service.name} category`}</span>
    </a>
  </span>
);

const Variables = ({ service: { keyType, variables } }: { service: ServiceOffer }): JSX.Element => (
  <span class="names" title={variables.join(" ") || undefined} safe>
    {HELD[keyType] ?? variables.join(" ")}
  </span>
);

const HELD: Readonly<Partial<Record<KeyType, string>>> = { ssh: "private key file", json: "JSON file" };

const NoService = ({ search }: { search: string }): JSX.Element => (
  <div class="empty">
    <h3 data-announce safe>
      {`No service matches “${search}”`}
    </h3>
    <p>Anything can be a category: give it a name and the variables that your projects read.</p>
    <div class="actions">
      <OwnLink search={search} button />
    </div>
  </div>
);

/** The empty form, with what was searched for as the name. */
const OwnLink = ({ search, button = false }: { search: string; button?: boolean }): JSX.Element => (
  <a
    class={button ? "own button" : "own"}
    href={`${urls.newCategoryCalled(search)}#${ids.form}`}
    hx-get={urls.newCategoryCalled(search)}
    hx-include={TYPED_BUT_NAME}
    safe
  >
    {search === "" ? "Make your own" : `Make your own “${search}”`}
  </a>
);
