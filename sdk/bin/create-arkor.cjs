#!/usr/bin/env node
"use strict";
const { launch } = require("./launch.cjs");

launch({
  command: "create-arkor",
  program: "arkor-init",
  args: ["create", ...process.argv.slice(2)],
  path: process.env.ARKOR_INIT_BIN,
});
