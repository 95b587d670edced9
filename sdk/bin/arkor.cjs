#!/usr/bin/env node
"use strict";
const { launch } = require("./launch.cjs");

launch({ command: "arkor", program: "arkor", args: process.argv.slice(2) });
