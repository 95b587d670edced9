/** The version sent with every request; the same as in package.json. */
export const version = "0.0.0-dev";
