import { hrefOf } from "../router/route.ts";

interface TagsProps {
  readonly tags: readonly string[];
  /** To the jobs with the same tag. */
  readonly linked?: boolean;
}

export function Tags({ tags, linked }: TagsProps) {
  if (tags.length === 0) return null;
  return (
    <span class="tags">
      {tags.map((tag) =>
        linked ? (
          <a key={tag} class="tag tag-own" dir="auto" href={hrefOf({ view: "jobs", query: { tag } })}>
            {tag}
          </a>
        ) : (
          <span key={tag} class="tag tag-own" dir="auto">
            {tag}
          </span>
        ),
      )}
    </span>
  );
}
