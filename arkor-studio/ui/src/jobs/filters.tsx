import { capitalise } from "../formats/text.ts";
import { Search } from "../parts/icons.tsx";
import { statuses, type Listing } from "./listing.ts";

interface FiltersProps {
  readonly listing: Listing;
  /** Those that jobs have. */
  readonly tags: readonly string[];
  readonly onChange: (listing: Listing) => void;
}

export function Filters({ listing, tags, onChange }: FiltersProps) {
  return (
    <div class="filters">
      <div class="search">
        <Search />
        <input
          class="field"
          type="search"
          aria-label="Search by name, ID or note"
          aria-keyshortcuts="/"
          placeholder="Search by name, ID or note"
          value={listing.search}
          onInput={(event) => onChange({ ...listing, search: event.currentTarget.value })}
        />
      </div>
      <div class="chips" role="group" aria-label="Status">
        {statuses.map((status) => (
          <button key={status} type="button" class="filter" aria-pressed={listing.status === status} onClick={() => onChange({ ...listing, status })}>
            {capitalise(status)}
          </button>
        ))}
      </div>
      {(tags.length > 0 || listing.tag !== "") && (
        <select class="field" aria-label="Tag" value={listing.tag} onChange={(event) => onChange({ ...listing, tag: event.currentTarget.value })}>
          <option value="">All tags</option>
          {[...new Set([...tags, ...(listing.tag === "" ? [] : [listing.tag])])].map((tag) => (
            <option key={tag} value={tag}>
              {tag}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
