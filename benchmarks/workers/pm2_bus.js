// Starts the programs of a plan under PM2 and prints `noticed NAME NANOSECONDS` for every exit that its bus tells of.
const pm2 = require("pm2");
const plan = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));

pm2.connect((failed) => {
  if (failed) process.exit(1);
  pm2.launchBus((error, bus) => {
    if (error) process.exit(1);
    bus.on("process:event", (data) => {
      if (data.event === "exit") console.log(`noticed ${data.process.name} ${process.hrtime.bigint()}`);
    });
    pm2.start(plan, (wrong) => { if (wrong) console.error(wrong); });
  });
});
