// Preloaded into the servers that `npm start` starts: they end when it does, even by SIGKILL, as that closes their standard input.
process.stdin.on('error', () => process.exit());
process.stdin.on('close', () => process.exit());
process.stdin.resume().unref();
