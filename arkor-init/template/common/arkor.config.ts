// Where training runs:
//
//   "local"                      this machine; no account, nothing leaves it
//   "cloud"                      the managed cloud
//   "https://arkor.example.com"  a server of your own
//
// `--backend` on the command line and ARKOR_BACKEND in the environment win
// over this file. Training settings live in src/arkor/trainer.ts.
export default { backend: "local" };
