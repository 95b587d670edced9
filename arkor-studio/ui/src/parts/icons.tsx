/** Small drawings; what they mean is said by the text or label beside them. */

import type { ComponentChildren } from "preact";

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

/** The curve of a loss that goes down. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" />
      <path d="M7 8c2 9 5 14 9 14 4.5 0 5-4 9-4" />
    </svg>
  );
}

export const Sun = () => (
  <Icon>
    <circle cx="8" cy="8" r="3" />
    <path d="M8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1" />
  </Icon>
);

export const Moon = () => (
  <Icon>
    <path d="M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1Z" />
  </Icon>
);

export const System = () => (
  <Icon>
    <rect x="1.5" y="2.5" width="13" height="8.5" rx="1.5" />
    <path d="M5.5 13.5h5" />
  </Icon>
);

export const Copy = () => (
  <Icon>
    <rect x="5.5" y="5.5" width="8.5" height="8.5" rx="1.5" />
    <path d="M10.5 3.5v-.5A1.5 1.5 0 0 0 9 1.5H3.5A1.5 1.5 0 0 0 2 3v5.5A1.5 1.5 0 0 0 3.5 10H4" />
  </Icon>
);

export const Check = () => (
  <Icon>
    <path d="m3 8.5 3.5 3.5L13 4.5" />
  </Icon>
);

export const Download = () => (
  <Icon>
    <path d="M8 2v8.5M4.5 7.5 8 11l3.5-3.5M2.5 14h11" />
  </Icon>
);

export const Search = () => (
  <Icon>
    <circle cx="7" cy="7" r="4.5" />
    <path d="m10.5 10.5 3.5 3.5" />
  </Icon>
);

export const Refresh = () => (
  <Icon>
    <path d="M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.5V4.5H10.5" />
  </Icon>
);

export const Cross = () => (
  <Icon>
    <path d="m4 4 8 8M12 4l-8 8" />
  </Icon>
);

export const Terminal = () => (
  <Icon>
    <path d="m3 4.5 3.5 3.5L3 11.5M8.5 12H13" />
  </Icon>
);

export const Play = () => (
  <Icon>
    <path class="solid" d="M4.5 2.5v11l9-5.5Z" />
  </Icon>
);
