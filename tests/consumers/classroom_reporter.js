// What GitHub Classroom's autograding reporter does with a result, in our words: where it finds it, what it prints to
// the log, which points it reports, and when it fails the job. Prints all of that as one line of JSON.
"use strict";

const runners = process.env.INPUT_RUNNERS.split(/[\s,]/).filter(Boolean);
const log = [];
let points = 0;
let maxPoints = 0;
const statuses = [];

for (const runner of runners) {
  const encoded = process.env[`${runner.toUpperCase()}_RESULTS`];
  const result = JSON.parse(Buffer.from(encoded, "base64").toString("utf-8"));
  statuses.push(result.status);
  if (result.tests.length === 0) throw new Error("a result without tests");
  for (const test of result.tests) {
    const line = test.line_no !== 0 ? ` - line ${test.line_no}` : "";
    if (test.status === "error") log.push(`Error: ${test.message || `Failed to run test '${test.name}'`}`);
    else log.push(`${test.status === "pass" ? "ok" : "not ok"} ${test.name}${line}`);
    if (test.test_code) log.push(`Test code:\n${test.test_code}`);
  }
  if (result.max_score) {
    maxPoints += result.max_score;
    for (const test of result.tests) points += test.score;
  }
}

const notice = maxPoints ? { totalPoints: points, maxPoints } : null;
const failure = statuses.includes("fail") ? "fail" : statuses.includes("error") ? "error" : null;
console.log(JSON.stringify({ notice, failure, log: log.join("\n") }));
