// Written by arkor: the models that the backend of the last run trains.
export {};
declare module "arkor" {
  interface ArkorModels {
    "acme/generated": true;
    "odd\"\\id": true;
  }
}
