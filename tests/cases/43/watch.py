# starts a run, waits until it writes its reports, then interrupts it
import os
import signal
import subprocess
import time
from pathlib import Path

for name in ("SIGINT", "SIGTERM"):
    p = subprocess.Popen(["planner", "optimize", "model.toml", "--quiet"])
    while not [*Path("reports").glob(".*.partial/inputs")] and p.poll() is None:
        time.sleep(0.01)
    p.send_signal(getattr(signal, name))
    print(name, "exit", p.wait(), "runs kept:", [n for n in os.listdir("reports") if not n.startswith(".")], flush=True)
